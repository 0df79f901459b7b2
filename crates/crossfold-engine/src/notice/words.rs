//! Notices in sentences, for people.

use crossfold_network::{counted, joined, thousands};
use crossfold_report::{describe_used_up_budget, format_score};
use crossfold_system::Destination;

use super::{Notice, Removed, SearchEnd};

impl Notice<'_> {
    /// What a person is told, a line each; nothing of what is shown in other forms, as remarks, progress and tables are.
    pub fn sentences(&self) -> Vec<String> {
        let line = match *self {
            Notice::EarlierRunDied { holder } => {
                format!("the previous run ({holder}) did not end properly; continuing from what it stored")
            }
            Notice::DataChanged(study) => format!(
                "the data differ from those of the last run of `{study}` (other rows, values or columns): everything is \
                 retrained, and its earlier results are replaced"
            ),
            Notice::Removed(removed @ Removed::Damaged(_)) => removed.to_string(),
            Notice::BaselinesBegan { fits } => {
                format!("fitting baseline methods ({})", counted(fits, "fit"))
            }
            Notice::BaselinesLeftOut { methods } => {
                let names: Vec<&str> = methods.iter().map(|method| method.in_words()).collect();
                format!("not compared with {}: too many rows, inputs or classes for a quick fit", joined(&names, "and"))
            }
            Notice::BaselinesFailed { methods } => {
                let names: Vec<&str> = methods.iter().map(|method| method.in_words()).collect();
                format!("not compared with {}: no finite result on a fold", joined(&names, "and"))
            }
            Notice::RetrainedForPredictions { fits } => {
                format!("retraining {}, whose predictions are not stored", counted(fits, "network"))
            }
            Notice::SearchEnded(SearchEnd {
                limit: Some(limit), leaves_no_winner, time_missing, time_kept, ..
            }) => {
                return describe_used_up_budget(limit.name(), leaves_no_winner, time_missing, time_kept);
            }
            Notice::EarlierResultsStay { folder } => {
                format!("nothing is known yet; the earlier results in {} stay", folder.display())
            }
            Notice::NestedFoldBegan { number, folds } => {
                format!("nested cross-validation: searching on fold {number} of {folds}")
            }
            Notice::NestedUnscored => {
                "nested cross-validation has no score: on a fold, no trial won or its winner has none".to_owned()
            }
            Notice::NestedScored { metric, mean } => {
                let (label, mean) = (metric.label(), format_score(metric, mean));
                format!("nested cross-validation: {label} {mean}, the choice of the best included")
            }
            Notice::FoldsBegan { folds: 1, .. } => "retraining the winner on its training rows".to_owned(),
            Notice::FoldsBegan { folds, .. } => {
                format!("retraining the winner on each of {folds} folds, for networks that predict together")
            }
            Notice::RefitBegan { trial, rank, members, rows, networks, .. } => {
                let which = match (rank, members) {
                    (_, 2..) => format!("an ensemble of {members} trials"),
                    (Some(1), _) => "the winner".to_owned(),
                    (_, _) => format!("trial {trial}, the simplest within one standard error of the first,"),
                };
                let networks = match networks {
                    networks if networks as usize == members => String::new(),
                    networks => format!(" as {networks} networks"),
                };
                format!("retraining {which} on all {} rows{networks}", thousands(rows as u64))
            }
            Notice::TestRowsUsed(others) => others.to_string(),
            Notice::RefitCancelled => {
                "interrupted before the winner was retrained; the same command continues".to_owned()
            }
            Notice::ResultsWritten { folder } => format!("report: {}", folder.join("report.html").display()),
            Notice::PredictionsWritten { path: Destination::StandardOutput, .. } => return Vec::new(),
            Notice::InputsWritten { rows, path } => {
                format!("wrote network inputs ({}) to {path}", counted(rows, "row"))
            }
            Notice::PredictionsWritten { target, rows, path } => {
                format!("wrote predictions of `{target}` ({}) to {path}", counted(rows, "row"))
            }
            Notice::DataRead(_)
            | Notice::NewRowsRead(_)
            | Notice::Planned(_)
            | Notice::Removed(Removed::Fits(_))
            | Notice::SearchBegan(_)
            | Notice::Fit { .. }
            | Notice::SearchSettled { .. }
            | Notice::SearchEnded(SearchEnd { limit: None, .. })
            | Notice::Ranked(_)
            | Notice::StoredNetworkRefused { .. }
            | Notice::RefitEnded { .. }
            | Notice::Tested { .. }
            | Notice::Variables(_)
            | Notice::Trial { .. }
            | Notice::RefitFailed { .. }
            | Notice::FileWritten { .. }
            | Notice::StageBegan(_)
            | Notice::StageEnded { .. } => return Vec::new(),
        };
        vec![line]
    }
}
