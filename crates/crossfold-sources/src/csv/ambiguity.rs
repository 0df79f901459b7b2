//! Dates that are others if their parts are in another order.

use std::fmt;

use crossfold_data::messages::quoted;
use crossfold_study::{DateOrder, yaml_scalar};

/// A text that is several dates, each with the order of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Ambiguity {
    pub(super) text: String,
    pub(super) readings: Vec<(DateOrder, String)>,
}

impl Ambiguity {
    /// The settings that choose a date, for a column with this name.
    pub(super) fn keys(&self, column: &str) -> String {
        let key = |(order, _): &(DateOrder, String)| {
            format!("`data.columns: {{{}: {{date: {}}}}}`", yaml_scalar(column), order.name())
        };
        self.readings.iter().map(key).collect::<Vec<_>>().join(" or ")
    }
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dates: Vec<&str> = self.readings.iter().map(|(_, date)| date.as_str()).collect();
        write!(f, "{} may be {}", quoted(&self.text), dates.join(" or "))
    }
}
