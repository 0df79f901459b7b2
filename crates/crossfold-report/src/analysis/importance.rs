//! Hyperparameter importance, by functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014, "An efficient
//! approach for assessing hyperparameter importance", ICML).
//!
//! A random forest learns the score from the searched values. Its prediction, a function on the whole search space,
//! is a sum of components: one for each hyperparameter, for each pair, and so on. The components' variances add up to
//! the function's, and their shares of it are the importances. Nothing is sampled: a tree's prediction is constant on
//! boxes, so all means are sums over boxes. The forest is Optuna's: 64 trees of depth 64 at most, variance splitting,
//! bootstrapped, every hyperparameter considered at each split. An estimate is the mean over trees.
//!
//! **The space** is the searched one, weighted by the probability with which random search draws a point. Listed values
//! have equal weights; a range is weighted by length, or by the length of its logarithm where it is drawn evenly in the
//! logarithm. Optuna differs in two things: it takes no logarithms, and its one-hot columns give weight to points with
//! no category or with several.
//!
//! **Values without effect.** Without hidden layers, the number of nodes has no effect. A trial stands for all points of
//! the space that resolve to it, and the forest learns from points, not trials: the score is the same for any `nodes`
//! where `layers` is 0, which is a fact about the space, found as an interaction of the two. Likewise, where another
//! model has no such hyperparameter, each tree gives the point a random value. With a category "none" instead,
//! `layers=0` and `nodes=none` would be the same statement, and each tree would credit either of them.
//!
//! The trees are our own: random forest crates either hide their nodes (`smartcore`, `randomforest`), or draw from
//! generators that promise no stability, have no categories and report no effects (`fanova`).

mod axis;
mod forest;
mod held_out;
mod marginals;
#[cfg(test)]
mod reference;
mod searched;
#[cfg(test)]
pub(crate) mod tests;
mod tree;

use crossfold_network::{Param, Setting, Settings};
use crossfold_study::{Domain, Seed};

use crate::analysis::leaderboard::{Leaderboard, Row};
use axis::Axis;
pub use forest::ForestEstimate;
use forest::{Forest, predicted_share};
use searched::SearchedAxis;

/// The least number of scored trials to learn from.
const FEWEST_TRIALS: usize = 10;

/// The most points to learn from; of more, as many are drawn: more would add little, and take long.
const MOST_POINTS: usize = 4000;

/// Pairs are formed among this many hyperparameters, the most important ones.
const MOST_PAIRED: usize = 6;

/// The least share of the variance of scores that forests have to predict for their shares to be findings. If the scores of 30
/// trials are noise, they predict as much in fewer than 1 of 20 studies (a test simulates that).
const LEAST_PREDICTED: f64 = 0.2;

/// Smaller differences of scores, relative to the largest, are rounding, and smaller shares are 0.
const ROUNDING: f64 = 1e-12;

/// How the variance of scores over the search space is explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// Number of trials with a score, which the forest learns from.
    pub trials: usize,
    /// The searched hyperparameters, the most important first.
    pub main_effects: Vec<MainEffect>,
    /// Pairs of the first six, the most important first.
    pub interactions: Vec<Interaction>,
    /// The share explained by other pairs, and by interactions of three and more.
    pub rest: f64,
    /// The share of the variance of scores that such forests predict of trials left out (R²), by tenfold cross-validation over
    /// trials. Negative where the mean score predicts better.
    pub predicted: f64,
}

/// The main effect of a hyperparameter, averaged over all others.
#[derive(Clone, Debug, PartialEq)]
pub struct MainEffect {
    pub param: Param,
    /// Share of the variance, from 0 to 1.
    pub share: ForestEstimate,
    /// The effect of each category, or of up to 20 numbers, ascending.
    pub effects: Vec<Effect>,
}

/// The interaction of two hyperparameters: the variance that they explain beyond their main effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    pub params: [Param; 2],
    /// Share of the variance, from 0 to 1.
    pub share: ForestEstimate,
}

/// The mean score at a value, over all values of the other hyperparameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub value: Setting,
    /// In the metric's unit.
    pub score: ForestEstimate,
}

impl Importance {
    /// Whether the trials are enough to say which hyperparameters matter: forests predict trials that they haven't learned
    /// from, and their trees agree about at least one share, which is twice its standard deviation. Otherwise shares describe
    /// noise, or hyperparameters that change together.
    pub fn is_conclusive(&self) -> bool {
        let effects = self.main_effects.iter().map(|effect| effect.share);
        let mut shares = effects.chain(self.interactions.iter().map(|interaction| interaction.share));
        self.predicted >= LEAST_PREDICTED && shares.any(|share| share.mean > 0.0 && share.mean >= 2.0 * share.sd)
    }

    /// Computes the importance of the searched hyperparameters; `seed` is that of the forest. `None` for fewer than ten
    /// scored trials, equal scores, or where nothing is searched.
    pub fn new(board: &Leaderboard<'_>, seed: Seed) -> Option<Importance> {
        let mut rows: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.mean.is_some()).collect();
        if rows.len() < FEWEST_TRIALS {
            return None;
        }
        rows.sort_by_key(|row| row.trial.number);
        let points = points(&rows, seed);
        let scores: Vec<f64> = points.iter().filter_map(|(row, _)| row.mean).map(|mean| mean.get()).collect();
        let trials: Vec<u32> = points.iter().map(|(row, _)| row.trial.number.0).collect();
        let searched: Vec<SearchedAxis> = board.searched().map(|param| searched_axis(board, &points, param)).collect();
        let decomposed = decompose(searched, &scores, &trials, seed)?;
        Some(Importance { trials: rows.len(), ..decomposed })
    }
}

/// The points that scored trials stand for, or a random subset of very many.
fn points<'a>(rows: &[&'a Row<'a>], seed: Seed) -> Vec<(&'a Row<'a>, &'a Settings)> {
    let row_points = |row: &&'a Row<'a>| {
        let row = *row;
        row.trial.stands_for.iter().map(move |point| (row, point))
    };
    let mut points: Vec<_> = rows.iter().flat_map(row_points).collect();
    if points.len() > MOST_POINTS {
        let mut generator = seed.importance_points();
        for at in 0..MOST_POINTS {
            let other = at + generator.below((points.len() - at) as u64) as usize;
            points.swap(at, other);
        }
        points.truncate(MOST_POINTS);
    }
    points
}

fn searched_axis(board: &Leaderboard<'_>, points: &[(&Row<'_>, &Settings)], param: Param) -> SearchedAxis {
    // A hyperparameter that another model searches is fixed in this one, or has no effect.
    let setting = |(row, point): &(&Row<'_>, &Settings)| point.get(param).cloned().or_else(|| row.value(param));
    let settings: Vec<Option<Setting>> = points.iter().map(setting).collect();
    let domains: Vec<&Domain> = board.domains(param).collect();
    let zero = board.dimensions(param).map(|dimension| dimension.zero).fold(0.0, f64::max);
    SearchedAxis::new(param, &settings, &domains, zero)
}

/// `trials` has the trial of each score.
fn decompose(searched: Vec<SearchedAxis>, scores: &[f64], trials: &[u32], seed: Seed) -> Option<Importance> {
    let scale = ScoreScale::from_scores(scores)?;
    if searched.is_empty() {
        return None;
    }
    let axes: Vec<Axis> = searched.iter().map(|searched| searched.axis.clone()).collect();
    let values: Vec<Vec<Option<u32>>> = searched.iter().map(|searched| searched.values.clone()).collect();
    let scores: Vec<f64> = scores.iter().map(|&score| scale.scale(score)).collect();
    let forest = Forest::grow(&axes, &values, &scores, seed);

    let mut alone = Vec::new();
    for (axis, SearchedAxis { param, shown, .. }) in searched.into_iter().enumerate() {
        let effect = |(value, place)| Effect { value, score: scale.unscale(forest.effect_at(axis, place)) };
        let effects = shown.into_iter().map(effect).collect();
        alone.push((axis, MainEffect { param, share: forest.main_effect(axis)?, effects }));
    }
    // Stable, so that equally important ones keep the order of columns.
    alone.sort_by(|(_, a), (_, b)| b.share.mean.total_cmp(&a.share.mean));

    let mut together = Vec::new();
    let paired = &alone[..alone.len().min(MOST_PAIRED)];
    for (at, (one, MainEffect { param, .. })) in paired.iter().enumerate() {
        for (other, MainEffect { param: partner, .. }) in &paired[at + 1..] {
            let share = forest.interaction([*one, *other])?;
            together.push(Interaction { params: [*param, *partner], share });
        }
    }
    together.sort_by(|a, b| b.share.mean.total_cmp(&a.share.mean));

    let alone: Vec<MainEffect> = alone.into_iter().map(|(_, alone)| alone).collect();
    let shares = alone.iter().map(|alone| alone.share.mean).chain(together.iter().map(|pair| pair.share.mean));
    let rest = 1.0 - shares.sum::<f64>();
    Some(Importance {
        trials: trials.len(),
        main_effects: alone,
        interactions: together,
        rest: if rest < ROUNDING { 0.0 } else { rest },
        predicted: predicted_share(&axes, &values, &scores, trials, seed),
    })
}

/// The scale that centres scores and brings them to [−1, 1], so that squares neither overflow nor vanish.
#[derive(Clone, Copy)]
struct ScoreScale {
    largest: f64,
    mean: f64,
    spread: f64,
}

impl ScoreScale {
    /// `None` where all scores are equal up to rounding.
    fn from_scores(scores: &[f64]) -> Option<ScoreScale> {
        let largest = scores.iter().fold(0.0, |largest: f64, score| largest.max(score.abs()));
        let mean = scores.iter().map(|score| score / largest).sum::<f64>() / scores.len() as f64;
        let spread = scores.iter().fold(0.0, |spread: f64, score| spread.max((score / largest - mean).abs()));
        (spread > ROUNDING).then_some(ScoreScale { largest, mean, spread })
    }

    fn scale(self, score: f64) -> f64 {
        (score / self.largest - self.mean) / self.spread
    }

    fn unscale(self, ForestEstimate { mean, sd }: ForestEstimate) -> ForestEstimate {
        // A mean of scores is within their range; beyond the largest it might overflow.
        let mean = (mean * self.spread + self.mean).clamp(-1.0, 1.0);
        ForestEstimate { mean: mean * self.largest, sd: sd * self.spread * self.largest }
    }
}
