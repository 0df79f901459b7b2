//! `crossfold run FILE`: the whole road from a spec to a leaderboard and a tested network.

use std::ops::ControlFlow;
use std::time::Instant;

use crossfold_model::{BURN_VERSION, TrainedNetwork};
use crossfold_report::{DataRecord, JsonEvent, Leaderboard, Progress, Provenance, Row, Versions, Winner};
use crossfold_search::{Outcome, Wanted};
use crossfold_store::SqliteStore;
use crossfold_study::{
    DataSource, Evaluation, Event, Failure, FitEnd, FitKey, Metric, Part, Refit, RefitRecord, Results, Scored, Store,
    StudyRecord,
};

use crate::args::{OutputArgs, RunArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::model_file::Model;
use crate::preparation::Prepared;
use crate::result_files::ResultFiles;
use crate::results_folder::ResultsFolder;
use crate::signals::Signals;
use crate::spec_file::SpecFile;
use crate::sweep::Sweep;
use crate::terminal::Terminal;

pub(crate) fn run(args: &RunArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let started = jiff::Timestamp::now();
    let spec = SpecFile::read(&args.spec.file)?;
    let prepared = Prepared::new(spec, args.spec.overrides.all(), terminal)?;
    let folder = ResultsFolder::create(&args.results.folder, &prepared.study.name)?;
    logging::start(output, terminal, folder.log_file(started)?);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    let store = SqliteStore::open(&args.results.folder)?;
    let record = prepared.record(started);

    let run = Run { args, terminal, started, prepared: &prepared, record, folder, signals, store: &store };
    run.carry_out()
}

/// What a run works with from its first fit to its last file.
struct Run<'a> {
    args: &'a RunArgs,
    terminal: &'a Terminal,
    started: jiff::Timestamp,
    prepared: &'a Prepared,
    record: StudyRecord,
    folder: ResultsFolder,
    signals: Signals,
    store: &'a SqliteStore,
}

/// What the search came to.
struct Searched {
    outcome: Outcome,
    /// Fits that this run trained, and that it found in the store.
    trained: usize,
    stored: usize,
}

/// What became of the winner.
enum Finish {
    /// Nobody won, or no refit was asked for.
    None,
    Refitted {
        epochs: u32,
        test: Option<Evaluation>,
        /// The text of `model.json`.
        model: String,
    },
    /// There is no network, or none worth a score, and why.
    Failed(String),
    Stopped,
}

impl Run<'_> {
    fn carry_out(&self) -> Result<Exit, Error> {
        self.greet();
        let sweep = self.sweep();
        let keys = self.keys();
        let is_entered = self.enter_study(&keys)?;
        let (_begun, suspects) = sweep.begin(self.args.retry)?;
        let searched = self.search(&sweep)?;
        let files = self.files(&searched);
        let leaderboard = files.judged()?;
        self.show(&leaderboard)?;
        // A run stopped before it knew anything is no reason to lose an earlier one's results.
        if self.signals.stop().is_requested() && leaderboard.winner().is_none() && self.folder.holds("study.json") {
            let folder = self.folder.path().display();
            self.terminal.say(&format!("nothing is known yet; the earlier results in {folder} stay"));
            self.emit(&JsonEvent::Results { folder: &folder.to_string() })?;
            return Ok(self.exit(&searched, &leaderboard, &Finish::None));
        }
        if !is_entered {
            self.store.put_study(&self.record, &keys)?;
        }
        files.write_search(&leaderboard, &self.folder)?;
        let finish = self.finish(&searched, &files, &leaderboard, &suspects)?;
        self.write_record(&searched, &leaderboard, &finish)?;
        self.show_finish(&finish)?;
        Ok(self.exit(&searched, &leaderboard, &finish))
    }

    fn sweep(&self) -> Sweep<'_> {
        Sweep {
            prepared: self.prepared,
            objective: &self.prepared.trainer,
            store: self.store,
            jobs: self.args.jobs.count(),
            stop: self.signals.stop(),
        }
    }

    fn files<'a>(&'a self, searched: &'a Searched) -> ResultFiles<'a> {
        let Prepared { study, plan, origin, .. } = self.prepared;
        let (record, results) = (&self.record, &searched.outcome.results);
        ResultFiles { study, plan, origin, record, results, store: self.store }
    }

    fn greet(&self) {
        let Prepared { study, plan, origin, remarks, .. } = self.prepared;
        tracing::info!(study = %study.name, seed = study.seed.0, digest = self.prepared.data().digest, "data read");
        for remark in remarks {
            tracing::info!("{remark}");
        }
        self.prepared.remark(self.terminal);
        tracing::info!("fits are of {}", origin.text().trim_end().replace('\n', "; "));
        tracing::info!(trials = plan.trials.len(), fits = plan.fits(), "planned");
        for remark in self.store.remarks() {
            self.terminal.say(remark);
        }
        if let Some(holder) = self.folder.died() {
            self.terminal
                .say(&format!("the run before ({holder}) did not come to its end; going on with what it stored"));
        }
    }

    /// The keys of all that the study may come to: its fits, and a refit of whoever wins.
    fn keys(&self) -> Vec<FitKey> {
        let Prepared { plan, origin, .. } = self.prepared;
        let refits =
            plan.configurations.iter().map(|planned| origin.key(&planned.configuration.for_refit(), Part::All));
        crossfold_search::keys(plan, origin).chain(refits).collect()
    }

    /// Makes the study known to the store, so that it can be shown and reported from here on. A study of
    /// another spec that has this name stays until this one has results to put in the place of its files;
    /// then this returns false.
    fn enter_study(&self, keys: &[FitKey]) -> Result<bool, Error> {
        let name = &self.record.name;
        let before = self.store.study(name)?;
        let same = |before: &StudyRecord| {
            let of = |record: &StudyRecord| (record.origin.clone(), record.spec.clone(), record.overrides.clone());
            of(before) == of(&self.record)
        };
        if self.args.fresh {
            self.store.forget(name, keys)?;
            tracing::info!(study = %name, "stored fits are forgotten, but for those that other studies share");
        }
        match before {
            Some(before) if !same(&before) => {
                self.store.refer(name, keys)?;
                Ok(false)
            }
            before => {
                let (record, model) = before.map_or((None, None), |before| (before.record, before.model));
                self.store.put_study(&StudyRecord { record, model, ..self.record.clone() }, keys)?;
                Ok(true)
            }
        }
    }

    fn search(&self, sweep: &Sweep<'_>) -> Result<Searched, Error> {
        let Prepared { study, plan, .. } = self.prepared;
        let recalled = sweep.recall(Wanted { fresh: self.args.fresh, retry: self.args.retry })?;
        let (missing, stored) = (recalled.missing.len(), plan.fits() - recalled.missing.len());
        self.announce_search(missing, stored)?;
        let began = Instant::now();
        let price = |planned: &_| self.prepared.price(planned);
        let mut progress = Progress::new(study, plan, &recalled.results, &price, self.terminal.screen());
        self.terminal.write_through(progress.above(std::io::stderr()));
        let (mut trained, mut unsaid) = (0, None);
        let outcome = sweep.train(recalled, &mut |event, results| {
            log(event);
            let is_over = |end: &FitEnd| matches!(end, FitEnd::Complete | FitEnd::Stopped | FitEnd::Failed(_));
            trained += usize::from(matches!(event, Event::FitEnded { end, .. } if is_over(end)));
            unsaid = unsaid.take().or_else(|| self.emit(&JsonEvent::Fit(event)).err());
            progress.observe(event, results, began.elapsed());
        });
        progress.finish(began.elapsed());
        let outcome = outcome?;
        unsaid.map_or(Ok(()), Err)?;
        self.settle_predictions(sweep, &outcome.results)?;
        if self.signals.stop().is_requested() {
            tracing::info!("stopped");
        }
        if outcome.too_many_failures {
            tracing::error!("stopped: more trials failed than `limits.max_failures` allows");
        }
        Ok(Searched { outcome, trained, stored })
    }

    fn settle_predictions(&self, sweep: &Sweep<'_>, results: &Results) -> Result<(), Error> {
        let Prepared { study, plan, .. } = self.prepared;
        let leaderboard = Leaderboard::new(study, plan, results, self.prepared.shape());
        let lacking = sweep.lacking_predictions(results, leaderboard.winner().map(|winner| winner.trial))?;
        if lacking.is_empty() || self.signals.stop().is_requested() {
            return Ok(());
        }
        tracing::info!(fits = lacking.len(), "training again for predictions");
        self.terminal.say(&format!("training {} networks again for predictions that are not stored", lacking.len()));
        Ok(sweep.predict(&lacking)?)
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

    fn announce_search(&self, missing: usize, stored: usize) -> Result<(), Error> {
        let jobs = self.args.jobs.count();
        tracing::info!(missing, stored, %jobs, "training");
        self.terminal.say(&match (missing, stored) {
            (missing, 0) => format!("training {missing} networks, {jobs} at a time"),
            (0, stored) => format!("all {stored} fits are stored: nothing to train"),
            (missing, stored) => format!("{stored} fits are stored; training {missing}, {jobs} at a time"),
        });
        let Prepared { study, plan, .. } = self.prepared;
        let (study, trials, fits) = (study.name.as_str(), plan.trials.len(), plan.fits());
        self.emit(&JsonEvent::Plan { study, trials, fits, stored })
    }

    fn finish(
        &self,
        searched: &Searched,
        files: &ResultFiles<'_>,
        leaderboard: &Leaderboard<'_>,
        suspects: &[FitKey],
    ) -> Result<Finish, Error> {
        let winner = match (self.prepared.study.finish.refit, leaderboard.winner()) {
            (Refit::Best | Refit::OneSe, Some(winner)) if !searched.outcome.too_many_failures => winner,
            (Refit::Best | Refit::OneSe | Refit::None, _) => return Ok(Finish::None),
        };
        let (stored, epochs) = (files.refit(winner)?, files.refit_epochs(winner));
        let refit = match stored.clone() {
            Some(refit) => self.with_test(winner, epochs, refit),
            None => self.refit(winner, epochs, suspects),
        };
        let refit = match refit {
            Ok(refit) => refit,
            Err(FitEnd::Failed(failure)) => return Ok(Finish::Failed(failure.to_string())),
            Err(FitEnd::Cancelled | FitEnd::Complete | FitEnd::Stopped) => return Ok(Finish::Stopped),
        };
        let key = self.prepared.origin.key(&winner.configuration.for_refit(), Part::All);
        if stored.as_ref() != Some(&refit) {
            self.store.put_refit(&key, epochs, &refit)?;
        }
        let model = self.model(winner, epochs).text();
        files.write_refit(&refit, Some(&model), &self.folder)?;
        let test = files.test(&refit);
        if let Some(score) = &test {
            tracing::info!("scored on the test rows: {}", in_words(score));
        } else if self.record.test_digest.is_some() {
            return Ok(Finish::Failed("the score on the test rows is not finite".to_owned()));
        }
        Ok(Finish::Refitted { epochs, test, model })
    }

    /// Trains the winner on all rows, and scores it on the test rows where that is asked for.
    fn refit(&self, winner: &Row<'_>, epochs: u32, suspects: &[FitKey]) -> Result<RefitRecord, FitEnd> {
        let stop = self.signals.stop();
        if stop.is_requested() {
            return Err(FitEnd::Cancelled);
        }
        let key = self.prepared.origin.key(&winner.configuration.for_refit(), Part::All);
        if suspects.contains(&key) {
            return Err(FitEnd::Failed(Failure::Suspect));
        }
        tracing::info!(trial = winner.trial.number.0, epochs, "refitting the winner on all rows");
        self.terminal.say(&format!("refitting the winner on all {} rows", self.prepared.data().rows()));
        self.store.mark(0, Some(&key));
        let network = crossfold_search::catch(|| {
            self.prepared
                .trainer
                .refit(&winner.configuration.for_refit(), epochs, stop, &mut |_| ControlFlow::Continue(()))
        });
        self.store.mark(0, None);
        let mut network = network.map_err(FitEnd::Failed)??;
        Ok(RefitRecord { weights: network.safetensors(), tests: self.test(&mut network).into_iter().collect() })
    }

    fn model(&self, winner: &Row<'_>, epochs: u32) -> Model {
        let Prepared { study, trainer, .. } = self.prepared;
        let adapter = match &study.data.source {
            DataSource::Mnist { .. } => None,
            DataSource::Csv(table) => trainer.views().adapter(table),
        };
        Model::new(study.name.as_str(), study.device, &winner.configuration.for_refit(), epochs, adapter)
    }

    /// The digest of the test rows, where they are asked for, and the network's score on them, where it
    /// is finite.
    fn test(&self, network: &mut TrainedNetwork) -> Option<(String, Scored)> {
        let scored = network.predict(&self.prepared.trainer.views().test()?).0;
        self.record.test_digest.clone().filter(|_| scored.tally.is_finite()).map(|digest| (digest, scored))
    }

    /// A stored network, scored on the test rows if they are asked for and it hasn't seen them yet.
    fn with_test(&self, winner: &Row<'_>, epochs: u32, mut refit: RefitRecord) -> Result<RefitRecord, FitEnd> {
        let Some(digest) = &self.record.test_digest else { return Ok(refit) };
        if refit.tests.iter().all(|(tested, _)| tested != digest) {
            match self.prepared.trainer.network(winner.configuration, &refit.weights) {
                Ok(mut network) => refit.tests.extend(self.test(&mut network)),
                // Weights that don't fit their configuration are as good as none.
                Err(error) => {
                    tracing::warn!("the stored network can't be used: {error}");
                    return self.refit(winner, epochs, &[]);
                }
            }
        }
        Ok(refit)
    }

    fn write_record(&self, searched: &Searched, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Result<(), Error> {
        let Prepared { spec, study, plan, origin, overrides, .. } = self.prepared;
        let (data, shape) = (self.prepared.data(), self.prepared.shape());
        let (refit_epochs, test, model, refit_error) = match finish {
            Finish::Refitted { epochs, test, model } => (Some(*epochs), *test, Some(model.as_str()), None),
            Finish::Failed(reason) => (None, None, None, Some(reason.clone())),
            Finish::None | Finish::Stopped => (None, None, None, None),
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
            started: format!("{:.0}", self.started),
            finished: format!("{:.0}", jiff::Timestamp::now()),
            trials: leaderboard.tally(),
            fits: plan.fits(),
            fits_trained: searched.trained,
            fits_stored: searched.stored,
            winner: leaderboard.winner().and_then(Winner::new),
            refit_epochs,
            refit_error,
            test,
        };
        let mut text = Vec::new();
        crossfold_report::write_study(&mut text, &record).expect("memory takes any text");
        self.store.put_record(&study.name, &String::from_utf8_lossy(&text), model)?;
        self.folder.write("study.json", |out| out.write_all(&text))
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
        if let Finish::Refitted { epochs, test, .. } = finish {
            self.emit(&JsonEvent::RefitEnded { epochs: *epochs })?;
            test.map_or(Ok(()), |score| self.emit(&JsonEvent::Test(score)))?;
        }
        match finish {
            Finish::Refitted { test: Some(score), .. } if !self.terminal.quiet() && !self.args.json => {
                let score = in_words(score);
                self.terminal.data(&format!("\ntest rows, scored once by the refitted winner: {score}\n"))?;
            }
            // Logged as an error, so that it shows even when quiet.
            Finish::Failed(reason) => tracing::error!("the refit failed: {reason}"),
            Finish::Stopped => self.terminal.say("the winner was not refitted, since the run was stopped"),
            Finish::Refitted { .. } | Finish::None => {}
        }
        self.terminal.say(&format!("results are in {}", self.folder.path().display()));
        self.emit(&JsonEvent::Results { folder: &self.folder.path().display().to_string() })
    }

    fn exit(&self, searched: &Searched, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Exit {
        let tally = leaderboard.tally();
        let stopped = tally.cancelled > 0 || matches!(finish, Finish::Stopped);
        match self.signals.exit() {
            Some(exit) if stopped => exit,
            Some(_) | None if searched.outcome.too_many_failures => Exit::TooManyFailures,
            Some(_) | None if tally.complete == 0 => Exit::NoneCompleted,
            Some(_) | None if tally.failed > 0 || matches!(finish, Finish::Failed(_)) => Exit::FailedTrials,
            Some(_) | None => Exit::Done,
        }
    }
}

/// A score in every metric that is defined: `log loss 0.0612, accuracy 0.9812`.
fn in_words(score: &Evaluation) -> String {
    let figure = |&metric: &Metric| {
        let value = crossfold_report::figure(metric, score.get(metric)?);
        Some(format!("{} {value}", metric.name().replace('_', " ")))
    };
    score.task().metrics().iter().filter_map(figure).collect::<Vec<_>>().join(", ")
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
