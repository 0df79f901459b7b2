//! Affine transformations: images are shifted, rotated, scaled, sheared and flipped.

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{Augmentation, Image};
use crossfold_study::Generator;

/// Maps each pixel of the transformed image to a point in the original, both relative to the centre.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine {
    /// The matrix applied to (x, y).
    matrix: [[f64; 2]; 2],
    /// Subtracted from (x, y) before the matrix is applied.
    offset: [f64; 2],
}

impl Affine {
    /// Draws a transformation; `None` if all its `strengths` are 0.
    pub(super) fn draw(strengths: &Augmentation, image: Image, generator: &mut Generator) -> Option<Affine> {
        let Augmentation { shift, rotation, scale, shear, flip, cutout: _, noise: _, mixup: _ } = *strengths;
        if [shift, rotation, scale, shear, flip].iter().all(|&strength| strength == 0.0) {
            return None;
        }
        let mut within = |bound: f64| if bound > 0.0 { generator.uniform(-bound, bound) } else { 0.0 };
        let offset = [within(shift * image.width as f64), within(shift * image.height as f64)];
        let (angle, factor) = (within(rotation).to_radians(), 1.0 + within(scale));
        let slope = libm::tan(within(shear).to_radians());
        let flipped = flip > 0.0 && generator.unit() < flip;
        Some(Affine::new(offset, angle, factor, slope, flipped))
    }

    /// A transformation that, in this order, flips left to right, shears by `slope` of x per y, scales by `factor`,
    /// rotates by `angle` (in radians from x towards y, so clockwise on the screen) and shifts by `offset`.
    fn new(offset: [f64; 2], angle: f64, factor: f64, slope: f64, flipped: bool) -> Affine {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let sign = if flipped { -1.0 } else { 1.0 };
        // The inverse rotates back, divides, shears back, and flips again.
        let rotated = [[cos / factor, sin / factor], [-sin / factor, cos / factor]];
        let sheared = [[rotated[0][0] - slope * rotated[1][0], rotated[0][1] - slope * rotated[1][1]], rotated[1]];
        Affine { matrix: [[sign * sheared[0][0], sign * sheared[0][1]], sheared[1]], offset }
    }

    /// Transforms an image by bilinear interpolation, with 0 outside the image. `framed` is memory that is reused for
    /// the next image.
    pub(super) fn apply(&self, pixels: &mut [f32], image: Image, framed: &mut Vec<f32>) {
        frame(pixels, image, framed);
        interpolate(*self, framed, pixels, image);
    }
}

/// The width of the frame of zeros before an image's first row and column. After the last ones it is wider by one, so
/// that every point between a pixel and the outside of the image has its four neighbours in the frame.
const FRAME: usize = 1;

/// Copies an image into a frame of zeros.
fn frame(pixels: &[f32], image: Image, framed: &mut Vec<f32>) {
    let Image { height, width, channels } = image;
    let row = (width + 2 * FRAME + 1) * channels;
    framed.clear();
    framed.resize((height + 2 * FRAME + 1) * row, 0.0);
    let rows = framed.chunks_exact_mut(row).skip(FRAME).zip(pixels.chunks_exact(width * channels));
    rows.for_each(|(framed, pixels)| framed[FRAME * channels..][..pixels.len()].copy_from_slice(pixels));
}

#[with_simd]
fn interpolate<S: Simd>(affine: Affine, framed: &[f32], pixels: &mut [f32], image: Image) {
    let Image { height, width, channels } = image;
    let row = (width + 2 * FRAME + 1) * channels;
    let centre = [(width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0];
    let [[a, b], [c, d]] = affine.matrix;
    for (line, pixels) in pixels.chunks_exact_mut(width * channels).enumerate() {
        let y = line as f64 - centre[1] - affine.offset[1];
        for (column, pixel) in pixels.chunks_exact_mut(channels).enumerate() {
            let x = column as f64 - centre[0] - affine.offset[0];
            // Points further outside are 0, like the frame.
            let within = |at: f64, length: usize| at.clamp(-1.0, length as f64) + FRAME as f64;
            let (x, y) = (within(a * x + b * y + centre[0], width), within(c * x + d * y + centre[1], height));
            let (left, top) = (x as u32, y as u32);
            let (right, bottom) = ((x - f64::from(left)) as f32, (y - f64::from(top)) as f32);
            let start = top as usize * row + left as usize * channels;
            let [above, below] = [&framed[start..][..2 * channels], &framed[start + row..][..2 * channels]];
            for (channel, pixel) in pixel.iter_mut().enumerate() {
                let between = |line: &[f32], share: f32| {
                    share * (1.0 - right) * line[channel] + share * right * line[channels + channel]
                };
                *pixel = between(above, 1.0 - bottom) + between(below, bottom);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::*;

    const IMAGE: Image = Image { height: 3, width: 3, channels: 1 };
    const DIGITS: [f32; 9] = [1., 2., 3., 4., 5., 6., 7., 8., 9.];

    fn check(affine: Affine, expected: [f32; 9]) {
        let mut to = DIGITS;
        affine.apply(&mut to, IMAGE, &mut Vec::new());
        assert!(to.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{to:?}, not {expected:?}");
    }

    /// Expected values were computed by hand.
    #[test]
    fn images_are_shifted_rotated_and_flipped() {
        check(Affine::new([0.0; 2], 0.0, 1.0, 0.0, false), DIGITS);
        check(Affine::new([0.0; 2], 0.0, 1.0, 0.0, true), [3., 2., 1., 6., 5., 4., 9., 8., 7.]);
        check(Affine::new([1.0, 0.0], 0.0, 1.0, 0.0, false), [0., 1., 2., 0., 4., 5., 0., 7., 8.]);
        check(Affine::new([0.0, -1.0], 0.0, 1.0, 0.0, false), [4., 5., 6., 7., 8., 9., 0., 0., 0.]);
        check(Affine::new([0.5, 0.0], 0.0, 1.0, 0.0, false), [0.5, 1.5, 2.5, 2., 4.5, 5.5, 3.5, 7.5, 8.5]);
        check(Affine::new([0.0; 2], FRAC_PI_2, 1.0, 0.0, false), [7., 4., 1., 8., 5., 2., 9., 6., 3.]);
        check(Affine::new([0.0; 2], 0.0, 1.0, 1.0, false), [2., 3., 0., 4., 5., 6., 0., 7., 8.]);
        // At half the size, pixels come from twice the distance.
        check(Affine::new([0.0; 2], 0.0, 0.5, 0.0, false), [0., 0., 0., 0., 5., 0., 0., 0., 0.]);
    }

    #[test]
    fn channels_stay_together() {
        let image = Image { height: 1, width: 2, channels: 3 };
        let mut to = [1., 2., 3., 4., 5., 6.];
        Affine::new([0.0; 2], 0.0, 1.0, 0.0, true).apply(&mut to, image, &mut Vec::new());
        assert_eq!(to, [4., 5., 6., 1., 2., 3.]);
    }
}
