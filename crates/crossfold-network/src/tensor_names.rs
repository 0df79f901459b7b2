//! Names of tensors.

use std::collections::BTreeMap;

/// Counts the layers of each group to name their tensors.
#[derive(Debug, Default)]
pub(crate) struct TensorNames {
    counts: BTreeMap<&'static str, usize>,
}

impl TensorNames {
    /// Returns the name of the next layer of `group`: `layers.0`. An empty group isn't named.
    pub(crate) fn next(&mut self, group: &'static str) -> String {
        if group.is_empty() {
            return String::new();
        }
        let count = self.counts.entry(group).or_default();
        *count += 1;
        format!("{group}.{}", *count - 1)
    }
}
