//! Judging a leaderboard: which trials are statistically tied with the best, and what its score is without selection bias.

use crossfold_network::Kind;
use crossfold_study::{Generator, Metric, Predictions, StudyRecord, ValidationRows, influence};

use super::findings::{Findings, RunnerUp};
use super::leaderboard::{Leaderboard, Row};
use super::model_choice::ChoiceInputs;
use super::reference_score::{NoReference, Reference, ReferenceComparison, ReferenceVerdict};
use super::statistics::{self, Estimator, Evidence, ExpectedScore, LEVEL, Noise, RowVariances, Ties, sign};

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
        let (evidence, expected) = gather_evidence(self, &record.validation, record.classes.len(), predictions)?;
        for (row, expected) in self.rows.iter_mut().zip(expected) {
            if let Some(ExpectedScore { error, interval }) = expected {
                (row.corrected_error, row.interval) = (Some(error), Some(interval));
            }
        }
        if evidence.trials() > 0 {
            let reference = self.compare_with_reference(&evidence, record);
            self.record_findings(evidence, reference, &record.validation);
        }
        Ok(())
    }

    /// The validation rows of the folds on which the metric is defined.
    fn scored_parts<'v>(&self, validation: &'v [ValidationRows]) -> Vec<&'v ValidationRows> {
        let scores = self.best().map(|best| &best.scores[..]).unwrap_or_default();
        validation.iter().zip(scores).filter(|(_, score)| score.is_some()).map(|(part, _)| part).collect()
    }

    /// Compares the first trial with predictions without inputs.
    fn compare_with_reference(
        &self,
        evidence: &Evidence,
        record: &StudyRecord,
    ) -> Result<ReferenceComparison, NoReference> {
        let parts = self.scored_parts(&record.validation);
        let reference = Reference::new(self.study.metric, &parts, &record.classes)?;
        let trials = self.rows.iter().filter(|row| row.rank.is_some()).count();
        Ok(reference.compare(&evidence.scores[0], evidence.shares[0].as_deref(), trials))
    }

    fn record_findings(
        &mut self,
        mut evidence: Evidence,
        reference: Result<ReferenceComparison, NoReference>,
        validation: &[ValidationRows],
    ) {
        let (trials, rows) = (evidence.trials(), evidence.rows);
        let moved = evidence.winsorize();
        let parts = self.scored_parts(validation);
        let mut generator = self.study.seed.resampling();
        let of_rows = Resamples::draw(&evidence, &mut generator);
        let inputs = ChoiceInputs {
            evidence: &evidence,
            moved: &moved,
            drawn: (&of_rows.known, &of_rows.draws, &of_rows.deviations),
            parts: &parts,
        };
        self.models = self.rank_models(&inputs);

        // Rows of a group are not independent.
        let (evidence, resamples) = match by_group(&evidence, &parts) {
            Some(by_group) => {
                let of_groups = Resamples::draw(&by_group, &mut generator);
                (by_group, of_groups)
            }
            None => (evidence, of_rows),
        };
        let Resamples { by_unit, known, draws, deviations } = resamples;
        let shares: Vec<&[f32]> = by_unit.iter().flatten().map(Vec::as_slice).collect();
        // The selection is replayed only among trials whose rows are known. A metric that is biased on
        // few rows has more than selection bias.
        let is_replayed = known.len() == trials || known.len() >= ENOUGH;
        let is_unbiased = !self.study.metric.is_biased();
        let means: Vec<f64> = known.iter().map(|&trial| evidence.mean(trial)).collect();
        let corrected = (trials > 1 && is_replayed && is_unbiased)
            .then(|| statistics::correct_for_selection(&means, &shares, &draws, &deviations));
        let corrected = corrected.flatten();

        let deviations = scatter(deviations, &known, trials);
        let noise = Noise::estimate(&evidence);
        let variances = RowVariances::estimate(&evidence, &by_unit, &deviations);
        let ties = Ties::test(&evidence, &noise, &variances, deviations, &mut generator);
        let below_reference = self.record_verdicts(&ties, reference.as_ref().ok());
        let metric = self.study.metric;
        self.findings = Some(Findings {
            compared: trials,
            tied: self.rows.iter().filter(|row| row.tied == Some(true)).count(),
            reference,
            below_reference,
            by_row: known.len(),
            rows,
            detectable: ties.median_detectable().filter(|&behind| behind <= score_range(metric)),
            runner_up: self.runner_up(&ties),
            corrected: corrected.map(|score| sign(metric) * score),
        });
    }

    /// Records which trials are tied. Returns the number of those that the test doesn't tell apart from the best, but the
    /// reference score does.
    fn record_verdicts(&mut self, ties: &Ties, reference: Option<&ReferenceComparison>) -> usize {
        let metric = self.study.metric;
        let is_below = |row: &Row<'_>| {
            row.mean.zip(reference).is_some_and(|(mean, reference)| reference.exceeds(metric, mean.get()))
        };
        let is_best_shown = reference.is_some_and(|reference| reference.verdict == ReferenceVerdict::Better);
        let mut below_reference = 0;
        for (trial, row) in self.rows.iter_mut().take(1 + ties.adjusted.len()).enumerate() {
            row.scores_below_reference = is_below(row);
            row.is_below_reference = row.scores_below_reference && is_best_shown;
            let other = trial.checked_sub(1);
            row.adjusted_p = other.map(|other| ties.adjusted[other]);
            row.p = other.map(|other| ties.single[other]);
            let is_close = row.adjusted_p.is_none_or(|level| level > LEVEL);
            row.tied = Some(is_close && !row.is_below_reference);
            below_reference += usize::from(is_close && row.is_below_reference);
        }
        below_reference
    }

    fn runner_up(&self, ties: &Ties) -> Option<RunnerUp> {
        let second = self.rows.get(1).filter(|row| row.tied == Some(true))?;
        let behind = (self.rows[0].mean?.get() - second.mean?.get()).abs();
        let variance = ties.variances[0];
        // The variance at which this gap would be detectable, as a share of its present variance.
        let share = (behind / ties.detectable(variance.total().sqrt())).powi(2);
        // Repeats do not change the variance due to rows; that of training is proportional to 1 / folds.
        let times = variance.training / (share * variance.total() - variance.rows);
        let repeats = (f64::from(self.repeats()) * times).ceil();
        Some(RunnerUp {
            trial: second.trial.number,
            behind,
            rows: (share > 0.0 && share.is_finite()).then(|| 1.0 / share),
            repeats: (times > 0.0 && repeats < f64::from(u16::MAX)).then_some(repeats as u32),
        })
    }
}

/// Gathers the evidence for a leaderboard, and the expected scores of its trials; `validation` are the validation rows of
/// each of its folds.
///
/// # Errors
/// The errors of `predictions`.
fn gather_evidence<E>(
    board: &Leaderboard<'_>,
    validation: &[ValidationRows],
    classes: usize,
    mut predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
) -> Result<(Evidence, Vec<Option<ExpectedScore>>), E> {
    let scored: Vec<&Row<'_>> = board.rows().iter().take_while(|row| row.rank.is_some()).take(MOST_COMPARED).collect();
    let is_defined: Vec<bool> =
        scored.first().map(|row| row.scores.iter().map(Option::is_some).collect()).unwrap_or_default();
    let folds: Vec<usize> = (0..is_defined.len()).filter(|&fold| is_defined[fold]).collect();
    let metric = board.metric();
    let sign = sign(metric);
    let parts: Vec<&ValidationRows> = folds.iter().map(|&fold| &validation[fold]).collect();
    let (places, rows) = statistics::number_places(parts.iter().map(|part| &part.rows[..]));
    let sizes: Vec<usize> = parts.iter().map(|part| part.rows.len()).collect();
    let shares_of_rows = |predictions: &[&Predictions]| {
        let mut shares = Vec::with_capacity(places.len());
        for (ValidationRows { truth, rows, .. }, predictions) in parts.iter().zip(predictions) {
            let scale = sign / (rows.len() * folds.len()) as f64;
            let weights = influence(metric, truth, predictions, classes)?;
            shares.extend(weights.into_iter().map(|weight| (weight * scale) as f32));
        }
        shares.iter().all(|share: &f32| share.is_finite()).then_some(shares)
    };
    let estimator = Estimator::new(metric, parts.clone(), board.study.splits.groups().is_some());
    let (mut shares, mut expected) = (Vec::new(), Vec::new());
    for row in &scored {
        let stored = predictions(row)?;
        let stored: Option<Vec<&Predictions>> =
            stored.as_ref().map(|stored| folds.iter().map(|&fold| &stored[fold]).collect());
        let own = stored.as_ref().and_then(|stored| shares_of_rows(stored));
        let scores: Vec<f64> = row.scores.iter().flatten().copied().collect();
        expected.push(own.as_ref().zip(stored.as_ref()).zip(estimator.as_ref()).and_then(
            |((own, stored), estimator)| {
                estimator.estimate(&scores, own, stored, row.optimism, row.configuration.kind() == Kind::Linear)
            },
        ));
        shares.push(own);
    }
    let scores = |row: &&Row<'_>| row.scores.iter().flatten().map(|score| sign * score).collect();
    Ok((Evidence { scores: scored.iter().map(scores).collect(), shares, places, sizes, rows }, expected))
}

/// The evidence by groups, where the splits keep groups together; `None` where rows are independent, and of studies from stores
/// that don't have their groups.
fn by_group(evidence: &Evidence, parts: &[&ValidationRows]) -> Option<Evidence> {
    let groups: Vec<&[u32]> = parts.iter().map(|part| part.groups.as_deref()).collect::<Option<_>>()?;
    let (places, count) = statistics::number_places(groups.iter().copied());
    Some(evidence.by_unit(&places, count))
}

/// Bootstrap draws of rows or groups, and how trials fare in them.
struct Resamples {
    /// The shares of each trial's rows or groups in its mean; `None` where they are not known.
    by_unit: Vec<Option<Vec<f32>>>,
    /// The numbers of the trials of which they are known.
    known: Vec<usize>,
    /// How often each draw has each row or group.
    draws: Vec<Vec<u8>>,
    /// The deviations of scores, draws × known trials.
    deviations: Vec<Vec<f32>>,
}

impl Resamples {
    fn draw(evidence: &Evidence, generator: &mut Generator) -> Resamples {
        let by_unit: Vec<Option<Vec<f32>>> =
            (0..evidence.trials()).map(|trial| evidence.shares_by_row(trial)).collect();
        let draws: Vec<Vec<u8>> =
            (0..draw_count(evidence)).map(|_| statistics::draw_rows(evidence.rows, generator)).collect();
        let shares: Vec<&[f32]> = by_unit.iter().flatten().map(Vec::as_slice).collect();
        let deviations = statistics::deviations(&draws, &shares);
        Resamples { known: evidence.known(), by_unit, draws, deviations }
    }
}

fn draw_count(evidence: &Evidence) -> usize {
    let count = if evidence.rows * evidence.trials() > LARGE { FEWER_DRAWS } else { DRAWS };
    // A draw takes a byte per row.
    count.min(MOST_BYTES / evidence.rows.max(1)).max(FEWEST_DRAWS)
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
