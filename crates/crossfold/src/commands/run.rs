//! `crossfold run FILE`: the whole road from a spec to a leaderboard and a tested network.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crossfold_data::Dataset;
use crossfold_model::{BURN_VERSION, TrainedNetwork, Trainer};
use crossfold_report::{DataRecord, Leaderboard, Progress, Provenance, Row, Versions, Winner};
use crossfold_study::{DataSource, DataSpec, Evaluation, Event, FitEnd, Refit, Results, spec};

use crate::args::{OutputArgs, RunArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::preparation::Prepared;
use crate::results_folder::ResultsFolder;
use crate::signals::Signals;
use crate::terminal::Terminal;

pub(crate) fn run(args: &RunArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let started = jiff::Timestamp::now();
    let prepared = Prepared::new(&args.spec, terminal)?;
    let folder = ResultsFolder::create(&args.results, &prepared.study.name)?;
    logging::start(output, terminal, folder.log_file(started)?);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;

    let run = Run { args, terminal, started, prepared: &prepared, folder, signals };
    let trainer = prepared.trainer();
    let results = run.search(&trainer)?;
    let leaderboard = Leaderboard::new(&prepared.study, &prepared.plan, &results, prepared.shape());
    run.show(&leaderboard)?;
    // A run stopped before it knew anything is no reason to lose an earlier one's results.
    if run.signals.stop().is_requested() && leaderboard.winner().is_none() && run.folder.holds("study.json") {
        terminal.say(&format!("nothing is known yet; the earlier results in {} stay", run.folder.path().display()));
        return Ok(run.exit(&leaderboard, &Finish::None));
    }
    run.write_search(&leaderboard, &results)?;
    let finish = run.finish(&trainer, &leaderboard)?;
    run.write_record(&leaderboard, &finish)?;
    run.show_finish(&finish)?;
    Ok(run.exit(&leaderboard, &finish))
}

/// What a run works with from its first fit to its last file.
struct Run<'a> {
    args: &'a RunArgs,
    terminal: &'a Terminal,
    started: jiff::Timestamp,
    prepared: &'a Prepared,
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
    /// There is no network, or none worth a score, and why.
    Failed(String),
    Stopped,
}

impl Run<'_> {
    fn search(&self, trainer: &Trainer<'_>) -> Result<Results, Error> {
        let Prepared { study, plan, data, .. } = self.prepared;
        let jobs = self.args.jobs.count();
        tracing::info!(study = %study.name, seed = study.seed.0, digest = data.digest, "data read");
        tracing::info!(trials = plan.trials.len(), fits = plan.fits(), %jobs, "training");
        self.terminal.say(&format!("training {} networks, {jobs} at a time", plan.fits()));
        let began = Instant::now();
        let mut progress = Progress::new(study, plan, &|planned| self.prepared.price(planned), self.terminal.screen());
        self.terminal.write_through(progress.above(std::io::stderr()));
        let results = crossfold_search::run(
            &self.prepared.schedule(),
            trainer,
            jobs,
            self.signals.stop(),
            &|| began.elapsed(),
            &mut |event, results| {
                log(event);
                progress.observe(event, results, began.elapsed());
            },
        );
        progress.finish(began.elapsed());
        if self.signals.stop().is_requested() {
            tracing::info!("stopped");
        }
        Ok(results?)
    }

    /// Writes what the search found, and removes what an earlier run left of what is yet to come.
    fn write_search(&self, leaderboard: &Leaderboard<'_>, results: &Results) -> Result<(), Error> {
        let folder = &self.folder;
        for stale in ["study.json", "best.yaml", "test.csv", "model/weights.safetensors"] {
            folder.remove(stale)?;
        }
        folder.write("leaderboard.csv", |out| crossfold_report::write_leaderboard(out, leaderboard))?;
        folder.write("folds.csv", |out| crossfold_report::write_folds(out, &self.prepared.plan, results))?;
        folder.write("curves.csv", |out| crossfold_report::write_curves(out, results))?;
        folder.write("timings.csv", |out| crossfold_report::write_timings(out, results))?;
        if let Some(winner) = leaderboard.winner() {
            folder.write("best.yaml", |out| out.write_all(self.best(winner).as_bytes()))?;
        }
        Ok(())
    }

    /// The winner as a spec, with paths as they are from the folder it is written to.
    fn best(&self, winner: &Row<'_>) -> String {
        let Prepared { study, spec, .. } = self.prepared;
        // Without links and `..` in them, the way from one folder to the other is short. A test file
        // need not exist where no test was asked for.
        let real = |path: &Path| {
            path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
        };
        let from = real(self.folder.path());
        let moved = |path: &PathBuf| {
            let to = real(&spec.folder().join(path));
            pathdiff::diff_paths(&to, &from).unwrap_or(to)
        };
        let source = match &study.data.source {
            DataSource::Mnist { path } => DataSource::Mnist { path: moved(path) },
            DataSource::Csv { path, target, test_path } => {
                DataSource::Csv { path: moved(path), target: target.clone(), test_path: test_path.as_ref().map(moved) }
            }
        };
        let data = DataSpec { source, train_rows: study.data.train_rows };
        spec::write_single(study, &data, winner.configuration, winner.trial.epochs)
    }

    fn finish(&self, trainer: &Trainer<'_>, leaderboard: &Leaderboard<'_>) -> Result<Finish, Error> {
        let stop = self.signals.stop();
        let winner = match (self.prepared.study.finish.refit, leaderboard.winner()) {
            (Refit::Best, Some(winner)) => winner,
            (Refit::Best | Refit::None, _) => return Ok(Finish::None),
        };
        if stop.is_requested() {
            return Ok(Finish::Stopped);
        }
        let epochs = winner.trial.epochs;
        tracing::info!(trial = winner.trial.number.0, epochs, "refitting the winner on all rows");
        self.terminal.say(&format!("refitting the winner on all {} rows", self.prepared.data.train.rows()));
        let refit = crossfold_search::catch(|| {
            trainer.refit(winner.configuration, epochs, stop, &mut |_| ControlFlow::Continue(()))
        });
        match refit {
            Ok(Ok(network)) => self.score(&network, epochs),
            Ok(Err(FitEnd::Cancelled | FitEnd::Complete)) => Ok(Finish::Stopped),
            Ok(Err(FitEnd::Failed(failure))) | Err(failure) => Ok(Finish::Failed(failure.to_string())),
        }
    }

    /// Writes the refitted network, and its score on the test rows where one was asked for.
    fn score(&self, network: &TrainedNetwork, epochs: u32) -> Result<Finish, Error> {
        let weights = network.safetensors();
        self.folder.write("model/weights.safetensors", |out| out.write_all(&weights))?;
        let test = self.prepared.data.test.as_ref().map(|rows| network.evaluate(rows));
        if let Some(score) = &test {
            if !score.is_finite() {
                return Ok(Finish::Failed("the score on the test rows is not finite".to_owned()));
            }
            tracing::info!(accuracy = score.accuracy, log_loss = score.log_loss, "scored on the test rows");
            self.folder.write("test.csv", |out| crossfold_report::write_test(out, score))?;
        }
        Ok(Finish::Refitted { epochs, test })
    }

    fn write_record(&self, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Result<(), Error> {
        let Prepared { spec, study, plan, data, .. } = self.prepared;
        let shape = self.prepared.shape();
        let (refit_epochs, test, refit_error) = match finish {
            Finish::Refitted { epochs, test } => (Some(*epochs), *test, None),
            Finish::Failed(reason) => (None, None, Some(reason.clone())),
            Finish::None | Finish::Stopped => (None, None, None),
        };
        let record = Provenance {
            name: study.name.to_string(),
            command: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            spec: String::from_utf8_lossy(spec.text()).into_owned(),
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
            data: DataRecord {
                sha256: data.digest.clone(),
                rows: data.train.rows(),
                test_sha256: data.test.as_ref().map(Dataset::digest),
                test_rows: data.test.as_ref().map_or(0, Dataset::rows),
                features: shape.inputs,
                classes: shape.outputs,
            },
            started: self.started.to_string(),
            finished: jiff::Timestamp::now().to_string(),
            trials: leaderboard.tally(),
            fits: plan.fits(),
            winner: leaderboard.winner().and_then(Winner::new),
            refit_epochs,
            refit_error,
            test,
        };
        self.folder.write("study.json", |out| crossfold_report::write_study(out, &record))
    }

    /// The leaderboard, before anything else can go wrong.
    fn show(&self, leaderboard: &Leaderboard<'_>) -> Result<(), Error> {
        if self.terminal.quiet() {
            return Ok(());
        }
        self.terminal.data(&crossfold_report::top_ten(leaderboard, self.terminal.width()))
    }

    fn show_finish(&self, finish: &Finish) -> Result<(), Error> {
        match finish {
            Finish::Refitted { test: Some(score), .. } if !self.terminal.quiet() => self.terminal.data(&format!(
                "\ntest rows, scored once by the refitted winner: accuracy {:.4}, log loss {:.4}\n",
                score.accuracy, score.log_loss
            ))?,
            // Logged as an error, so that it shows even when quiet.
            Finish::Failed(reason) => tracing::error!("the refit failed: {reason}"),
            Finish::Stopped => self.terminal.say("the winner was not refitted, since the run was stopped"),
            Finish::Refitted { .. } | Finish::None => {}
        }
        self.terminal.say(&format!("results are in {}", self.folder.path().display()));
        Ok(())
    }

    fn exit(&self, leaderboard: &Leaderboard<'_>, finish: &Finish) -> Exit {
        let tally = leaderboard.tally();
        let stopped = tally.cancelled > 0 || matches!(finish, Finish::Stopped);
        match self.signals.exit() {
            Some(exit) if stopped => exit,
            Some(_) | None if tally.complete == 0 => Exit::NoneCompleted,
            Some(_) | None if tally.failed > 0 || matches!(finish, Finish::Failed(_)) => Exit::FailedTrials,
            Some(_) | None => Exit::Done,
        }
    }
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
                FitEnd::Cancelled => tracing::info!(%configuration, repeat, fold, seconds, "fit cancelled"),
                // Not a warning: the leaderboard tells of it, and a thousand of these would bury the progress.
                FitEnd::Failed(failure) => tracing::info!(%configuration, repeat, fold, "fit failed: {failure}"),
            }
        }
    }
}
