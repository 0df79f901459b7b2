//! Judging a leaderboard: which trials are statistically tied with the best, and what its score is without selection bias.

use crossfold_study::{Metric, Predictions, StudyRecord, ValidationRows, influence};

use super::findings::{Findings, RunnerUp};
use super::leaderboard::{Leaderboard, Row};
use super::statistics::{self, Evidence, LEVEL, Noise, Ties, sampling_interval, sign};

/// Number of trials compared, the first of the leaderboard: comparing all pairs of more would take minutes and gigabytes.
const MOST_COMPARED: usize = 1000;

/// Number of bootstrap draws of rows, and of large studies.
const DRAWS: usize = 2000;
const FEWER_DRAWS: usize = 1000;
/// Rows × trials from which a study is large: what is drawn in a second or two.
const LARGE: usize = 1_000_000;
/// Limit on the memory for draws, and the least number of draws in spite of it.
const MOST_BYTES: usize = 200_000_000;
const FEWEST_DRAWS: usize = 200;
/// Number of trials with predictions that suffice to replay the selection: worse ones hardly ever win.
const ENOUGH: usize = 20;

impl Leaderboard<'_> {
    /// Finds the conclusions that the scores support, and records them for each trial. `predictions` returns a trial's
    /// predictions on each fold, in the plan's order, where they are stored; without them only scores of folds count.
    ///
    /// # Errors
    /// The errors of `predictions`.
    pub fn judge<E>(
        &mut self,
        record: &StudyRecord,
        predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
    ) -> Result<(), E> {
        let evidence = gather_evidence(self, &record.validation, record.classes.len(), predictions)?;
        if evidence.trials() > 0 {
            self.record_findings(&evidence);
        }
        Ok(())
    }

    fn record_findings(&mut self, evidence: &Evidence) {
        let by_row: Vec<Option<Vec<f32>>> =
            evidence.shares.iter().map(|shares| shares.as_ref().map(|shares| evidence.sum_by_row(shares))).collect();
        let known: Vec<usize> = (0..by_row.len()).filter(|&trial| by_row[trial].is_some()).collect();
        let shares: Vec<&[f32]> = by_row.iter().flatten().map(Vec::as_slice).collect();

        let count = if evidence.rows * evidence.trials() > LARGE { FEWER_DRAWS } else { DRAWS };
        // A draw takes a byte per row.
        let count = count.min(MOST_BYTES / evidence.rows.max(1)).max(FEWEST_DRAWS);
        let mut generator = self.study.seed.resampling();
        let draws: Vec<Vec<u8>> = (0..count).map(|_| statistics::draw_rows(evidence.rows, &mut generator)).collect();
        let deviations = statistics::deviations(&draws, &shares);
        let means: Vec<f64> = known.iter().map(|&trial| evidence.mean(trial)).collect();
        // The selection is replayed only among trials whose rows are known. A metric that is biased on
        // few rows has more than selection bias.
        let is_replayed = known.len() == evidence.trials() || known.len() >= ENOUGH;
        let is_unbiased = !self.study.metric.is_biased();
        let corrected = (evidence.trials() > 1 && is_replayed && is_unbiased)
            .then(|| statistics::correct_for_selection(&means, &shares, &draws, &deviations))
            .flatten();

        let noise = Noise::estimate(evidence);
        let deviations = scatter(deviations, &known, evidence.trials());
        let ties = Ties::test(evidence, &noise, deviations, &mut generator);
        // With a single validation part, only the rows tell how much a score varies.
        let single = evidence.folds() == 1;
        for (trial, row) in self.rows.iter_mut().take(evidence.trials()).enumerate() {
            let adjusted = trial.checked_sub(1).map(|other| ties.adjusted[other]);
            row.adjusted_p = adjusted;
            row.tied = Some(adjusted.is_none_or(|level| level > LEVEL));
            if let (true, Some(shares), Some(mean)) = (single, &by_row[trial], row.mean) {
                let error = statistics::row_sampling_error(shares);
                let (metric, rows) = (self.study.metric, evidence.rows as u64);
                let is_known = error > 0.0 || metric.is_proportion();
                row.interval = is_known.then(|| sampling_interval(metric, mean.get(), error, rows));
            }
        }
        self.findings = Some(Findings {
            compared: evidence.trials(),
            tied: self.rows.iter().filter(|row| row.tied == Some(true)).count(),
            by_row: known.len(),
            detectable: ties.median_detectable().filter(|&behind| behind <= score_range(self.study.metric)),
            runner_up: self.runner_up(evidence, &noise, &ties),
            corrected: corrected.map(|score| sign(self.study.metric) * score),
        });
    }

    fn runner_up(&self, evidence: &Evidence, noise: &Noise, ties: &Ties) -> Option<RunnerUp> {
        let second = self.rows.get(1).filter(|row| row.tied == Some(true))?;
        // Equal means can differ in the last bits of a sum.
        let is_equal = second.mean == self.rows[0].mean;
        let behind = if is_equal { 0.0 } else { (evidence.mean(0) - evidence.mean(1)).max(0.0) };
        // The variance at which this gap would be detectable, as a share of its present variance.
        let share = (behind / ties.detectable(ties.errors[0])).powi(2);
        // Repeats do not change the variance due to rows; that of training is proportional to 1 / folds + ratio, of which
        // only the first term shrinks.
        let (variance, training) = (ties.errors[0].powi(2), noise.training[0] + noise.training[1]);
        let (per_fold, ratio) = (1.0 / evidence.folds() as f64, (evidence.ratios[0] + evidence.ratios[1]) / 2.0);
        let wanted = (share * variance - (variance - training)) / training;
        let times = per_fold / (wanted * (per_fold + ratio) - ratio);
        let repeats = (f64::from(self.repeats()) * times).ceil();
        Some(RunnerUp {
            trial: second.trial.number,
            behind,
            rows: (share > 0.0 && share.is_finite()).then(|| 1.0 / share),
            repeats: (times > 0.0 && repeats < f64::from(u16::MAX)).then_some(repeats as u32),
        })
    }
}

/// Gathers the evidence for a leaderboard; `validation` are the validation rows of each of its folds.
///
/// # Errors
/// The errors of `predictions`.
fn gather_evidence<E>(
    board: &Leaderboard<'_>,
    validation: &[ValidationRows],
    classes: usize,
    mut predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
) -> Result<Evidence, E> {
    let scored: Vec<&Row<'_>> = board.rows().iter().take_while(|row| row.rank.is_some()).take(MOST_COMPARED).collect();
    let is_defined: Vec<bool> =
        scored.first().map(|row| row.scores.iter().map(Option::is_some).collect()).unwrap_or_default();
    let folds: Vec<usize> = (0..is_defined.len()).filter(|&fold| is_defined[fold]).collect();
    let metric = board.metric();
    let sign = sign(metric);
    let (places, rows) = statistics::number_rows(folds.iter().map(|&fold| &validation[fold]));
    let sizes: Vec<usize> = folds.iter().map(|&fold| validation[fold].rows.len()).collect();
    let mut shares = Vec::new();
    for row in &scored {
        let stored = predictions(row)?;
        let shares_of_rows = |stored: Vec<Predictions>| {
            let mut shares = Vec::with_capacity(places.len());
            for &fold in &folds {
                let ValidationRows { truth, rows, .. } = &validation[fold];
                let scale = sign / (rows.len() * folds.len()) as f64;
                let weights = influence(metric, truth, &stored[fold], classes)?;
                shares.extend(weights.into_iter().map(|weight| (weight * scale) as f32));
            }
            shares.iter().all(|share: &f32| share.is_finite()).then_some(shares)
        };
        shares.push(stored.and_then(shares_of_rows));
    }
    let scores = |row: &&Row<'_>| row.scores.iter().flatten().map(|score| sign * score).collect();
    Ok(Evidence {
        scores: scored.iter().map(scores).collect(),
        shares,
        ratios: scored.iter().map(|row| row.ratio.unwrap_or(0.0)).collect(),
        places,
        sizes,
        rows,
    })
}

/// The largest possible difference of two scores.
fn score_range(metric: Metric) -> f64 {
    let [least, most] = metric.range();
    most - least
}

/// Puts the deviations of the trials `known` in their places among all trials; the others get 0.
fn scatter(deviations: Vec<Vec<f32>>, known: &[usize], trials: usize) -> Vec<Vec<f32>> {
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
