//! What every [`Objective`] keeps to.

use std::ops::ControlFlow;

use crate::{EpochReport, Fit, FitEnd, Objective, Predictions, Scored, Stop, Tally};

/// Holds `objective` to its contract on `fit`, which has at least two epochs and is completed or stops by itself.
///
/// # Panics
/// Where the contract is broken.
pub fn check_objective(objective: &dyn Objective, fit: &Fit<'_>) {
    let run = |epochs: u32, stop: &Stop, take: &dyn Fn(u32) -> ControlFlow<()>| -> (Vec<EpochReport>, FitEnd) {
        let mut reports = Vec::new();
        let end = objective.fit(&Fit { epochs, ..fit.clone() }, stop, &mut |report| {
            let epoch = report.epoch;
            reports.push(report);
            take(epoch)
        });
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
}
