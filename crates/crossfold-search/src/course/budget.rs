//! What a search has asked for, against what it may.

use std::collections::HashMap;

use crossfold_network::{Configuration, MAX_PARAMETERS, Shape};
use crossfold_study::{Budget, ConfigurationNumber, FoldId, Rung, StudyRecord};

use super::Wish;

/// What decisions need to know of the data.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub shape: Shape,
    /// Rows that a fold trains on.
    pub rows: u64,
    /// Rows that validate a fold to those that it trains on.
    pub ratio: f64,
}

impl Terms {
    /// Those of so many rows, of which so many validate the first fold; what trains it is taken to be all others.
    pub fn new(shape: Shape, rows: u64, validation: u64) -> Terms {
        let rows = rows.saturating_sub(validation).max(1);
        Terms { shape, rows, ratio: validation as f64 / rows as f64 }
    }

    /// Those of a stored study.
    pub fn of(record: &StudyRecord) -> Terms {
        let validation = record.validation.first().map_or(0, |fold| fold.rows.len() as u64);
        Terms::new(record.shape, record.rows, validation)
    }

    /// Whether a network fits the data, and memory.
    pub fn admits(&self, configuration: &Configuration) -> bool {
        configuration.layers(self.shape).is_ok() && configuration.parameters(self.shape) <= MAX_PARAMETERS
    }

    /// Floating-point operations of an epoch of a fit.
    pub fn epoch_flops(&self, configuration: &Configuration) -> f64 {
        configuration.training_flops(self.shape) as f64 * self.rows as f64
    }
}

/// What a search came up against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Trials,
    Fits,
    Epochs,
    Flops,
    Wall,
    WithoutImprovement,
}

impl Limit {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Trials => "trials",
            Limit::Fits => "fits",
            Limit::Epochs => "epochs",
            Limit::Flops => "flops",
            Limit::Wall => "wall",
            Limit::WithoutImprovement => "without_improvement",
        }
    }
}

/// What was asked for so far: stored or not, since what is stored hangs on other runs.
#[derive(Debug)]
pub(super) struct Spent {
    /// Epochs of each fit, where they are counted.
    epochs_of: HashMap<(ConfigurationNumber, FoldId), u32>,
    epochs: u64,
    flops: f64,
    /// The same of trials' first rungs alone.
    begun_epochs: f64,
    begun_flops: f64,
    /// Smaller is better.
    best: f64,
    /// Trials in a row that were no better.
    since_best: u32,
}

impl Default for Spent {
    fn default() -> Spent {
        Spent {
            epochs_of: HashMap::new(),
            epochs: 0,
            flops: 0.0,
            begun_epochs: 0.0,
            begun_flops: 0.0,
            best: f64::INFINITY,
            since_best: 0,
        }
    }
}

impl Spent {
    /// A trial came to its end, with this score or, where it was pruned or has failed, infinity.
    pub(super) fn came_to_its_end(&mut self, value: f64) {
        if value < self.best {
            (self.best, self.since_best) = (value, 0);
        } else {
            self.since_best += 1;
        }
    }

    /// Why no trial may begin after so many.
    pub(super) fn limit_before_a_trial(&self, budget: &Budget, trials: usize) -> Option<Limit> {
        if budget.trials.is_some_and(|most| trials >= most as usize) {
            return Some(Limit::Trials);
        }
        budget.without_improvement.filter(|&most| self.since_best >= most).map(|_| Limit::WithoutImprovement)
    }

    /// What keeps a new configuration, an epoch of which has this price, from coming to its first rung: that there be `room`
    /// to bring it to its end, and that what all trials have `begun` with, times the `appetite` that comes of it, is no more
    /// than there is.
    pub(super) fn limit_before(
        &self,
        rung: Rung,
        room: Option<Rung>,
        appetite: f64,
        price: f64,
        budget: &Budget,
    ) -> Option<Limit> {
        let work = |rung: Rung| u64::from(rung.folds) * u64::from(rung.epochs);
        let (first, whole) = (work(rung), room.map_or(work(rung), work));
        let fits = room.unwrap_or(rung).folds;
        if let Some(limit) = self.over(fits.into(), whole, whole as f64 * price, budget) {
            return Some(limit);
        }
        if budget.epochs.is_some_and(|most| (self.begun_epochs + first as f64) * appetite > most as f64) {
            return Some(Limit::Epochs);
        }
        let flops = self.begun_flops + first as f64 * price;
        budget.flops.filter(|&most| flops * appetite > most).map(|_| Limit::Flops)
    }

    /// A trial has begun with this rung.
    pub(super) fn began(&mut self, rung: Rung, price: f64) {
        let epochs = f64::from(rung.folds) * f64::from(rung.epochs);
        self.begun_epochs += epochs;
        self.begun_flops += epochs * price;
    }

    /// Counts what is asked for, unless that, and `room` beside it, is too much.
    pub(super) fn take(&mut self, wishes: &[Wish], room: Option<Rung>, price: f64, budget: &Budget) -> Option<Limit> {
        if budget.fits.is_none() && budget.epochs.is_none() && budget.flops.is_none() {
            return None;
        }
        let (mut fits, mut epochs) = (0, 0);
        for wish in wishes {
            let before = self.epochs_of.get(&(wish.configuration, wish.fold));
            fits += u64::from(before.is_none());
            epochs += u64::from(wish.epochs.saturating_sub(before.copied().unwrap_or(0)));
        }
        let more = room.map_or(0, |room| u64::from(room.folds) * u64::from(room.epochs));
        let more_fits = room.map_or(0, |room| room.folds.into());
        let limit = self.over(fits + more_fits, epochs + more, (epochs + more) as f64 * price, budget);
        if limit.is_none() {
            self.epochs += epochs;
            self.flops += epochs as f64 * price;
            for wish in wishes {
                let trained = self.epochs_of.entry((wish.configuration, wish.fold)).or_default();
                *trained = wish.epochs.max(*trained);
            }
        }
        limit
    }

    /// What so much more would go over.
    fn over(&self, fits: u64, epochs: u64, flops: f64, budget: &Budget) -> Option<Limit> {
        if budget.fits.is_some_and(|most| self.epochs_of.len() as u64 + fits > most) {
            return Some(Limit::Fits);
        }
        if budget.epochs.is_some_and(|most| self.epochs + epochs > most) {
            return Some(Limit::Epochs);
        }
        budget.flops.filter(|&most| self.flops + flops > most).map(|_| Limit::Flops)
    }
}
