//! A study that consists of one trial of another study.

use crossfold_network::{Param, Settings};
use crossfold_study::{Budget, ModelSpace, Pruner, SearchSpace, Strategy, Study, Trial};

/// A study of this `trial` of `study` alone; `None` where none of its models has the trial.
pub fn single_trial_study(study: &Study, trial: &Trial) -> Option<Study> {
    let point = trial.stands_for.first()?;
    let is_its = |model: &&ModelSpace| model.fixed.get(Param::Model) == point.get(Param::Model);
    let model = study.models.iter().find(is_its)?;
    let fixed = point.iter().cloned().fold(model.fixed.clone(), Settings::with);
    Some(Study {
        models: vec![ModelSpace { fixed, space: SearchSpace::default() }],
        strategy: Strategy::GRID,
        pruner: Pruner::NONE,
        enqueued: Vec::new(),
        budget: Budget::default(),
        ..study.clone()
    })
}
