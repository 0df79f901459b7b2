//! Rows on which a metric is undefined.

use super::Metric;
use crate::Truth;

/// The metric is undefined on all validation parts, so that trials couldn't be ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{metric}` is undefined on every validation part, so that no trial would have a score: {unmet}")]
pub struct UndefinedMetric {
    metric: Metric,
    /// What the parts lack.
    unmet: &'static str,
}

impl UndefinedMetric {
    /// What to do about it.
    pub fn hint(&self) -> String {
        let usual = Metric::default_for(self.metric.task());
        format!("choose another `objective.metric`, such as `{usual}`, or a `cross_validation` with larger parts")
    }
}

impl Metric {
    /// Whether the metric is defined on rows with these targets, for any predictions.
    pub(super) fn is_defined_on(self, truth: &Truth) -> bool {
        self.definition().requirement.as_ref().is_none_or(|requirement| (requirement.is_met)(truth))
    }

    /// Checks that the metric is defined on at least one validation part, given the targets of each.
    ///
    /// # Errors
    /// If it is defined on none.
    pub fn check_defined(self, parts: impl IntoIterator<Item = Truth>) -> Result<(), UndefinedMetric> {
        match &self.definition().requirement {
            Some(requirement) if !parts.into_iter().any(|truth| self.is_defined_on(&truth)) => {
                Err(UndefinedMetric { metric: self, unmet: requirement.unmet })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_undefined_on_every_part_is_refused() {
        let labels = |parts: [&[u32]; 2]| parts.map(|labels| Truth::Labels(labels.to_vec()));
        let (alone, mixed) = (labels([&[1, 1], &[0]]), labels([&[1, 1], &[0, 2]]));
        let refused = Metric::RocAuc.check_defined(alone.clone()).unwrap_err();
        assert_eq!(
            (refused.to_string(), refused.hint()),
            (
                "`roc_auc` is undefined on every validation part, so that no trial would have a score: none has rows \
                 of two classes"
                    .to_owned(),
                "choose another `objective.metric`, such as `accuracy`, or a `cross_validation` with larger parts"
                    .to_owned()
            )
        );
        assert_eq!([Metric::F1.check_defined(alone), Metric::RocAuc.check_defined(mixed)], [Ok(()), Ok(())]);
        let numbers = || [Truth::Numbers(vec![1.0]), Truth::Numbers(vec![2.0])];
        assert!(Metric::R2.check_defined(numbers()).is_err());
        assert_eq!(Metric::Mae.check_defined(numbers()), Ok(()));
    }
}
