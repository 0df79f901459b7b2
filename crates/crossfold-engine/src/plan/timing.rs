//! How long a run will take, from a short measurement on this machine.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use crossfold_model::Trainer;
use crossfold_network::Configuration;
use crossfold_search::{CostModel, Probe, Schedule};
use crossfold_study::PlannedConfiguration;

use crate::machine::Machine;
use crate::prepared::PreparedStudy;

/// Configurations that are measured; the others are estimated from these.
const PROBED: usize = 24;
/// How long each is trained, long enough that a scheduler's time slice doesn't matter.
const PROBE_TIME: Duration = Duration::from_millis(120);

/// How long a run will take, as measured.
pub(super) struct Measurement {
    /// Wall time of all fits, of the refit, and of finding out which columns matter.
    pub(super) total: Duration,
    /// The number of configurations that were measured.
    pub(super) measured: usize,
}

impl Measurement {
    /// Trains a few configurations for a moment, on as many threads as the run will use, since
    /// threads share caches and memory.
    pub(super) fn take(
        prepared: &PreparedStudy,
        schedule: &Schedule<'_>,
        jobs: NonZeroUsize,
        machine: &dyn Machine,
    ) -> Measurement {
        let PreparedStudy { plan, trainer, .. } = prepared;
        let (fold, folds) = (plan.folds[0], prepared.folds());
        let (training, validation) = (folds.training(fold).len(), folds.validation(fold).len());
        let validated_per_row = validation as f64 / training as f64;

        let sample = schedule.sample(PROBED);
        let threads = jobs.get().min(schedule.fits());
        // Every thread has something to do, as in the run, even where the sample is smaller.
        let slots = sample.len().next_multiple_of(threads).max(threads);
        let next = AtomicUsize::new(0);
        let measure = || {
            let mut probes = Vec::new();
            loop {
                let slot = next.fetch_add(1, Ordering::Relaxed);
                if slot >= slots {
                    return probes;
                }
                let configuration = &sample[slot % sample.len()].configuration;
                let seconds_per_row = seconds_per_row(trainer, configuration, validated_per_row, machine);
                probes.push(Probe { configuration, seconds_per_row });
            }
        };
        let probes: Vec<Probe<'_>> = std::thread::scope(|scope| {
            let start = |_| std::thread::Builder::new().spawn_scoped(scope, measure).ok();
            // Where the system gives fewer threads, those and this one measure; a run says that there are too few.
            let workers: Vec<_> = (1..threads).map_while(start).collect();
            let own = measure();
            // A panic in a probe is passed on.
            let join = |worker: ScopedJoinHandle<'_, _>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
            workers.into_iter().flat_map(join).chain(own).collect()
        });

        let estimate = CostModel::new(prepared.shapes().clone(), &probes);
        let seconds = |configuration: &Configuration, epochs: u32, rows: usize| {
            estimate.seconds_per_row(configuration) * f64::from(epochs) * rows as f64
        };
        let fit = |planned: &PlannedConfiguration| {
            Duration::from_secs_f64(seconds(&planned.configuration, planned.horizon(), training))
        };
        let refit = prepared.average_refit(|trial| {
            let configuration = &plan.configuration(trial.configuration).configuration;
            let rounds =
                prepared.study.finish.most_networks(configuration, plan.folds.len()).div_ceil(jobs.get() as u32);
            f64::from(rounds) * seconds(configuration, trial.epochs, prepared.refit_rows())
        });
        let variables = prepared.average_variables(jobs, |trial| {
            seconds(&plan.configuration(trial.configuration).configuration, trial.epochs, training)
        });
        let total = schedule.forecast(&fit, jobs) + Duration::from_secs_f64(refit + variables);
        Measurement { total, measured: sample.len() }
    }
}

/// Seconds a training row takes, with its share of the validation that follows each epoch.
fn seconds_per_row(
    trainer: &Trainer,
    configuration: &Configuration,
    validated_per_row: f64,
    machine: &dyn Machine,
) -> f64 {
    const STEPS: u32 = 8;
    let mut probe = trainer.probe(configuration);
    // The first steps touch new memory, and aren't counted.
    probe.train(STEPS);
    let (began, mut rows, mut validated) = (machine.elapsed(), 0, 0);
    let elapsed = || machine.elapsed().saturating_sub(began);
    while rows == 0 || elapsed() < PROBE_TIME {
        rows += probe.train(STEPS);
        let due = (rows as f64 * validated_per_row) as usize - validated;
        validated += due;
        probe.validate(due);
    }
    elapsed().as_secs_f64() / rows as f64
}
