//! What a study's scores support: which trials can be told apart, and what selecting the best is worth.

use crossfold_study::{Direction, Metric, Predictions, StudyRecord, TrialNumber};

use crate::statistics::{self, Evidence, LEVEL, Noise, Ties};
use crate::{Leaderboard, Row, interval_of_rows};

/// What a leaderboard's scores support. Differences and scores are in the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// How many trials are compared, all with a score up to a thousand; those that can't be told apart from the best,
    /// itself among them.
    pub compared: usize,
    pub tied: usize,
    /// How many of them are compared row by row; of the others only folds' scores are known.
    pub by_row: usize,
    /// How far behind the best a trial must truly be to be told apart in 80 of 100 studies like this one: the median
    /// over the better half of trials. `None` of a single trial, where no difference has a variance, and where it is more
    /// than scores can differ by.
    pub detectable: Option<f64>,
    /// What it would take for the second.
    pub runner_up: Option<RunnerUp>,
    /// The best one's score without what it owes to having been selected; `None` of a single trial, where
    /// predictions of fewer than twenty trials are stored and not of all, and of the calibration error.
    pub corrected: Option<f64>,
}

/// The trial ranked second, where it can't be told apart from the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunnerUp {
    pub trial: TrialNumber,
    /// By how much, at least 0.
    pub behind: f64,
    /// How many times as many rows would tell them apart in 80 of 100 studies, if this is how far they truly are
    /// apart; `None` where their scores are equal.
    pub rows: Option<f64>,
    /// How many repeats would; `None` where none do, since rows stay what they are.
    pub repeats: Option<u32>,
}

/// So often are rows drawn; of large studies fewer times.
const DRAWS: usize = 2000;
const FEWER_DRAWS: usize = 1000;
/// Rows by trials from which a study is large: what is drawn in a second or two.
const LARGE: usize = 1_000_000;
/// What draws may take in memory, and how many there are of however many rows.
const MOST_BYTES: usize = 200_000_000;
const FEWEST_DRAWS: usize = 200;
/// So many of the best are enough to select among: the others hardly ever win.
const ENOUGH: usize = 20;

impl Leaderboard<'_> {
    /// Finds out what the scores support, and notes it of each trial. `predictions` are a trial's on each fold, in the
    /// plan's order, where they are stored: without them only folds' scores count.
    ///
    /// # Errors
    /// Those of `predictions`.
    pub fn judge<E>(
        &mut self,
        record: &StudyRecord,
        predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
    ) -> Result<(), E> {
        let evidence = Evidence::gather(self, &record.validation, record.classes.len(), predictions)?;
        if evidence.trials() > 0 {
            self.note(&evidence);
        }
        Ok(())
    }

    fn note(&mut self, evidence: &Evidence) {
        let by_row: Vec<Option<Vec<f32>>> =
            evidence.shares.iter().map(|shares| shares.as_ref().map(|shares| evidence.by_row(shares))).collect();
        let known: Vec<usize> = (0..by_row.len()).filter(|&trial| by_row[trial].is_some()).collect();
        let shares: Vec<&[f32]> = by_row.iter().flatten().map(Vec::as_slice).collect();

        let count = if evidence.rows * evidence.trials() > LARGE { FEWER_DRAWS } else { DRAWS };
        // A byte a row and draw.
        let count = count.min(MOST_BYTES / evidence.rows.max(1)).max(FEWEST_DRAWS);
        let mut generator = self.study.seed.resampling();
        let draws: Vec<Vec<u8>> = (0..count).map(|_| statistics::draw(evidence.rows, &mut generator)).collect();
        let deviations = statistics::deviations(&draws, &shares);
        let means: Vec<f64> = known.iter().map(|&trial| evidence.mean(trial)).collect();
        // Selecting is replayed only among trials whose rows are known. What few rows' calibration error is above that of
        // many isn't luck.
        let is_replayed = known.len() == evidence.trials() || known.len() >= ENOUGH;
        let is_of_rows = !self.study.metric.is_biased();
        let corrected = (evidence.trials() > 1 && is_replayed && is_of_rows)
            .then(|| statistics::corrected(&means, &shares, &draws, &deviations))
            .flatten();

        let noise = Noise::estimate(evidence);
        let deviations = spread(deviations, &known, evidence.trials());
        let ties = Ties::test(evidence, &noise, deviations, &mut generator);
        // Of a single part the rows alone say how sure a score is.
        let single = evidence.folds() == 1;
        for (trial, row) in self.rows.iter_mut().take(evidence.trials()).enumerate() {
            let adjusted = trial.checked_sub(1).map(|other| ties.adjusted[other]);
            row.adjusted_p = adjusted;
            row.tied = Some(adjusted.is_none_or(|level| level > LEVEL));
            if let (true, Some(shares), Some(mean)) = (single, &by_row[trial], row.mean) {
                let error = statistics::error_of_rows(shares);
                let (metric, rows) = (self.study.metric, evidence.rows as u64);
                let is_known = error > 0.0 || metric == Metric::Accuracy;
                row.interval = is_known.then(|| interval_of_rows(metric, mean.get(), error, rows));
            }
        }
        let sign = match self.study.metric.direction() {
            Direction::Maximize => 1.0,
            Direction::Minimize => -1.0,
        };
        self.findings = Some(Findings {
            compared: evidence.trials(),
            tied: self.rows.iter().filter(|row| row.tied == Some(true)).count(),
            by_row: known.len(),
            detectable: ties.median_detectable().filter(|&behind| behind <= range(self.study.metric)),
            runner_up: self.runner_up(evidence, &noise, &ties),
            corrected: corrected.map(|score| sign * score),
        });
    }

    fn runner_up(&self, evidence: &Evidence, noise: &Noise, ties: &Ties) -> Option<RunnerUp> {
        let second = self.rows.get(1).filter(|row| row.tied == Some(true))?;
        let behind = (evidence.mean(0) - evidence.mean(1)).max(0.0);
        // The variance that this difference could be told from, as a share of the one that it has.
        let share = (behind / ties.detectable(ties.errors[0])).powi(2);
        // Repeats leave the rows' part as it is; training's is as 1 / folds + validation rows / training rows, of which the
        // first shrinks.
        let (variance, training) = (ties.errors[0].powi(2), noise.training[0] + noise.training[1]);
        let (of_folds, ratio) = (1.0 / evidence.folds() as f64, (evidence.ratios[0] + evidence.ratios[1]) / 2.0);
        let wanted = (share * variance - (variance - training)) / training;
        let times = of_folds / (wanted * (of_folds + ratio) - ratio);
        let repeats = (f64::from(self.repeats()) * times).ceil();
        Some(RunnerUp {
            trial: second.trial.number,
            behind,
            rows: (share > 0.0 && share.is_finite()).then(|| 1.0 / share),
            repeats: (times > 0.0 && repeats < f64::from(u16::MAX)).then_some(repeats as u32),
        })
    }
}

/// How far apart two scores can be.
fn range(metric: Metric) -> f64 {
    let [least, most] = metric.range();
    most - least
}

/// Puts the deviations of some trials in their places among all; others don't deviate.
fn spread(deviations: Vec<Vec<f32>>, known: &[usize], trials: usize) -> Vec<Vec<f32>> {
    if known.len() == trials {
        return deviations;
    }
    let spread = |draw: Vec<f32>| {
        let mut all = vec![0.0; trials];
        known.iter().zip(draw).for_each(|(&trial, deviation)| all[trial] = deviation);
        all
    };
    deviations.into_iter().map(spread).collect()
}
