//! A fit of a method on a fold.

use crossfold_data::{Dataset, FitData, TargetScaling};
use crossfold_study::{BaselineMethod, EpochReport, Generator, Predictions, Scorer, Tally, Truth, most_probable};

use crate::linear::{LinearFunction, least_squares, ridge_by_gcv};
use crate::logistic::{Labelled, LogisticRegression, choose_penalty};
use crate::matrix::Matrix;
use crate::trees::{BoostedTrees, Outcomes, choose_rounds};

/// The share of training rows that choose a penalty or a number of rounds, before all of them train.
const INNER_SHARE: f64 = 0.2;
/// Less probable classes count as this probable, so that no log loss is infinite.
const LEAST_PROBABILITY: f64 = f32::EPSILON as f64;

/// Fits `method` to a fold's training rows, and scores it on its validation rows: the inputs are those of networks, with
/// one-hot codes for what networks look up. `generator` draws the rows of the inner part.
///
/// The report is that of a fit of one epoch; `None` if a prediction is not finite.
///
/// # Panics
/// If the method is for another task, or rows are sequences.
pub fn fit(method: BaselineMethod, data: &FitData, generator: &mut Generator) -> Option<EpochReport> {
    let rows = Rows::new(data);
    let predict = rows.predictor(method, generator);
    let (training, _) = rows.score(&data.training, &predict)?;
    let (scored, predictions) = rows.score(&data.validation, &predict)?;
    let truth = data.rows.targets().truth(&data.validation);
    let validation = Some(Scorer::default().score(scored, &truth, &predictions));
    let predictions = Some(Predictions(predictions.into()));
    Some(EpochReport { epoch: 1, training, validation, watched: None, predictions })
}

/// A function from inputs to numbers, or to probabilities, rows × classes.
type Predictor = Box<dyn Fn(&Matrix) -> Vec<f64>>;

struct Rows<'a> {
    data: &'a FitData,
    inputs: Matrix,
    classes: usize,
}

impl<'a> Rows<'a> {
    fn new(data: &'a FitData) -> Rows<'a> {
        assert!(data.rows.lengths().is_none(), "sequences have no baselines");
        Rows { data, inputs: inputs(&data.rows), classes: data.rows.targets().classes().len() }
    }

    /// The inputs and targets of some rows.
    fn part(&self, rows: &[u32]) -> (Matrix, Truth) {
        (self.inputs.select_rows(rows), self.data.rows.targets().truth(rows))
    }

    fn labelled<'r>(&'r self, (inputs, truth): &'r (Matrix, Truth)) -> Labelled<'r> {
        let Truth::Labels(labels) = truth else { panic!("a checked study asks for methods of its task") };
        Labelled { inputs, labels, classes: self.classes, weights: self.data.class_weights.as_deref() }
    }

    fn outcomes<'r>(&'r self, truth: &'r Truth) -> Outcomes<'r> {
        match truth {
            Truth::Numbers(numbers) => Outcomes::Numbers(numbers),
            Truth::Labels(labels) => {
                Outcomes::Labels { labels, classes: self.classes, weights: self.data.class_weights.as_deref() }
            }
        }
    }

    /// Numbers as networks learn them.
    fn scaled(&self, truth: Truth) -> Truth {
        let TargetScaling { mean, deviation } = self.data.scaling;
        match truth {
            Truth::Numbers(numbers) => {
                Truth::Numbers(numbers.iter().map(|number| (number - mean) / deviation).collect())
            }
            labels @ Truth::Labels(_) => labels,
        }
    }

    fn predictor(&self, method: BaselineMethod, generator: &mut Generator) -> Predictor {
        let all = self.part(&self.data.training);
        let numbers = || match &all.1 {
            Truth::Numbers(numbers) => numbers,
            Truth::Labels(_) => panic!("a checked study asks for methods of its task"),
        };
        let linear = |function: LinearFunction| -> Predictor { Box::new(move |inputs| function.predict(inputs)) };
        // A single row can't be split.
        let mut inner = || {
            let (learnt, held_out) = self.data.split_inner(INNER_SHARE, generator);
            (!held_out.is_empty()).then(|| (self.part(&learnt), self.part(&held_out)))
        };
        match method {
            BaselineMethod::LeastSquares => linear(least_squares(&all.0, numbers())),
            BaselineMethod::Ridge => linear(ridge_by_gcv(&all.0, numbers()).0),
            BaselineMethod::LogisticRegression => {
                let choose = |(learnt, held_out)| choose_penalty(&self.labelled(&learnt), &self.labelled(&held_out));
                let penalty = inner().map_or(1.0, choose);
                let fitted = LogisticRegression::fit(&self.labelled(&all), penalty);
                Box::new(move |inputs| fitted.predict(inputs))
            }
            BaselineMethod::BoostedTrees => {
                // Trees compute in 32 bits, which the squares of large and small numbers don't fit.
                let scaled = |(inputs, truth): (Matrix, Truth)| (inputs, self.scaled(truth));
                let choose = |(learnt, held_out)| {
                    let (learnt, held_out) = (scaled(learnt), scaled(held_out));
                    let learnt_outcomes = self.outcomes(&learnt.1);
                    choose_rounds((&learnt.0, learnt_outcomes), (&held_out.0, self.outcomes(&held_out.1)))
                };
                let rounds = inner().map_or(1, choose);
                let all = scaled(all);
                let trees = BoostedTrees::fit(&all.0, self.outcomes(&all.1), rounds);
                let (classes, TargetScaling { mean, deviation }) = (self.classes, self.data.scaling);
                Box::new(move |inputs| {
                    let mut predicted = trees.predict(inputs, classes);
                    if classes == 0 {
                        predicted.iter_mut().for_each(|number| *number = *number * deviation + mean);
                    }
                    predicted
                })
            }
        }
    }

    /// The tally of some rows, and their predictions; `None` if one isn't finite.
    fn score(&self, rows: &[u32], predict: &Predictor) -> Option<(Tally, Vec<f32>)> {
        let (inputs, truth) = self.part(rows);
        let mut predicted = predict(&inputs);
        let tally = match &truth {
            Truth::Numbers(targets) => {
                let errors = || predicted.iter().zip(targets).map(|(a, b)| a - b);
                Tally::Numbers {
                    rows: targets.len() as u32,
                    squared: errors().map(|error| error * error).sum(),
                    absolute: errors().map(f64::abs).sum(),
                    spread: self.data.rows.targets().spread(rows),
                }
            }
            Truth::Labels(labels) => {
                predicted.iter_mut().for_each(|p| *p = p.max(LEAST_PROBABILITY));
                let each = || predicted.chunks_exact(self.classes).zip(labels);
                let is_right = |(row, &label): (&[f64], &u32)| {
                    let row: Vec<f32> = row.iter().map(|&p| p as f32).collect();
                    u32::from(most_probable(&row) == label as usize)
                };
                let loss = each().map(|(row, &label)| -libm::log(row[label as usize])).sum();
                Tally::Classes { rows: labels.len() as u32, correct: each().map(is_right).sum(), loss }
            }
        };
        let predictions: Vec<f32> = predicted.iter().map(|&value| value as f32).collect();
        (tally.is_finite() && predictions.iter().all(|value| value.is_finite())).then_some((tally, predictions))
    }
}

/// The inputs of all rows. What networks look up has one column per level.
fn inputs(data: &Dataset) -> Matrix {
    let (rows, width) = (data.rows(), data.features_per_row());
    let mut values = vec![0.0; rows * width];
    data.gather(&data.all(), &mut values);
    let plain = width - data.embeddings().len();
    let column = |place: usize| values.chunks_exact(width).map(move |row| f64::from(row[place]));
    let mut columns: Vec<Vec<f64>> = (0..plain).map(|place| column(place).collect()).collect();
    for (place, embedding) in (plain..).zip(data.embeddings()) {
        let is_level = |level: usize| column(place).map(|code| f64::from(u8::from(code == level as f64))).collect();
        columns.extend((0..embedding.levels).map(is_level));
    }
    Matrix::from_columns(rows, columns)
}
