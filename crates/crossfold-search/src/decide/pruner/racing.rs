//! Racing over folds and epochs (Maron and Moore 1994, "Hoeffding races"; Birattari et al. 2002, "A racing algorithm for
//! configuring metaheuristics"), by a test that knows that folds share training rows.

use std::collections::{BTreeMap, VecDeque};

use crossfold_study::TrialNumber;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::{Ask, Judged, Prunes, Reason, Seen, Verdict};

/// Ends a trial that trails the leader of its rung by more than chance explains.
///
/// All trials are scored on the same folds, so what makes a fold easy for all is no part of a difference. What is left of
/// a fold's score without the trial's and the fold's own mean is noise, whose variance is pooled over the better half of
/// the trials at the rung. A difference of two means over f folds has the variance 2σ²(1/f + ratio), `ratio` being that of
/// validation rows to training rows (Nadeau and Bengio 2003, "Inference for the generalization error").
pub(super) struct Racing {
    last: usize,
    level: f64,
    ratio: f64,
    /// Whether all trials come to a rung before any goes on.
    waits_for_all: bool,
    /// Of each rung, what trials came to.
    seen: Vec<Vec<Seen>>,
    /// Trials on their way to a rung or waiting there.
    under_way: BTreeMap<TrialNumber, usize>,
    go_on: VecDeque<(TrialNumber, usize)>,
    is_exhausted: bool,
    judged: Vec<Judged>,
}

/// Trials at a rung from which noise can be told.
const FEWEST: usize = 4;

impl Racing {
    pub(super) fn new(last: usize, level: f64, ratio: f64, learns: bool) -> Racing {
        Racing {
            last,
            level,
            ratio,
            waits_for_all: !learns,
            seen: vec![Vec::new(); last + 1],
            under_way: BTreeMap::new(),
            go_on: VecDeque::new(),
            is_exhausted: false,
            judged: Vec::new(),
        }
    }

    /// Judges some of the trials at a rung, the best first.
    fn judge(&mut self, mut places: Vec<usize>, rung: usize) {
        let seen = &self.seen[rung];
        let (first, bound, of) =
            (leader(seen).map(|leader| (leader.trial, leader.value)), self.bound(rung), seen.len());
        places.sort_by(|&a, &b| seen[a].value.total_cmp(&seen[b].value).then(seen[a].trial.cmp(&seen[b].trial)));
        let places: Vec<(TrialNumber, f64)> =
            places.into_iter().map(|at| (self.seen[rung][at].trial, self.seen[rung][at].value)).collect();
        for (trial, value) in places {
            let verdict = match (first, bound) {
                _ if value.is_infinite() => Verdict::Ends(Reason::Failed),
                (Some((leader, best)), Some(bound)) if leader != trial => {
                    let reason = Reason::Trails { leader, by: value - best, bound };
                    if value - best > bound { Verdict::Ends(reason) } else { Verdict::GoesOn(reason) }
                }
                (Some((leader, _)), None) if leader != trial => Verdict::GoesOn(Reason::TooFew { of }),
                (Some(_) | None, Some(_) | None) => Verdict::GoesOn(Reason::Placed { place: 1, of, kept: of }),
            };
            if matches!(verdict, Verdict::GoesOn(_)) {
                self.under_way.insert(trial, rung + 1);
                self.go_on.push_back((trial, rung + 1));
            } else {
                self.under_way.remove(&trial);
            }
            self.judged.push(Judged { trial, rung, verdict });
        }
    }

    /// How far behind the leader chance explains; `None` while too little is known.
    fn bound(&self, rung: usize) -> Option<f64> {
        let (variance, freedom, folds) = noise(&self.seen[rung])?;
        let t = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(1.0 - self.level);
        Some(t * (2.0 * variance * (1.0 / folds + self.ratio)).sqrt())
    }

    /// Judges all trials of a rung once they are there.
    fn settle(&mut self, rung: usize) {
        let is_behind = self.under_way.values().any(|&at| at < rung);
        let waiting = self.under_way.values().filter(|&&at| at == rung).count();
        if rung == self.last || is_behind || !self.is_exhausted || waiting == 0 || self.seen[rung].len() < waiting {
            return;
        }
        self.judge((0..self.seen[rung].len()).collect(), rung);
    }
}

/// The best of some trials, of equals the first.
fn leader(seen: &[Seen]) -> Option<&Seen> {
    let finite = seen.iter().filter(|seen| seen.value.is_finite());
    finite.min_by(|a, b| a.value.total_cmp(&b.value).then(a.trial.cmp(&b.trial)))
}

/// The variance of what is left of a fold's score without the means of the trial and of the fold, of the better half of
/// the trials; with its degrees of freedom and the number of folds. `None` where it can't be told.
fn noise(seen: &[Seen]) -> Option<(f64, f64, f64)> {
    let mut complete: Vec<(f64, Vec<f64>)> = seen
        .iter()
        .filter_map(|seen| Some((seen.value, seen.folds.iter().copied().collect::<Option<Vec<f64>>>()?)))
        .collect();
    complete.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    complete.truncate(complete.len().div_ceil(2).max(FEWEST));
    let (trials, folds) = (complete.len(), complete.first()?.1.len());
    if trials < FEWEST || folds < 2 {
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

impl Prunes for Racing {
    fn ask(&mut self) -> Ask {
        if let Some((trial, rung)) = self.go_on.pop_front() {
            return Ask::Promote { trial, rung };
        }
        match (self.is_exhausted, self.under_way.is_empty()) {
            (false, _) => Ask::Begin { rung: 0 },
            (true, true) => Ask::Over,
            (true, false) => Ask::Wait,
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
                    self.settle(0);
                }
            }
        }
    }

    fn tell(&mut self, seen: Seen) {
        let (trial, rung) = (seen.trial, seen.rung);
        self.seen[rung].push(seen);
        if rung == self.last {
            self.under_way.remove(&trial);
        } else if self.waits_for_all {
            self.settle(rung);
        } else {
            self.judge(vec![self.seen[rung].len() - 1], rung);
        }
    }

    fn judged(&mut self) -> Vec<Judged> {
        std::mem::take(&mut self.judged)
    }
}
