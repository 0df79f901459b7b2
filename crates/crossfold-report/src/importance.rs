//! What of a study's scores hangs on which hyperparameter, by functional analysis of variance (Hutter, Hoos and
//! Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance", ICML).
//!
//! A random forest learns the score from the searched values. Its prediction, a function on the whole search space,
//! is a sum of parts: one for each hyperparameter, for each pair, and so on. The parts' variances add up to
//! the function's, and their shares in it are the importances. Nothing is sampled: a tree's prediction is constant on
//! boxes, so all means are sums over boxes. The forest is Optuna's: 64 trees of depth 64 at most, variance splitting,
//! bootstrapped, every hyperparameter considered at each split. A figure is its mean over trees.
//!
//! **The space** is the one that is searched, and each point that random search is as likely to draw counts as much.
//! Listed values and words weigh the same each; of a range, numbers weigh by length, or by that of their logarithms
//! where these are drawn evenly. Optuna differs in two things: it takes no logarithms, and its one-hot columns give
//! weight to places with no word or with several.
//!
//! **Values without effect.** Without layers, no number of nodes has an effect. A trial stands for all points of
//! the space that come to it, and the forest learns from points, not trials: a score is the same whatever `nodes` is where
//! `layers` is 0, and that is a fact about the space, found as an interaction of the two. Likewise, where another model
//! has no such hyperparameter, each tree gives the point a value at random. Were it learnt from trials, with "none" for a
//! value, then `layers=0` and `nodes=none` would say the same, and each tree would give the credit to either.
//!
//! The trees are our own: crates of random forests either hide their nodes (`smartcore`, `randomforest`) or
//! draw from generators without a promise, know no words and tell no effects (`fanova`).

mod axis;
mod draws;
mod forest;
mod marginals;
#[cfg(test)]
mod reference;
mod searched;
#[cfg(test)]
mod tests;
mod tree;

use crossfold_network::{Param, Setting, Settings};
use crossfold_study::{Domain, Seed};

use crate::{Leaderboard, Row};
use axis::Axis;
use draws::Draws;
use forest::Forest;
pub use forest::OverTrees;
use searched::Searched;

/// With fewer scored trials there is nothing to learn from.
const FEWEST_TRIALS: usize = 10;

/// More points are drawn from: more would say little more, and take long.
const MOST_POINTS: usize = 4000;

/// Pairs are looked at of so many hyperparameters, the most important ones.
const MOST_PAIRED: usize = 6;

/// Scores that differ by less, relative to the largest, differ by rounding; a share that is less is none.
const ROUNDING: f64 = 1e-12;

/// What explains how much of the scores' variance over the search space.
#[derive(Clone, Debug, PartialEq)]
pub struct Importance {
    /// Those with a score, from which all of this is learnt.
    pub trials: usize,
    /// The searched hyperparameters, the most important first.
    pub alone: Vec<Alone>,
    /// Pairs of the first six, the most important first.
    pub together: Vec<Together>,
    /// What is explained by other pairs, and by three and more together.
    pub rest: f64,
}

/// What a hyperparameter explains by itself, all others averaged out.
#[derive(Clone, Debug, PartialEq)]
pub struct Alone {
    pub param: Param,
    /// Of the variance, from 0 to 1.
    pub share: OverTrees,
    /// At each word, or at up to 20 numbers, ascending.
    pub effects: Vec<Effect>,
}

/// What two hyperparameters explain beyond what each explains alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    pub params: [Param; 2],
    /// Of the variance, from 0 to 1.
    pub share: OverTrees,
}

/// The mean score over all values of the other hyperparameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub value: Setting,
    /// In the metric's unit.
    pub score: OverTrees,
}

impl Importance {
    /// What the leaderboard's scores hang on; `seed` is for the forest. `None` for fewer than ten scored trials,
    /// equal scores, or a search of nothing.
    pub fn new(board: &Leaderboard<'_>, seed: Seed) -> Option<Importance> {
        let mut rows: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.mean.is_some()).collect();
        if rows.len() < FEWEST_TRIALS {
            return None;
        }
        rows.sort_by_key(|row| row.trial.number);
        let points = points(&rows, seed);
        let scores: Vec<f64> = points.iter().filter_map(|(row, _)| row.mean).map(|mean| mean.get()).collect();
        let searched: Vec<Searched> = board.searched().map(|param| searched(board, &points, param)).collect();
        let (alone, together, rest) = explain(searched, &scores, seed)?;
        Some(Importance { trials: rows.len(), alone, together, rest })
    }
}

/// The points that scored trials stand for; where there are very many, some of them.
fn points<'a>(rows: &[&'a Row<'a>], seed: Seed) -> Vec<(&'a Row<'a>, &'a Settings)> {
    let of_row = |row: &&'a Row<'a>| {
        let row = *row;
        row.trial.stands_for.iter().map(move |point| (row, point))
    };
    let mut points: Vec<_> = rows.iter().flat_map(of_row).collect();
    if points.len() > MOST_POINTS {
        let mut draws = Draws::of_points(seed);
        for at in 0..MOST_POINTS {
            let other = at + draws.below((points.len() - at) as u64) as usize;
            points.swap(at, other);
        }
        points.truncate(MOST_POINTS);
    }
    points
}

fn searched(board: &Leaderboard<'_>, points: &[(&Row<'_>, &Settings)], param: Param) -> Searched {
    // What another model searches has a fixed value in this one, or has no effect.
    let setting = |(row, point): &(&Row<'_>, &Settings)| point.get(param).cloned().or_else(|| row.value(param));
    let settings: Vec<Option<Setting>> = points.iter().map(setting).collect();
    let domains: Vec<&Domain> = board.domains(param).collect();
    Searched::new(param, &settings, &domains)
}

fn explain(searched: Vec<Searched>, scores: &[f64], seed: Seed) -> Option<(Vec<Alone>, Vec<Together>, f64)> {
    let unit = Unit::of(scores)?;
    if searched.is_empty() {
        return None;
    }
    let axes: Vec<Axis> = searched.iter().map(|searched| searched.axis.clone()).collect();
    let values: Vec<Vec<Option<u32>>> = searched.iter().map(|searched| searched.values.clone()).collect();
    let forest = Forest::grow(&axes, &values, scores.iter().map(|&score| unit.scale(score)).collect(), seed);

    let mut alone = Vec::new();
    for (axis, Searched { param, shown, .. }) in searched.into_iter().enumerate() {
        let effect = |(value, place)| Effect { value, score: unit.unscale(forest.at(axis, place)) };
        let effects = shown.into_iter().map(effect).collect();
        alone.push((axis, Alone { param, share: forest.alone(axis)?, effects }));
    }
    // Stable, so that equally important ones stay in the order of columns.
    alone.sort_by(|(_, a), (_, b)| b.share.mean.total_cmp(&a.share.mean));

    let mut together = Vec::new();
    let paired = &alone[..alone.len().min(MOST_PAIRED)];
    for (at, (one, Alone { param, .. })) in paired.iter().enumerate() {
        for (other, Alone { param: partner, .. }) in &paired[at + 1..] {
            let share = forest.together([*one, *other])?;
            together.push(Together { params: [*param, *partner], share });
        }
    }
    together.sort_by(|a, b| b.share.mean.total_cmp(&a.share.mean));

    let alone: Vec<Alone> = alone.into_iter().map(|(_, alone)| alone).collect();
    let shares = alone.iter().map(|alone| alone.share.mean).chain(together.iter().map(|pair| pair.share.mean));
    let rest = 1.0 - shares.sum::<f64>();
    Some((alone, together, if rest < ROUNDING { 0.0 } else { rest }))
}

/// Scores are centred and brought to [−1, 1], so that squares of any are numbers and not 0.
#[derive(Clone, Copy)]
struct Unit {
    largest: f64,
    mean: f64,
    spread: f64,
}

impl Unit {
    /// `None` where all scores are the same but for rounding.
    fn of(scores: &[f64]) -> Option<Unit> {
        let largest = scores.iter().fold(0.0, |largest: f64, score| largest.max(score.abs()));
        let mean = scores.iter().map(|score| score / largest).sum::<f64>() / scores.len() as f64;
        let spread = scores.iter().fold(0.0, |spread: f64, score| spread.max((score / largest - mean).abs()));
        (spread > ROUNDING).then_some(Unit { largest, mean, spread })
    }

    fn scale(self, score: f64) -> f64 {
        (score / self.largest - self.mean) / self.spread
    }

    fn unscale(self, OverTrees { mean, sd }: OverTrees) -> OverTrees {
        // A mean of scores is among them, whatever rounding says: beyond the largest may be no number.
        let mean = (mean * self.spread + self.mean).clamp(-1.0, 1.0);
        OverTrees { mean: mean * self.largest, sd: sd * self.spread * self.largest }
    }
}
