//! The best of each model in words.

use crossfold_network::{Kind, Param, joined};
use crossfold_study::Metric;

use super::figure::{Precision, probability};
use super::linear_model::linear_model_in_words;
use super::markdown::code;
use super::text_table::TextColumn;
use super::trial_name::part;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::models::{ModelGap, ModelRanking, RankedModel};

/// How to read the differences between models.
pub(super) const HOW: &str = "each model's best trial is chosen on rows other than those that score it, so that a model gains nothing \
                              by having more trials";

/// A model as people read of it.
pub(super) struct ModelInWords<'a> {
    pub(super) model: &'a RankedModel,
    pub(super) row: &'a Row<'a>,
    /// Its name in the spec, or what it is.
    pub(super) name: String,
    /// What it is, where its name doesn't say that.
    pub(super) kind: Option<&'static str>,
    /// `5 nodes, l2 0.01`: the settings of its best trial that its trials differ in.
    pub(super) settings: String,
}

/// The models of a leaderboard in words; empty unless there are two.
pub(super) fn models_in_words<'a>(board: &'a Leaderboard<'_>) -> Vec<ModelInWords<'a>> {
    let models = board.models().map_or(&[][..], |ranking| &ranking.models);
    models.iter().filter_map(|model| in_words(board, model)).collect()
}

fn in_words<'a>(board: &'a Leaderboard<'_>, model: &'a RankedModel) -> Option<ModelInWords<'a>> {
    let row = board.rows().iter().find(|row| row.trial.number == model.best)?;
    let kind = kind_in_words(board, row);
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let said = model.name.as_ref().is_some_and(|name| letters(name) == letters(kind));
    let tells = row.configuration.kind() == Kind::Linear && !said;
    let name_of = |other: &Row<'_>| other.value(Param::Model).map(|name| name.to_string());
    let alike: Vec<&Row<'_>> = board
        .rows()
        .iter()
        .filter(|other| other.rank.is_some() && name_of(other) == model.name && is_linear(other) == is_linear(row))
        .collect();
    let differs = |param: &Param| alike.windows(2).any(|pair| pair[0].value(*param) != pair[1].value(*param));
    let settings = board.searched().filter(|param| *param != Param::Model && differs(param));
    Some(ModelInWords {
        model,
        row,
        name: model.name.clone().unwrap_or_else(|| kind.to_owned()),
        kind: (model.name.is_some() && tells).then_some(kind),
        settings: settings.filter_map(|param| Some(part(&row.value(param)?))).collect::<Vec<_>>().join(", "),
    })
}

fn is_linear(row: &Row<'_>) -> bool {
    row.configuration.kind() == Kind::Linear
}

/// What statisticians call the trial's model.
fn kind_in_words(board: &Leaderboard<'_>, row: &Row<'_>) -> &'static str {
    let linear = linear_model_in_words(row.configuration, board.metric().task(), board.shapes().own().outputs);
    linear.unwrap_or(match row.configuration.kind() {
        Kind::Linear | Kind::Mlp => "network",
        Kind::Cnn => "convolutional network",
        Kind::Rnn => "recurrent network",
    })
}

/// The best of each model and how far the others are behind the first, in one line without a full stop; `None` unless
/// there are two models.
pub(super) fn models_line(board: &Leaderboard<'_>) -> Option<String> {
    let (models, precision) = (models_in_words(board), Precision::for_board(board));
    let mut parts = Vec::new();
    for (place, words) in models.iter().enumerate() {
        let kind = words.kind.map(|kind| format!("{kind}, ")).unwrap_or_default();
        let best = if place == 0 { "best: " } else { "" };
        let settings = if words.settings.is_empty() { String::new() } else { format!(", {}", words.settings) };
        let score = precision.show(words.row.mean?.get());
        let gap = words.model.behind.map(|gap| {
            let shown = if gap.is_shown() { "significant" } else { "not significant" };
            format!("; {}, {shown}", gap_in_words(&gap, precision))
        });
        let number = words.row.trial.number;
        parts.push(format!("{} ({kind}{best}trial {number}{settings}) {score}{}", words.name, gap.unwrap_or_default()));
    }
    (parts.len() > 1).then(|| parts.join("; "))
}

/// Whether the first model is shown to be better than each other, in a sentence without a full stop; `None` unless there are two
/// models and something says how much they vary.
pub(super) fn models_verdict(board: &Leaderboard<'_>) -> Option<String> {
    let models = models_in_words(board);
    let precision = Precision::for_board(board);
    let (first, others) = models.split_first()?;
    let compared: Vec<(&ModelInWords<'_>, ModelGap)> =
        others.iter().filter_map(|other| Some((other, other.model.behind?))).collect();
    let name = |words: &ModelInWords<'_>| {
        if words.model.name.is_some() { code(&words.name) } else { with_article(&words.name) }
    };
    let list = |shown: bool, joint: &str| {
        let chosen = compared.iter().filter(|(_, gap)| gap.is_shown() == shown);
        let parts: Vec<String> =
            chosen.map(|(other, gap)| format!("{} ({})", name(other), gap_in_brackets(gap, precision))).collect();
        (!parts.is_empty()).then(|| joined(&parts, joint))
    };
    let better = list(true, "and").map(|others| format!("is significantly better than {others}"));
    let tied = list(false, "or").map(|others| format!("is not significantly better than {others}"));
    let said = [better, tied].into_iter().flatten().collect::<Vec<_>>();
    (!said.is_empty()).then(|| format!("{} {}", name(first), said.join(", and ")))
}

/// `the network`; methods have no article.
fn with_article(name: &str) -> String {
    if name.ends_with("network") { format!("the {name}") } else { name.to_owned() }
}

/// `0.0120 behind when chosen and compared on different rows, 95 % interval 0.0030 to 0.0210, p 0.0120`.
fn gap_in_brackets(gap: &ModelGap, precision: Precision) -> String {
    let [low, high] = distance(gap).1.map(|end| precision.show(end));
    format!("{}, 95 % interval {low} to {high}, p {}", gap_on_other_rows(gap, precision), probability(gap.p))
}

/// `0.0120 behind when chosen and compared on different rows (0.0030 to 0.0210, p 0.0120)`.
fn gap_in_words(gap: &ModelGap, precision: Precision) -> String {
    let [low, high] = distance(gap).1.map(|end| precision.show(end));
    format!("{} ({low} to {high}, p {})", gap_on_other_rows(gap, precision), probability(gap.p))
}

/// It may be ahead, since this is not the difference of the two best scores.
fn gap_on_other_rows(gap: &ModelGap, precision: Precision) -> String {
    let (distance, _, side) = distance(gap);
    format!("{} {side} when chosen and compared on different rows", precision.show(distance))
}

/// How far a model is behind the first or ahead of it, the interval of that, and which of the two.
fn distance(&ModelGap { difference, interval: [low, high], .. }: &ModelGap) -> (f64, [f64; 2], &'static str) {
    if difference < 0.0 { (-difference, [-high, -low], "ahead") } else { (difference, [low, high], "behind") }
}

/// What the differences allow for, in brackets or as a sentence.
pub(super) fn allowance(ModelRanking { pairs, .. }: &ModelRanking) -> String {
    match pairs {
        1 => HOW.to_owned(),
        pairs => format!("{HOW}; intervals and p-values allow for all {pairs} pairs of models"),
    }
}

/// The models as a table: a row per model.
pub(super) fn models_table(board: &Leaderboard<'_>) -> Option<Vec<TextColumn>> {
    let precision = Precision::for_board(board);
    let models = models_in_words(board);
    let metric: Metric = board.metric();
    let column = |name: &str, cell: &dyn Fn(&ModelInWords<'_>) -> Option<String>| -> TextColumn {
        [name.to_owned()].into_iter().chain(models.iter().map(|model| cell(model).unwrap_or_default())).collect()
    };
    let show_interval = |interval: Option<[f64; 2]>| {
        let [low, high] = interval?.map(|bound| precision.show(bound));
        Some(format!("{low} to {high}"))
    };
    (models.len() > 1).then(|| {
        vec![
            column("model", &|words| match words.kind {
                Some(kind) => Some(format!("{} ({kind})", words.name)),
                None => Some(words.name.clone()),
            }),
            column("trials", &|words| Some(words.model.trials.to_string())),
            column("best trial", &|words| Some(words.row.trial.number.to_string())),
            column("settings", &|words| Some(words.settings.clone())),
            column(metric.label(), &|words| Some(precision.show(words.row.mean?.get()))),
            column("95 % interval", &|words| show_interval(words.row.interval)),
            column("on different rows", &|words| {
                let (distance, _, side) = distance(&words.model.behind?);
                Some(format!("{} {side}", precision.show(distance)))
            }),
            column("95 % interval of that", &|words| show_interval(Some(distance(&words.model.behind?).1))),
            column("p", &|words| Some(probability(words.model.behind?.p))),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_may_be_ahead_on_other_rows() {
        let gap = ModelGap { difference: -0.0125, interval: [-0.05, 0.025], p: 0.5 };
        let precision = Precision::for_score(Metric::Accuracy, 0.75);
        let said = "0.0125 ahead when chosen and compared on different rows (-0.0250 to 0.0500, p 0.50)";
        assert_eq!(gap_in_words(&gap, precision), said);
        let gap = ModelGap { difference: 0.0125, ..gap };
        let said = "0.0125 behind when chosen and compared on different rows, 95 % interval -0.0500 to 0.0250, p 0.50";
        assert_eq!(gap_in_brackets(&gap, precision), said);
    }
}
