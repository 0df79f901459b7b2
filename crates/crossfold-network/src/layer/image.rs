//! The size of an image.

/// The size of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Image {
    /// All channels of all pixels.
    pub fn values(self) -> usize {
        self.height * self.width * self.channels
    }
}
