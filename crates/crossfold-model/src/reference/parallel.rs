//! Parallel branches.

use burn::tensor::Tensor;
use crossfold_network::Image;

use super::values::Values;

/// Concatenates the results of branches at each place. The result is an image if one of them is.
pub(super) fn concatenate(results: Vec<Values>, places: usize) -> Values {
    let size = results.iter().find_map(|result| match result {
        Values::Image(image) => Some(image.dims()),
        Values::Flat(_) | Values::Steps(_) => None,
    });
    if let Some([_, _, height, width]) = size {
        let images = results.into_iter().map(|result| {
            let channels = match &result {
                Values::Image(image) => image.dims()[1],
                Values::Flat(rows) => rows.dims()[1] / places,
                Values::Steps(_) => panic!("a branch holds no recurrent layers"),
            };
            result.into_image(Image { height, width, channels })
        });
        return Values::Image(Tensor::cat(images.collect(), 1));
    }
    let rows = results.into_iter().map(|result| {
        let rows = result.into_rows();
        let [count, width] = rows.dims();
        rows.reshape([count, places, width / places])
    });
    Values::Flat(Tensor::cat(rows.collect(), 2).flatten(1, 2))
}
