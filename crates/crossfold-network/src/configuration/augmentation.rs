//! Augmentation of training rows, drawn for each row in each epoch.

use serde::{Deserialize, Serialize};

/// The strength of each augmentation; 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Augmentation {
    /// The greatest shift of an image, as a share of its height and width, in [0, 1).
    pub shift: f64,
    /// The greatest rotation of an image in either direction, in degrees, in [0, 180].
    pub rotation: f64,
    /// The greatest change of an image's size, as a share, in [0, 1).
    pub scale: f64,
    /// The greatest shear of an image in either direction, in degrees, in [0, 90).
    pub shear: f64,
    /// The probability that an image is flipped left to right, in [0, 1].
    pub flip: f64,
    /// The side of the square that is set to 0, as a share of the image's shorter side, in [0, 1) (DeVries and Taylor
    /// 2017).
    pub cutout: f64,
    /// The standard deviation of the normal noise added to each input.
    pub noise: f64,
    /// α of the Beta(α, α) distribution of the shares by which two rows of a batch are mixed (Zhang et al. 2018).
    pub mixup: f64,
}

impl Augmentation {
    /// The strengths of augmentations that need images, by name.
    pub(crate) fn image_strengths(&self) -> [(&'static str, f64); 6] {
        let Augmentation { shift, rotation, scale, shear, flip, cutout, noise: _, mixup: _ } = *self;
        [
            ("shift", shift),
            ("rotation", rotation),
            ("scale", scale),
            ("shear", shear),
            ("flip", flip),
            ("cutout", cutout),
        ]
    }

    /// All strengths, by name.
    pub fn strengths(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.image_strengths().into_iter().chain([("noise", self.noise), ("mixup", self.mixup)])
    }

    /// Whether no augmentation is applied.
    pub fn is_none(&self) -> bool {
        *self == Augmentation::default()
    }
}
