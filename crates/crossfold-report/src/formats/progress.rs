//! The progress of a search, as a bar or as lines of a log.

mod line;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossfold_network::{counted, thousands};
use crossfold_study::{Event, Metric, Plan, Results, Study};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::analysis::search_progress::{ExpectedWork, Price, ProgressSnapshot, SearchProgress};

pub(crate) use line::describe_best;

pub use indicatif::ProgressDrawTarget as DrawTarget;

/// Where and how progress is shown.
pub enum Screen<'a> {
    /// A line that redraws itself, on a terminal whose width is asked for each time.
    Bar {
        target: DrawTarget,
        width: fn() -> u16,
    },
    /// Lines for a log: one per 5 % of the work, at least two seconds apart, and at least one per minute.
    Lines(Box<dyn Write + 'a>),
    Quiet,
}

const LINE_SHARE: f64 = 0.05;
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a line is redrawn without an event, so that its time goes on and it follows the width of its window.
const TICK: Duration = Duration::from_millis(250);

impl ExpectedWork {
    /// What a search is about to train, `jobs` fits at a time; `stored` fits need no training.
    pub fn announcement(&self, stored: usize, jobs: usize) -> String {
        let trials = match self.trials {
            Some(1) => "at most 1 trial".to_owned(),
            Some(trials) => format!("at most {} trials", thousands(trials)),
            None => "trials until the budget ends".to_owned(),
        };
        let are = if stored == 1 { "is" } else { "are" };
        let stored_fits = counted(stored, "fit");
        let fits = counted(jobs, "fit");
        match (self.missing, stored) {
            (0, 1) => "the only fit of the search is stored".to_owned(),
            (0, stored) => format!("all {} fits of the search are stored", thousands(stored as u64)),
            (_, 0) if !self.is_all => format!("searching: {trials}, {fits} at a time"),
            (_, _) if !self.is_all => format!("{stored_fits} {are} stored; searching on: {trials}, {fits} at a time"),
            (1, 0) => "training 1 network".to_owned(),
            (missing, 0) => format!("training {}, {jobs} at a time", counted(missing, "network")),
            (1, _) => format!("{stored_fits} {are} stored; training 1"),
            (missing, _) => {
                format!("{stored_fits} {are} stored; training {}, {jobs} at a time", thousands(missing as u64))
            }
        }
    }
}

/// Shows the work done, the best trial so far, and the time left.
pub struct Progress<'a> {
    search: SearchProgress,
    metric: Metric,
    output: Output<'a>,
}

/// Says what is being done, where that can't be counted, on a terminal and until it is dropped.
pub struct Waiting(ProgressBar);

impl Waiting {
    /// `None` where the screen is no terminal.
    pub fn new(screen: Screen<'_>, what: &'static str) -> Option<Waiting> {
        let Screen::Bar { target, .. } = screen else { return None };
        let style = ProgressStyle::with_template("{wide_msg}").expect("the template is well-formed");
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        bar.set_message(what);
        Some(Waiting(bar))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

enum Output<'a> {
    Bar { bar: ProgressBar, shown: Arc<Mutex<Shown>> },
    Lines { out: Box<dyn Write + 'a>, shown: Duration, shown_done: u64 },
    Quiet,
}

/// What a line that redraws itself shows.
#[derive(Default)]
struct Shown {
    latest: Option<ProgressSnapshot>,
    /// The line's own clock at that time.
    taken: Duration,
    /// The width of the last line that was drawn, and of the terminal then.
    drawn: [usize; 2],
}

impl Shown {
    /// The line at this moment. Where the terminal has become narrower than the line before, that was broken into several:
    /// they are removed first.
    fn draw(&mut self, metric: Metric, now: Duration, width: usize) -> String {
        let Some(latest) = &self.latest else { return String::new() };
        let since = now.saturating_sub(self.taken);
        let snapshot = ProgressSnapshot {
            elapsed: latest.elapsed + since,
            left: latest.left.map(|left| left.saturating_sub(since)),
            ..latest.clone()
        };
        // The last column stays empty: some terminals break a line that reaches it.
        let line = snapshot.line(metric, width.saturating_sub(1).max(1));
        let [before, width_before] = std::mem::replace(&mut self.drawn, [line.chars().count(), width]);
        let broken = if width < width_before { before.saturating_sub(1) / width.max(1) } else { 0 };
        if broken > 0 { format!("\x1b[{broken}A\r\x1b[J{line}") } else { line }
    }
}

impl<'a> Progress<'a> {
    /// Shows nothing before [`Progress::begin`].
    pub fn new(study: &Study, screen: Screen<'a>) -> Progress<'a> {
        let metric = study.metric;
        let output = match screen {
            Screen::Bar { target, width } => {
                let shown = Arc::new(Mutex::new(Shown::default()));
                let style = ProgressStyle::with_template("{line}").expect("the template is well-formed");
                let drawn = shown.clone();
                let style = style.with_key("line", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let mut shown = drawn.lock().unwrap_or_else(PoisonError::into_inner);
                    let _ = out.write_str(&shown.draw(metric, state.elapsed(), width().into()));
                });
                Output::Bar { bar: ProgressBar::with_draw_target(None, target).with_style(style), shown }
            }
            Screen::Lines(out) => Output::Lines { out, shown: Duration::ZERO, shown_done: 0 },
            Screen::Quiet => Output::Quiet,
        };
        Progress { search: SearchProgress::new(study), metric, output }
    }

    /// As [`SearchProgress::begin`].
    pub fn begin(&mut self, plan: &Plan, known: &Results, price: Price, expected: ExpectedWork) {
        self.search.begin(plan, known, price, expected);
    }

    /// Redraws a line on a terminal now and then, from here on, even if nothing happens.
    pub fn redraw_steadily(&self) {
        if let Output::Bar { bar, .. } = &self.output {
            bar.enable_steady_tick(TICK);
        }
    }

    /// As [`SearchProgress::observe`].
    pub fn observe(&mut self, event: &Event, plan: &Plan, results: &Results, elapsed: Duration) {
        self.search.observe(event, plan, results, elapsed);
        self.show(elapsed);
    }

    /// As [`SearchProgress::settle`].
    pub fn settle(&mut self, plan: &Plan, results: &Results) {
        self.search.settle(plan, results);
    }

    /// A writer to `out` that writes above the bar, if one is shown there; other output would break the bar.
    pub fn above(&self, out: impl Write + Send + 'static) -> Box<dyn Write + Send> {
        match &self.output {
            Output::Bar { bar, .. } => Box::new(Above { bar: bar.clone(), out, lines: Vec::new() }),
            Output::Lines { .. } | Output::Quiet => Box::new(out),
        }
    }

    /// Shows the final state, and removes the bar.
    pub fn finish(mut self, elapsed: Duration) {
        let line = self.search.snapshot(elapsed).last_line(self.metric);
        match &mut self.output {
            Output::Bar { bar, .. } => {
                if self.search.has_work() {
                    bar.println(line);
                }
                bar.finish_and_clear();
            }
            Output::Lines { out, .. } if self.search.has_work() => write_line(out, &line),
            Output::Lines { .. } | Output::Quiet => {}
        }
    }

    fn show(&mut self, elapsed: Duration) {
        match &mut self.output {
            Output::Bar { bar, shown } => {
                let (latest, taken) = (Some(self.search.snapshot(elapsed)), bar.elapsed());
                let mut now_shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                *now_shown = Shown { latest, taken, ..*now_shown };
                // Drawing takes the same lock.
                drop(now_shown);
                bar.tick();
            }
            Output::Lines { out, shown, shown_done } => {
                let (done, most) = (self.search.done(), self.search.total());
                let pause = elapsed.saturating_sub(*shown);
                let share = most.map_or(0.0, |most| done.saturating_sub(*shown_done) as f64 / most as f64);
                // `finish` shows the last state.
                let is_over = most == Some(done);
                if is_over || pause < SHORTEST_PAUSE || (share < LINE_SHARE && pause < LONGEST_PAUSE) {
                    return;
                }
                write_line(out, &self.search.snapshot(elapsed).log_line(self.metric));
                (*shown, *shown_done) = (elapsed, done);
            }
            Output::Quiet => {}
        }
    }
}

/// Writes whole lines above a bar. The bar is redrawn after each write, so part of a line would run into it.
struct Above<W> {
    bar: ProgressBar,
    out: W,
    /// The last line, without its end yet.
    lines: Vec<u8>,
}

impl<W: Write> Write for Above<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.lines.extend_from_slice(text);
        if let Some(end) = self.lines.iter().rposition(|&byte| byte == b'\n') {
            let rest = self.lines.split_off(end + 1);
            let lines = std::mem::replace(&mut self.lines, rest);
            self.bar.suspend(|| self.out.write_all(&lines))?;
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a line, ignoring errors: a closed log must not end the run.
fn write_line(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
