//! The list of result files.

use super::result_file::{Listing, Nature, ResultFile, Stage};
use super::{best_spec, csv, dictionary, figures, html, markdown_report, model_folder, study_json};

/// Every file of a study's results folder but its logs, in the order of the table in its `README.md`.
pub static RESULT_FILES: &[ResultFile] = &[
    html::FILE,
    markdown_report::FILE,
    csv::leaderboard::FILE,
    csv::baselines::FILE,
    csv::ensemble::FILE,
    csv::folds::FILE,
    csv::curves::FILE,
    csv::importance::FILE,
    csv::variables::FILE,
    best_spec::FILE,
    csv::predictions::FILE,
    csv::coefficients::FILE,
    csv::test::FILE,
    csv::test_predictions::FILE,
    csv::nested::FILE,
    model_folder::WEIGHTS_FILE,
    model_folder::SPEC_FILE,
    model_folder::MODEL_FILE,
    model_folder::CARD_FILE,
    figures::scores::FILE,
    figures::curves::FILE,
    figures::history::FILE,
    figures::variables::FILE,
    figures::confusion::FILE,
    figures::calibration::FILE,
    figures::roc::FILE,
    figures::predicted::FILE,
    figures::cost::FILE,
    study_json::FILE,
    csv::timings::FILE,
    README,
];

/// The documentation of the other files.
const README: ResultFile = ResultFile {
    path: "README.md",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Unlisted,
    condition: None,
    write: |out, inputs| dictionary::write(out, inputs, RESULT_FILES),
    section: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn optional_files_of_earlier_runs_are_removed_first() {
        let kept: Vec<&str> = RESULT_FILES.iter().filter(|file| !file.may_be_stale()).map(|file| file.path).collect();
        assert_eq!(kept, ["leaderboard.csv", "folds.csv", "curves.csv", "timings.csv", "README.md"]);
        let paths: BTreeSet<&str> = RESULT_FILES.iter().map(|file| file.path).collect();
        assert_eq!(paths.len(), RESULT_FILES.len());
    }

    /// The page is the largest file. A disk that it fills has all others.
    #[test]
    fn the_page_is_written_after_all_other_files() {
        let is_last =
            |page: &ResultFile| RESULT_FILES.iter().all(|file| file.stage < page.stage || file.path == page.path);
        let last: Vec<&str> = RESULT_FILES.iter().filter(|file| is_last(file)).map(|file| file.path).collect();
        assert_eq!(last, ["report.html"]);
    }
}
