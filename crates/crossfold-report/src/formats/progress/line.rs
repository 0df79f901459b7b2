//! One line of progress for a terminal of any width: as it gets narrow, words are dropped, never digits.

use crossfold_network::{counted, plural, thousands};
use crossfold_study::Metric;

use crate::analysis::search_progress::{BestTrial, ProgressSnapshot, WorkUnit};
use crate::formats::duration::{clock, elapsed};
use crate::formats::figure::format_score;
use crate::formats::settings::assignment;

/// The number of cells of the bar.
const BAR: usize = 24;

/// What a line may leave out, in the order in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Brevity {
    Full,
    WithoutSettings,
    WithoutBar,
    WithoutCounts,
    WithoutWords,
    WithoutElapsed,
    WithoutBest,
}

const BREVITIES: [Brevity; 7] = [
    Brevity::Full,
    Brevity::WithoutSettings,
    Brevity::WithoutBar,
    Brevity::WithoutCounts,
    Brevity::WithoutWords,
    Brevity::WithoutElapsed,
    Brevity::WithoutBest,
];

impl ProgressSnapshot {
    /// The line for a terminal of `width` columns.
    pub(super) fn line(&self, metric: Metric, width: usize) -> String {
        let mut lines = BREVITIES.into_iter().map(|brevity| self.text(metric, brevity));
        let fits = |line: &String| line.chars().count() <= width;
        lines.clone().find(fits).or_else(|| lines.next_back()).unwrap_or_default()
    }

    /// The line of a log, without a bar.
    pub(super) fn log_line(&self, metric: Metric) -> String {
        let times = self.times(Brevity::Full);
        self.parts(metric, Brevity::Full, times)
    }

    /// The line after the last fit, without a bar.
    pub(super) fn last_line(&self, metric: Metric) -> String {
        let took = match self.rate() {
            Some(rate) => format!("took {}, {rate}", elapsed(self.elapsed)),
            None => format!("took {}", elapsed(self.elapsed)),
        };
        self.parts(metric, Brevity::Full, vec![took])
    }

    fn text(&self, metric: Metric, brevity: Brevity) -> String {
        let line = self.parts(metric, brevity, self.times(brevity));
        match self.total {
            Some(total) if brevity < Brevity::WithoutBar => format!("{} {line}", bar(self.done, total)),
            Some(_) | None => line,
        }
    }

    /// `38/120 fits, 1 failed · elapsed 0:12, 3.2 fits/s · about 0:26 left · best accuracy 0.9494: trial 7 nodes=64`, or
    /// `38/120 · 0:12 · 0:26 left · best 0.9494`.
    fn parts(&self, metric: Metric, brevity: Brevity, times: Vec<String>) -> String {
        let best = self.best.as_ref().map(|best| shorten_best(best, metric, brevity));
        let best = best.filter(|_| brevity < Brevity::WithoutBest);
        [self.work(brevity)].into_iter().chain(times).chain(best).collect::<Vec<_>>().join(" · ")
    }

    fn work(&self, brevity: Brevity) -> String {
        let done = match self.total {
            Some(total) => format!("{}/{}", thousands(self.done), thousands(total)),
            None => thousands(self.done),
        };
        if brevity >= Brevity::WithoutWords && self.total.is_some() {
            return done;
        }
        let unit = match self.unit {
            WorkUnit::Fits => "fit",
            WorkUnit::Trials => "trial",
        };
        let mut text = format!("{done} {unit}{}", plural(self.total.unwrap_or(self.done)));
        if brevity < Brevity::WithoutCounts {
            if self.unit == WorkUnit::Trials {
                text += &format!(", {}", counted(self.fits, "fit"));
            }
            for (count, what) in [(self.pruned, "pruned"), (self.failed, "failed")] {
                if count > 0 {
                    text += &format!(", {} {what}", thousands(count));
                }
            }
        }
        text
    }

    /// The time that has passed, the rate, and the time left.
    fn times(&self, brevity: Brevity) -> Vec<String> {
        let elapsed = clock(self.elapsed);
        let elapsed = match self.rate() {
            _ if brevity >= Brevity::WithoutElapsed => None,
            _ if brevity >= Brevity::WithoutWords => Some(elapsed),
            Some(rate) => Some(format!("elapsed {elapsed}, {rate}")),
            None => Some(format!("elapsed {elapsed}")),
        };
        let about = if brevity < Brevity::WithoutWords { "about " } else { "" };
        let left = self.left.map(|left| format!("{about}{} left", clock(left)));
        elapsed.into_iter().chain(left).collect()
    }

    /// Fits per second, minute or hour; `None` before the first.
    fn rate(&self) -> Option<String> {
        let seconds = self.elapsed.as_secs_f64();
        let per_second = if self.fits > 0 && seconds > 0.0 { self.fits as f64 / seconds } else { return None };
        let (rate, unit) = match per_second {
            rate if rate >= 0.995 => (rate, "s"),
            rate if rate * 60.0 >= 0.995 => (rate * 60.0, "min"),
            rate => (rate * 3600.0, "h"),
        };
        Some(if rate < 9.95 {
            format!("{rate:.1} fits/{unit}")
        } else {
            format!("{} fits/{unit}", thousands(rate.round() as u64))
        })
    }
}

fn shorten_best(best: &BestTrial, metric: Metric, brevity: Brevity) -> String {
    let score = format_score(metric, best.score.get());
    match brevity {
        Brevity::Full => format!("best {}", describe_best(best, metric)),
        Brevity::WithoutSettings | Brevity::WithoutBar | Brevity::WithoutCounts => {
            format!("best {} {score}: trial {}", metric.label(), best.trial)
        }
        Brevity::WithoutWords | Brevity::WithoutElapsed | Brevity::WithoutBest => format!("best {score}"),
    }
}

/// `accuracy 0.9494: trial 7 layers=2 nodes=64`.
pub(crate) fn describe_best(best: &BestTrial, metric: Metric) -> String {
    let score = format_score(metric, best.score.get());
    let settings: String = best.settings.iter().map(|setting| format!(" {}", assignment(setting))).collect();
    format!("{} {score}: trial {}{settings}", metric.label(), best.trial)
}

fn bar(done: u64, total: u64) -> String {
    let full = (BAR as f64 * done as f64 / total.max(1) as f64) as usize;
    let full = full.min(BAR);
    "█".repeat(full) + &"░".repeat(BAR - full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::Setting;
    use crossfold_study::{Score, TrialNumber};
    use std::sync::Arc;
    use std::time::Duration;

    fn snapshot() -> ProgressSnapshot {
        let settings = vec![Setting::Layers(2), Setting::LearningRate(0.0008079862667031752)];
        let best = BestTrial { score: Score::new(0.949_39).unwrap(), trial: TrialNumber(62), settings };
        ProgressSnapshot {
            unit: WorkUnit::Trials,
            done: 139,
            total: Some(1180),
            fits: 131,
            pruned: 133,
            failed: 2,
            best: Some(Arc::new(best)),
            elapsed: Duration::from_secs(42),
            left: Some(Duration::from_millis(16_600)),
        }
    }

    #[test]
    fn words_are_dropped_and_digits_are_not() {
        let check = |width: usize, expected: &str| {
            assert_eq!(snapshot().line(Metric::Accuracy, width), expected);
        };
        let bar = "██░░░░░░░░░░░░░░░░░░░░░░ ";
        let counts = "139/1,180 trials, 131 fits, 133 pruned, 2 failed";
        let times = "elapsed 0:42, 3.1 fits/s · about 0:17 left";
        let best = "best accuracy 0.9494: trial 62";
        check(200, &format!("{bar}{counts} · {times} · {best} layers=2 learning_rate=0.000808"));
        check(160, &format!("{bar}{counts} · {times} · {best}"));
        check(130, &format!("{counts} · {times} · {best}"));
        check(100, &format!("139/1,180 trials · {times} · {best}"));
        check(80, "139/1,180 · 0:42 · 0:17 left · best 0.9494");
        check(60, "139/1,180 · 0:42 · 0:17 left · best 0.9494");
        check(40, "139/1,180 · 0:17 left · best 0.9494");
        check(30, "139/1,180 · 0:17 left");
        // Nothing is left to drop.
        check(1, "139/1,180 · 0:17 left");
    }

    #[test]
    fn a_search_without_an_end_has_no_bar() {
        let endless = ProgressSnapshot { total: None, left: None, done: 1, fits: 1, pruned: 0, ..snapshot() };
        assert_eq!(
            endless.line(Metric::Accuracy, 90),
            "1 trial, 1 fit, 2 failed · elapsed 0:42, 1.4 fits/min · best accuracy 0.9494: trial 62"
        );
        assert_eq!(endless.line(Metric::Accuracy, 40), "1 trial · 0:42 · best 0.9494");
    }

    #[test]
    fn the_last_line_has_tenths_of_short_times() {
        let last = |milliseconds, fits| {
            let elapsed = Duration::from_millis(milliseconds);
            let of_fits = ProgressSnapshot { unit: WorkUnit::Fits, done: fits, total: Some(fits), fits, ..snapshot() };
            let short = ProgressSnapshot { elapsed, pruned: 0, failed: 0, best: None, ..of_fits };
            short.last_line(Metric::Accuracy)
        };
        assert_eq!(last(40, 1), "1/1 fit · took 0.0 s, 25 fits/s");
        assert_eq!(last(9_400, 2_000), "2,000/2,000 fits · took 9.4 s, 213 fits/s");
        assert_eq!(last(57_200, 120), "120/120 fits · took 57 s, 2.1 fits/s");
        assert_eq!(last(3_723_000, 1), "1/1 fit · took 1:02:03, 1.0 fits/h");
    }
}
