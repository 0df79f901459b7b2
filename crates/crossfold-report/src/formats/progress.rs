//! The progress of a search, as a bar or as lines of a log.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{
    ConfigurationNumber, Event, FitEnd, FoldId, Plan, Results, Score, Study, TrialNumber, TrialState,
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::formats::figure::format_score;
use crate::formats::settings::assignment;

pub use indicatif::ProgressDrawTarget as DrawTarget;

/// Where and how progress is shown.
pub enum Screen<'a> {
    /// A bar that redraws itself.
    Bar(DrawTarget),
    /// Lines for a log: one per 5 % of the work, at least two seconds apart, and at least one per minute.
    Lines(Box<dyn Write + 'a>),
    Quiet,
}

const LINE_SHARE: f64 = 0.05;
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The least time between checks of all open trials: they may be pruned at any time, and there may be thousands.
const CHECK_PAUSE: Duration = Duration::from_secs(1);

/// The work of a run, as far as it is known before its first fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedWork {
    /// Number of fits to train that are known already.
    pub missing: usize,
    /// Whether no more fits will be requested.
    pub is_all: bool,
    /// The largest possible number of trials; `None` where it is not limited.
    pub trials: Option<u64>,
    /// The time at which the run ends, on the clock of [`Progress::observe`].
    pub deadline: Option<Duration>,
}

impl ExpectedWork {
    /// What a search is about to train, `jobs` fits at a time; `stored` fits need no training.
    pub fn announcement(&self, stored: usize, jobs: usize) -> String {
        let trials = match self.trials {
            Some(trials) => format!("at most {trials} trials"),
            None => "trials until the budget ends".to_owned(),
        };
        match (self.missing, stored) {
            (0, stored) => format!("all {stored} fits are stored: nothing to train"),
            (_, 0) if !self.is_all => format!("searching: {trials}, {jobs} fits at a time"),
            (_, stored) if !self.is_all => {
                format!("{stored} fits are stored; searching on: {trials}, {jobs} fits at a time")
            }
            (missing, 0) => format!("training {missing} networks, {jobs} at a time"),
            (missing, stored) => format!("{stored} fits are stored; training {missing}, {jobs} at a time"),
        }
    }
}

/// Shows the work done, the best trial so far, and the time left: in fits where all of them are known beforehand, else
/// in trials.
pub struct Progress<'a> {
    study: Study,
    expected: ExpectedWork,
    work: Work,
    /// Number of fits that this run completed or that failed.
    fits: BTreeSet<(ConfigurationNumber, FoldId)>,
    /// Number of those that failed.
    failed_fits: usize,
    trials: Trials,
    output: Output<'a>,
}

/// The unit in which work is counted.
enum Work {
    /// All fits that the plan lacked at the beginning; no more are added.
    Fits(Remaining),
    /// The trials of the search, of which `before` had ended before this run.
    Trials { before: u64 },
}

/// The remaining epochs, weighted by their cost.
struct Remaining {
    /// The cost of an epoch, and the planned number of epochs, by configuration.
    planned: Vec<(f64, f64)>,
    /// Number of epochs that this run trained in each fit that has not ended.
    under_way: BTreeMap<(ConfigurationNumber, FoldId), f64>,
    /// The cost of the epochs done.
    spent: f64,
    /// The cost of the epochs that may remain.
    remaining: f64,
}

/// The trials that have ended, and those that have not.
#[derive(Default)]
struct Trials {
    /// Number of the plan's trials known here; later ones are new.
    known: usize,
    /// The trials that have not ended, by configuration.
    open: BTreeMap<ConfigurationNumber, Vec<TrialNumber>>,
    complete: u64,
    pruned: u64,
    failed: u64,
    best: Option<Best>,
    /// The time of the last check of all open trials.
    checked: Duration,
}

struct Best {
    score: Score,
    trial: TrialNumber,
    /// `trial 7 layers=2 nodes=64`.
    named: String,
}

enum Output<'a> {
    Bar(ProgressBar),
    Lines { out: Box<dyn Write + 'a>, shown: Duration, shown_done: u64 },
    Quiet,
}

impl<'a> Progress<'a> {
    /// Shows nothing before [`Progress::begin`].
    pub fn new(study: &Study, screen: Screen<'a>) -> Progress<'a> {
        Progress {
            study: study.clone(),
            expected: ExpectedWork { missing: 0, is_all: true, trials: None, deadline: None },
            work: Work::Trials { before: 0 },
            fits: BTreeSet::new(),
            failed_fits: 0,
            trials: Trials::default(),
            output: match screen {
                Screen::Bar(target) => Output::Bar(ProgressBar::with_draw_target(None, target).with_style(
                    ProgressStyle::with_template("{bar:24} {wide_msg}").expect("the template is well-formed"),
                )),
                Screen::Lines(out) => Output::Lines { out, shown: Duration::ZERO, shown_done: 0 },
                Screen::Quiet => Output::Quiet,
            },
        }
    }

    /// Begins with the results that are `known` already, whose best trial is the best so far. `price` is the cost of one
    /// epoch of a configuration, in any unit: where all fits are known, the time left is the remaining cost at the rate
    /// observed so far.
    pub fn begin(
        &mut self,
        plan: &Plan,
        known: &Results,
        price: &dyn Fn(&Configuration) -> u64,
        expected: ExpectedWork,
    ) {
        self.expected = expected;
        self.trials = Trials::default();
        self.trials.check_all(&self.study, plan, known);
        self.work = if expected.is_all {
            Work::Fits(Remaining::new(plan, known, price))
        } else {
            Work::Trials { before: self.trials.ended() }
        };
        if let (Output::Bar(bar), Some(most)) = (&self.output, self.total()) {
            bar.set_length(most);
        }
    }

    /// Records an event that was applied to `results`, `elapsed` after the first fit began. `plan` may have grown
    /// since the last event, and trials of it may have been pruned.
    pub fn observe(&mut self, event: &Event, plan: &Plan, results: &Results, elapsed: Duration) {
        match event {
            Event::FitStarted { .. } => {}
            Event::EpochDone { configuration, fold, .. } => self.work.epoch_done(*configuration, *fold),
            Event::FitEnded { configuration, fold, end, .. } => {
                // A fit that goes on ends more than once.
                if !matches!(end, FitEnd::Cancelled) {
                    self.fits.insert((*configuration, *fold));
                }
                self.failed_fits += usize::from(matches!(end, FitEnd::Failed(_)));
                self.work.fit_ended(*configuration, *fold);
                self.trials.add_new(plan);
                self.trials.check(*configuration, &self.study, plan, results);
            }
        }
        match self.work {
            Work::Trials { .. } if elapsed.saturating_sub(self.trials.checked) >= CHECK_PAUSE => {
                self.trials.checked = elapsed;
                self.trials.check_all(&self.study, plan, results);
            }
            // With all fits known, trials end with their fits.
            Work::Trials { .. } | Work::Fits(_) => {}
        }
        self.show(elapsed);
    }

    /// Records decisions made after the last event: a search may prune trials at its end.
    pub fn settle(&mut self, plan: &Plan, results: &Results) {
        self.trials = Trials::default();
        self.trials.check_all(&self.study, plan, results);
    }

    /// A writer to `out` that writes above the bar, if one is shown there; other output would break the bar.
    pub fn above(&self, out: impl Write + Send + 'static) -> Box<dyn Write + Send> {
        match &self.output {
            Output::Bar(bar) => Box::new(Above { bar: bar.clone(), out, lines: Vec::new() }),
            Output::Lines { .. } | Output::Quiet => Box::new(out),
        }
    }

    /// Shows the final state, and removes the bar.
    pub fn finish(mut self, elapsed: Duration) {
        if self.expected.missing == 0 {
            return;
        }
        let line = self.summary(Some(format!("took {}", HumanDuration(elapsed))));
        match &mut self.output {
            Output::Bar(bar) => {
                bar.println(line);
                bar.finish_and_clear();
            }
            Output::Lines { out, .. } => write_line(out, &line),
            Output::Quiet => {}
        }
    }

    /// The amount of work done, of [`Progress::total`].
    fn done(&self) -> u64 {
        match self.work {
            Work::Fits(_) => self.fits.len() as u64,
            Work::Trials { .. } => self.trials.ended(),
        }
    }

    /// The total amount of work; `None` where it is not limited.
    fn total(&self) -> Option<u64> {
        match self.work {
            Work::Fits(_) => Some(self.expected.missing as u64),
            Work::Trials { .. } => self.expected.trials,
        }
    }

    fn show(&mut self, elapsed: Duration) {
        let (done, most) = (self.done(), self.total());
        match &self.output {
            Output::Quiet => return,
            Output::Lines { shown, shown_done, .. } => {
                let pause = elapsed.saturating_sub(*shown);
                let share = most.map_or(0.0, |most| done.saturating_sub(*shown_done) as f64 / most as f64);
                // `finish` shows the last state.
                let is_over = most == Some(done);
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
                bar.set_position(done);
            }
            Output::Lines { out, shown, shown_done } => {
                write_line(out, &line);
                (*shown, *shown_done) = (elapsed, done);
            }
            Output::Quiet => {}
        }
    }

    /// `42/250 fits, 1 failed; about 3 minutes left; best accuracy 0.9712: trial 7 layers=2 nodes=64`, or
    /// `12/100 trials, 57 fits, 3 pruned, 1 failed; …`: what matters most comes first, because a narrow terminal cuts the
    /// end off.
    fn summary(&self, time: Option<String>) -> String {
        let done = match self.total() {
            Some(most) => format!("{}/{most}", self.done()),
            None => self.done().to_string(),
        };
        let mut text = match self.work {
            Work::Fits(_) => format!("{done} fits"),
            Work::Trials { .. } => {
                format!("{done} trials, {} {}", self.fits.len(), if self.fits.len() == 1 { "fit" } else { "fits" })
            }
        };
        let [pruned, failed] = match self.work {
            Work::Fits(_) => [0, self.failed_fits as u64],
            Work::Trials { .. } => [self.trials.pruned, self.trials.failed],
        };
        for (count, what) in [(pruned, "pruned"), (failed, "failed")] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        if let Some(time) = time {
            text += &format!("; {time}");
        }
        if let Some(Best { score, named, .. }) = &self.trials.best {
            let metric = self.study.metric;
            text += &format!("; best {metric} {}: {named}", format_score(metric, score.get()));
        }
        text
    }

    /// `None` where nothing is done yet and there is no deadline, and where no work remains.
    fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let done = self.done();
        let most = self.total();
        if most.is_some_and(|most| done >= most) {
            return None;
        }
        let times = match &self.work {
            Work::Fits(Remaining { remaining, spent, .. }) => Some(remaining / spent),
            Work::Trials { before } => most.map(|most| (most - done) as f64 / (done - before) as f64),
        };
        let at_this_rate = times.and_then(|times| Duration::try_from_secs_f64(elapsed.as_secs_f64() * times).ok());
        let until_the_end = self.expected.deadline.map(|deadline| deadline.saturating_sub(elapsed));
        [at_this_rate, until_the_end].into_iter().flatten().min().filter(|left| !left.is_zero())
    }
}

impl Work {
    fn epoch_done(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        match self {
            Work::Fits(remaining) => remaining.epoch_done(configuration, fold),
            Work::Trials { .. } => {}
        }
    }

    fn fit_ended(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        match self {
            Work::Fits(remaining) => remaining.fit_ended(configuration, fold),
            Work::Trials { .. } => {}
        }
    }
}

impl Remaining {
    fn new(plan: &Plan, known: &Results, price: &dyn Fn(&Configuration) -> u64) -> Remaining {
        let planned = plan.configurations.iter();
        let planned: Vec<(f64, f64)> =
            planned.map(|planned| (price(&planned.configuration) as f64, f64::from(planned.horizon()))).collect();
        let fit = |&(price, horizon): &(f64, f64)| price * horizon;
        let all = planned.iter().map(fit).sum::<f64>() * plan.folds.len() as f64;
        let done: f64 = known.fits().map(|(number, _, _)| fit(&planned[number.0 as usize])).sum();
        Remaining { planned, under_way: BTreeMap::new(), spent: 0.0, remaining: all - done }
    }

    fn epoch_done(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        let (price, _) = self.planned[configuration.0 as usize];
        *self.under_way.entry((configuration, fold)).or_default() += 1.0;
        self.spent += price;
        self.remaining -= price;
    }

    /// Planned epochs that were not trained no longer remain.
    fn fit_ended(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        let (price, horizon) = self.planned[configuration.0 as usize];
        let trained = self.under_way.remove(&(configuration, fold)).unwrap_or(0.0);
        self.remaining -= (horizon - trained) * price;
    }
}

impl Trials {
    fn ended(&self) -> u64 {
        self.complete + self.pruned + self.failed
    }

    /// Adds the plan's new trials.
    fn add_new(&mut self, plan: &Plan) {
        for trial in &plan.trials[self.known..] {
            self.open.entry(trial.configuration).or_default().push(trial.number);
        }
        self.known = plan.trials.len();
    }

    /// Checks which of all trials have ended.
    fn check_all(&mut self, study: &Study, plan: &Plan, results: &Results) {
        self.add_new(plan);
        let open: Vec<ConfigurationNumber> = self.open.keys().copied().collect();
        open.into_iter().for_each(|configuration| self.check(configuration, study, plan, results));
    }

    /// Checks which of a configuration's trials have ended.
    fn check(&mut self, configuration: ConfigurationNumber, study: &Study, plan: &Plan, results: &Results) {
        let Some(numbers) = self.open.remove(&configuration) else { return };
        let mut open = Vec::new();
        for number in numbers {
            match results.state(plan, &plan.trials[number.0 as usize]) {
                TrialState::Complete => {
                    self.complete += 1;
                    self.consider(number, study, plan, results);
                }
                TrialState::Pruned { .. } => self.pruned += 1,
                TrialState::Failed { .. } => self.failed += 1,
                // Stopped early, or not finished yet.
                TrialState::Cancelled { .. } => open.push(number),
            }
        }
        if !open.is_empty() {
            self.open.insert(configuration, open);
        }
    }

    /// Makes a complete trial the best, if it is better.
    fn consider(&mut self, number: TrialNumber, study: &Study, plan: &Plan, results: &Results) {
        let trial = &plan.trials[number.0 as usize];
        let Some(score) = results.mean(plan, trial, study.metric) else { return };
        let is_better = |best: &Best| {
            score.better_first(best.score, study.metric.direction()).then(number.cmp(&best.trial)).is_lt()
        };
        if self.best.as_ref().is_none_or(is_better) {
            let configuration = &plan.configuration(trial.configuration).configuration;
            let settings = study.searched().into_iter().filter_map(|param| trial.setting(configuration, param));
            let settings: String = settings.map(|setting| format!(" {}", assignment(&setting))).collect();
            self.best = Some(Best { score, trial: number, named: format!("trial {number}{settings}") });
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
