//! The contract of every [`Objective`].

use std::ops::ControlFlow;

use crate::{Checkpoint, EpochReport, Evaluation, Fit, FitEnd, Metric, Objective, Predictions, Stop, Tally, Trained};
use crossfold_network::Configuration;

/// Checks `objective` against its contract on `fit`, which must have at least two epochs and either complete or stop
/// early. Its first epoch must also complete at half the learning rate.
///
/// # Panics
/// If the contract is broken.
pub fn check_objective(objective: &dyn Objective, fit: &Fit<'_>) {
    let (all, end) = train(objective, fit, &Stop::new(), &|_| ControlFlow::Continue(()));
    every_epoch_is_reported(fit, &all, &end);
    shorter_fit_is_a_prefix_of_a_longer_one(objective, fit, &all, &end);
    fit_resumes_from_its_checkpoint(objective, fit, &all, &end);
}

/// Trains `fit` from its first epoch, without a checkpoint at its end.
fn train(
    objective: &dyn Objective,
    fit: &Fit<'_>,
    stop: &Stop,
    take: &dyn Fn(u32) -> ControlFlow<()>,
) -> (Vec<EpochReport>, FitEnd) {
    let mut reports = Vec::new();
    let fit = Fit { from: None, keep: false, ..fit.clone() };
    let Trained { end, checkpoint } = objective.fit(&fit, stop, &mut |report| {
        let epoch = report.epoch;
        reports.push(report);
        take(epoch)
    });
    assert_eq!(checkpoint, None, "no checkpoint was asked for");
    (reports, end)
}

/// Whether a fit of `epochs` has stopped early, after `reported` epochs.
fn has_stopped(end: &FitEnd, reported: u32, epochs: u32) -> bool {
    *end == FitEnd::Stopped && (1..=epochs).contains(&reported)
}

fn every_epoch_is_reported(fit: &Fit<'_>, all: &[EpochReport], end: &FitEnd) {
    let epochs = all.len() as u32;
    let is_complete = (end, epochs) == (&FitEnd::Complete, fit.epochs);
    assert!(is_complete || has_stopped(end, epochs, fit.epochs), "{end:?} after {epochs} epochs");
    assert!(all.iter().map(|report| report.epoch).eq(1..=epochs), "one report per epoch, in order");
    let rows = |report: &EpochReport| {
        (report.training.rows(), report.validation.map(|validation| validation.tally.rows()), report.watched.is_some())
    };
    assert!(all.iter().all(|report| rows(report) == rows(&all[0])), "all epochs are over the same rows");
    for report in all {
        let is_read =
            |&epoch: &u32| epoch == report.epoch || report.epoch == epochs && (epochs..=fit.epochs).contains(&epoch);
        let is_asked = fit.predict_at.iter().any(is_read) && report.validation.is_some();
        assert_eq!(report.predictions.is_some(), is_asked, "predictions are asked for at epoch {}", report.epoch);
        if let Some((Predictions(values), evaluation)) = report.predictions.as_ref().zip(report.validation) {
            rows_are_predicted_and_scored(values, evaluation);
        }
    }
}

fn rows_are_predicted_and_scored(values: &[f32], Evaluation { tally, scores }: Evaluation) {
    let is_known = |&metric: &Metric| scores.get(metric).is_some();
    assert!(Metric::scored_for(tally.task()).iter().all(is_known), "every metric has a score");
    assert!(!values.is_empty() && values.len().is_multiple_of(tally.rows() as usize), "each row is predicted");
    let width = values.len() / tally.rows() as usize;
    let mut sums = values.chunks(width).map(|row| row.iter().sum::<f32>());
    match tally {
        Tally::Classes { .. } => {
            assert!(sums.all(|sum| (sum - 1.0).abs() < 1e-4), "the probabilities of a row add up to 1");
        }
        Tally::Numbers { .. } => assert_eq!(width, 1, "one number per row"),
    }
}

/// `all` and `end` are the results of the fit when nothing interrupts it.
fn shorter_fit_is_a_prefix_of_a_longer_one(
    objective: &dyn Objective,
    fit: &Fit<'_>,
    all: &[EpochReport],
    end: &FitEnd,
) {
    let epochs = all.len() as u32;
    for last in 1..=epochs {
        let beginning = all[..last as usize].to_vec();
        if last < epochs || !has_stopped(end, epochs, fit.epochs) {
            let shorter = Fit { epochs: last, ..fit.clone() };
            let shorter = train(objective, &shorter, &Stop::new(), &|_| ControlFlow::Continue(()));
            assert_eq!(shorter, (beginning.clone(), FitEnd::Complete), "a fit of {last} epochs");
        }
        let break_there = |epoch| if epoch == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let broken = train(objective, fit, &Stop::new(), &break_there);
        assert_eq!(broken, (beginning.clone(), FitEnd::Cancelled), "broken after epoch {last}");
        if last < epochs {
            let stop = Stop::new();
            let stop_there = |epoch| {
                if epoch == last {
                    stop.request();
                }
                ControlFlow::Continue(())
            };
            let stopped = train(objective, fit, &stop, &stop_there);
            assert_eq!(stopped, (beginning, FitEnd::Cancelled), "stopped after epoch {last}");
        }
    }
    let stop = Stop::new();
    stop.request();
    let stopped = train(objective, fit, &stop, &|_| ControlFlow::Continue(()));
    assert_eq!(stopped, (Vec::new(), FitEnd::Cancelled), "stopped before the first epoch");
}

/// Trains `fit`, from a checkpoint if it has one.
fn resume(objective: &dyn Objective, fit: &Fit<'_>) -> (Vec<EpochReport>, Trained) {
    let mut reports = Vec::new();
    let trained = objective.fit(fit, &Stop::new(), &mut |report| {
        reports.push(report);
        ControlFlow::Continue(())
    });
    (reports, trained)
}

/// `all` and `end` are the results of the fit when nothing interrupts it.
fn fit_resumes_from_its_checkpoint(objective: &dyn Objective, fit: &Fit<'_>, all: &[EpochReport], end: &FitEnd) {
    let run = |epochs, from, keep| resume(objective, &Fit { epochs, from, keep, ..fit.clone() });
    let (reports, trained) = run(fit.epochs, None, true);
    assert_eq!((&reports[..], &trained.end), (all, end), "keeping a checkpoint changes nothing");
    assert_eq!(trained.checkpoint.is_some(), *end == FitEnd::Complete, "only a complete fit can continue");
    let broken = Fit { epochs: 1, from: None, keep: true, ..fit.clone() };
    let broken = objective.fit(&broken, &Stop::new(), &mut |_| ControlFlow::Break(()));
    assert_eq!(broken, Trained::from(FitEnd::Cancelled), "a broken fit has no checkpoint");

    let keep_after = |last: u32| {
        let (reports, trained) = run(last, None, true);
        assert_eq!((&reports[..], trained.end), (&all[..last as usize], FitEnd::Complete), "kept after epoch {last}");
        let kept = trained.checkpoint.expect("a checkpoint was asked for");
        assert_eq!(kept.epochs, last);
        kept
    };
    let kept: Vec<Checkpoint> = (1..all.len() as u32).map(keep_after).collect();
    for (place, from) in kept.iter().enumerate() {
        let rest = (all[place + 1..].to_vec(), Trained::from(end.clone()));
        assert_eq!(run(fit.epochs, Some(from), false), rest, "from epoch {}", from.epochs);
        if let Some(next) = kept.get(place + 1) {
            let (reports, trained) = run(next.epochs, Some(from), true);
            assert_eq!(reports, all[place + 1..][..1], "from epoch {} to the next", from.epochs);
            assert_eq!(trained.checkpoint.as_ref(), Some(next), "the state after epoch {}", next.epochs);
        }
    }
    if let Some(sound) = kept.first() {
        unusable_checkpoint_is_ignored(objective, fit, sound, &(all.to_vec(), Trained::from(end.clone())));
    }
}

/// `whole` is the result of `fit` from its first epoch, `sound` its checkpoint after that epoch.
fn unusable_checkpoint_is_ignored(
    objective: &dyn Objective,
    fit: &Fit<'_>,
    sound: &Checkpoint,
    whole: &(Vec<EpochReport>, Trained),
) {
    let with = |state: &[u8]| Checkpoint { state: state.into(), ..sound.clone() };
    let damaged = [0, sound.state.len() / 2, sound.state.len() - 1].map(|place| {
        let mut state = sound.state.to_vec();
        state[place] ^= 1;
        with(&state)
    });
    let other = Configuration { learning_rate: fit.configuration.learning_rate / 2.0, ..fit.configuration.clone() };
    let other = Fit { configuration: &other, epochs: 1, from: None, keep: true, ..fit.clone() };
    let others = resume(objective, &other).1.checkpoint;
    let unusable = [
        ("nothing", with(&[])),
        ("half", with(&sound.state[..sound.state.len() / 2])),
        ("too much", with(&[&sound.state[..], &[0]].concat())),
        ("of other epochs", Checkpoint { epochs: sound.epochs + 1, ..sound.clone() }),
        ("with no epoch to go", Checkpoint { epochs: fit.epochs, ..sound.clone() }),
        ("of another configuration", others.expect("an epoch at half the rate completes")),
    ];
    for (what, from) in unusable.into_iter().chain(damaged.map(|from| ("damaged", from))) {
        let resumed = resume(objective, &Fit { from: Some(&from), keep: false, ..fit.clone() });
        assert_eq!(&resumed, whole, "from a state that is {what}");
    }
}
