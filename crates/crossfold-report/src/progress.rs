//! What people see while a plan is carried out.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use crossfold_study::{
    Configuration, ConfigurationNumber, Event, FitEnd, FoldId, Plan, Results, Score, Study, TrialNumber, TrialState,
};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use crate::figure::figure;
use crate::hyperparameter;

pub use indicatif::ProgressDrawTarget as DrawTarget;

/// Where progress is shown.
pub enum Screen<'a> {
    /// A bar that redraws itself.
    Bar(DrawTarget),
    /// Lines for a log: at every 5 % of what there is to do, but not within two seconds, and once a minute.
    Lines(Box<dyn Write + 'a>),
    Quiet,
}

const LINE_SHARE: f64 = 0.05;
const SHORTEST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often all trials without an end are looked at: they may be pruned at any time, and there may be thousands.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// What is known of a run before its first fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Fits to train that are known already.
    pub missing: usize,
    /// Whether no more will be asked for.
    pub is_all: bool,
    /// The most trials there can be; `None` without an end.
    pub trials: Option<u64>,
    /// Time by which the run ends, on the clock of [`Progress::observe`].
    pub deadline: Option<Duration>,
}

/// What is done, the best trial so far, and the time left: in fits where all of them are known beforehand, else in
/// trials.
pub struct Progress<'a> {
    study: Study,
    outlook: Outlook,
    amount: Amount,
    /// Fits that are complete or failed, by this run.
    fits: usize,
    /// Of these, those that failed.
    failed_fits: usize,
    trials: Trials,
    output: Output<'a>,
}

/// How much there is to do.
enum Amount {
    /// All that the plan lacked when it was begun, which it is for good.
    Fits(Ahead),
    /// As many trials as the search comes to; so many had ended before this run.
    Trials { before: u64 },
}

/// Epochs by their price.
struct Ahead {
    /// What an epoch costs, and how many a fit is planned for, by configuration.
    planned: Vec<(f64, f64)>,
    /// Of fits under way, the epochs that this run has seen.
    under_way: BTreeMap<(ConfigurationNumber, FoldId), f64>,
    /// The price of the epochs done.
    spent: f64,
    /// The price of the epochs that may still come.
    ahead: f64,
}

/// Which trials came to an end.
#[derive(Default)]
struct Trials {
    /// How many of the plan's are known here: the others are new.
    known: usize,
    /// By configuration, those without an end.
    open: BTreeMap<ConfigurationNumber, Vec<TrialNumber>>,
    complete: u64,
    pruned: u64,
    failed: u64,
    best: Option<Best>,
    /// When all open ones were looked at.
    looked: Duration,
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
    /// Shows nothing before it is [begun](Progress::begin).
    pub fn new(study: &Study, screen: Screen<'a>) -> Progress<'a> {
        Progress {
            study: study.clone(),
            outlook: Outlook { missing: 0, is_all: true, trials: None, deadline: None },
            amount: Amount::Trials { before: 0 },
            fits: 0,
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

    /// What is `known` already is not ahead, and its best trial is the best so far. `price` is the cost of one epoch of a
    /// configuration, in any unit: where all fits are known, the time left is the cost ahead at the rate seen so far.
    pub fn begin(&mut self, plan: &Plan, known: &Results, price: &dyn Fn(&Configuration) -> u64, outlook: Outlook) {
        self.outlook = outlook;
        self.trials = Trials::default();
        self.trials.look(&self.study, plan, known);
        self.amount = if outlook.is_all {
            Amount::Fits(Ahead::new(plan, known, price))
        } else {
            Amount::Trials { before: self.trials.ended() }
        };
        if let (Output::Bar(bar), Some(most)) = (&self.output, self.most()) {
            bar.set_length(most);
        }
    }

    /// Takes in an event that was applied to `results`, `elapsed` after the first fit was begun. `plan` may have grown
    /// since the last one, and trials of it may have been pruned.
    pub fn observe(&mut self, event: &Event, plan: &Plan, results: &Results, elapsed: Duration) {
        match event {
            Event::FitStarted { .. } => {}
            Event::EpochDone { configuration, fold, .. } => self.amount.epoch_done(*configuration, *fold),
            Event::FitEnded { configuration, fold, end, .. } => {
                self.fits += usize::from(!matches!(end, FitEnd::Cancelled));
                self.failed_fits += usize::from(matches!(end, FitEnd::Failed(_)));
                self.amount.fit_ended(*configuration, *fold);
                self.trials.take_up_new(plan);
                self.trials.look_at(*configuration, &self.study, plan, results);
            }
        }
        match self.amount {
            Amount::Trials { .. } if elapsed.saturating_sub(self.trials.looked) >= LOOK_PAUSE => {
                self.trials.looked = elapsed;
                self.trials.look(&self.study, plan, results);
            }
            // They end with their own fits.
            Amount::Trials { .. } | Amount::Fits(_) => {}
        }
        self.show(elapsed);
    }

    /// Takes in what was decided after the last event: a search may prune trials at its very end.
    pub fn settle(&mut self, plan: &Plan, results: &Results) {
        self.trials = Trials::default();
        self.trials.look(&self.study, plan, results);
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
        if self.outlook.missing == 0 {
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

    /// What is done, of [what there is](Progress::most) to do.
    fn done(&self) -> u64 {
        match self.amount {
            Amount::Fits(_) => self.fits as u64,
            Amount::Trials { .. } => self.trials.ended(),
        }
    }

    /// `None` without an end.
    fn most(&self) -> Option<u64> {
        match self.amount {
            Amount::Fits(_) => Some(self.outlook.missing as u64),
            Amount::Trials { .. } => self.outlook.trials,
        }
    }

    fn show(&mut self, elapsed: Duration) {
        let (done, most) = (self.done(), self.most());
        match &self.output {
            Output::Quiet => return,
            Output::Lines { shown, shown_done, .. } => {
                let pause = elapsed.saturating_sub(*shown);
                let share = most.map_or(0.0, |most| done.saturating_sub(*shown_done) as f64 / most as f64);
                // The last is told of by `finish`.
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
                say(out, &line);
                (*shown, *shown_done) = (elapsed, done);
            }
            Output::Quiet => {}
        }
    }

    /// `42/250 fits, 1 failed; about 3 minutes left; best accuracy 0.9712: trial 7 layers=2 nodes=64`, or
    /// `12/100 trials, 57 fits, 3 pruned, 1 failed; …`: what matters most comes first, since a narrow terminal cuts the
    /// end off.
    fn summary(&self, time: Option<String>) -> String {
        let done = match self.most() {
            Some(most) => format!("{}/{most}", self.done()),
            None => self.done().to_string(),
        };
        let mut text = match self.amount {
            Amount::Fits(_) => format!("{done} fits"),
            Amount::Trials { .. } => {
                format!("{done} trials, {} {}", self.fits, if self.fits == 1 { "fit" } else { "fits" })
            }
        };
        let [pruned, failed] = match self.amount {
            Amount::Fits(_) => [0, self.failed_fits as u64],
            Amount::Trials { .. } => [self.trials.pruned, self.trials.failed],
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
            text += &format!("; best {metric} {}: {named}", figure(metric, score.get()));
        }
        text
    }

    /// `None` before anything is done to tell it from, where there is no deadline; and when nothing is ahead.
    fn time_left(&self, elapsed: Duration) -> Option<Duration> {
        let done = self.done();
        let most = self.most();
        if most.is_some_and(|most| done >= most) {
            return None;
        }
        let times = match &self.amount {
            Amount::Fits(Ahead { ahead, spent, .. }) => Some(ahead / spent),
            Amount::Trials { before } => most.map(|most| (most - done) as f64 / (done - before) as f64),
        };
        let at_this_rate = times.and_then(|times| Duration::try_from_secs_f64(elapsed.as_secs_f64() * times).ok());
        let until_the_end = self.outlook.deadline.map(|deadline| deadline.saturating_sub(elapsed));
        [at_this_rate, until_the_end].into_iter().flatten().min().filter(|left| !left.is_zero())
    }
}

impl Amount {
    fn epoch_done(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        match self {
            Amount::Fits(ahead) => ahead.epoch_done(configuration, fold),
            Amount::Trials { .. } => {}
        }
    }

    fn fit_ended(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        match self {
            Amount::Fits(ahead) => ahead.fit_ended(configuration, fold),
            Amount::Trials { .. } => {}
        }
    }
}

impl Ahead {
    fn new(plan: &Plan, known: &Results, price: &dyn Fn(&Configuration) -> u64) -> Ahead {
        let planned = plan.configurations.iter();
        let planned: Vec<(f64, f64)> =
            planned.map(|planned| (price(&planned.configuration) as f64, f64::from(planned.horizon()))).collect();
        let fit = |&(price, horizon): &(f64, f64)| price * horizon;
        let all = planned.iter().map(fit).sum::<f64>() * plan.folds.len() as f64;
        let done: f64 = known.fits().map(|(number, _, _)| fit(&planned[number.0 as usize])).sum();
        Ahead { planned, under_way: BTreeMap::new(), spent: 0.0, ahead: all - done }
    }

    fn epoch_done(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        let (price, _) = self.planned[configuration.0 as usize];
        *self.under_way.entry((configuration, fold)).or_default() += 1.0;
        self.spent += price;
        self.ahead -= price;
    }

    /// Epochs that a fit was planned for and that didn't come are not ahead any more.
    fn fit_ended(&mut self, configuration: ConfigurationNumber, fold: FoldId) {
        let (price, horizon) = self.planned[configuration.0 as usize];
        let trained = self.under_way.remove(&(configuration, fold)).unwrap_or(0.0);
        self.ahead -= (horizon - trained) * price;
    }
}

impl Trials {
    fn ended(&self) -> u64 {
        self.complete + self.pruned + self.failed
    }

    /// Those that the plan has got since the last time.
    fn take_up_new(&mut self, plan: &Plan) {
        for trial in &plan.trials[self.known..] {
            self.open.entry(trial.configuration).or_default().push(trial.number);
        }
        self.known = plan.trials.len();
    }

    /// Which have ended, of all.
    fn look(&mut self, study: &Study, plan: &Plan, results: &Results) {
        self.take_up_new(plan);
        let open: Vec<ConfigurationNumber> = self.open.keys().copied().collect();
        open.into_iter().for_each(|configuration| self.look_at(configuration, study, plan, results));
    }

    /// Which have ended, of a configuration's.
    fn look_at(&mut self, configuration: ConfigurationNumber, study: &Study, plan: &Plan, results: &Results) {
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
                // Cut short, or not there yet.
                TrialState::Cancelled => open.push(number),
            }
        }
        if !open.is_empty() {
            self.open.insert(configuration, open);
        }
    }

    /// Takes a complete trial for the best, if it is.
    fn consider(&mut self, number: TrialNumber, study: &Study, plan: &Plan, results: &Results) {
        let trial = &plan.trials[number.0 as usize];
        let Some(score) = results.mean(plan, trial, study.metric) else { return };
        let is_better = |best: &Best| {
            score.better_first(best.score, study.metric.direction()).then(number.cmp(&best.trial)).is_lt()
        };
        if self.best.as_ref().is_none_or(is_better) {
            let configuration = &plan.configuration(trial.configuration).configuration;
            let settings = study.searched().into_iter().filter_map(|param| trial.setting(configuration, param));
            let settings: String = settings.map(|setting| format!(" {}", hyperparameter::named(&setting))).collect();
            self.best = Some(Best { score, trial: number, named: format!("trial {number}{settings}") });
        }
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
