//! Fingerprints of each epoch of a training, for comparisons bit by bit.

use std::collections::BTreeMap;

use crossfold_study::{
    ConfigurationNumber, EpochReport, Evaluation, Fingerprint, FoldId, Metric, ParseFingerprintError, Plan, Results,
};
use serde::{Deserialize, Serialize};

/// The fingerprints of a fold's epochs; repeats and folds are counted from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldTrace {
    pub repeat: u32,
    pub fold: u32,
    /// Of each epoch's training and validation scores.
    pub scores: Fingerprints,
    /// Of the weights after each epoch.
    pub weights: Fingerprints,
}

/// One fingerprint per epoch, in files as one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprints(pub Vec<Fingerprint>);

impl From<Fingerprints> for String {
    fn from(Fingerprints(epochs): Fingerprints) -> String {
        epochs.iter().map(Fingerprint::to_string).collect::<Vec<_>>().join(" ")
    }
}

impl TryFrom<String> for Fingerprints {
    type Error = ParseFingerprintError;

    fn try_from(text: String) -> Result<Fingerprints, ParseFingerprintError> {
        text.split_whitespace().map(str::parse).collect::<Result<_, _>>().map(Fingerprints)
    }
}

/// The traces of a configuration on the plan's folds, given the fingerprints of its `weights`.
pub fn trace_folds(
    plan: &Plan,
    configuration: ConfigurationNumber,
    results: &Results,
    weights: &BTreeMap<FoldId, Vec<Fingerprint>>,
) -> Vec<FoldTrace> {
    let trace = |&id: &FoldId| {
        let weights = weights.get(&id)?.clone();
        let fit = results.fit(configuration, id)?;
        let scores = (1..=weights.len() as u32).map_while(|epoch| fit.report(epoch)).map(fingerprint_scores).collect();
        let FoldId { repeat, fold } = id;
        let (scores, weights) = (Fingerprints(scores), Fingerprints(weights));
        Some(FoldTrace { repeat: repeat + 1, fold: fold + 1, scores, weights })
    };
    plan.folds.iter().filter_map(trace).collect()
}

/// The fingerprint of every metric that an epoch has.
fn fingerprint_scores(report: EpochReport) -> Fingerprint {
    let training = Evaluation::from(report.training);
    let validation = report.validation;
    let bytes = |evaluation: &Evaluation, metric: Metric| match evaluation.get(metric) {
        Some(score) => score.to_bits().to_le_bytes().to_vec(),
        // Shorter than any score's.
        None => vec![0],
    };
    let (task, tallied) = (training.task(), Metric::tallied_for(training.task()));
    let training = tallied.iter().map(|&metric| bytes(&training, metric));
    let validation =
        validation.iter().flat_map(|scored| Metric::all_for(task).iter().map(|&metric| bytes(scored, metric)));
    Fingerprint::from_pieces(training.chain(validation))
}
