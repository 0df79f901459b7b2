//! The text of `crossfold plan`.

use std::fmt::Write as _;

use crossfold_network::{Param, Task, counted, format_bytes, thousands};
use crossfold_study::{Budget, Final, Order, Refit, Splits, Strategy, Study, TestRows};

use super::duration::rounded;
use super::figure::operations;
use super::trial_explanation::rung;
use crate::analysis::study_plan::{ListedTrials, OpenTrials, PlannedData, PlannedSearch, StudyPlan, TimeForecast};

/// The most networks that are listed of a search that depends on its results.
const NETWORKS: usize = 8;

impl StudyPlan<'_> {
    /// The study, its search, its trials and their costs in lines of text, for people.
    pub fn text(&self) -> String {
        let mut lines = Lines::default();
        lines.add("study", self.study.name.to_string());
        lines.add("data", data(self.data, self.study.data.task()));
        if let Some(test) = self.test() {
            lines.add("test", test);
        }
        lines.add("splits", splits(&self.study.splits, self.folds));
        lines.add("search", search(self.study));
        match &self.search {
            PlannedSearch::Listed(trials) => self.add_listed(trials, &mut lines),
            PlannedSearch::Open(trials) => self.add_open(trials, &mut lines),
        }
        lines.add_all("parameters", self.networks());
        let Final { refit, refits, ensemble, .. } = self.study.finish;
        match (refit, self.folds) {
            (Refit::Folds, 1) => lines.add("retraining", "the winner on its training rows".to_owned()),
            (Refit::Folds, folds) => {
                let networks = format!("the winner on each fold: {folds} networks, whose predictions are averaged");
                lines.add("retraining", networks);
            }
            (Refit::Best | Refit::OneSe | Refit::None, _) => {}
        }
        let each = if refits > 1 { format!(", each as {refits} networks") } else { String::new() };
        if ensemble > 1 && refit != Refit::None {
            let picks = format!("an ensemble of {ensemble} picks: up to {ensemble} trials");
            lines.add("retraining", format!("{picks}{each}, whose predictions are averaged"));
        } else if refits > 1 && refit != Refit::None {
            lines.add("retraining", format!("the winner as {refits} networks, whose predictions are averaged"));
        }
        lines.add("memory", format!("about {}", format_bytes(self.memory)));
        lines.add("compute", format!("{} floating-point operations", operations(self.flops)));
        lines.0
    }

    /// The rows that are set aside from the search, if any.
    fn test(&self) -> Option<String> {
        let rows = self.data.test_rows;
        if rows > 0 {
            return Some(format!("{} rows, scored once by the retrained winner", thousands(rows)));
        }
        let has_rows = self.study.data.source.table().is_some_and(|table| table.test != TestRows::None);
        has_rows.then(|| "set aside and not scored, since `final.test` is not true".to_owned())
    }

    fn add_listed(&self, listed: &ListedTrials, lines: &mut Lines) {
        let ListedTrials { trials, points, fits, unshared_fits, .. } = *listed;
        let merged = format!("{trials} of {} (equal networks are one trial)", counted(points, "point"));
        lines.add("trials", if trials == points { thousands(trials as u64) } else { merged });
        let shared = match fits == unshared_fits {
            true => String::new(),
            false => {
                format!(" (trials that differ only in epochs share fits: {} without)", thousands(unshared_fits as u64))
            }
        };
        lines.add("fits", thousands(fits as u64) + &shared);
        if let Some(schedule) = listed.schedule_with_horizon {
            lines.add(
                "",
                format!(
                    "`schedule: {schedule}` depends on the number of epochs, so trials with other numbers share no fits"
                ),
            );
        }
        let missing = listed.missing.len();
        let stored = thousands((fits - missing) as u64);
        lines.add("stored", format!("{stored} of {}, {} to train", counted(fits, "fit"), thousands(missing as u64)));
        if self.study.finish.nested {
            let (folds, more) = (self.folds, thousands((fits * self.folds) as u64));
            lines.add(
                "nested",
                format!("the search is repeated on each of {folds} folds' training rows: about {more} more fits"),
            );
        }
        lines.add("predictions", predictions(listed));
    }

    fn add_open(&self, open: &OpenTrials, lines: &mut Lines) {
        let study = self.study;
        if !study.enqueued.is_empty() {
            lines.add(
                "",
                format!(
                    "starts with {} from `search.enqueue`, included in the trials",
                    counted(study.enqueued.len(), "point")
                ),
            );
        }
        lines.add("pruner", study.pruner.name().to_owned());
        if study.pruner.prunes() {
            lines.add_all("rungs", open.ladder.iter().copied().map(rung));
        }
        lines.add("decisions", pace(study));
        lines.add("budget", budget(&study.budget));
        let most = open.most.map(|most| format!("at most {}", thousands(most)));
        lines.add("trials", most.unwrap_or_else(|| "until the budget ends".to_owned()));
        let work = open.rehearsed;
        let (trials, fits) = (thousands(work.trials), thousands(work.fits));
        lines.add("estimate", format!("{trials} trials, {fits} fits (rehearsed with random scores)"));
        let spared = 100.0 * (1.0 - work.epochs as f64 / work.unshared_epochs.max(1) as f64);
        let (epochs, unshared) = (thousands(work.epochs), thousands(work.unshared_epochs));
        lines.add("epochs", format!("{epochs} of {unshared} for all trials in full: {spared:.0} % saved"));
    }

    /// A line per network; of many that are only examples, the smallest and the largest.
    fn networks(&self) -> Vec<String> {
        let all: Vec<String> = self
            .networks
            .iter()
            .map(|network| format!("{:>12}  {}", thousands(network.parameters), network.sketch))
            .collect();
        match (&self.search, all.as_slice()) {
            (PlannedSearch::Open(_), [first, between @ .., last]) if all.len() > NETWORKS => {
                let between = format!("{:>12}  {} more in between, as examples", "…", between.len());
                vec![first.clone(), between, last.clone()]
            }
            (PlannedSearch::Open(_) | PlannedSearch::Listed(_), _) => all,
        }
    }
}

impl TimeForecast {
    /// The forecast for `plan` in words.
    pub fn text(&self, plan: &StudyPlan<'_>) -> String {
        let jobs = plan.jobs;
        match *self {
            TimeForecast::NothingToTrain => {
                let and_nested = if plan.study.finish.nested { " and nested searches" } else { "" };
                format!("nothing to train, except the retrained winner{and_nested} unless stored")
            }
            TimeForecast::Measured { total, measured } => {
                let (total, probed) = (rounded(total), counted(measured, "configuration"));
                format!("{total} with --jobs {jobs} (from a probe of {probed} on this machine; ±25 %)")
            }
            TimeForecast::Budget(wall) => format!("at most {}, by `budget.wall`", rounded(wall)),
            TimeForecast::Endless { total, trials } => {
                format!("{} per {} trials with --jobs {jobs}", rounded(total), thousands(trials))
            }
        }
    }
}

/// Lines of a name and a value.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, value: String) {
        writeln!(self.0, "{name:<12} {value}").expect("a string takes any text");
    }

    /// Adds several values of one name, which stands before the first.
    fn add_all(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        for (position, value) in values.into_iter().enumerate() {
            self.add(if position == 0 { name } else { "" }, value);
        }
    }
}

fn data(data: PlannedData, task: Task) -> String {
    let PlannedData { rows, test_rows: _, longest, columns, inputs, outputs } = data;
    let what = match task {
        Task::Classification => format!("{outputs} classes"),
        Task::Regression => "a number to predict".to_owned(),
    };
    let rows = match longest {
        None => format!("{} rows", thousands(rows)),
        Some(longest) => format!("{} sequences of up to {longest} steps", thousands(rows)),
    };
    let columns = match columns {
        0 => format!("{inputs} features"),
        columns => format!("{} make {}", counted(columns, "column"), counted(inputs, "input")),
    };
    format!("{rows}, {columns}, {what}")
}

fn splits(splits: &Splits, folds: usize) -> String {
    let by =
        |groups: &Option<String>| groups.as_ref().map_or_else(String::new, |column| format!(", groups by `{column}`"));
    match splits {
        Splits::KFold { folds, repeats, stratified, shuffle, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            let order = if *shuffle { "" } else { ", rows in file order" };
            let times = if *repeats > 1 { format!(", {repeats} times") } else { String::new() };
            format!("{kind}{folds}-fold cross-validation{times}{order}{}", by(groups))
        }
        Splits::HoldOut { share, stratified, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            format!("one {kind}hold-out set, {:.0} % of the rows{}", share * 100.0, by(groups))
        }
        Splits::LatestHoldOut { share, time, gap } => {
            format!("the latest {:.0} % of `{time}` held out{}", share * 100.0, after(*gap))
        }
        Splits::LeaveOneGroupOut { groups } => format!("each of the {folds} groups of `{groups}` left out once"),
        Splits::TimeSeries { folds, time, gap, window } => {
            let window = window.map_or_else(|| "all periods".to_owned(), |window| format!("{} periods", window));
            format!("{folds} folds by `{time}`, each trained on {window} before it{}", after(*gap))
        }
        Splits::Predefined { column, .. } => format!("{} by `{column}`", counted(folds, "fold")),
    }
}

/// The gap between training and validation.
fn after(gap: u32) -> String {
    if gap == 0 { String::new() } else { format!(", after a gap of {}", counted(gap, "period")) }
}

fn search(study: &Study) -> String {
    let names: Vec<&str> = study.searched().into_iter().map(Param::name).collect();
    let Strategy { sampler, trials } = study.strategy;
    match (names.is_empty(), sampler.definition().trials, trials) {
        (true, _, _) => "none: one network".to_owned(),
        (false, Some(words), Some(trials)) => format!("{trials} {} {}", words.in_plan, names.join(", ")),
        (false, Some(_) | None, Some(_) | None) => format!("grid over {}", names.join(", ")),
    }
}

fn pace(study: &Study) -> String {
    let batch = study.pace.batch;
    match study.pace.order {
        Order::Logical => format!("in the order of trials, up to {batch} ahead: reproducible with any number of jobs"),
        Order::Free => format!("as results arrive, up to {batch} ahead: not reproducible"),
    }
}

fn budget(budget: &Budget) -> String {
    let Budget { trials, fits, epochs, flops, wall, without_improvement } = budget;
    let parts: Vec<String> = [
        trials.map(|most| format!("{} trials", thousands(most.into()))),
        fits.map(|most| format!("{} fits", thousands(most))),
        epochs.map(|most| format!("{} epochs", thousands(most))),
        flops.map(|most| format!("{} floating-point operations", operations(most))),
        wall.map(|most| format!("{} of wall time including retraining the winner and reports", rounded(most))),
        without_improvement.map(|most| format!("{most} consecutive trials without improvement")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

/// Which out-of-fold predictions stay in the store.
fn predictions(listed: &ListedTrials) -> String {
    let size = |trials: usize| format_bytes(listed.prediction_bytes * trials as u64);
    let all = size(listed.trials);
    match listed.keep_predictions {
        None => format!("all stored, about {all}"),
        Some(kept) => format!("stored for the best {kept} trials, about {} ({all} for all)", size(kept)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::study_plan::{PlannedNetwork, RehearsedWork};
    use crate::example;
    use crossfold_study::{Metric, Rung};
    use std::collections::BTreeSet;
    use std::num::NonZeroUsize;
    use std::time::Duration;

    fn plan(study: &Study, search: PlannedSearch) -> StudyPlan<'_> {
        let network = |parameters, sketch: &str| PlannedNetwork { parameters, sketch: sketch.to_owned() };
        StudyPlan {
            study,
            data: PlannedData { rows: 60_000, test_rows: 10_000, longest: None, columns: 0, inputs: 784, outputs: 10 },
            folds: 2,
            jobs: NonZeroUsize::new(4).unwrap(),
            search,
            networks: (0..9).map(|number| network(1_000 * (number + 1), "784-10")).collect(),
            memory: 1_000_001,
            flops: 2.5e12,
        }
    }

    fn listed() -> ListedTrials {
        ListedTrials {
            trials: 6,
            points: 8,
            fits: 6,
            unshared_fits: 12,
            missing: BTreeSet::new(),
            schedule_with_horizon: None,
            keep_predictions: None,
            prediction_bytes: 400_000,
        }
    }

    fn open() -> OpenTrials {
        let rehearsed = RehearsedWork { trials: 81, fits: 1_234, epochs: 250, unshared_epochs: 1_000 };
        OpenTrials { most: Some(1_000), ladder: vec![Rung { epochs: 1, folds: 2 }], rehearsed }
    }

    #[test]
    fn listed_trials_are_counted_and_every_network_is_shown() {
        let study = example::study(Metric::Accuracy);
        let text = plan(&study, PlannedSearch::Listed(listed())).text();
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(lines[1], "data         60,000 rows, 784 features, 10 classes");
        assert_eq!(lines[2], "test         10,000 rows, scored once by the retrained winner");
        assert_eq!(
            lines[5..],
            [
                "trials       6 of 8 points (equal networks are one trial)",
                "fits         6 (trials that differ only in epochs share fits: 12 without)",
                "stored       6 of 6 fits, 0 to train",
                "predictions  all stored, about 2.4 MB",
                "parameters          1,000  784-10",
                "memory       about 1.0 MB",
                "compute      2.50 trillion floating-point operations",
            ]
        );
        assert_eq!(text.lines().count(), 12 + 8);
        let plain = ListedTrials { points: 6, unshared_fits: 6, ..listed() };
        let text = plan(&study, PlannedSearch::Listed(plain)).text();
        assert!(text.contains("\ntrials       6\nfits         6\n"), "{text}");
        let some = ListedTrials { keep_predictions: Some(2), ..listed() };
        assert_eq!(predictions(&some), "stored for the best 2 trials, about 0.8 MB (2.4 MB for all)");
    }

    #[test]
    fn of_an_open_search_the_work_is_that_of_random_scores() {
        let study = example::study(Metric::Accuracy);
        let text = plan(&study, PlannedSearch::Open(open())).text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[5..],
            [
                "pruner       none",
                "decisions    in the order of trials, up to 4 ahead: reproducible with any number of jobs",
                "budget       none",
                "trials       at most 1,000",
                "estimate     81 trials, 1,234 fits (rehearsed with random scores)",
                "epochs       250 of 1,000 for all trials in full: 75 % saved",
                "parameters          1,000  784-10",
                "                        …  7 more in between, as examples",
                "                    9,000  784-10",
                "memory       about 1.0 MB",
                "compute      2.50 trillion floating-point operations",
            ]
        );
        let endless = plan(&study, PlannedSearch::Open(OpenTrials { most: None, ..open() })).text();
        assert!(endless.contains("\ntrials       until the budget ends\n"), "{endless}");
    }

    #[test]
    fn each_forecast_has_its_sentence() {
        let study = example::study(Metric::Accuracy);
        let plan = plan(&study, PlannedSearch::Open(open()));
        let total = Duration::from_secs(600);
        let text = |forecast: TimeForecast| forecast.text(&plan);
        assert_eq!(
            text(TimeForecast::Measured { total, measured: 1 }),
            "10 min with --jobs 4 (from a probe of 1 configuration on this machine; ±25 %)"
        );
        assert_eq!(text(TimeForecast::NothingToTrain), "nothing to train, except the retrained winner unless stored");
        assert_eq!(text(TimeForecast::Budget(total)), "at most 10 min, by `budget.wall`");
        assert_eq!(text(TimeForecast::Endless { total, trials: 1_000 }), "10 min per 1,000 trials with --jobs 4");
    }
}
