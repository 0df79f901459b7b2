//! The missing-value indicator.

use serde::{Deserialize, Serialize};

/// The last dense input of a column, if the spec asks for an indicator and any row lacks a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Indicator {
    None,
    /// Always 0, because no training row lacks a value.
    Silent,
    /// 1 where the value is missing, else 0.
    #[serde(rename = "Tells")]
    Active,
}

impl Indicator {
    pub(super) fn new(wanted: bool, in_training: bool) -> Indicator {
        match (wanted, in_training) {
            (false, _) => Indicator::None,
            (true, false) => Indicator::Silent,
            (true, true) => Indicator::Active,
        }
    }

    pub(super) fn inputs(self) -> usize {
        match self {
            Indicator::None => 0,
            Indicator::Silent | Indicator::Active => 1,
        }
    }

    /// Writes the indicator after a column's other dense inputs.
    pub(super) fn write(self, missing: bool, inputs: &mut [f64]) {
        let (Indicator::Silent | Indicator::Active, Some(last)) = (self, inputs.last_mut()) else { return };
        *last = f64::from(self == Indicator::Active && missing);
    }
}
