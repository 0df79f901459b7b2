//! The best of each model as the page shows it.

use serde::Serialize;

use super::rounded::{Exact, Nine, exact};
use crate::analysis::leaderboard::Leaderboard;
use crate::formats::models::{allowance, models_in_words};

/// The models of a study, the one with the best trial first.
#[derive(Serialize)]
pub(super) struct ModelsView {
    /// What the differences allow for.
    allowance: String,
    models: Vec<ModelView>,
}

#[derive(Serialize)]
struct ModelView {
    name: String,
    /// What it is, where the name doesn't say it.
    kind: Option<&'static str>,
    /// Number of its trials with a score.
    trials: usize,
    /// Its best trial, and the settings of that one.
    best: u32,
    settings: String,
    mean: Option<Exact>,
    interval: Option<[Exact; 2]>,
    behind: Option<GapView>,
}

/// How much better the first model is; above 0 where it is better, whatever the metric.
#[derive(Serialize)]
struct GapView {
    difference: Exact,
    interval: [Exact; 2],
    p: Nine,
    is_shown: bool,
}

impl ModelsView {
    /// `None` unless there are two models.
    pub(super) fn new(board: &Leaderboard<'_>) -> Option<ModelsView> {
        let ranking = board.models()?;
        let models = models_in_words(board).into_iter().map(|words| ModelView {
            trials: words.model.trials,
            best: words.row.trial.number.0,
            mean: words.row.mean.map(|mean| Exact(mean.get())),
            interval: words.row.interval.map(exact),
            behind: words.model.behind.map(|gap| GapView {
                difference: Exact(gap.difference),
                interval: exact(gap.interval),
                p: Nine(gap.p),
                is_shown: gap.is_shown(),
            }),
            name: words.name,
            kind: words.kind,
            settings: words.settings,
        });
        Some(ModelsView { models: models.collect(), allowance: allowance(ranking) })
    }
}
