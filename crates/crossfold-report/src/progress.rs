//! What people see while a plan is carried out.

use std::io::{self, Write};
use std::time::Duration;

use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FoldId, Plan, PlannedConfiguration, Results, Score, Study, TrialNumber,
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::figure::figure;
use crate::hyperparameter;

pub use indicatif::ProgressDrawTarget as DrawTarget;

/// Where progress is shown.
pub enum Screen<'a> {
    /// A bar that redraws itself.
    Bar(DrawTarget),
    /// Lines for a log: at every 5 % of the fits, but not within two seconds, and once a minute.
    Lines(Box<dyn Write + 'a>),
    Quiet,
}

const LINE_SHARE: f64 = 0.05;
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Fits done, the best trial so far, and the time left.
pub struct Progress<'a> {
    study: &'a Study,
    plan: &'a Plan,
    /// What an epoch costs, by configuration.
    prices: Vec<f64>,
    /// By configuration.
    trials: Vec<Vec<TrialNumber>>,
    /// Fits that are complete or failed, by this run.
    fits: usize,
    failed: usize,
    /// Fits that this run has to train.
    total: usize,
    /// The price of the epochs done.
    spent: f64,
    /// The price of the epochs that may still come.
    ahead: f64,
    best: Option<(Score, TrialNumber)>,
    output: Output<'a>,
}

enum Output<'a> {
    Bar(ProgressBar),
    Lines { out: Box<dyn Write + 'a>, shown: Duration, shown_fits: usize },
    Quiet,
}

impl<'a> Progress<'a> {
    /// What is `known` already is not ahead, and its best trial is the best so far. `price` is what one
    /// epoch of a configuration costs, in any unit: the time left is what is ahead at the rate seen so
    /// far.
    pub fn new(
        study: &'a Study,
        plan: &'a Plan,
        known: &Results,
        price: &dyn Fn(&PlannedConfiguration) -> u64,
        screen: Screen<'a>,
    ) -> Progress<'a> {
        let prices: Vec<f64> = plan.configurations.iter().map(|planned| price(planned) as f64).collect();
        let horizon = |number: ConfigurationNumber| f64::from(plan.configuration(number).horizon());
        let all = plan.configurations.iter().zip(&prices).map(|(planned, price)| price * horizon(planned.number));
        let done = known.fits().map(|(number, _, _)| prices[number.0 as usize] * horizon(number));
        let ahead = all.sum::<f64>() * plan.folds.len() as f64 - done.sum::<f64>();
        let total = plan.fits() - known.fits().count();
        let mut trials = vec![Vec::new(); plan.configurations.len()];
        for trial in &plan.trials {
            trials[trial.configuration.0 as usize].push(trial.number);
        }
        let mut progress = Progress {
            study,
            plan,
            ahead,
            total,
            prices,
            trials,
            fits: 0,
            failed: 0,
            spent: 0.0,
            best: None,
            output: match screen {
                Screen::Bar(target) => {
                    Output::Bar(ProgressBar::with_draw_target(Some(total as u64), target).with_style(
                        ProgressStyle::with_template("{bar:24} {wide_msg}").expect("the template is well-formed"),
                    ))
                }
                Screen::Lines(out) => Output::Lines { out, shown: Duration::ZERO, shown_fits: 0 },
                Screen::Quiet => Output::Quiet,
            },
        };
        for trial in &plan.trials {
            progress.consider(trial.number, known);
        }
        progress
    }

    /// Takes in an event that was applied to `results`, `elapsed` after the first fit was begun.
    pub fn observe(&mut self, event: &Event, results: &Results, elapsed: Duration) {
        match event {
            Event::FitStarted { .. } => {}
            Event::EpochDone { configuration, .. } => self.epoch_done(*configuration),
            Event::FitEnded { configuration, fold, end, .. } => self.fit_ended(*configuration, *fold, end, results),
        }
        self.show(elapsed);
    }

    /// Writes to `out` above the bar, if one is shown there: what others say would tear it.
    pub fn above(&self, out: impl Write + Send + 'static) -> Box<dyn Write + Send> {
        match &self.output {
            Output::Bar(bar) => Box::new(Above { bar: bar.clone(), out, lines: Vec::new() }),
            Output::Lines { .. } | Output::Quiet => Box::new(out),
        }
    }

    /// Says how it ended, and leaves the screen.
    pub fn finish(mut self, elapsed: Duration) {
        if self.total == 0 {
            return;
        }
        let line = self.summary(Some(format!("took {}", HumanDuration(elapsed))));
        match &mut self.output {
            Output::Bar(bar) => {
                bar.println(line);
                bar.finish_and_clear();
            }
            Output::Lines { out, .. } => say(out, &line),
            Output::Quiet => {}
        }
    }

    fn epoch_done(&mut self, configuration: ConfigurationNumber) {
        let price = self.prices[configuration.0 as usize];
        self.spent += price;
        self.ahead -= price;
    }

    fn fit_ended(&mut self, configuration: ConfigurationNumber, fold: FoldId, end: &FitEnd, results: &Results) {
        self.fits += usize::from(!matches!(end, FitEnd::Cancelled));
        self.failed += usize::from(matches!(end, FitEnd::Failed(_)));
        // Epochs that a fit was planned for and didn't come to are not ahead any more.
        let trained = results.fit(configuration, fold).map_or(0, |fit| fit.epochs());
        let untrained = f64::from(self.plan.configuration(configuration).horizon()) - f64::from(trained);
        self.ahead -= untrained * self.prices[configuration.0 as usize];

        for place in 0..self.trials[configuration.0 as usize].len() {
            self.consider(self.trials[configuration.0 as usize][place], results);
        }
    }

    /// Takes a trial for the best, if it is.
    fn consider(&mut self, number: TrialNumber, results: &Results) {
        let trial = &self.plan.trials[number.0 as usize];
        let Some(score) = results.mean(self.plan, trial, self.study.metric) else { return };
        let is_better = |(best, holder): (Score, TrialNumber)| {
            score.better_first(best, self.study.metric.direction()).then(number.cmp(&holder)).is_lt()
        };
        if self.best.is_none_or(is_better) {
            self.best = Some((score, number));
        }
    }

    fn show(&mut self, elapsed: Duration) {
        match &self.output {
            Output::Quiet => return,
            Output::Lines { shown, shown_fits, .. } => {
                let pause = elapsed.saturating_sub(*shown);
                let share = (self.fits - shown_fits) as f64 / self.total as f64;
                // The last fit is told of by `finish`.
                let is_over = self.fits == self.total;
                if is_over || pause < SHORTEST_PAUSE || (share < LINE_SHARE && pause < LONGEST_PAUSE) {
                    return;
                }
            }
            Output::Bar(_) => {}
        }
        let left = self.time_left(elapsed).map(|left| format!("about {} left", HumanDuration(left)));
        let line = self.summary(left);
        match &mut self.output {
            Output::Bar(bar) => {
                bar.set_message(line);
                bar.set_position(self.fits as u64);
            }
            Output::Lines { out, shown, shown_fits } => {
                say(out, &line);
                (*shown, *shown_fits) = (elapsed, self.fits);
            }
            Output::Quiet => {}
        }
    }

    /// `42/250 fits, 1 failed; about 3 minutes left; best accuracy 0.9712: trial 7 layers=2 nodes=64`:
    /// what matters most comes first, since a narrow terminal cuts the end off.
    fn summary(&self, time: Option<String>) -> String {
        let mut text = format!("{}/{} fits", self.fits, self.total);
        if self.failed > 0 {
            text += &format!(", {} failed", self.failed);
        }
        if let Some(time) = time {
            text += &format!("; {time}");
        }
        if let Some((score, number)) = self.best {
            let metric = self.study.metric;
            text += &format!("; best {metric} {}: trial {number}", figure(metric, score.get()));
            let trial = &self.plan.trials[number.0 as usize];
            let configuration = &self.plan.configuration(trial.configuration).configuration;
            let searched = self.study.searched().into_iter();
            for setting in searched.filter_map(|param| trial.setting(configuration, param)) {
                text += &format!(" {}", hyperparameter::named(&setting));
            }
        }
        text
    }

    /// `None` before the first epoch is done, and when nothing is ahead.
    fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let left = elapsed.as_secs_f64() * self.ahead / self.spent;
        Duration::try_from_secs_f64(left).ok().filter(|left| !left.is_zero() && self.fits < self.total)
    }
}

/// Whole lines above a bar, which is redrawn after each write: half a line would run into it.
struct Above<W> {
    bar: ProgressBar,
    out: W,
    /// What has no end yet.
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

/// A reader that has left is no reason to end a night's work.
fn say(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::example;
    use crossfold_study::Metric;
    use indicatif::TermLike;

    /// Shows the example's events, `pace` apart, where an epoch costs the same for all.
    fn show(screen: Screen<'_>, pace: Duration) {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let mut progress = Progress::new(&study, &plan, &Results::default(), &|_| 7, screen);
        let (mut results, mut now) = (Results::default(), Duration::ZERO);
        for event in example::events() {
            now += pace;
            results.apply(&event);
            progress.observe(&event, &results, now);
        }
        progress.finish(now);
    }

    fn lines(pace: Duration) -> String {
        let mut out = Vec::new();
        show(Screen::Lines(Box::new(&mut out)), pace);
        String::from_utf8(out).unwrap()
    }

    /// The time left by hand, at each fit's end: of 12 epochs planned, 2 are done and 10 ahead
    /// after 6 s, which makes 30 s; the failed and the cancelled fit give back an epoch each.
    #[test]
    fn a_line_every_few_percent() {
        assert_eq!(
            lines(Duration::from_secs(2)),
            "\
1/6 fits; about 30 seconds left
2/6 fits; about 24 seconds left; best accuracy 0.7500: trial 1 layers=0 epochs=2
3/6 fits; about 18 seconds left; best accuracy 0.7500: trial 1 layers=0 epochs=2
4/6 fits, 1 failed; about 13 seconds left; best accuracy 0.7500: trial 1 layers=0 epochs=2
4/6 fits, 1 failed; took 26 seconds; best accuracy 0.7500: trial 1 layers=0 epochs=2
"
        );
    }

    #[test]
    fn at_least_a_line_a_minute_where_fits_are_long() {
        let lines = lines(Duration::from_secs(60));
        assert!(lines.starts_with("0/6 fits; about 11 minutes left\n0/6 fits; about 10 minutes left\n"), "{lines}");
        assert_eq!(lines.lines().count(), 13 + 1);
    }

    #[test]
    fn a_short_run_is_one_line() {
        let last = "4/6 fits, 1 failed; took 1 second; best accuracy 0.7500: trial 1 layers=0 epochs=2\n";
        assert_eq!(lines(Duration::from_millis(100)), last);
    }

    #[test]
    fn a_closed_screen_stops_nothing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
        }
        show(Screen::Lines(Box::new(Closed)), Duration::from_secs(2));
    }

    /// A terminal that keeps all that was ever written to it.
    #[derive(Clone, Debug, Default)]
    struct Scroll(Arc<Mutex<String>>);

    impl TermLike for Scroll {
        fn width(&self) -> u16 {
            120
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)?;
            self.write_str("\n")
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_bar_says_what_lines_say() {
        let scroll = Scroll::default();
        show(Screen::Bar(DrawTarget::term_like(Box::new(scroll.clone()))), Duration::from_secs(2));
        let shown = scroll.0.lock().unwrap();
        for line in lines(Duration::from_secs(2)).lines() {
            assert!(shown.contains(line), "{line}: not in {shown}");
        }
    }

    impl Write for Scroll {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.write_str(std::str::from_utf8(text).unwrap()).map(|()| text.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// `write!` writes in pieces, and the bar is redrawn between any two writes.
    #[test]
    fn others_write_whole_lines_above_the_bar() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let scroll = Scroll::default();
        let screen = Screen::Bar(DrawTarget::term_like(Box::new(scroll.clone())));
        let mut progress = Progress::new(&study, &plan, &Results::default(), &|_| 7, screen);
        progress.observe(&example::epoch_done(0, 0, 1, 0.5), &example::results(), Duration::from_secs(1));
        let before = scroll.0.lock().unwrap().len();
        let mut above = progress.above(scroll.clone());
        let what = "batch";
        write!(above, "stopping at the next {what}\nand").unwrap();
        let shown = scroll.0.lock().unwrap()[before..].to_owned();
        let (said, bar) = shown.split_once('\n').unwrap();
        assert_eq!(said, "stopping at the next batch");
        assert!(bar.contains("0/6 fits; about 11 seconds left"), "{bar}");
        assert!(!bar.contains("and"), "{bar}");
    }
}
