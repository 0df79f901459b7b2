//! How long a run is going to take, from a short measurement on this machine.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossfold_data::{Dataset, Folds};
use crossfold_model::Trainer;
use crossfold_search::{Estimate, Probe, Schedule};
use crossfold_study::{Configuration, Plan, Refit, Study};

/// Configurations that are measured; the others are estimated from these.
const PROBED: usize = 24;
/// How long each is trained, at least: long enough that a scheduler's slice doesn't show.
const PROBE_TIME: Duration = Duration::from_millis(80);

/// What is known of a run's length before it.
pub(crate) struct Forecast {
    /// Wall time of all fits and the refit.
    pub(crate) total: Duration,
    /// How many configurations were measured.
    pub(crate) probed: usize,
}

impl Forecast {
    /// Trains a few configurations for a moment, on as many threads as the run will use, since
    /// threads share caches and memory.
    pub(crate) fn measure(
        study: &Study,
        plan: &Plan,
        schedule: &Schedule<'_>,
        (data, folds): (&Dataset, &Folds),
        trainer: &Trainer<'_>,
        jobs: NonZeroUsize,
    ) -> Forecast {
        let fold = plan.folds[0];
        let (training, validation) = (folds.training(fold).len(), folds.validation(fold).len());
        let sample = schedule.sample(PROBED);
        let next = AtomicUsize::new(0);
        let measure = || {
            let mut measured = Vec::new();
            while let Some(planned) = sample.get(next.fetch_add(1, Ordering::Relaxed)) {
                let validated_per_row = validation as f64 / training as f64;
                let seconds_per_row = seconds_per_row(trainer, &planned.configuration, validated_per_row);
                measured.push(Probe { configuration: &planned.configuration, seconds_per_row });
            }
            measured
        };
        let probes: Vec<Probe<'_>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..jobs.get().min(sample.len())).map(|_| scope.spawn(measure)).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("a probe doesn't panic")).collect()
        });

        let estimate = Estimate::new(data.shape(), &probes);
        let fit_seconds = |configuration: &Configuration, epochs: u32, rows: usize| {
            estimate.seconds_per_row(configuration) * f64::from(epochs) * rows as f64
        };
        let search = schedule.forecast(
            &|planned| Duration::from_secs_f64(fit_seconds(&planned.configuration, planned.horizon, training)),
            jobs,
        );
        // Who wins isn't known, so the refit is taken to cost what a trial does on average.
        let refit = match study.finish.refit {
            Refit::None => 0.0,
            Refit::Best => {
                let one = |trial: &crossfold_study::Trial| {
                    fit_seconds(&plan.configuration(trial.configuration).configuration, trial.epochs, data.rows())
                };
                plan.trials.iter().map(one).sum::<f64>() / plan.trials.len() as f64
            }
        };
        Forecast { total: search + Duration::from_secs_f64(refit), probed: probes.len() }
    }
}

/// Seconds a training row takes, with its share of the validation that follows each epoch.
fn seconds_per_row(trainer: &Trainer<'_>, configuration: &Configuration, validated_per_row: f64) -> f64 {
    const STEPS: u32 = 8;
    let mut probe = trainer.probe(configuration);
    let rows = f64::from(STEPS * configuration.batch_size);
    // The first steps touch new memory, and aren't counted.
    probe.train(STEPS);
    let (began, mut rounds) = (Instant::now(), 0);
    while rounds < 3 || began.elapsed() < PROBE_TIME {
        probe.train(STEPS);
        probe.validate((rows * validated_per_row).round() as usize);
        rounds += 1;
    }
    began.elapsed().as_secs_f64() / (f64::from(rounds) * rows)
}
