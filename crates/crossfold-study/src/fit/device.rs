//! What does the arithmetic of a fit.

use serde::{Deserialize, Serialize};

/// The implementation that does the arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The CPU, by the hand-written network.
    #[default]
    Flex,
    /// The CPU, by the reference on `burn-ndarray`, which is deprecated upstream.
    Ndarray,
}

impl Device {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Device::Flex => "flex",
            Device::Ndarray => "ndarray",
        }
    }
}
