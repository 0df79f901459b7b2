//! Racing over folds and epochs (Maron and Moore 1994, "Hoeffding races"; Birattari et al. 2002, "A racing algorithm for
//! configuring metaheuristics"), by a test that accounts for the training rows that folds share.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use crossfold_study::{PruningDecision, PruningReason, TrialNumber};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Action, Judgement, RungResult, TrialPruner};

/// Prunes a trial that trails the leader of its rung by more than chance explains.
///
/// All trials are scored on the same folds, so the difficulty of a fold cancels out of a difference. The residual of a
/// fold's score, without the means of the trial and of the fold, is noise. Its variance σ² is pooled over the better half
/// of the trials at the rung. A difference of two means over f folds has the variance 2σ²(1/f + ratio), where `ratio` is
/// that of validation rows to training rows (Nadeau and Bengio 2003, "Inference for the generalization error").
pub(super) struct Racing {
    last: usize,
    level: f64,
    ratio: f64,
    /// Whether all trials must reach a rung before any is promoted.
    waits_for_all: bool,
    /// The results at each rung.
    results: Vec<Vec<RungResult>>,
    /// Trials on their way to a rung or waiting there, with that rung.
    under_way: BTreeMap<TrialNumber, usize>,
    promoted: VecDeque<(TrialNumber, usize)>,
    is_exhausted: bool,
    judgements: Vec<Judgement>,
}

/// The fewest trials at a rung from which noise is estimated.
const MIN_TRIALS: usize = 4;

impl Racing {
    pub(super) fn new(last: usize, level: f64, ratio: f64, waits_for_all: bool) -> Racing {
        Racing {
            last,
            level,
            ratio,
            waits_for_all,
            results: vec![Vec::new(); last + 1],
            under_way: BTreeMap::new(),
            promoted: VecDeque::new(),
            is_exhausted: false,
            judgements: Vec::new(),
        }
    }

    /// Judges the trials in some places of a rung, the best first.
    fn judge(&mut self, mut places: Vec<usize>, rung: usize) {
        let results = &self.results[rung];
        let (bound, of) = (self.bound(rung), results.len());
        let first = leader(results).map(|leader| (leader.trial, leader.value));
        places.sort_by(|&a, &b| in_order(&results[a], &results[b]));
        let to_judge: Vec<(TrialNumber, f64)> =
            places.into_iter().map(|at| (results[at].trial, results[at].value)).collect();
        for (trial, value) in to_judge {
            let decision = match (first, bound) {
                _ if value.is_infinite() => PruningDecision::Pruned(PruningReason::Failed),
                (Some((leader, best)), Some(bound)) if leader != trial => {
                    let reason = PruningReason::Trails { leader, by: value - best, bound };
                    if value - best > bound {
                        PruningDecision::Pruned(reason)
                    } else {
                        PruningDecision::Promoted(reason)
                    }
                }
                (Some((leader, _)), None) if leader != trial => PruningDecision::Promoted(PruningReason::TooFew { of }),
                (Some(_) | None, Some(_) | None) => {
                    PruningDecision::Promoted(PruningReason::Placed { place: 1, of, kept: of })
                }
            };
            if matches!(decision, PruningDecision::Promoted(_)) {
                self.under_way.insert(trial, rung + 1);
                self.promoted.push_back((trial, rung + 1));
            } else {
                self.under_way.remove(&trial);
            }
            self.judgements.push(Judgement { trial, rung, decision });
        }
    }

    /// How far behind the leader a trial may be by chance; `None` while too little is known.
    fn bound(&self, rung: usize) -> Option<f64> {
        let (variance, freedom, folds) = noise(&self.results[rung])?;
        let t = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(1.0 - self.level);
        Some(t * (2.0 * variance * (1.0 / folds + self.ratio)).sqrt())
    }

    /// Judges all trials of a rung once all have reached it.
    fn judge_full_rung(&mut self, rung: usize) {
        let is_behind = self.under_way.values().any(|&at| at < rung);
        let waiting = self.under_way.values().filter(|&&at| at == rung).count();
        if rung == self.last || is_behind || !self.is_exhausted || waiting == 0 || self.results[rung].len() < waiting {
            return;
        }
        self.judge((0..self.results[rung].len()).collect(), rung);
    }
}

/// The best trial; of equal ones the first.
fn leader(results: &[RungResult]) -> Option<&RungResult> {
    results.iter().filter(|result| result.value.is_finite()).min_by(|a, b| in_order(a, b))
}

/// By value, then by trial.
fn in_order(a: &RungResult, b: &RungResult) -> Ordering {
    a.value.total_cmp(&b.value).then(a.trial.cmp(&b.trial))
}

/// The variance of residuals, pooled over the better half of the trials, with its degrees of freedom and the number of
/// folds. `None` where there are too few trials or folds.
fn noise(results: &[RungResult]) -> Option<(f64, f64, f64)> {
    let mut complete: Vec<(f64, Vec<f64>)> = results
        .iter()
        .filter_map(|result| Some((result.value, result.folds.iter().copied().collect::<Option<Vec<f64>>>()?)))
        .collect();
    complete.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    complete.truncate(complete.len().div_ceil(2).max(MIN_TRIALS));
    let (trials, folds) = (complete.len(), complete.first()?.1.len());
    if trials < MIN_TRIALS || folds < 2 {
        return None;
    }
    let fold_means: Vec<f64> =
        (0..folds).map(|fold| complete.iter().map(|(_, scores)| scores[fold]).sum::<f64>() / trials as f64).collect();
    let mean = fold_means.iter().sum::<f64>() / folds as f64;
    let squares = complete.iter().flat_map(|(value, scores)| {
        scores.iter().zip(&fold_means).map(move |(score, fold_mean)| (score - value - fold_mean + mean).powi(2))
    });
    let freedom = ((trials - 1) * (folds - 1)) as f64;
    Some((squares.sum::<f64>() / freedom, freedom, folds as f64))
}

impl TrialPruner for Racing {
    fn next_action(&mut self) -> Action {
        if let Some((trial, rung)) = self.promoted.pop_front() {
            return Action::Promote { trial, rung };
        }
        match (self.is_exhausted, self.under_way.is_empty()) {
            (false, _) => Action::Begin { rung: 0 },
            (true, true) => Action::Over,
            (true, false) => Action::Wait,
        }
    }

    fn began(&mut self, trial: Option<TrialNumber>) {
        match trial {
            Some(trial) => {
                self.under_way.insert(trial, 0);
            }
            None => {
                self.is_exhausted = true;
                if self.waits_for_all {
                    self.judge_full_rung(0);
                }
            }
        }
    }

    fn tell(&mut self, result: RungResult) {
        let (trial, rung) = (result.trial, result.rung);
        self.results[rung].push(result);
        if rung == self.last {
            self.under_way.remove(&trial);
        } else if self.waits_for_all {
            self.judge_full_rung(rung);
        } else {
            self.judge(vec![self.results[rung].len() - 1], rung);
        }
    }

    fn take_judgements(&mut self) -> Vec<Judgement> {
        std::mem::take(&mut self.judgements)
    }

    /// A guess: how many trials are pruned depends on how far apart they are.
    fn promoted_share(&self) -> Option<f64> {
        Some(0.5)
    }
}
