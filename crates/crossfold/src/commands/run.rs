//! `crossfold run FILE`: the whole road from a spec to a leaderboard and a tested network.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crossfold_data::{Dataset, Folds, StudyData};
use crossfold_model::{BURN_VERSION, TrainedNetwork, Trainer};
use crossfold_report::{DataRecord, Leaderboard, Progress, Provenance, Row, Versions, Winner};
use crossfold_search::Schedule;
use crossfold_study::{DataSource, DataSpec, Evaluation, FitEnd, Plan, Refit, Results, Shape, Study, spec};

use crate::args::{OutputArgs, RunArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::results_folder::ResultsFolder;
use crate::signals::Signals;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

pub(crate) fn run(args: &RunArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let started = jiff::Timestamp::now();
    let spec = SpecFile::read(&args.spec.file)?;
    let study = spec.check(&args.spec.overrides(), terminal)?;
    let plan = crossfold_search::plan(&study, Folds::ids_for(&study.splits))?;
    let data = crossfold_data::load(&study.data, spec.folder(), study.seed, study.finish.test)?;
    let folds = Folds::new(data.train.labels(), data.train.classes().len(), &study.splits, study.seed)?;
    let folder = ResultsFolder::create(&args.results, &study.name)?;
    logging::start(output, terminal.colour(), folder.log_file(started)?);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;

    let run = Run { args, terminal, started, spec, study, plan, data, folder, signals };
    let trainer = Trainer::new(&run.data.train, &folds, run.study.seed, run.study.device);
    let results = run.search(&trainer)?;
    let leaderboard = Leaderboard::new(&run.study, &run.plan, &results, run.shape());
    run.write_search(&leaderboard, &results)?;
    let finish = run.finish(&trainer, &leaderboard)?;
    run.write_record(&leaderboard, &finish)?;
    run.show(&leaderboard, &finish);
    Ok(run.exit(&leaderboard, &finish))
}

/// What a run works with from its first fit to its last file.
struct Run<'a> {
    args: &'a RunArgs,
    terminal: &'a Terminal,
    started: jiff::Timestamp,
    spec: SpecFile,
    study: Study,
    plan: Plan,
    data: StudyData,
    folder: ResultsFolder,
    signals: Signals,
}

/// What became of the winner.
enum Finish {
    /// Nobody won, or no refit was asked for.
    None,
    Refitted {
        epochs: u32,
        test: Option<Evaluation>,
    },
    /// The refit failed or was stopped.
    Unfinished(FitEnd),
}

impl Run<'_> {
    fn shape(&self) -> Shape {
        self.data.train.shape()
    }

    fn search(&self, trainer: &Trainer<'_>) -> Result<Results, Error> {
        let (plan, shape) = (&self.plan, self.shape());
        let jobs = self.args.jobs.count();
        tracing::info!(study = %self.study.name, seed = self.study.seed.0, digest = self.data.digest, "data read");
        tracing::info!(trials = plan.trials.len(), fits = plan.fits(), %jobs, "training");
        self.terminal.say(&format!("training {} networks, {jobs} at a time", plan.fits()));
        let began = Instant::now();
        let price = |planned: &crossfold_study::PlannedConfiguration| planned.configuration.training_flops(shape);
        let schedule = Schedule::dearest_first(plan, &price);
        let mut progress = Progress::new(&self.study, plan, &price, self.terminal.screen());
        let results = crossfold_search::run(
            &schedule,
            trainer,
            jobs,
            self.signals.stop(),
            &|| began.elapsed(),
            &mut |event, results| {
                log(event);
                progress.observe(event, results, began.elapsed());
            },
        )?;
        progress.finish(began.elapsed());
        if self.signals.stop().is_requested() {
            tracing::info!("stopped");
        }
        Ok(results)
    }

    /// Writes what the search found, and removes what an earlier run left of what is yet to come.
    fn write_search(&self, leaderboard: &Leaderboard<'_>, results: &Results) -> Result<(), Error> {
        let folder = &self.folder;
        for stale in ["best.yaml", "test.csv", "model/weights.safetensors"] {
            folder.remove(stale)?;
        }
        folder.write("leaderboard.csv", |out| crossfold_report::write_leaderboard(out, leaderboard))?;
        folder.write("folds.csv", |out| crossfold_report::write_folds(out, &self.plan, results))?;
        folder.write("curves.csv", |out| crossfold_report::write_curves(out, results))?;
        folder.write("timings.csv", |out| crossfold_report::write_timings(out, results))?;
        if let Some(winner) = leaderboard.winner() {
            let best = self.best(winner)?;
            folder.write("best.yaml", |out| out.write_all(best.as_bytes()))?;
        }
        Ok(())
    }

    /// The winner as a spec, with paths as they are from the folder it is written to.
    fn best(&self, winner: &Row<'_>) -> Result<String, Error> {
        // Both exist by now, and without links and `..` in them the way from one to the other is short.
        let real = |path: &Path| path.canonicalize().map_err(|source| Error::Output { path: path.to_owned(), source });
        let from = real(self.folder.path())?;
        let moved = |path: &PathBuf| -> Result<PathBuf, Error> {
            let to = real(&self.spec.folder().join(path))?;
            Ok(pathdiff::diff_paths(&to, &from).unwrap_or(to))
        };
        let source = match &self.study.data.source {
            DataSource::Mnist { path } => DataSource::Mnist { path: moved(path)? },
            DataSource::Csv { path, target, test_path } => DataSource::Csv {
                path: moved(path)?,
                target: target.clone(),
                test_path: test_path.as_ref().map(moved).transpose()?,
            },
        };
        let data = DataSpec { source, train_rows: self.study.data.train_rows };
        Ok(spec::write_single(&self.study, &data, winner.configuration, winner.trial.epochs))
    }

    fn finish(&self, trainer: &Trainer<'_>, leaderboard: &Leaderboard<'_>) -> Result<Finish, Error> {
        let winner = match (self.study.finish.refit, leaderboard.winner()) {
            (Refit::Best, Some(winner)) => winner,
            (Refit::Best | Refit::None, _) => return Ok(Finish::None),
        };
        if self.signals.stop().is_requested() {
            return Ok(Finish::Unfinished(FitEnd::Cancelled));
        }
        let epochs = winner.trial.epochs;
        tracing::info!(trial = winner.trial.number.0, epochs, "refitting the winner on all rows");
        self.terminal.say(&format!("refitting the winner on all {} rows", self.data.train.rows()));
        let refit =
            trainer.refit(winner.configuration, epochs, self.signals.stop(), &mut |_| ControlFlow::Continue(()));
        match refit {
            Ok(network) => {
                let test = self.write_network(&network)?;
                Ok(Finish::Refitted { epochs, test })
            }
            Err(end) => Ok(Finish::Unfinished(end)),
        }
    }

    fn write_network(&self, network: &TrainedNetwork) -> Result<Option<Evaluation>, Error> {
        let weights = network.safetensors();
        self.folder.write("model/weights.safetensors", |out| out.write_all(&weights))?;
        let test = self.data.test.as_ref().map(|rows| network.evaluate(rows));
        if let Some(score) = &test {
            tracing::info!(accuracy = score.accuracy, log_loss = score.log_loss, "scored on the test rows");
            self.folder.write("test.csv", |out| crossfold_report::write_test(out, score))?;
        }
        Ok(test)
    }

    fn write_record(&self, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Result<(), Error> {
        let shape = self.shape();
        let (refit_epochs, test) = match finish {
            Finish::Refitted { epochs, test } => (Some(*epochs), *test),
            Finish::None | Finish::Unfinished(_) => (None, None),
        };
        let record = Provenance {
            name: self.study.name.to_string(),
            command: std::env::args().collect(),
            spec: String::from_utf8_lossy(self.spec.text()).into_owned(),
            seed: self.study.seed.0,
            metric: self.study.metric,
            device: self.study.device,
            jobs: self.args.jobs.count().get(),
            versions: Versions {
                crossfold: env!("CARGO_PKG_VERSION").to_owned(),
                burn: BURN_VERSION.to_owned(),
                rustc: env!("CROSSFOLD_RUSTC").to_owned(),
            },
            git_revision: option_env!("CROSSFOLD_REVISION").map(str::to_owned),
            data: DataRecord {
                sha256: self.data.digest.clone(),
                rows: self.data.train.rows(),
                test_rows: self.data.test.as_ref().map_or(0, Dataset::rows),
                features: shape.inputs,
                classes: shape.outputs,
            },
            started: self.started.to_string(),
            finished: jiff::Timestamp::now().to_string(),
            trials: leaderboard.tally(),
            fits: self.plan.fits(),
            winner: leaderboard.winner().and_then(Winner::new),
            refit_epochs,
            test,
        };
        self.folder.write("study.json", |out| crossfold_report::write_study(out, &record))
    }

    fn show(&self, leaderboard: &Leaderboard<'_>, finish: &Finish) {
        if self.terminal.quiet() {
            return;
        }
        self.terminal.data(&crossfold_report::top_ten(leaderboard, self.terminal.width()));
        match finish {
            Finish::Refitted { test: Some(score), .. } => self.terminal.data(&format!(
                "\ntest rows, scored once by the refitted winner: accuracy {:.4}, log loss {:.4}\n",
                score.accuracy, score.log_loss
            )),
            Finish::Unfinished(FitEnd::Failed(failure)) => self.terminal.say(&format!("the refit failed: {failure}")),
            Finish::Unfinished(FitEnd::Cancelled | FitEnd::Complete) => self.terminal.say("the refit was stopped"),
            Finish::Refitted { test: None, .. } | Finish::None => {}
        }
        self.terminal.say(&format!("results are in {}", self.folder.path().display()));
    }

    fn exit(&self, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Exit {
        let tally = leaderboard.tally();
        let stopped = tally.cancelled > 0 || matches!(finish, Finish::Unfinished(FitEnd::Cancelled));
        match self.signals.exit() {
            Some(exit) if stopped => exit,
            _ if tally.complete == 0 => Exit::NoneCompleted,
            _ if tally.failed > 0 || matches!(finish, Finish::Unfinished(FitEnd::Failed(_))) => Exit::FailedTrials,
            _ => Exit::Done,
        }
    }
}

fn log(event: &crossfold_study::Event) {
    use crossfold_study::Event;
    match event {
        Event::FitStarted { configuration, fold } => {
            tracing::debug!(%configuration, repeat = fold.repeat + 1, fold = fold.fold + 1, "fit started");
        }
        Event::EpochDone { .. } => {}
        Event::FitEnded { configuration, fold, end, elapsed } => {
            let (repeat, fold, seconds) = (fold.repeat + 1, fold.fold + 1, elapsed.as_secs_f64());
            match end {
                FitEnd::Complete => tracing::info!(%configuration, repeat, fold, seconds, "fit complete"),
                FitEnd::Cancelled => tracing::info!(%configuration, repeat, fold, seconds, "fit cancelled"),
                // Not a warning: the leaderboard tells of it, and a thousand of these would bury the progress.
                FitEnd::Failed(failure) => tracing::info!(%configuration, repeat, fold, "fit failed: {failure}"),
            }
        }
    }
}
