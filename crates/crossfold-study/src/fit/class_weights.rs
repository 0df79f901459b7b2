//! The weights of classes in the loss.

use std::collections::BTreeMap;

use serde::Serialize;

/// The weights of classes in the loss: the mean loss of a batch is weighted by the class of each row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ClassWeights {
    /// rows / (classes · rows of the class) among the training rows, so that all classes have the same total weight (King and
    /// Zeng 2001).
    Balanced,
    /// Positive weights by class; 1 for classes that are left out.
    Given(BTreeMap<String, f64>),
}
