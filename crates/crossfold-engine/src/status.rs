//! What a study's run is doing, asked by another process.

use std::path::Path;

use crossfold_network::{counted, format_bytes, thousands};
use crossfold_report::{TrialCounts, aligned};
use crossfold_study::{Store, StudyName, visible_line};

use crate::error::Error;
use crate::list::{StudyState, StudySummary, local_time, summarize};
use crate::machine::Machine;
use crate::run_file::FolderRun;
use crate::standing::TrialsSummary;

/// What is said of studies.
pub struct StatusText {
    /// A few lines per study; empty where none was asked for and none is running.
    pub text: String,
    /// What is said last where no run of them is under way, in one line.
    pub closing: String,
    /// Whether a run of one of them is under way.
    pub is_running: bool,
}

impl StatusText {
    /// No study is running.
    pub fn of_nothing(results: &Path) -> StatusText {
        let closing = format!("nothing is running in {}", results.display());
        StatusText { text: String::new(), closing, is_running: false }
    }
}

/// What is known of the study `name`, or of all studies that are running. Result files are in folders of `results`.
///
/// # Errors
/// [`Error::UnknownStudy`] where the study is unknown; where the store can't be read.
pub fn status(
    store: &dyn Store,
    results: &Path,
    name: Option<&str>,
    machine: &dyn Machine,
) -> Result<StatusText, Error> {
    let studies = store.studies()?;
    let asked: Vec<StudyName> = match name {
        Some(name) => studies.iter().filter(|study| study.as_str() == name).cloned().collect(),
        None => studies.clone(),
    };
    if let (Some(name), true) = (name, asked.is_empty()) {
        return Err(Error::UnknownStudy { name: name.to_owned(), known: studies });
    }
    let mut status = StatusText::of_nothing(results);
    for study in asked {
        // Before its results are read, which takes long for some.
        let is_running = matches!(FolderRun::find(results, &study, machine.now()), FolderRun::Running { .. });
        status.is_running |= is_running;
        if name.is_some() || is_running {
            let summary = summarize(store, results, study, machine)?;
            if name.is_some() {
                status.closing = format!("the run of `{}` has ended: {}", summary.name, summary.state_word());
            }
            let gap = if status.text.is_empty() { "" } else { "\n" };
            status.text += &format!("{gap}{}", describe(&summary, results));
        }
    }
    Ok(status)
}

/// Its lines.
fn describe(summary: &StudySummary, results: &Path) -> String {
    let mut lines: Vec<[String; 2]> = Vec::new();
    let mut add = |name: &str, value: String| lines.push([name.to_owned(), value]);
    add("study", summary.name.to_string());
    match (&summary.state, &summary.trials) {
        (StudyState::Running { holder, status }, _) => {
            let state = status.as_ref().map_or_else(|| "running".to_owned(), |status| status.state());
            add("state", format!("{state} ({})", visible_line(holder)));
            if let Some(status) = status {
                add("done", status.work());
                add("time", status.time());
                add("best", status.best().unwrap_or("no trial is complete yet").to_owned());
            }
        }
        (StudyState::Killed | StudyState::Ended, trials) => {
            add("state", format!("{}, last run {}", summary.state_word(), local_time(&summary.started)));
            if let Some(TrialsSummary { planned, counts, best, .. }) = trials {
                add("done", describe_counts(*planned, *counts));
                add("best", best.clone().unwrap_or_else(|| "no trial is complete".to_owned()));
            }
        }
    }
    let folder = results.join(summary.name.as_str());
    add("disk", format!("{} in {}, {}", format_bytes(summary.size), folder.display(), store_size(results)));
    aligned(&lines)
}

/// `5 of 40 trials complete, 33 pruned, 2 not trained to the end`.
fn describe_counts(planned: usize, counts: TrialCounts) -> String {
    let TrialCounts { complete, pruned, failed, cancelled } = counts;
    let mut text = format!("{} of {} complete", thousands(complete.into()), counted(planned, "trial"));
    for (count, what) in [(pruned, "pruned"), (failed, "failed"), (cancelled, "not trained to the end")] {
        if count > 0 {
            text += &format!(", {} {what}", thousands(count.into()));
        }
    }
    text
}

/// The size of the store, which is in files of `results` itself.
fn store_size(results: &Path) -> String {
    let entries = std::fs::read_dir(results).into_iter().flatten().flatten();
    let files = entries.filter_map(|entry| entry.metadata().ok()).filter(std::fs::Metadata::is_file);
    format!("{} in the store of all studies", format_bytes(files.map(|file| file.len()).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_trials_are_counted() {
        let counts = TrialCounts { complete: 9, pruned: 1_015, failed: 2, cancelled: 4 };
        let said = "9 of 1,030 trials complete, 1,015 pruned, 2 failed, 4 not trained to the end";
        assert_eq!(describe_counts(1_030, counts), said);
        let counts = TrialCounts { complete: 1, ..TrialCounts::default() };
        assert_eq!(describe_counts(1, counts), "1 of 1 trial complete");
    }
}
