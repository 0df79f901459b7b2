//! Residual sums.

use crossfold_network::Image;

use super::values::Values;

/// Adds the result of a body to its input. The sum is an image if either of them is.
pub(super) fn add(input: Values, result: Values) -> Values {
    match (input, result) {
        (Values::Image(image), other) | (other, Values::Image(image)) => {
            let [_, channels, height, width] = image.dims();
            Values::Image(other.into_image(Image { height, width, channels }) + image)
        }
        (Values::Steps(input), Values::Steps(result)) => Values::Steps(input + result),
        (input @ (Values::Flat(_) | Values::Steps(_)), result @ (Values::Flat(_) | Values::Steps(_))) => {
            Values::Flat(input.into_rows() + result.into_rows())
        }
    }
}
