//! The front matter of a card: metadata in the format of Hugging Face's model cards (`modelcard.md` in
//! huggingface/hub-docs). There is no `license`, which the publisher of the network chooses.

use std::fmt::Write as _;

use crossfold_network::{Form, Task};
use crossfold_study::Metric;

use super::{ModelCard, wording};
use crate::formats::markdown::quoted;

/// The front matter, including both lines of dashes.
pub(super) fn front_matter(card: &ModelCard<'_>) -> String {
    let mut lines = vec![
        "---".to_owned(),
        "library_name: crossfold".to_owned(),
        format!("pipeline_tag: {}", task(card)),
        "tags:".to_owned(),
        "- crossfold".to_owned(),
        "- safetensors".to_owned(),
    ];
    lines.extend(card.kinds().into_iter().map(|kind| format!("- {}", kind.name())));
    lines.extend(card.ensemble.iter().map(|_| "- ensemble".to_owned()));
    let estimate = card.ensemble.as_ref().and_then(|ensemble| ensemble.picked.estimate.as_ref());
    let selected = (card.study.metric, estimate.map_or(card.selection.mean, |estimate| estimate.mean));
    let tested = card.test.iter().flat_map(|test| &test.scores);
    let tested: Vec<(Metric, f64)> = tested.filter_map(|score| Some((score.metric, score.value?))).collect();
    lines.push("metrics:".to_owned());
    let metrics = if tested.is_empty() { &[selected][..] } else { &tested };
    lines.extend(metrics.iter().map(|(metric, _)| format!("- {metric}")));
    lines.push("model-index:".to_owned());
    lines.push(format!("- name: {}", quoted(card.study.name.as_str())));
    lines.push("  results:".to_owned());
    let selected_from = match card.selection.trials {
        1 => String::new(),
        trials if card.selection.rank > 1 => format!(", of one chosen from {trials} trials"),
        trials => format!(", of the best of {trials} trials"),
    };
    let remark = match estimate {
        Some(_) => ", cross-fitted, of the ensemble".to_owned(),
        None => format!(", cross-validated{selected_from}"),
    };
    lines.push(result(card, "validation", &[selected], &remark));
    if !tested.is_empty() {
        lines.push(result(card, "test", &tested, ""));
    }
    lines.push("---".to_owned());
    lines.join("\n") + "\n\n"
}

/// The metrics on one part of the data.
fn result(card: &ModelCard<'_>, split: &str, scores: &[(Metric, f64)], remark: &str) -> String {
    let source = card.source();
    let mut text = format!(
        "  - task:\n      type: {}\n    dataset:\n      type: {}\n      name: {}\n      split: {split}\n    metrics:",
        task(card),
        quoted(source.split('.').next().unwrap_or_default()),
        quoted(&source),
    );
    for (metric, value) in scores {
        let name = quoted(&format!("{}{remark}", wording::metric(*metric)));
        write!(text, "\n    - type: {metric}\n      value: {value}\n      name: {name}")
            .expect("a string takes any text");
    }
    text
}

/// The nearest of Hugging Face's tasks.
fn task(card: &ModelCard<'_>) -> &'static str {
    match (card.study.data.task(), card.shape.form) {
        (Task::Classification, Form::Image { .. }) => "image-classification",
        (Task::Classification, Form::Flat | Form::Table(_) | Form::Sequence { .. }) => "tabular-classification",
        (Task::Regression, Form::Flat | Form::Table(_) | Form::Sequence { .. } | Form::Image { .. }) => {
            "tabular-regression"
        }
    }
}
