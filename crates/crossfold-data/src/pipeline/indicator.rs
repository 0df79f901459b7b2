//! An input that tells missing values.

use serde::{Deserialize, Serialize};

/// A column's last dense input, where it is asked for and any row lacks a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Indicator {
    None,
    /// Always 0: no training row lacks a value, so nothing is learnt of what it means.
    Silent,
    Tells,
}

impl Indicator {
    pub(super) fn new(wanted: bool, in_training: bool) -> Indicator {
        match (wanted, in_training) {
            (false, _) => Indicator::None,
            (true, false) => Indicator::Silent,
            (true, true) => Indicator::Tells,
        }
    }

    pub(super) fn inputs(self) -> usize {
        match self {
            Indicator::None => 0,
            Indicator::Silent | Indicator::Tells => 1,
        }
    }

    /// Into the last of a column's dense inputs.
    pub(super) fn write(self, missing: bool, inputs: &mut [f64]) {
        let (Indicator::Silent | Indicator::Tells, Some(last)) = (self, inputs.last_mut()) else { return };
        *last = f64::from(self == Indicator::Tells && missing);
    }
}
