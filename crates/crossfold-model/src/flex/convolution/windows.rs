//! The windows of an image that filters are applied to.

use crossfold_kernels::{Matrix, Real};
use crossfold_network::{ConvolutionLayer, Image};

/// The number of values in the windows that are copied together, with their results, unless a single image has more.
/// They stay in the core's cache, which makes products 1.5 times as fast. The order of sums depends on this number, and
/// therefore a fit's bits do.
const AT_ONCE: usize = 1 << 16;

/// Positions of filters on an image. Images and windows are stored pixel by pixel with all channels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    sizes: ConvolutionLayer,
    /// The size of a padded image, without the pixels that no window reaches.
    padded: Image,
}

impl Windows {
    pub(super) fn new(sizes: ConvolutionLayer) -> Windows {
        let ConvolutionLayer { from, to, kernel, stride, .. } = sizes;
        let reach = |results: usize| (results - 1) * stride + kernel;
        Windows { sizes, padded: Image { height: reach(to.height), width: reach(to.width), ..from } }
    }

    /// The number of values in an image.
    pub(super) fn image(&self) -> usize {
        self.sizes.from.values()
    }

    /// The number of windows in an image.
    pub(super) fn count(&self) -> usize {
        self.sizes.to.height * self.sizes.to.width
    }

    /// The number of values in a window.
    pub(super) fn len(&self) -> usize {
        self.sizes.kernel * self.run()
    }

    /// The number of values in a row of a window, which are adjacent in the image.
    pub(super) fn run(&self) -> usize {
        self.sizes.kernel * self.sizes.from.channels
    }

    /// The number of values in a padded image.
    pub(super) fn padded(&self) -> usize {
        self.padded.values()
    }

    /// The number of values in a row of a padded image.
    pub(super) fn padded_row(&self) -> usize {
        self.padded.width * self.padded.channels
    }

    /// Index in a padded image at which the window of the result in this row and column starts.
    pub(super) fn start(&self, row: usize, column: usize) -> usize {
        (row * self.padded.width + column) * self.sizes.stride * self.padded.channels
    }

    /// The number of images whose windows are copied together.
    pub(super) fn images_at_once(&self) -> usize {
        (AT_ONCE / (self.count() * (self.len() + self.sizes.to.channels))).max(1)
    }

    /// Index in a padded image at which each window starts.
    pub(super) fn starts(&self) -> Vec<usize> {
        let width = self.sizes.to.width;
        (0..self.count()).map(|window| self.start(window / width, window % width)).collect()
    }

    /// Copies the windows of padded images to `columns`, as a matrix of windows × values.
    pub(super) fn columns<'a, E: Real>(&self, padded: &[E], columns: &'a mut Vec<E>) -> Matrix<'a, E> {
        let windows = padded.len() / self.padded() * self.count();
        columns.resize(windows * self.len(), E::ZERO);
        if self.sizes.from.channels == 1 && self.sizes.stride == 1 {
            // Rows of filters are short and rows of images are long. The product accepts the matrix in either order.
            self.gather_rows(padded, columns, windows);
            Matrix::new(columns, windows).transposed()
        } else {
            self.gather(padded, columns);
            Matrix::new(columns, self.len())
        }
    }

    /// Copies window by window.
    fn gather<E: Real>(&self, padded: &[E], columns: &mut [E]) {
        let (run, row) = (self.run(), self.padded_row());
        let step = self.sizes.stride * self.padded.channels;
        let mut runs = columns.chunks_exact_mut(run);
        for image in padded.chunks_exact(self.padded()) {
            for y in 0..self.sizes.to.height {
                let top = &image[y * self.sizes.stride * row..];
                for start in (0..self.sizes.to.width).map(|x| x * step) {
                    for (above, values) in runs.by_ref().take(self.sizes.kernel).enumerate() {
                        values.copy_from_slice(&top[above * row + start..][..run]);
                    }
                }
            }
        }
    }

    /// Copies one value of all windows after another, for one channel at a stride of 1.
    fn gather_rows<E: Real>(&self, padded: &[E], columns: &mut [E], windows: usize) {
        let ConvolutionLayer { to, kernel, .. } = self.sizes;
        for (place, values) in columns.chunks_exact_mut(windows).enumerate() {
            let (above, left) = (place / kernel, place % kernel);
            let images = values.chunks_exact_mut(self.count()).zip(padded.chunks_exact(self.padded()));
            for (values, image) in images {
                let rows = image.chunks_exact(self.padded.width).skip(above);
                for (values, row) in values.chunks_exact_mut(to.width).zip(rows) {
                    values.copy_from_slice(&row[left..left + to.width]);
                }
            }
        }
    }

    /// Pads images with zeros, and leaves out pixels that no window reaches. `padded` must be empty or hold images that
    /// were padded by this function.
    pub(super) fn pad<E: Real>(&self, images: &[E], padded: &mut Vec<E>) {
        // Only inner rows are ever written, so the zeros around earlier images remain.
        padded.resize(images.len() / self.image() * self.padded(), E::ZERO);
        for (image, padded) in images.chunks_exact(self.image()).zip(padded.chunks_exact_mut(self.padded())) {
            self.inner_rows(|row, inner| padded[inner].copy_from_slice(&image[row]));
        }
    }

    /// Adds each value of `columns`, windows × values, to the pixel that it was copied from. `images` must be zeros.
    pub(super) fn scatter<E: Real>(&self, columns: &[E], images: &mut [E], padded: &mut Vec<E>) {
        let (run, row) = (self.run(), self.padded_row());
        let step = self.sizes.stride * self.padded.channels;
        padded.clear();
        padded.resize(images.len() / self.image() * self.padded(), E::ZERO);
        let mut runs = columns.chunks_exact(run);
        for image in padded.chunks_exact_mut(self.padded()) {
            for y in 0..self.sizes.to.height {
                let top = &mut image[y * self.sizes.stride * row..];
                for start in (0..self.sizes.to.width).map(|x| x * step) {
                    for (above, values) in runs.by_ref().take(self.sizes.kernel).enumerate() {
                        for (sum, &value) in top[above * row + start..][..run].iter_mut().zip(values) {
                            *sum += value;
                        }
                    }
                }
            }
        }
        self.unpad(padded, images);
    }

    /// The reverse of [`Windows::pad`]. `images` must be zeros.
    pub(super) fn unpad<E: Real>(&self, padded: &[E], images: &mut [E]) {
        for (image, padded) in images.chunks_exact_mut(self.image()).zip(padded.chunks_exact(self.padded())) {
            self.inner_rows(|row, inner| image[row].copy_from_slice(&padded[inner]));
        }
    }

    /// Calls a function with the range of each row in an image and in the padded image.
    fn inner_rows(&self, mut each: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>)) {
        let ConvolutionLayer { from, padding_before: [above, left], .. } = self.sizes;
        let length = from.width.min(self.padded.width - left) * from.channels;
        for row in 0..from.height.min(self.padded.height - above) {
            let start = row * from.width * from.channels;
            let inner = ((row + above) * self.padded.width + left) * from.channels;
            each(start..start + length, inner..inner + length);
        }
    }
}
