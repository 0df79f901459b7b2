//! The size of a search, found by rehearsing it with random scores.

use std::time::Duration;

use crossfold_network::Task;
use crossfold_study::{
    Budget, EpochRecord, EpochReport, Evaluation, FitEnd, FoldId, Generator, Pace, SamplerKind, Scores, StoredFit,
    Strategy, Study, Tally,
};

use crate::decide::course::Course;
use crate::decide::data_size::DataSize;
use crate::foresee::estimate::usual_epoch_seconds;

/// The size of a search whose scores are random. It is exact for pruners that promote by rank, and a guess for those that
/// depend on how far apart scores are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rehearsal {
    pub trials: u64,
    pub fits: u64,
    /// Epochs of all fits together.
    pub epochs: u64,
    /// Epochs if every trial were trained to its end on every fold, and none shared fits.
    pub unshared_epochs: u64,
    /// How often a fit begins or goes on.
    pub sittings: u64,
    /// Floating-point operations of training.
    pub flops: f64,
    /// The seconds that its epochs take on a usual processor.
    pub usual_seconds: f64,
}

impl Rehearsal {
    /// Rehearses a search of `study` on `folds` with at most `trials` trials. Points are drawn at random where the sampler
    /// learns.
    pub fn run(study: &Study, folds: Vec<FoldId>, data_size: DataSize, trials: u32) -> Rehearsal {
        let learns = study.strategy.learns();
        let strategy = match study.strategy.trials.map(|most| most.min(trials)) {
            // Each model has as many draws, and the budget below limits their sum.
            Some(most) if learns => Strategy::new(SamplerKind::Random, most.div_ceil(study.models.len() as u32)),
            limited => Strategy { trials: limited, ..study.strategy },
        };
        // Models share the trials of a sampler that learns; all enqueued points are among them.
        let most = study.strategy.trials.filter(|_| learns).map(|most| most.max(study.enqueued.len() as u32));
        let trials = study.budget.trials.into_iter().chain(most).min();
        let budget = Budget { trials, ..study.budget };
        let alike = Study { strategy, budget, pace: Pace::default(), ..study.clone() };
        let mut course = Course::new(&alike, folds, data_size.clone());
        let mut sittings = 0;
        loop {
            for request in course.ask() {
                sittings += 1;
                let draws = study.seed.sampling("rehearsal", request.configuration.0.into());
                let fit = random_fit(study, request.epochs, draws);
                course.recall(&request, &fit);
            }
            if !course.tell_next() {
                break;
            }
        }
        let (plan, results) = course.into_parts();
        let mut rehearsal = Rehearsal { trials: plan.trials.len() as u64, sittings, ..Rehearsal::default() };
        for (number, _, fit) in results.fits() {
            rehearsal.fits += 1;
            rehearsal.epochs += u64::from(fit.epochs());
            let configuration = &plan.configuration(number).configuration;
            rehearsal.flops += f64::from(fit.epochs()) * data_size.epoch_flops(configuration);
            rehearsal.usual_seconds += f64::from(fit.epochs()) * usual_epoch_seconds(configuration, &data_size);
        }
        let whole = |trial: &crossfold_study::Trial| u64::from(trial.epochs) * plan.folds.len() as u64;
        rehearsal.unshared_epochs = plan.trials.iter().map(whole).sum();
        rehearsal
    }
}

fn random_fit(study: &Study, epochs: u32, mut draws: Generator) -> StoredFit {
    const ROWS: u32 = 1_000_000;
    let score = draws.unit();
    let tally = match study.data.task() {
        Task::Classification => {
            Tally::Classes { rows: ROWS, correct: (score * f64::from(ROWS)) as u32, loss: score * f64::from(ROWS) }
        }
        Task::Regression => {
            let sum = score * f64::from(ROWS);
            Tally::Numbers { rows: ROWS, squared: sum, absolute: sum, spread: f64::from(ROWS) }
        }
    };
    let validation = Some(Evaluation { tally, scores: Scores::uniform(study.data.task(), score) });
    let record = |epoch| EpochRecord {
        report: EpochReport { epoch, training: tally, validation, watched: None, predictions: None },
        elapsed: Duration::ZERO,
    };
    StoredFit { end: FitEnd::Complete, epochs: (1..=epochs).map(record).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{folds, study};
    use crossfold_network::{Param, Setting, Shape};
    use crossfold_study::{Domain, Pruner, PrunerKind, Rungs};

    /// 27 trials on 2 folds: 27 × 1 epoch, 9 × 2 more, 3 × 6 more, 1 × 18 more.
    #[test]
    fn the_cost_of_halving_is_the_sum_of_its_rungs() {
        let space = vec![(Param::LearningRate, Domain::LogUniform { low: 1e-4, high: 1e-1 })];
        let mut study = study(Strategy::new(SamplerKind::Tpe { startup: 5 }, 27), space);
        study.models[0].fixed = study.models[0].fixed.clone().with(Setting::Epochs(27));
        study.pruner =
            Pruner { kind: PrunerKind::Halving, rungs: Rungs::Growing { factor: 3, epochs: 1, folds: None } };
        let data_size = DataSize::new(Shape::dense(4, 2), 125, 25);
        let rehearsal = Rehearsal::run(&study, folds(2), data_size.clone(), 1000);
        assert_eq!((rehearsal.trials, rehearsal.fits), (27, 54));
        assert_eq!(rehearsal.sittings, 2 * (27 + 9 + 3 + 1));
        assert_eq!((rehearsal.epochs, rehearsal.unshared_epochs), (2 * (27 + 18 + 18 + 18), 2 * 27 * 27));
        let shape = data_size.shapes.own();
        let by_hand = 162.0 * 100.0 * study.models[0].fixed.resolve().unwrap().0.training_flops(shape) as f64;
        assert!((rehearsal.flops / by_hand - 1.0).abs() < 1e-12);
    }
}
