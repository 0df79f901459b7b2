//! The coefficients of a linear winner.

use crossfold_model::TrainedNetwork;
use crossfold_network::{Configuration, Form, Shape};
use crossfold_report::Coefficient;
use crossfold_study::StudyRecord;

use crate::model_file::Model;

/// The coefficients of a network without hidden layers on a table, by class, then input, the intercept first. Empty for
/// other networks.
///
/// With W the weights, b the biases, and an input (x − shift) / spread, the output is b + Σ W·(x − shift) / spread: a unit of
/// x adds W / spread, and the intercept at x = 0 is b − Σ W·shift / spread. A number is the output times the target's
/// deviation plus its mean.
pub(crate) fn coefficients(
    model: &Model,
    (configuration, shape): (&Configuration, Shape),
    record: &StudyRecord,
    weights: &[u8],
) -> Vec<Coefficient> {
    let is_table = matches!(shape.form, Form::Flat | Form::Table(_));
    let Some(adapter) = model.adapter.as_ref().filter(|_| is_table) else { return Vec::new() };
    let Some([weights, biases]) = TrainedNetwork::linear_weights(configuration, shape, weights) else {
        return Vec::new();
    };
    let inputs = adapter.dense_inputs();
    if inputs.len() != shape.inputs {
        return Vec::new();
    }
    let scaling = adapter.scaling;
    let mut coefficients = Vec::new();
    for (output, (weights, &bias)) in weights.chunks_exact(inputs.len()).zip(&biases).enumerate() {
        let class = record.classes.get(output).cloned();
        let at_zero = inputs.iter().zip(weights).fold(f64::from(bias), |sum, (input, &weight)| {
            let [shift, spread] = input.scale.unwrap_or([0.0, 1.0]);
            sum - f64::from(weight) * shift / spread
        });
        coefficients.push(Coefficient {
            class: class.clone(),
            column: None,
            level: None,
            standardised: f64::from(bias),
            original: Some(at_zero * scaling.deviation + scaling.mean),
        });
        coefficients.extend(inputs.iter().zip(weights).map(|(input, &weight)| Coefficient {
            class: class.clone(),
            column: Some(input.column.clone()),
            level: input.level.clone(),
            standardised: f64::from(weight),
            original: input.scale.map(|[_, spread]| f64::from(weight) / spread * scaling.deviation),
        }));
    }
    coefficients
}
