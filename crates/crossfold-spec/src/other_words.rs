//! What other tools call the keys and words of a spec: scikit-learn, Keras, PyTorch, Lightning, Optuna, R.

use super::path::{Path, Step};

/// Keys of other tools, and the paths of those that mean the same. Where there are several, the one fits that the map can
/// have.
const KEYS: &[(&str, &[&str])] = &[
    ("alpha", &["training.l2"]),
    ("algorithm", &["search.strategy"]),
    ("augment", &["augmentation"]),
    ("batch", &["training.batch_size"]),
    ("batch_norm", &["model.normalization"]),
    ("batchnorm", &["model.normalization"]),
    ("bs", &["training.batch_size"]),
    ("channels", &["model.filters"]),
    ("class_weight", &["training.class_weights"]),
    ("clip_grad_norm", &["training.clip_norm"]),
    ("clipnorm", &["training.clip_norm"]),
    ("cols", &["data.columns"]),
    ("criterion", &["training.loss"]),
    ("csv", &["data.path"]),
    ("cv", &["cross_validation"]),
    ("d_embedding", &["model.number_size"]),
    ("dataset", &["data", "data.path"]),
    ("depth", &["model.layers"]),
    ("dev_size", &["cross_validation.hold_out"]),
    ("direction", &["objective.metric"]),
    ("drop_rate", &["model.dropout"]),
    ("dropout_rate", &["model.dropout"]),
    ("dtypes", &["data.columns"]),
    ("early_stopping", &["training.patience"]),
    ("ema_decay", &["training.ema"]),
    ("ema_momentum", &["training.ema"]),
    ("eta", &["training.learning_rate"]),
    ("eval_metric", &["objective.metric"]),
    ("features", &["data.columns"]),
    ("file", &["data.path"]),
    ("filename", &["data.path"]),
    ("fold", &["cross_validation.folds"]),
    ("frequency_init_scale", &["model.sigma"]),
    ("grad_clip", &["training.clip_norm"]),
    ("gradient_clip_val", &["training.clip_norm"]),
    ("grid", &["search.space"]),
    ("group", &["cross_validation.groups"]),
    ("hidden_dim", &["model.nodes"]),
    ("hidden_layer_sizes", &["model.hidden"]),
    ("hidden_layers", &["model.hidden"]),
    ("hidden_size", &["model.nodes"]),
    ("hidden_sizes", &["model.hidden"]),
    ("hidden_units", &["model.nodes"]),
    ("holdout", &["cross_validation.hold_out"]),
    ("hyperparameters", &["search.space"]),
    ("initializer", &["model.init"]),
    ("k", &["cross_validation.folds"]),
    ("k_folds", &["cross_validation.folds"]),
    ("kernel_size", &["model.kernel"]),
    ("kfold", &["cross_validation.folds"]),
    ("label", &["data.target"]),
    ("label_column", &["data.target"]),
    ("lambda", &["training.l2"]),
    ("learning_rate_init", &["training.learning_rate"]),
    ("lr", &["training.learning_rate"]),
    ("lr_scheduler", &["training.schedule"]),
    ("max_epochs", &["training.epochs"]),
    ("max_grad_norm", &["training.clip_norm"]),
    ("max_iter", &["training.epochs"]),
    ("max_time", &["budget.wall"]),
    ("max_trials", &["budget.trials"]),
    ("metric", &["objective.metric"]),
    ("metrics", &["objective.metric"]),
    ("mini_batch_size", &["training.batch_size"]),
    ("minibatch_size", &["training.batch_size"]),
    ("monitor", &["objective.metric"]),
    ("n_epochs", &["training.epochs"]),
    ("n_folds", &["cross_validation.folds"]),
    ("n_frequencies", &["model.frequencies"]),
    ("n_iter", &["budget.trials"]),
    ("n_layers", &["model.layers"]),
    ("n_repeats", &["cross_validation.repeats"]),
    ("n_splits", &["cross_validation.folds"]),
    ("n_trials", &["budget.trials"]),
    ("n_units", &["model.nodes"]),
    ("na_values", &["data.missing"]),
    ("neurons", &["model.nodes"]),
    ("nfolds", &["cross_validation.folds"]),
    ("nonlinearity", &["model.activation"]),
    ("norm", &["model.normalization"]),
    ("num_epochs", &["training.epochs"]),
    ("num_folds", &["cross_validation.folds"]),
    ("num_layers", &["model.layers"]),
    ("num_samples", &["budget.trials"]),
    ("num_trials", &["budget.trials"]),
    ("opt", &["training.optimizer"]),
    ("outcome", &["data.target"]),
    ("param_distributions", &["search.space"]),
    ("param_grid", &["search.space"]),
    ("parameters", &["search.space"]),
    ("params", &["search.space"]),
    ("problem_type", &["data.task"]),
    ("random_seed", &["seed"]),
    ("random_state", &["seed"]),
    ("response", &["data.target"]),
    ("rng", &["seed"]),
    ("sampler", &["search.strategy"]),
    ("scheduler", &["search.pruner", "training.schedule"]),
    ("scoring", &["objective.metric"]),
    ("search_space", &["search.space"]),
    ("sep", &["data.delimiter"]),
    ("separator", &["data.delimiter"]),
    ("set_seed", &["seed"]),
    ("solver", &["training.optimizer"]),
    ("step_size", &["training.learning_rate"]),
    ("stratify", &["cross_validation.stratified"]),
    ("test_data", &["data.test_path"]),
    ("test_file", &["data.test_path"]),
    ("test_fraction", &["data.test_share"]),
    ("test_size", &["data.test_share"]),
    ("test_split", &["data.test_share"]),
    ("time_budget", &["budget.wall"]),
    ("timeout", &["budget.wall"]),
    ("trials", &["budget.trials"]),
    ("types", &["data.columns"]),
    ("units", &["model.nodes"]),
    ("val_size", &["cross_validation.hold_out"]),
    ("validation_fraction", &["cross_validation.hold_out"]),
    ("validation_split", &["cross_validation.hold_out"]),
    ("warmup_epochs", &["training.warmup"]),
    ("wd", &["training.weight_decay"]),
    ("width", &["model.nodes"]),
    ("y", &["data.target"]),
];

/// Words of other tools, and those that mean the same; with a remark where they don't quite.
const WORDS: &[(&str, &str, &str)] = &[
    ("acc", "accuracy", ""),
    ("adamax", "adam", ""),
    ("auc", "roc_auc", ""),
    ("auroc", "roc_auc", ""),
    ("avg", "mean", ""),
    ("avg", "average", ""),
    ("bayes", "tpe", ""),
    ("bayesian", "tpe", ""),
    ("bce", "cross_entropy", ""),
    ("bin", "boolean", ""),
    ("binary", "boolean", ""),
    ("binary", "classification", ""),
    ("binary_crossentropy", "cross_entropy", ""),
    ("bool", "boolean", ""),
    ("categorical_crossentropy", "cross_entropy", ""),
    ("category", "categorical", ""),
    ("ce", "cross_entropy", ""),
    ("classifier", "classification", ""),
    ("conv", "cnn", ""),
    ("convnet", "cnn", ""),
    ("cross_entropy", "log_loss", ""),
    ("datetime", "date", ""),
    ("dense", "mlp", ""),
    ("discrete", "categorical", ""),
    ("double", "numeric", ""),
    ("dummy", "one_hot", ""),
    ("enum", "categorical", ""),
    ("exclude", "drop", ""),
    ("expected_calibration_error", "calibration_error", ""),
    ("factor", "categorical", ""),
    ("feedforward", "mlp", ""),
    ("float", "numeric", ""),
    ("gaussian_process", "gp", ""),
    ("glm", "linear", "it is logistic regression for classes, and least squares for numbers"),
    ("grid_search", "grid", ""),
    ("gru", "rnn", "with `cell: gru`"),
    ("ignore", "drop", ""),
    ("int", "numeric", ""),
    ("integer", "numeric", ""),
    ("l1", "absolute", ""),
    ("l2", "squared", ""),
    ("lasso", "linear", "it is the lasso with `training.l1`"),
    ("linear_regression", "linear", "it is least squares for numbers"),
    ("logical", "boolean", ""),
    ("logistic", "linear", "it is logistic regression for classes"),
    ("logistic_regression", "linear", "it is logistic regression for classes"),
    ("logit", "linear", "it is logistic regression for classes"),
    ("logloss", "log_loss", ""),
    ("lm", "linear", "it is least squares for numbers"),
    ("lstm", "rnn", "with `cell: lstm`"),
    ("mse", "rmse", ""),
    ("mse", "squared", ""),
    ("mean_absolute_error", "mae", ""),
    ("mean_absolute_error", "absolute", ""),
    ("mean_squared_error", "rmse", ""),
    ("mean_squared_error", "squared", ""),
    ("multiclass", "classification", ""),
    ("neural_network", "mlp", ""),
    ("nll", "log_loss", ""),
    ("nll", "cross_entropy", ""),
    ("nn", "mlp", ""),
    ("nominal", "categorical", ""),
    ("normalize", "min_max", ""),
    ("number", "numeric", ""),
    ("object", "categorical", ""),
    ("ols", "linear", "it is least squares for numbers"),
    ("onehot", "one_hot", ""),
    ("perceptron", "mlp", ""),
    ("pr_auc", "average_precision", ""),
    ("random_search", "random", ""),
    ("regressor", "regression", ""),
    ("ridge", "linear", "it is ridge regression with `training.l2`"),
    ("skip", "drop", ""),
    ("softmax", "linear", "it is multinomial logistic regression for classes"),
    ("standardize", "standard", ""),
    ("str", "categorical", ""),
    ("string", "categorical", ""),
    ("successive_halving", "halving", ""),
    ("timestamp", "date", ""),
    ("z_score", "standard", ""),
    ("zscore", "standard", ""),
];

/// The path that `key`, which the map at `parent` with the keys `names` doesn't have, means in other tools.
pub(super) fn meant_key(key: &str, parent: &Path, names: &[String]) -> Option<Path> {
    let (_, paths) = KEYS.iter().find(|(theirs, _)| *theirs == plain(key))?;
    let own = |path: &&str| {
        let (_, last) = path.rsplit_once('.').unwrap_or(("", path));
        names.iter().any(|name| name == last).then(|| parent.key(last))
    };
    Some(paths.iter().find_map(own).unwrap_or_else(|| Path::new(paths[0])))
}

/// The hint for a key that means `meant`, in the map at `parent`.
pub(super) fn key_hint(parent: &Path, meant: &Path) -> String {
    match meant.split_last() {
        Some((home, Step::Key(key))) if home == *parent => format!("did you mean `{key}`?"),
        Some((home, Step::Key(key))) if home == Path::ROOT => format!("did you mean `{key}`, outside of `{parent}`?"),
        Some((home, Step::Key(key))) => format!("did you mean `{key}`? It belongs under `{home}`"),
        Some((_, Step::Index(_))) | None => format!("did you mean `{meant}`?"),
    }
}

/// The words that `text` may mean, each with its hint.
pub(super) fn meant_words(text: &str) -> impl Iterator<Item = (&'static str, String)> {
    let text = plain(text);
    WORDS.iter().filter(move |(theirs, ..)| *theirs == text).map(|&(_, ours, remark)| {
        let hint =
            if remark.is_empty() { format!("did you mean `{ours}`?") } else { format!("write `{ours}`: {remark}") };
        (ours, hint)
    })
}

/// A key or word without what tools spell differently.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.trim().chars() {
        match c {
            '-' | ' ' | '.' => plain.push('_'),
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that a spec has under this path exists, so that the hint can be followed.
    #[test]
    fn keys_are_those_of_specs() {
        let schema: serde_json::Value = serde_json::from_str(&crate::schema()).unwrap();
        let resolve = |mut at: serde_json::Value| {
            while let Some(serde_json::Value::String(reference)) = at.get("$ref") {
                at = schema.pointer(reference.trim_start_matches('#')).unwrap().clone();
            }
            at
        };
        for path in KEYS.iter().flat_map(|(_, paths)| *paths) {
            let mut at = schema.clone();
            for key in path.split('.') {
                let forms = [at.clone()]
                    .into_iter()
                    .chain(["oneOf", "anyOf"].iter().filter_map(|of| at.get(of)?.as_array().cloned()).flatten());
                let found = forms.filter_map(|form| resolve(form).get("properties")?.get(key).cloned()).next();
                at = resolve(found.unwrap_or_else(|| panic!("{path}: there is no `{key}`")));
            }
        }
    }
}
