//! Scoring of rows that a network isn't trained on.

use crossfold_data::{Dataset, TargetScaling};
use crossfold_network::Loss;
use crossfold_study::{Evaluation, Predictions, Scorer, Tally, Truth};

use crate::network::Outputs;
use crate::steps::batch::Batch;
use crate::steps::loss::{monitored_loss, score, score_and_predict};

/// The number of rows that are scored together, enough for matrix products to run at full speed.
pub(super) const SCORED_AT_ONCE: usize = 512;

/// Scores `rows`. Also returns their predictions, rows × outputs.
pub(super) fn predict_and_score(
    network: &mut dyn Outputs<f32>,
    data: &Dataset,
    rows: &[u32],
    scaling: TargetScaling,
    scorer: &mut Scorer,
) -> (Evaluation, Predictions) {
    let mut predictions = Vec::with_capacity(rows.len() * data.shape().outputs);
    let tally = each_batch(network, data, rows, scaling, |outputs, batch, width| {
        let tally = score_and_predict(outputs, batch, width);
        predictions.extend_from_slice(outputs);
        tally
    });
    let tally = scaling.unscale_tally(tally, data.targets().spread(rows));
    let truth = data.targets().truth(rows);
    if let Truth::Numbers(_) = truth {
        predictions.iter_mut().for_each(|value| *value = scaling.unscale(*value));
    }
    (scorer.score(tally, &truth, &predictions), Predictions(predictions.into()))
}

/// Returns the mean of `loss` over `rows`, on standardised targets.
pub(super) fn mean_loss(
    network: &mut dyn Outputs<f32>,
    data: &Dataset,
    rows: &[u32],
    scaling: TargetScaling,
    loss: Loss,
) -> f64 {
    monitored_loss(&each_batch(network, data, rows, scaling, score), loss) / rows.len() as f64
}

/// Sums the results of `take` for the outputs of `rows`, batch by batch.
fn each_batch(
    network: &mut dyn Outputs<f32>,
    data: &Dataset,
    rows: &[u32],
    scaling: TargetScaling,
    mut take: impl FnMut(&mut [f32], &Batch<f32>, usize) -> Tally,
) -> Tally {
    let width = data.shape().outputs;
    let mut batch = Batch::for_scoring(SCORED_AT_ONCE.min(rows.len()), data, scaling);
    let mut tally = Tally::empty(data.targets().task());
    for rows in rows.chunks(SCORED_AT_ONCE) {
        batch.gather(data, rows);
        tally.add(take(network.logits(&batch), &batch, width));
    }
    tally
}
