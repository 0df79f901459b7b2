//! What every [`Objective`] keeps to.

use std::ops::ControlFlow;

use crate::{Checkpoint, EpochReport, Fit, FitEnd, Objective, Predictions, Scored, Stop, Tally, Trained};
use crossfold_network::Configuration;

/// Holds `objective` to its contract on `fit`, which has at least two epochs and is completed or stops by itself: at half
/// its learning rate, too, there is a first epoch.
///
/// # Panics
/// Where the contract is broken.
pub fn check_objective(objective: &dyn Objective, fit: &Fit<'_>) {
    let run = |epochs: u32, stop: &Stop, take: &dyn Fn(u32) -> ControlFlow<()>| -> (Vec<EpochReport>, FitEnd) {
        let mut reports = Vec::new();
        let fit = Fit { epochs, from: None, keep: false, ..fit.clone() };
        let Trained { end, checkpoint } = objective.fit(&fit, stop, &mut |report| {
            let epoch = report.epoch;
            reports.push(report);
            take(epoch)
        });
        assert_eq!(checkpoint, None, "nobody asked for it");
        (reports, end)
    };
    let take_all = |_| ControlFlow::Continue(());

    let (all, end) = run(fit.epochs, &Stop::new(), &take_all);
    let epochs = all.len() as u32;
    let has_stopped = end == FitEnd::Stopped && (1..=fit.epochs).contains(&epochs);
    assert!(has_stopped || (&end, epochs) == (&FitEnd::Complete, fit.epochs), "{end:?} after {epochs} epochs");
    assert!(all.iter().map(|report| report.epoch).eq(1..=epochs), "a report an epoch, in order");
    let rows = |report: &EpochReport| {
        (report.training.rows(), report.validation.map(|validation| validation.tally.rows()), report.watched.is_some())
    };
    assert!(all.iter().all(|report| rows(report) == rows(&all[0])), "all epochs are over the same rows");
    for report in &all {
        let is_read =
            |&epoch: &u32| epoch == report.epoch || report.epoch == epochs && (epochs..=fit.epochs).contains(&epoch);
        let asked = fit.predict_at.iter().any(is_read) && report.validation.is_some();
        assert_eq!(report.predictions.is_some(), asked, "predictions where they are asked for: epoch {}", report.epoch);
        if let (Some(Predictions(values)), Some(Scored { tally, classes })) = (&report.predictions, report.validation) {
            assert!(!values.is_empty() && values.len().is_multiple_of(tally.rows() as usize), "a row a row");
            let width = values.len() / tally.rows() as usize;
            let mut sums = values.chunks(width).map(|row| row.iter().sum::<f32>());
            match tally {
                Tally::Classes { .. } => {
                    assert!(classes.is_some(), "classes have scores");
                    assert!(sums.all(|sum| (sum - 1.0).abs() < 1e-4), "probabilities of a row add up to 1");
                }
                Tally::Numbers { .. } => assert_eq!((width, classes), (1, None), "a number a row"),
            }
        }
    }

    for last in 1..=epochs {
        let beginning = all[..last as usize].to_vec();
        if last < epochs || !has_stopped {
            let shorter = run(last, &Stop::new(), &take_all);
            assert_eq!(shorter, (beginning.clone(), FitEnd::Complete), "a fit of {last} epochs");
        }
        let break_there = |epoch| if epoch == last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let broken = run(fit.epochs, &Stop::new(), &break_there);
        assert_eq!(broken, (beginning.clone(), FitEnd::Cancelled), "broken after epoch {last}");
        if last < epochs {
            let stop = Stop::new();
            let stop_there = |epoch| {
                if epoch == last {
                    stop.request();
                }
                ControlFlow::Continue(())
            };
            let stopped = run(fit.epochs, &stop, &stop_there);
            assert_eq!(stopped, (beginning, FitEnd::Cancelled), "stopped after epoch {last}");
        }
    }

    let stop = Stop::new();
    stop.request();
    assert_eq!(run(fit.epochs, &stop, &take_all), (Vec::new(), FitEnd::Cancelled), "stopped beforehand");

    goes_on_where_it_stopped(objective, fit, &all, &end);
}

/// `all` and `end` are what comes of a fit that never stopped.
fn goes_on_where_it_stopped(objective: &dyn Objective, fit: &Fit<'_>, all: &[EpochReport], end: &FitEnd) {
    let run = |configuration: &Configuration, epochs: u32, from: Option<&Checkpoint>, keep: bool| {
        let mut reports = Vec::new();
        let trained =
            objective.fit(&Fit { configuration, epochs, from, keep, ..fit.clone() }, &Stop::new(), &mut |report| {
                reports.push(report);
                ControlFlow::Continue(())
            });
        (reports, trained)
    };
    let of_fit = |epochs, from, keep| run(fit.configuration, epochs, from, keep);
    let whole = (all.to_vec(), Trained::from(end.clone()));

    let (reports, trained) = of_fit(fit.epochs, None, true);
    assert_eq!((&reports[..], &trained.end), (all, end), "what is kept changes nothing");
    assert_eq!(trained.checkpoint.is_some(), *end == FitEnd::Complete, "only what is complete can go on");
    let broken = Fit { epochs: 1, from: None, keep: true, ..fit.clone() };
    let broken = objective.fit(&broken, &Stop::new(), &mut |_| ControlFlow::Break(()));
    assert_eq!(broken, Trained::from(FitEnd::Cancelled), "nothing is kept of a fit that was broken");

    let kept: Vec<Checkpoint> = (1..all.len() as u32)
        .map(|last| {
            let (reports, trained) = of_fit(last, None, true);
            assert_eq!(
                (&reports[..], trained.end),
                (&all[..last as usize], FitEnd::Complete),
                "kept after epoch {last}"
            );
            let kept = trained.checkpoint.expect("the state was asked for");
            assert_eq!(kept.epochs, last);
            kept
        })
        .collect();
    for (place, from) in kept.iter().enumerate() {
        let rest = (all[place + 1..].to_vec(), whole.1.clone());
        assert_eq!(of_fit(fit.epochs, Some(from), false), rest, "from epoch {}", from.epochs);
        if let Some(next) = kept.get(place + 1) {
            let (reports, trained) = of_fit(next.epochs, Some(from), true);
            assert_eq!(reports, all[place + 1..][..1], "from epoch {} to the next", from.epochs);
            assert_eq!(trained.checkpoint.as_ref(), Some(next), "the state after epoch {}", next.epochs);
        }
    }

    let Some(sound) = kept.first() else { return };
    let with = |state: &[u8]| Checkpoint { state: state.into(), ..sound.clone() };
    let damaged = [0, sound.state.len() / 2, sound.state.len() - 1].map(|place| {
        let mut state = sound.state.to_vec();
        state[place] ^= 1;
        with(&state)
    });
    let other = Configuration { learning_rate: fit.configuration.learning_rate / 2.0, ..fit.configuration.clone() };
    let others = run(&other, 1, None, true).1.checkpoint;
    let unfit = [
        ("nothing", with(&[])),
        ("half", with(&sound.state[..sound.state.len() / 2])),
        ("too much", with(&[&sound.state[..], &[0]].concat())),
        ("of other epochs", Checkpoint { epochs: sound.epochs + 1, ..sound.clone() }),
        ("with no epoch to go", Checkpoint { epochs: fit.epochs, ..sound.clone() }),
        ("of another configuration", others.expect("an epoch at half the rate is completed")),
    ];
    let unfit: Vec<_> = unfit.into_iter().chain(damaged.map(|from| ("damaged", from))).collect();
    for (what, from) in &unfit {
        assert_eq!(of_fit(fit.epochs, Some(from), false), whole, "from a state that is {what}");
    }
}
