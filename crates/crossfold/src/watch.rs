//! What happens in a command, shown to people and written for programs.

mod json_lines;
mod log;
mod screen;

use crossfold_engine::{Notice, Watch};
use crossfold_report::TestScore;
use crossfold_study::Metric;

use crate::error::Error;
use crate::terminal::Terminal;
use json_lines::JsonLines;
use log::Log;
pub(crate) use screen::Screen;

/// Everything that a run tells: the log, JSON lines where they are asked for, and the screen, in this order.
pub(crate) struct RunWatch<'a> {
    log: Log,
    json_lines: Option<JsonLines<'a>>,
    screen: Screen<'a>,
}

impl<'a> RunWatch<'a> {
    /// With `json`, stdout is for JSON lines, and no tables are shown.
    pub(crate) fn new(terminal: &'a Terminal, json: bool) -> RunWatch<'a> {
        let json_lines = json.then(|| JsonLines::new(terminal));
        RunWatch { log: Log, json_lines, screen: Screen::new(terminal, !json) }
    }

    /// Leaves the screen.
    ///
    /// # Errors
    /// The first that stdout gave.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.json_lines.map_or(Ok(()), JsonLines::finish)?;
        self.screen.finish()
    }
}

impl Watch for RunWatch<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        self.log.notice(notice);
        if let Some(json_lines) = &mut self.json_lines {
            json_lines.notice(notice);
        }
        self.screen.notice(notice);
    }
}

/// A score in every metric that is defined, with the interval of the study's: `log loss 0.0612, accuracy 0.9812 (0.9783 to
/// 0.9837 with 95 % confidence)`.
fn scores_in_words(ranked_by: Metric, scores: &[TestScore]) -> String {
    let figure = |&TestScore { metric, value, interval }: &TestScore| {
        let show = |value| crossfold_report::format_score(metric, value);
        let score = format!("{} {}", metric.name().replace('_', " "), show(value?));
        Some(match interval.filter(|_| metric == ranked_by) {
            Some([low, high]) => format!("{score} ({} to {} with 95 % confidence)", show(low), show(high)),
            None => score,
        })
    };
    scores.iter().filter_map(figure).collect::<Vec<_>>().join(", ")
}
