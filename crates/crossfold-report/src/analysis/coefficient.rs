//! Coefficients of linear networks.

/// The coefficient of an input for an output of a linear network.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// `None` for a regression.
    pub class: Option<String>,
    /// `None` for the intercept.
    pub column: Option<String>,
    /// The level or class that the input stands for; `None` for a column's value.
    pub level: Option<String>,
    /// Of the input as the network reads it.
    pub standardised: f64,
    /// Per unit of the column; `None` where the input is no linear function of it.
    pub original: Option<f64>,
}
