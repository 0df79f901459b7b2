//! Reports that can be of one fit.

use crossfold_study::EpochReport;

/// Whether two reports can be of one fit.
pub(crate) fn are_alike(a: &EpochReport, b: &EpochReport) -> bool {
    let kind = |report: &EpochReport| {
        let validation = report.validation.as_ref();
        let validation = validation.map(|scored| (scored.tally.rows(), scored.scores.is_empty()));
        (report.training.rows(), validation, report.watched.is_some())
    };
    kind(a) == kind(b)
}
