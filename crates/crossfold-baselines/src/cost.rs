//! What a fit of a method costs, so that one that would take longer than the networks is left out.

use crossfold_data::FitData;
use crossfold_study::BaselineMethod;

/// The most values of a fit's inputs. There are about four copies of them, of 8 bytes each.
const MOST_VALUES: f64 = 3e7;
/// The most operations of a fit: a minute or two.
const MOST_OPERATIONS: f64 = 1e11;

/// Whether a fit on these rows takes about as much memory and time as the networks of a table, which is estimated roughly.
pub fn is_affordable(method: BaselineMethod, data: &FitData) -> bool {
    let (rows, classes) = (data.rows.rows() as f64, data.rows.targets().classes().len());
    let levels: usize = data.rows.embeddings().iter().map(|embedding| embedding.levels).sum();
    let inputs = (data.rows.features_per_row() - data.rows.embeddings().len() + levels) as f64;
    // Two classes have one score.
    let scores = if classes > 2 { classes as f64 } else { 1.0 };
    let operations = match method {
        BaselineMethod::LeastSquares => 4.0 * rows * inputs * inputs,
        // A decomposition, and one of inputs × inputs for each of nine penalties.
        BaselineMethod::Ridge => 4.0 * rows * inputs * inputs + 45.0 * inputs * inputs * inputs,
        // Some two hundred steps for each of eight penalties, with two products each.
        BaselineMethod::LogisticRegression => 6e3 * rows * inputs * scores,
        // A thousand rounds, each of which reads the inputs about as often as a tree is deep.
        BaselineMethod::BoostedTrees => 1e4 * rows * inputs * scores,
    };
    rows * inputs <= MOST_VALUES && operations <= MOST_OPERATIONS
}
