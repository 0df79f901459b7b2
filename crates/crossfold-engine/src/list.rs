//! The stored studies at a glance.

use std::path::Path;

use crossfold_network::{format_bytes, thousands};
use crossfold_report::{RunStatus, Unfinished, aligned_within};
use crossfold_study::{Store, StoreError, StudyName, StudyRecord};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::Error;
use crate::machine::Machine;
use crate::run_file::FolderRun;
use crate::standing::{Standing, TrialsSummary};
use crate::stored_study::StoredStudy;

/// A stored study at a glance.
pub struct StudySummary {
    pub name: StudyName,
    pub state: StudyState,
    /// When it was last run, RFC 3339 in UTC. Empty where that is damaged.
    pub started: String,
    /// `None` while it runs, where this release refuses its spec, or `damage` is known.
    pub trials: Option<TrialsSummary>,
    /// The bytes of its result files.
    pub size: u64,
    /// The first damaged record of the study.
    pub damage: Option<StoreError>,
}

/// How a study's last run ended, or how far it is.
pub enum StudyState {
    /// It is under way: its process, and how far it has got, where that is known.
    Running { holder: String, status: Option<RunStatus> },
    /// It was killed.
    Killed,
    /// It ended.
    Ended,
}

impl StudySummary {
    /// The names of [`StudySummary::cells`].
    const COLUMNS: [&str; 8] = ["study", "state", "trials", "pruned", "failed", "best", "size", "last run"];

    /// The columns that a narrow terminal has no room for, the first to be left out first: size, failed, pruned, last run.
    const SECONDARY: [usize; 4] = [6, 4, 3, 7];

    /// A line per study, for a terminal of `width` columns.
    pub fn table(studies: &[StudySummary], width: usize) -> String {
        let mut lines = vec![StudySummary::COLUMNS.map(str::to_owned)];
        lines.extend(studies.iter().map(StudySummary::cells));
        aligned_within(&lines, &StudySummary::SECONDARY, width)
    }

    /// Its line in a table of studies. Times are those of this machine's time zone.
    fn cells(&self) -> [String; 8] {
        let [trials, pruned, failed, best] = match (&self.state, &self.trials) {
            (StudyState::Running { status: Some(status), .. }, _) => status.cells(),
            (_, Some(TrialsSummary { planned, counts, best, .. })) => {
                let complete = format!("{}/{}", thousands(counts.complete.into()), thousands(*planned as u64));
                let [pruned, failed] = [counts.pruned, counts.failed].map(|count| thousands(count.into()));
                [complete, pruned, failed, best.clone().unwrap_or_else(|| "-".to_owned())]
            }
            (_, None) => ["-"; 4].map(str::to_owned),
        };
        let (state, size) = (self.state_word().to_owned(), format_bytes(self.size));
        [self.name.to_string(), state, trials, pruned, failed, best, size, local_time(&self.started)]
    }

    /// Its state in a word or two.
    pub fn state_word(&self) -> &'static str {
        match (&self.state, &self.trials) {
            (StudyState::Running { .. }, _) => "running",
            _ if self.damage.is_some() => "damaged",
            (_, None) => "spec not understood",
            (_, Some(TrialsSummary { unfinished: Some(unfinished), .. })) => unfinished.word(),
            (StudyState::Killed, _) => Unfinished::Interrupted.word(),
            (StudyState::Ended, _) => "complete",
        }
    }
}

/// A time of records in this machine's time zone, which is named, to the minute.
pub(crate) fn local_time(time: &str) -> String {
    let zoned = time.parse::<Timestamp>().map(|time| time.to_zoned(TimeZone::system()));
    zoned.map_or_else(|_| time.to_owned(), |time| time.strftime("%Y-%m-%d %H:%M %Z").to_string())
}

/// All stored studies, by name; their result files are in folders of `results`. A damaged one hides no other. The digests of
/// fits are checked only where a study's last run did not end, or its fits changed since.
///
/// # Errors
/// Where the store can't be read.
pub fn list(store: &dyn Store, results: &Path, machine: &dyn Machine) -> Result<Vec<StudySummary>, Error> {
    store.studies()?.into_iter().map(|name| summarize(store, results, name, machine)).collect()
}

/// A stored study at a glance. A damaged one is no error.
pub(crate) fn summarize(
    store: &dyn Store,
    results: &Path,
    name: StudyName,
    machine: &dyn Machine,
) -> Result<StudySummary, Error> {
    let state = match FolderRun::find(results, &name, machine.now()) {
        FolderRun::Running { holder, status } => StudyState::Running { holder, status },
        FolderRun::Killed => StudyState::Killed,
        FolderRun::Ended => StudyState::Ended,
    };
    let size = folder_size(&results.join(name.as_str()));
    let mut summary = StudySummary { name, state, started: String::new(), trials: None, size, damage: None };
    match read(store, &mut summary) {
        Err(Error::Store(damage @ StoreError::DamagedRecord { .. })) => summary.damage = Some(damage.of(&summary.name)),
        read => read?,
    }
    Ok(summary)
}

fn read(store: &dyn Store, summary: &mut StudySummary) -> Result<(), Error> {
    if let Some(record) = store.study(&summary.name)? {
        summary.started.clone_from(&record.started);
        // All of a running study's fits would be read, while it stores more of them.
        if !matches!(summary.state, StudyState::Running { .. }) {
            summary.trials = trials(store, record)?;
        }
    }
    Ok(())
}

/// The bytes of the files in a folder and in those within; 0 for what can't be read. No link is followed.
fn folder_size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => folder_size(&entry.path()),
        Ok(found) if found.is_file() => found.len(),
        Ok(_) | Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

fn trials(store: &dyn Store, record: StudyRecord) -> Result<Option<TrialsSummary>, Error> {
    if let Some(standing) = Standing::find(store, &record.name)? {
        return Ok(Some(standing.trials));
    }
    let stored = match StoredStudy::read(store, record) {
        Ok(stored) => stored,
        // The other studies are shown all the same.
        Err(Error::Spec(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(TrialsSummary::new(&stored.results(store).leaderboard())))
}
