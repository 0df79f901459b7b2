//! `crossfold run FILE`: the whole road from a spec to a leaderboard and a tested network.

mod refit;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crossfold_model::BURN_VERSION;
use crossfold_report::{
    DataRecord, Exhibits, JsonEvent, Leaderboard, NestedFold, Progress, Provenance, TestScore, Versions, Winner,
};
use crossfold_search::{Beginning, Course, Deadline, Entry, Limit, Outcome, Wanted};
use crossfold_store::SqliteStore;
use crossfold_study::spec::Override;
use crossfold_study::{Event, FitEnd, FitKey, MAX_TRIALS, Metric, Part, Plan, Results, Scored, Store, StudyRecord};

use crate::args::{OutputArgs, RunArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::nested::Nested;
use crate::retraining::outlook;
use crate::signals::Signals;
use crate::stored;
use crate::terminal::Terminal;
use crate::until;
use crossfold_engine::Prepared;
use crossfold_engine::ResultsFolder;
use crossfold_engine::SpecFile;
use crossfold_engine::Sweep;
use crossfold_engine::{ResultFiles, StudyResults};
use refit::Finish;

pub(crate) fn run(args: &RunArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (started, began) = (jiff::Timestamp::now(), Instant::now());
    let spec = SpecFile::read(&args.spec.file)?;
    let until = args.until.as_deref().map(|time| until::budget(time, &started)).transpose()?;
    let overrides = args.spec.overrides.all().into_iter().chain(until).collect();
    let prepared = Prepared::new(spec, overrides)?;
    let folder = ResultsFolder::create(&args.results.folder, &prepared.study.name)?;
    logging::start(output, terminal, Some(folder.log_file(started)?));
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    let store = SqliteStore::open(&args.results.folder)?;
    let record = prepared.record(started);

    let run = Run { args, terminal, started, began, prepared: &prepared, record, folder, signals, store: &store };
    run.carry_out()
}

/// What a run works with from its first fit to its last file.
struct Run<'a> {
    args: &'a RunArgs,
    terminal: &'a Terminal,
    started: jiff::Timestamp,
    /// The same moment, for what takes how long.
    began: Instant,
    prepared: &'a Prepared,
    record: StudyRecord,
    folder: ResultsFolder,
    signals: Signals,
    store: &'a SqliteStore,
}

/// What the search came to.
struct Searched {
    plan: Plan,
    results: Results,
    /// Fits that this run trained, and that it found in the store.
    trained: usize,
    stored: usize,
    too_many_failures: bool,
    /// What it came up against before its points ended.
    ended_by: Option<Limit>,
    /// What was decided, a line each.
    journal: Vec<String>,
}

impl Run<'_> {
    fn carry_out(&self) -> Result<Exit, Error> {
        self.greet();
        let (is_entered, journal) = self.enter_study()?;
        let name = &self.prepared.study.name;
        let (_begun, suspects) = crossfold_engine::begin(self.store, name, self.args.jobs.count(), self.args.retry)?;
        let sweep = self.sweep(&suspects, is_entered);
        let searched = self.search(&sweep, journal)?;
        let files = self.files(&searched);
        let leaderboard = files.judged()?;
        self.show(&leaderboard)?;
        // A run stopped before it knew anything is no reason to lose an earlier one's results.
        if self.signals.stop().is_requested() && leaderboard.winner().is_none() && self.folder.holds("study.json") {
            let folder = self.folder.path().display();
            self.terminal.say(&format!("nothing is known yet; the earlier results in {folder} stay"));
            self.emit(&JsonEvent::Results { folder: &folder.to_string() })?;
            return Ok(self.exit(&searched, &leaderboard, &Finish::None, false));
        }
        if !is_entered {
            self.store.put_study(&self.record, &self.keys(&searched.plan))?;
            self.store.put_journal(name, 0, &searched.journal)?;
        }
        ResultFiles { results: &files, folder: &self.folder }.write_search(&leaderboard)?;
        let (nested, was_cut_short) = self.nested(&searched, &suspects)?;
        let finish = self.finish(&searched, &files, &leaderboard, &suspects, &nested)?;
        self.write_record(&searched, &files, &leaderboard, &finish, nested)?;
        self.show_finish(&finish)?;
        Ok(self.exit(&searched, &leaderboard, &finish, was_cut_short))
    }

    fn sweep<'s>(&'s self, suspects: &'s BTreeSet<FitKey>, is_entered: bool) -> Sweep<'s> {
        Sweep {
            prepared: self.prepared,
            objective: &self.prepared.trainer,
            store: self.store,
            jobs: self.args.jobs.count(),
            stop: self.signals.stop(),
            wanted: self.wanted(),
            suspects,
            refers: true,
            keeps_journal: is_entered,
            deadline: self.deadline(),
            began: self.began,
        }
    }

    fn wanted(&self) -> Wanted {
        Wanted { fresh: self.args.fresh, retry: self.args.retry }
    }

    /// When the search has to be over so that all else ends in time, too.
    fn deadline(&self) -> Option<Deadline> {
        let Prepared { study, .. } = self.prepared;
        let at = study.budget.wall?;
        // Comparing trials and drawing pages takes a few hundredths of a long run, and of a short one about a second.
        let reports = at.mul_f64(0.03).clamp(Duration::from_millis(2500), Duration::from_secs(300));
        Some(Deadline { at, refit: study.finish.refit, reports })
    }

    fn files<'a>(&'a self, searched: &'a Searched) -> StudyResults<'a> {
        let Prepared { study, origin, .. } = self.prepared;
        let (record, plan, results) = (&self.record, &searched.plan, &searched.results);
        StudyResults { study, plan, origin, record, results, store: self.store }
    }

    fn greet(&self) {
        let Prepared { study, plan, origin, remarks, .. } = self.prepared;
        tracing::info!(study = %study.name, seed = study.seed.0, digest = self.prepared.data().digest, "data read");
        for remark in remarks {
            tracing::info!("{remark}");
        }
        self.terminal.remark(self.prepared);
        tracing::info!("fits are of {}", origin.text().trim_end().replace('\n', "; "));
        if !Course::listens(study) {
            tracing::info!(trials = plan.trials.len(), fits = plan.fits(), "planned");
        }
        for remark in self.store.remarks() {
            self.terminal.say(remark);
        }
        if let Some(holder) = self.folder.died() {
            self.terminal
                .say(&format!("the run before ({holder}) did not come to its end; going on with what it stored"));
        }
    }

    /// The keys of all that a plan comes to: its fits, and a refit of whoever wins.
    fn keys(&self, plan: &Plan) -> Vec<FitKey> {
        let origin = &self.prepared.origin;
        let refits =
            plan.configurations.iter().map(|planned| origin.key(&planned.configuration.for_refit(), Part::All));
        crossfold_search::keys(plan, origin).chain(refits).collect()
    }

    /// Makes the study known to the store, so that it can be shown and reported from here on. A study of
    /// another spec that has this name stays until this one has results to put in the place of its files;
    /// then this returns false. And what an earlier run of the same study decided.
    fn enter_study(&self) -> Result<(bool, Vec<Entry>), Error> {
        let name = &self.record.name;
        let before = self.store.study(name)?;
        let same = |before: &StudyRecord| {
            // Another deadline each night is no other study.
            let overrides = |record: &StudyRecord| -> Vec<Override> {
                record.overrides.iter().filter(|set| set.path != until::PATH).cloned().collect()
            };
            let of = |record: &StudyRecord| (record.origin.clone(), record.spec.clone(), overrides(record));
            of(before) == of(&self.record)
        };
        let is_same = before.as_ref().is_none_or(same);
        let journal =
            if is_same && !self.args.fresh { crossfold_engine::journal(self.store, name)? } else { Vec::new() };
        let keys = self.known_keys(&journal)?;
        if self.args.fresh {
            self.store.forget(name, &keys)?;
            tracing::info!(study = %name, "stored fits are forgotten, but for those that other studies share");
        }
        if is_same {
            let kept = before.map(|before| (before.record, before.model, before.exhibits));
            let (record, model, exhibits) = kept.unwrap_or_default();
            self.store.put_study(&StudyRecord { record, model, exhibits, ..self.record.clone() }, &keys)?;
        } else {
            self.store.refer(name, &keys)?;
        }
        Ok((is_same, journal))
    }

    /// The keys of what the study is known to come to: all of it, or as far as what is stored leads.
    fn known_keys(&self, journal: &[Entry]) -> Result<Vec<FitKey>, Error> {
        let Prepared { study, plan, origin, .. } = self.prepared;
        if !Course::listens(study) {
            return Ok(self.keys(plan));
        }
        let mut course = self.prepared.course();
        course.follow(journal.iter().cloned());
        crossfold_search::follow(&mut course, origin, self.store)?;
        Ok(self.keys(course.plan()))
    }

    fn search(&self, sweep: &Sweep<'_>, journal: Vec<Entry>) -> Result<Searched, Error> {
        let Prepared { study, .. } = self.prepared;
        let price = |configuration: &_| self.prepared.price(configuration);
        let progress = RefCell::new(Progress::new(study, &price, self.terminal.screen()));
        let unsaid = RefCell::new(None);
        let say = |event: &JsonEvent<'_>| {
            let mut unsaid = unsaid.borrow_mut();
            *unsaid = unsaid.take().or_else(|| self.emit(event).err());
        };
        let began = Instant::now();
        let outcome = sweep.search(
            journal,
            &mut |course, beginning| {
                self.announce_search(course, beginning);
                say(&self.planned(course, beginning));
                self.terminal.write_through(progress.borrow().above(std::io::stderr()));
                // Progress is told of the time since the first fit.
                let deadline = study.budget.wall.map(|wall| wall.saturating_sub(self.began.elapsed()));
                let outlook = outlook(course, beginning, deadline);
                progress.borrow_mut().begin(course.plan(), course.results(), outlook);
            },
            &mut |event, course| {
                log(event);
                say(&JsonEvent::Fit(event));
                progress.borrow_mut().observe(event, course.plan(), course.results(), began.elapsed());
            },
        );
        let mut progress = progress.into_inner();
        if let Ok(outcome) = &outcome {
            progress.settle(outcome.course.plan(), outcome.course.results());
        }
        progress.finish(began.elapsed());
        let outcome = outcome?;
        unsaid.into_inner().map_or(Ok(()), Err)?;
        let Outcome { course, trained, stored, too_many_failures, ended_by } = outcome;
        let lines = course.journal().iter().map(Entry::text).collect();
        let (plan, results) = course.into_parts();
        if ended_by != Some(Limit::Wall) {
            self.settle_predictions(sweep, &plan, &results)?;
        }
        if self.signals.stop().is_requested() {
            tracing::info!("stopped");
        }
        if too_many_failures {
            tracing::error!("stopped: more trials failed than `limits.max_failures` allows");
        }
        if let Some(limit) = ended_by {
            self.terminal.say(&format!("the search ended by `budget.{}`", limit.name()));
        }
        Ok(Searched { plan, results, trained, stored, too_many_failures, ended_by, journal: lines })
    }

    fn settle_predictions(&self, sweep: &Sweep<'_>, plan: &Plan, results: &Results) -> Result<(), Error> {
        let study = &self.prepared.study;
        let leaderboard = Leaderboard::new(study, plan, results, self.prepared.shape());
        let lacking = sweep.lacking_predictions(plan, results, leaderboard.winner().map(|winner| winner.trial))?;
        if lacking.is_empty() || self.signals.stop().is_requested() {
            return Ok(());
        }
        tracing::info!(fits = lacking.len(), "training again for predictions");
        self.terminal.say(&format!("training {} networks again for predictions that are not stored", lacking.len()));
        Ok(sweep.predict(plan, &lacking)?)
    }

    /// Tells an event on stdout, where `--json` asks for it.
    fn emit(&self, event: &JsonEvent<'_>) -> Result<(), Error> {
        if !self.args.json {
            return Ok(());
        }
        let mut line = Vec::new();
        crossfold_report::write_event(&mut line, event).expect("memory takes any text");
        self.terminal.data(&String::from_utf8_lossy(&line))
    }

    fn announce_search(&self, course: &Course<'_>, beginning: Beginning) {
        let jobs = self.args.jobs.count();
        let Beginning { missing, stored } = beginning;
        tracing::info!(missing, stored, %jobs, "training");
        let trials = match course.most_trials() {
            trials if trials < MAX_TRIALS => format!("at most {trials} trials"),
            _ => "trials until the budget ends".to_owned(),
        };
        self.terminal.say(&match (missing, stored) {
            (0, stored) => format!("all {stored} fits are stored: nothing to train"),
            (_, 0) if !course.is_over() => format!("searching: {trials}, {jobs} fits at a time"),
            (_, stored) if !course.is_over() => {
                format!("{stored} fits are stored; searching on: {trials}, {jobs} fits at a time")
            }
            (missing, 0) => format!("training {missing} networks, {jobs} at a time"),
            (missing, stored) => format!("{stored} fits are stored; training {missing}, {jobs} at a time"),
        });
    }

    /// What is going to be done. Of a search that learns the most trials that there can be, with a fit on each fold.
    fn planned(&self, course: &Course<'_>, beginning: Beginning) -> JsonEvent<'_> {
        let (study, stored) = (self.prepared.study.name.as_str(), beginning.stored);
        let (trials, fits) = if course.is_over() {
            (course.plan().trials.len(), course.plan().fits())
        } else {
            let trials = usize::try_from(course.most_trials()).unwrap_or(usize::MAX);
            (trials, trials.saturating_mul(course.plan().folds.len()))
        };
        JsonEvent::Plan { study, trials, fits, stored }
    }

    /// Scores the whole search, where that is asked for; empty where it isn't, or comes to no end. And whether it was
    /// stopped before that.
    fn nested(&self, searched: &Searched, suspects: &BTreeSet<FitKey>) -> Result<(Vec<NestedFold>, bool), Error> {
        if !self.prepared.study.finish.nested || searched.too_many_failures {
            return Ok((Vec::new(), false));
        }
        let nested = Nested {
            prepared: self.prepared,
            store: self.store,
            jobs: self.args.jobs.count(),
            stop: self.signals.stop(),
            wanted: self.wanted(),
            suspects,
            terminal: self.terminal,
        };
        let found = nested.search()?;
        let was_cut_short = found.is_none() && self.signals.stop().is_requested();
        if found.is_none() && !was_cut_short {
            self.terminal.say("nested cross-validation has no score: on a fold, no trial won or its winner has none");
        }
        let folds = found.unwrap_or_default();
        if let Some(mean) = NestedFold::mean(&folds) {
            let metric = self.prepared.study.metric;
            let mean = crossfold_report::figure(metric, mean);
            self.terminal.say(&format!("nested cross-validation: {metric} {mean}, the choice of the best included"));
        }
        Ok((folds, was_cut_short))
    }

    /// Writes how the study was made, and what people read.
    fn write_record(
        &self,
        searched: &Searched,
        files: &StudyResults<'_>,
        leaderboard: &Leaderboard<'_>,
        finish: &Finish,
        nested: Vec<NestedFold>,
    ) -> Result<(), Error> {
        let Prepared { spec, study, origin, overrides, .. } = self.prepared;
        let (data, shape) = (self.prepared.data(), self.prepared.shape());
        let (refitted, refit_error) = match finish {
            Finish::Refitted(refitted) => (Some(&**refitted), None),
            Finish::Failed(reason) => (None, Some(reason.clone())),
            Finish::None | Finish::Stopped => (None, None),
        };
        let refit = refitted.map(|refitted| &refitted.record);
        let exhibits = match (refitted, leaderboard.winner()) {
            (Some(refitted), _) => Some(refitted.exhibits.clone()),
            (None, Some(winner)) => Some(Exhibits::new(BTreeMap::new(), self.pictures(files, winner)?, nested)),
            (None, None) => None,
        };
        let record = Provenance {
            name: study.name.to_string(),
            command: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            spec: String::from_utf8_lossy(spec.text()).into_owned(),
            overrides: overrides.iter().map(|set| format!("{}={}", set.path, set.value)).collect(),
            seed: study.seed.0,
            metric: study.metric,
            device: study.device,
            jobs: self.args.jobs.count().get(),
            versions: Versions {
                crossfold: env!("CARGO_PKG_VERSION").to_owned(),
                burn: BURN_VERSION.to_owned(),
                rustc: env!("CROSSFOLD_RUSTC").to_owned(),
            },
            git_revision: option_env!("CROSSFOLD_REVISION").map(str::to_owned),
            origin: origin.text().lines().map(str::to_owned).collect(),
            data: DataRecord {
                sha256: data.digest.clone(),
                rows: data.rows(),
                test_sha256: self.record.test_digest.clone(),
                test_rows: data.test_rows(),
                features: shape.inputs,
                classes: data.targets().classes().to_vec(),
            },
            reproducible: study.irreproducible().is_none(),
            started: format!("{:.0}", self.started),
            finished: format!("{:.0}", jiff::Timestamp::now()),
            trials: leaderboard.tally(),
            fits: searched.plan.fits(),
            fits_trained: searched.trained,
            fits_stored: searched.stored,
            winner: leaderboard.winner().and_then(Winner::new),
            refit_epochs: refitted.map(|refitted| refitted.epochs),
            refit_error,
            test: refit.and_then(|refit| files.test(refit)).map(Scored::evaluation),
        };
        let mut text = Vec::new();
        crossfold_report::write_study(&mut text, &record).expect("memory takes any text");
        let text = String::from_utf8_lossy(&text);
        let model = refitted.map(|refitted| refitted.model.as_str());
        let kept = exhibits.as_ref().map(Exhibits::text);
        self.store.put_record(&study.name, &text, model, kept.as_deref())?;
        self.folder.write("study.json", |out| out.write_all(text.as_bytes()))?;
        let files = ResultFiles { results: files, folder: &self.folder };
        Ok(files.write_reports(leaderboard, refit, exhibits.as_ref(), Some(&text))?)
    }

    /// The leaderboard, before anything else can go wrong.
    fn show(&self, leaderboard: &Leaderboard<'_>) -> Result<(), Error> {
        self.emit(&JsonEvent::SearchEnded(leaderboard.tally()))?;
        if self.terminal.quiet() || self.args.json {
            return Ok(());
        }
        self.terminal.data(&crossfold_report::top_ten(leaderboard, self.terminal.width()))
    }

    fn show_finish(&self, finish: &Finish) -> Result<(), Error> {
        if let Finish::Refitted(refitted) = finish {
            self.emit(&JsonEvent::RefitEnded { epochs: refitted.epochs })?;
            let tested =
                refitted.record.tests.iter().find(|(digest, _)| Some(digest) == self.record.test_digest.as_ref());
            tested.map_or(Ok(()), |(_, scored)| self.emit(&JsonEvent::Test(scored.evaluation())))?;
        }
        match finish {
            Finish::Refitted(refitted) if !refitted.test.is_empty() && !self.terminal.quiet() && !self.args.json => {
                let score = in_words(self.prepared.study.metric, &refitted.test);
                self.terminal.data(&format!("\ntest rows, scored once by the refitted winner: {score}\n"))?;
            }
            // Logged as an error, so that it shows even when quiet.
            Finish::Failed(reason) => tracing::error!("the refit failed: {reason}"),
            Finish::Stopped => self.terminal.say("the winner was not refitted, since the run was stopped"),
            Finish::Refitted(_) | Finish::None => {}
        }
        self.terminal.say(&format!("results are in {}", self.folder.path().display()));
        self.emit(&JsonEvent::Results { folder: &self.folder.path().display().to_string() })
    }

    fn exit(&self, searched: &Searched, leaderboard: &Leaderboard<'_>, finish: &Finish, was_cut_short: bool) -> Exit {
        let tally = leaderboard.tally();
        let by_budget = searched.ended_by == Some(Limit::Wall);
        let stopped = tally.cancelled > 0 && !by_budget || matches!(finish, Finish::Stopped) || was_cut_short;
        match self.signals.exit() {
            Some(exit) if stopped => exit,
            Some(_) | None if searched.too_many_failures => Exit::TooManyFailures,
            Some(_) | None if tally.complete == 0 => Exit::NoneCompleted,
            Some(_) | None if tally.failed > 0 || matches!(finish, Finish::Failed(_)) => Exit::FailedTrials,
            Some(_) | None => Exit::Done,
        }
    }
}

/// A score in every metric that is defined, with the interval of the study's: `log loss 0.0612, accuracy 0.9812 (0.9783 to
/// 0.9837 with 95 % confidence)`.
fn in_words(ranked_by: Metric, scores: &[TestScore]) -> String {
    let figure = |&TestScore { metric, value, interval }: &TestScore| {
        let show = |value| crossfold_report::figure(metric, value);
        let score = format!("{} {}", metric.name().replace('_', " "), show(value?));
        Some(match interval.filter(|_| metric == ranked_by) {
            Some([low, high]) => format!("{score} ({} to {} with 95 % confidence)", show(low), show(high)),
            None => score,
        })
    };
    scores.iter().filter_map(figure).collect::<Vec<_>>().join(", ")
}

fn log(event: &Event) {
    match event {
        Event::FitStarted { configuration, fold } => {
            tracing::debug!(%configuration, repeat = fold.repeat + 1, fold = fold.fold + 1, "fit started");
        }
        Event::EpochDone { .. } => {}
        Event::FitEnded { configuration, fold, end, elapsed } => {
            let (repeat, fold, seconds) = (fold.repeat + 1, fold.fold + 1, elapsed.as_secs_f64());
            match end {
                FitEnd::Complete => tracing::info!(%configuration, repeat, fold, seconds, "fit complete"),
                FitEnd::Stopped => tracing::info!(%configuration, repeat, fold, seconds, "fit stopped early"),
                FitEnd::Cancelled => tracing::info!(%configuration, repeat, fold, seconds, "fit cancelled"),
                // Not a warning: the leaderboard tells of it, and a thousand of these would bury the progress.
                FitEnd::Failed(failure) => tracing::info!(%configuration, repeat, fold, "fit failed: {failure}"),
            }
        }
    }
}
