//! How far a run has got, as another process reads and says it.

use std::time::Duration;

use crossfold_network::{counted, thousands};
use crossfold_study::Metric;
use serde::{Deserialize, Serialize};

use super::duration::clock;
use super::progress::describe_best;
use crate::analysis::search_progress::{ProgressSnapshot, WorkUnit};

/// How far a run has got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStatus {
    pub phase: RunPhase,
    unit: WorkUnit,
    done: u64,
    total: Option<u64>,
    pruned: u64,
    failed: u64,
    /// `accuracy 0.9494: trial 7 nodes=64`.
    best: Option<String>,
    elapsed: Duration,
    left: Option<Duration>,
}

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunPhase {
    Training,
    Comparing,
    /// The `number`th of `folds` nested searches.
    Nested {
        number: usize,
        folds: usize,
    },
    Retraining,
    /// Which variables matter.
    Variables,
    Writing,
}

impl RunPhase {
    fn words(self) -> String {
        match self {
            RunPhase::Training => "training".to_owned(),
            RunPhase::Comparing => "comparing trials".to_owned(),
            RunPhase::Nested { number, folds } => format!("nested cross-validation, search {number} of {folds}"),
            RunPhase::Retraining => "retraining the winner".to_owned(),
            RunPhase::Variables => "retraining the winner on each fold to see which variables matter".to_owned(),
            RunPhase::Writing => "writing results".to_owned(),
        }
    }
}

impl RunStatus {
    pub fn new(phase: RunPhase, metric: Metric, search: &ProgressSnapshot) -> RunStatus {
        let &ProgressSnapshot { unit, done, total, pruned, failed, elapsed, left, .. } = search;
        let best = search.best.as_ref().map(|best| describe_best(best, metric));
        RunStatus { phase, unit, done, total, pruned, failed, best, elapsed, left }
    }

    /// What it is some time later, if nothing happened since.
    #[must_use]
    pub fn later(self, by: Duration) -> RunStatus {
        let left = self.left.map(|left| left.saturating_sub(by));
        RunStatus { elapsed: self.elapsed + by, left, ..self }
    }

    /// `running: training`.
    pub fn state(&self) -> String {
        format!("running: {}", self.phase.words())
    }

    /// `38 of 120 fits, 1 failed`.
    pub fn work(&self) -> String {
        let unit = match self.unit {
            WorkUnit::Fits => "fit",
            WorkUnit::Trials => "trial",
        };
        let mut text = match self.total {
            Some(total) => format!("{} of {}", thousands(self.done), counted(total, unit)),
            None => counted(self.done, unit),
        };
        for (count, what) in [(self.pruned, "pruned"), (self.failed, "failed")] {
            if count > 0 {
                text += &format!(", {} {what}", thousands(count));
            }
        }
        text
    }

    /// `elapsed 0:12, about 0:26 left`.
    pub fn time(&self) -> String {
        let elapsed = format!("elapsed {}", clock(self.elapsed));
        match self.left.filter(|left| self.phase == RunPhase::Training && !left.is_zero()) {
            Some(left) => format!("{elapsed}, about {} left", clock(left)),
            None => elapsed,
        }
    }

    /// `accuracy 0.9494: trial 7 nodes=64`; `None` before the first complete trial.
    pub fn best(&self) -> Option<&str> {
        self.best.as_deref()
    }

    /// The first line of what is shown of a running study's results.
    pub fn heading(&self, name: &str) -> String {
        format!("Running: {}, {}. `crossfold status {name} --watch` follows it.", self.work(), self.time())
    }

    /// Its cells in a table of studies: work, pruned, failed, best.
    pub fn cells(&self) -> [String; 4] {
        let unit = match self.unit {
            WorkUnit::Fits => " fits",
            WorkUnit::Trials => "",
        };
        let total = self.total.map(|total| format!("/{}", thousands(total))).unwrap_or_default();
        let best = self.best.as_ref().map(|best| best.split(':').next().unwrap_or_default().to_owned());
        let dash = || "-".to_owned();
        let [pruned, failed] = [self.pruned, self.failed].map(thousands);
        [format!("{}{total}{unit}", thousands(self.done)), pruned, failed, best.unwrap_or_else(dash)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::search_progress::BestTrial;
    use crossfold_network::Setting;
    use crossfold_study::{Score, TrialNumber};
    use std::sync::Arc;

    fn status(phase: RunPhase) -> RunStatus {
        let best = BestTrial {
            score: Score::new(0.949_4).unwrap(),
            trial: TrialNumber(7),
            settings: vec![Setting::Nodes(64)],
        };
        let search = ProgressSnapshot {
            unit: WorkUnit::Fits,
            done: 38,
            total: Some(1200),
            fits: 38,
            pruned: 0,
            failed: 1,
            best: Some(Arc::new(best)),
            elapsed: Duration::from_secs(12),
            left: Some(Duration::from_secs(26)),
        };
        RunStatus::new(phase, Metric::Accuracy, &search)
    }

    #[test]
    fn a_run_is_described() {
        let status = status(RunPhase::Training).later(Duration::from_secs(5));
        assert_eq!(status.state(), "running: training");
        assert_eq!(
            status.heading("a"),
            "Running: 38 of 1,200 fits, 1 failed, elapsed 0:17, about 0:21 left. `crossfold status a --watch` follows it."
        );
        assert_eq!(status.best(), Some("accuracy 0.9494: trial 7 nodes=64"));
        assert_eq!(status.cells(), ["38/1,200 fits", "0", "1", "accuracy 0.9494"].map(str::to_owned));
        assert_eq!(status.later(Duration::from_secs(60)).time(), "elapsed 1:17");
    }

    #[test]
    fn only_training_has_an_end_in_sight() {
        let nested = status(RunPhase::Nested { number: 2, folds: 5 });
        assert_eq!(nested.state(), "running: nested cross-validation, search 2 of 5");
        assert_eq!(nested.time(), "elapsed 0:12");
    }

    #[test]
    fn what_was_written_is_read() {
        let status = status(RunPhase::Nested { number: 2, folds: 5 });
        let text = serde_json::to_string(&status).unwrap();
        assert_eq!(serde_json::from_str::<RunStatus>(&text).unwrap(), status);
    }
}
