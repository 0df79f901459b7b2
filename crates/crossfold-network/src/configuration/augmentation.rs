//! What is done to training rows, drawn anew for each in each epoch.

use serde::{Deserialize, Serialize};

/// Strengths, each 0 where nothing is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Augmentation {
    /// Images move by up to this share of their height and width, in [0, 1).
    pub shift: f64,
    /// Images turn by up to so many degrees either way, in [0, 180].
    pub rotation: f64,
    /// Images grow or shrink by up to this share, in [0, 1).
    pub scale: f64,
    /// Images are sheared by up to so many degrees either way, in [0, 90).
    pub shear: f64,
    /// The chance that an image is mirrored left to right, in [0, 1].
    pub flip: f64,
    /// A square whose side is this share of the image's shorter side becomes 0, in [0, 1) (DeVries and
    /// Taylor 2017).
    pub cutout: f64,
    /// Standard deviation of normal noise added to each value as networks see it.
    pub noise: f64,
    /// α of the Beta(α, α) that says how rows are mixed with other rows of their batch (Zhang et al. 2018).
    pub mixup: f64,
}

impl Augmentation {
    /// Those that need images, each with its name.
    pub fn of_images(&self) -> [(&'static str, f64); 6] {
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

    /// All strengths, each with its name.
    pub fn strengths(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.of_images().into_iter().chain([("noise", self.noise), ("mixup", self.mixup)])
    }

    /// Whether nothing is done.
    pub fn is_none(&self) -> bool {
        *self == Augmentation::default()
    }
}
