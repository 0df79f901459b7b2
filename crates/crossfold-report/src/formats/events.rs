//! `--json`: the events of a run, one JSON object per line.

use std::io::{self, Write};

use crossfold_study::{ConfigurationNumber, EpochReport, Evaluation, Event, FitEnd, FoldId, Watched};
use serde_json::{Value, json};

use crate::analysis::leaderboard::TrialCounts;

/// The version of the events' format, in the first of them.
///
/// 1: the first. For regression, `rmse`, `mae` and `r2` replace `accuracy` and
/// `log_loss`. 2: all metrics of validation and test rows, null where one is undefined; `watched_loss` and
/// `best_epoch`, with early stopping; fits that end as `stopped`. 3: `search_ended` counts trials
/// that were `pruned`.
const EVENTS_VERSION: u32 = 3;

/// An event of a run.
#[derive(Clone, Copy, Debug)]
pub enum JsonEvent<'a> {
    /// The first event: the planned work, and the number of fits that are stored already.
    Plan { study: &'a str, trials: usize, fits: usize, stored: usize },
    /// An event of a fit.
    Fit(&'a Event),
    /// The search has ended, with these numbers of trials.
    SearchEnded(TrialCounts),
    /// The winner was retrained on all rows for this number of epochs.
    RefitEnded { epochs: u32 },
    /// The refitted network was scored on the test rows.
    Test(Evaluation),
    /// The last event: the folder of the result files.
    Results { folder: &'a str },
}

/// Writes an event's line. Fits are named as in the CSV files: configurations from 0, repeats and
/// folds from 1.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_event(mut out: impl Write, event: &JsonEvent<'_>) -> io::Result<()> {
    let object = match event {
        JsonEvent::Plan { study, trials, fits, stored } => {
            json!({"event": "plan", "version": EVENTS_VERSION, "study": study, "trials": trials, "fits": fits, "stored": stored})
        }
        JsonEvent::Fit(event) => fit(event),
        JsonEvent::SearchEnded(counts) => {
            let TrialCounts { complete, pruned, failed, cancelled } = counts;
            json!({"event": "search_ended", "complete": complete, "pruned": pruned, "failed": failed, "cancelled": cancelled})
        }
        JsonEvent::RefitEnded { epochs } => json!({"event": "refit_ended", "epochs": epochs}),
        JsonEvent::Test(evaluation) => {
            let mut object = json!(evaluation);
            object["event"] = json!("test");
            object
        }
        JsonEvent::Results { folder } => json!({"event": "results", "folder": folder}),
    };
    serde_json::to_writer(&mut out, &object)?;
    out.write_all(b"\n")
}

fn fit(event: &Event) -> Value {
    let named = |name: &str, configuration: &ConfigurationNumber, fold: &FoldId| json!({"event": name, "configuration": configuration.0, "repeat": fold.repeat + 1, "fold": fold.fold + 1});
    match event {
        Event::FitStarted { configuration, fold } => named("fit_started", configuration, fold),
        Event::EpochDone { configuration, fold, report } => {
            let mut object = named("epoch", configuration, fold);
            let EpochReport { epoch, training, validation, watched, predictions: _ } = report;
            object["epoch"] = json!(epoch);
            object["training"] = json!(Evaluation::from(*training));
            object["validation"] = json!(validation);
            if let Some(Watched { loss, best }) = watched {
                object["watched_loss"] = json!(loss);
                object["best_epoch"] = json!(best);
            }
            object
        }
        Event::FitEnded { configuration, fold, end, elapsed } => {
            let mut object = named("fit_ended", configuration, fold);
            let (state, error) = match end {
                FitEnd::Complete => ("complete", None),
                FitEnd::Stopped => ("stopped", None),
                FitEnd::Failed(failure) => ("failed", Some(failure.to_string())),
                FitEnd::Cancelled => ("cancelled", None),
            };
            object["state"] = json!(state);
            object["error"] = json!(error);
            object["seconds"] = json!(elapsed.as_secs_f64());
            object
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Failure, Tally};

    fn lines(events: &[JsonEvent<'_>]) -> String {
        let mut out = Vec::new();
        events.iter().for_each(|event| write_event(&mut out, event).unwrap());
        String::from_utf8(out).unwrap()
    }

    /// The format that other programs read: a change requires a new [`EVENTS_VERSION`].
    #[test]
    fn one_line_per_event() {
        let failed = example::fit_ended(1, 0, FitEnd::Failed(Failure::NotFinite { epoch: 2 }));
        let mut epoch = example::epoch_done(1, 0, 1, 0.5);
        let plain = epoch.clone();
        if let Event::EpochDone { report, .. } = &mut epoch {
            report.watched = Some(Watched { loss: 0.5, best: 1 });
        }
        let stopped = example::fit_ended(1, 1, FitEnd::Stopped);
        let events = [
            JsonEvent::Plan { study: "example", trials: 6, fits: 6, stored: 2 },
            JsonEvent::Fit(&plain),
            JsonEvent::Fit(&epoch),
            JsonEvent::Fit(&failed),
            JsonEvent::Fit(&stopped),
            JsonEvent::SearchEnded(TrialCounts { complete: 1, pruned: 2, failed: 3, cancelled: 4 }),
            JsonEvent::Test(example::evaluation()),
            JsonEvent::Test(Tally::Numbers { rows: 3, squared: 12.0, absolute: 4.5, spread: 8.0 }.into()),
        ];
        assert_eq!(
            lines(&events),
            r#"{"event":"plan","fits":6,"stored":2,"study":"example","trials":6,"version":3}
{"configuration":1,"epoch":1,"event":"epoch","fold":1,"repeat":1,"training":{"accuracy":0.25,"log_loss":1.75},"validation":{"accuracy":0.5,"average_precision":0.5,"balanced_accuracy":0.5,"brier":0.25,"calibration_error":0.125,"f1":0.5,"log_loss":1.5,"roc_auc":0.875}}
{"best_epoch":1,"configuration":1,"epoch":1,"event":"epoch","fold":1,"repeat":1,"training":{"accuracy":0.25,"log_loss":1.75},"validation":{"accuracy":0.5,"average_precision":0.5,"balanced_accuracy":0.5,"brier":0.25,"calibration_error":0.125,"f1":0.5,"log_loss":1.5,"roc_auc":0.875},"watched_loss":0.5}
{"configuration":1,"error":"the loss is not finite in epoch 2; a smaller `learning_rate` often helps","event":"fit_ended","fold":1,"repeat":1,"seconds":1.5,"state":"failed"}
{"configuration":1,"error":null,"event":"fit_ended","fold":2,"repeat":1,"seconds":1.501,"state":"stopped"}
{"cancelled":4,"complete":1,"event":"search_ended","failed":3,"pruned":2}
{"accuracy":0.75,"average_precision":0.5,"balanced_accuracy":0.5,"brier":0.25,"calibration_error":0.125,"event":"test","f1":0.5,"log_loss":0.5,"roc_auc":null}
{"event":"test","mae":1.5,"r2":-0.5,"rmse":2.0}
"#
        );
    }
}
