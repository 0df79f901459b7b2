//! The sections of a card.

use crossfold_network::{Form, Task};
use crossfold_study::visible_text;

use super::example::example;
use super::{CardInputs, CardTest, ModelCard, Selection, TableInputs, wording};
use crate::formats::figure::{Precision, format_score, thousands};
use crate::formats::markdown::{code, counted, list};

/// The most names in a list.
const MOST_NAMES: usize = 20;

pub(super) fn sections(card: &ModelCard<'_>) -> String {
    let sections = [
        title(card),
        network(card),
        data(card),
        selection(card),
        test(card),
        limits(card),
        use_by_crossfold(card),
        use_by_python(card),
        provenance(card),
    ];
    sections.join("\n")
}

fn title(card: &ModelCard<'_>) -> String {
    let what = match (&card.inputs, card.study.data.task()) {
        (CardInputs::Table(table), Task::Regression) => format!("predicts the number {}", code(table.target)),
        (CardInputs::Table(table), Task::Classification) => {
            format!("predicts the class {} of a {}", code(table.target), card.rows_name().trim_end_matches('s'))
        }
        (CardInputs::Images, Task::Classification) => "tells what an image shows".to_owned(),
        (CardInputs::Images, Task::Regression) => "predicts a number of an image".to_owned(),
    };
    format!(
        "# {}\n\nA {} that {what}. Crossfold chose it by cross-validation and trained it once more on all of the study's \
         {}.\n",
        card.study.name,
        wording::kind(card.configuration.kind()),
        card.rows_name(),
    )
}

fn network(card: &ModelCard<'_>) -> String {
    let classes = match card.study.data.task() {
        Task::Regression => "- Task: regression, a number a row".to_owned(),
        Task::Classification => {
            let classes = counted(card.classes.len() as u64, "classes");
            format!("- Task: classification, {classes}: {}", list(card.classes, MOST_NAMES))
        }
    };
    format!(
        "## Network\n\n- Layers: {}, {}\n- Configuration: {}, trained for {}\n{classes}\n\n\
         `weights.safetensors` holds the weights as PyTorch's layers have them, `model.json` how rows become inputs, \
         `spec.yaml` the network and its training as an experiment that runs.\n",
        code(&card.configuration.sketch(card.shape)),
        counted(card.configuration.parameters(card.shape), "parameters"),
        code(&card.configuration.canonical()),
        counted(card.epochs.into(), "epochs"),
    )
}

fn data(card: &ModelCard<'_>) -> String {
    let rows = card.rows_name();
    let source = &card.study.data.source;
    let mut lines = vec![format!("- Source: {}, {}", code(&card.source()), source.description())];
    let digest = |of: &str, digest: &str| format!("- SHA-256 of {of} as they were read: {}", code(digest));
    let subset = if card.study.data.train_rows.is_some() { ", a stratified subset" } else { "" };
    lines.push(format!("- Trained on: {}{subset}", counted(card.rows, rows)));
    if let Some(test) = &card.test {
        let from =
            source.table().map_or_else(|| "of the files for it".to_owned(), |table| wording::test_rows(&table.test));
        lines.push(format!("- Tested on: {}, {from}", counted(test.rows.into(), rows)));
    }
    lines.push(digest(&format!("the {rows} trained on"), card.digest));
    lines.extend(card.test.iter().map(|test| digest(&format!("the {rows} tested on"), test.digest)));
    match &card.inputs {
        CardInputs::Images => {
            lines.push(format!("- Inputs: {}, an image's pixels from 0 to 1", thousands(card.shape.inputs as u64)))
        }
        CardInputs::Table(table) => lines.extend(columns(card, table)),
    }
    lines.push(format!("- Split to choose: {}", wording::splits(&card.study.splits)));
    format!("## Data\n\n{}\n", lines.join("\n"))
}

fn columns(card: &ModelCard<'_>, table: &TableInputs<'_>) -> Vec<String> {
    let (count, inputs) = (table.columns.len() as u64, table.names.len() as u64);
    let a_row = match card.shape.form {
        Form::Sequence { steps } => format!("a step, of up to {steps} steps a sequence"),
        Form::Flat | Form::Image { .. } => "a row".to_owned(),
    };
    vec![
        format!("- Features: {}, {}", counted(count, "columns"), list(&table.columns, MOST_NAMES)),
        format!("- Inputs: they become {} {a_row}", counted(inputs, "inputs")),
        format!("- Target: {}", code(table.target)),
    ]
}

fn selection(card: &ModelCard<'_>) -> String {
    let Selection { trials, pruned, rank, folds, mean, standard_error, interval } = card.selection;
    let metric = card.study.metric;
    let precision = Precision::for_score(metric, mean);
    let error = standard_error.map(|error| format!(" ± {}", precision.show(error))).unwrap_or_default();
    let over = match folds {
        1 => "on one validation part".to_owned(),
        folds => format!("over {folds} validation parts"),
    };
    let its_error = if standard_error.is_some() { ", ± its standard error" } else { "" };
    let interval = interval
        .map(|[low, high]| format!(" The 95 % interval is {} to {}.", precision.show(low), precision.show(high)));
    let scored = match pruned {
        0 => "scored".to_owned(),
        1 => "scored on all folds, while 1 more was pruned before".to_owned(),
        pruned => format!("scored on all folds, while {} more were pruned before", thousands(pruned.into())),
    };
    let among = match trials {
        1 if pruned == 0 => "There was one trial, so nothing was selected.".to_owned(),
        1 => format!("It is the only trial that was {scored} ({}).", wording::strategy(card.study.strategy)),
        trials if rank > 1 => format!(
            "It is the simplest of those within one standard error of the best of {} that were {scored} ({}); its rank is {rank}.",
            counted(trials.into(), "trials"),
            wording::strategy(card.study.strategy),
        ),
        trials => format!(
            "It is the best of {} that were {scored} ({}), and so this figure is flattering: part of it is luck that new \
             {} won't share.",
            counted(trials.into(), "trials"),
            wording::strategy(card.study.strategy),
            card.rows_name(),
        ),
    };
    format!(
        "## How it was chosen\n\n{} {over}{its_error}: **{}{error}**.{} {among}{}\n",
        capitalized(&wording::metric(metric)),
        precision.show(mean),
        interval.unwrap_or_default(),
        card.study.irreproducible_in_words().map(|words| format!(" The search is {words}.")).unwrap_or_default(),
    )
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn test(card: &ModelCard<'_>) -> String {
    let Some(CardTest { rows, scores, .. }) = &card.test else {
        return "## Test score\n\nNone: no test rows were looked at.\n".to_owned();
    };
    let has_intervals = scores.iter().any(|score| score.interval.is_some());
    let mut lines = vec![
        format!(
            "Scored on {} that had no part in training it or in the search that chose it:\n",
            counted((*rows).into(), card.rows_name())
        ),
        if has_intervals {
            "| metric | value | 95 % interval |\n|---|---|---|"
        } else {
            "| metric | value |\n|---|---|"
        }
        .to_owned(),
    ];
    for score in scores {
        let value = score.value.map_or_else(|| "undefined".to_owned(), |value| format_score(score.metric, value));
        let interval = match (score.value, score.interval) {
            (Some(value), Some([low, high])) => {
                let precision = Precision::for_score(score.metric, value);
                format!(" {} to {} |", precision.show(low), precision.show(high))
            }
            (_, _) if has_intervals => " |".to_owned(),
            (_, _) => String::new(),
        };
        lines.push(format!("| {} | {value} |{interval}", wording::metric(score.metric)));
    }
    format!("## Test score\n\n{}\n", lines.join("\n"))
}

fn limits(card: &ModelCard<'_>) -> String {
    let rows = card.rows_name();
    let of_the_task = match (card.study.data.task(), &card.study.class_weights) {
        (Task::Classification, None) => {
            "- Everything is given one of its classes, also what belongs to none. A probability is what the network says, and \
             not how often it is right."
        }
        (Task::Classification, Some(_)) => {
            "- Everything is given one of its classes, also what belongs to none. Classes were weighted in training, so its \
             probabilities are not the shares in which classes occur."
        }
        (Task::Regression, _) => "- It gives one number, without a word of how far off it may be.",
    };
    let beyond = match &card.inputs {
        CardInputs::Images => "pictures taken, cut or scaled in another way",
        CardInputs::Table(_) => "other people, places, times or ways to measure",
    };
    format!(
        "## Intended use and limits\n\n\
         - It is meant for {rows} like those it was trained on, drawn and measured in the same way. The scores above say \
         nothing of {beyond}.\n\
         - They are averages: a rare kind of {rows} can be predicted far worse without a trace in them.\n\
         - Whether it is as good, or as fair, for different groups of people was not examined: no fairness audit was made.\n\
         {of_the_task}\n\
         - It has learnt what goes together, not what causes what: it can't tell what would happen if something were changed.\n"
    )
}

fn use_by_crossfold(card: &ModelCard<'_>) -> String {
    match card.inputs {
        CardInputs::Images => "## Use by Python\n".to_owned(),
        CardInputs::Table(_) => "## Use\n\nIn this folder, for a table `new.csv` with the columns named above; `--inputs` \
                                 adds what the network sees of each row, for Python and others:\n\n\
                                 ```sh\ncrossfold predict . new.csv\ncrossfold predict . new.csv --inputs inputs.csv\n```\n"
            .to_owned(),
    }
}

fn use_by_python(card: &ModelCard<'_>) -> String {
    let example = example(card);
    let inputs = match (&card.inputs, card.shape.form) {
        (CardInputs::Images, Form::Image { height, width, channels }) => {
            let shape = if channels == 1 {
                format!("{height} × {width}")
            } else {
                format!("{height} × {width} × {channels}")
            };
            format!("`images.npy` holds images of {shape} values from 0 to 255, one after another")
        }
        (CardInputs::Images | CardInputs::Table(_), _) => "`inputs.csv` is from the command above".to_owned(),
    };
    let length = match example.length() {
        0..=10 => String::new(),
        length => format!(" This network takes {length} lines."),
    };
    format!(
        "With {} (`pip install {}`), in this folder; {inputs}.{length}\n\n```python\n{}```\n",
        example.library.name(),
        example.library.packages(),
        example.code(),
    )
}

fn provenance(card: &ModelCard<'_>) -> String {
    let builder = &card.builder;
    let mut made_by = vec![format!("crossfold {}", builder.crossfold)];
    made_by.extend(builder.burn.map(|version| format!("burn {version}")));
    made_by.extend(builder.rustc.map(|version| format!("rustc {}", version.trim_start_matches("rustc "))));
    made_by.extend(builder.revision.map(|revision| format!("git revision {}", code(revision))));
    format!(
        "## Provenance\n\n- Made by: {}\n- Seed: {}\n- License: none is given here. It is for whoever publishes this network to \
         choose one that the data's own terms allow, and to add it as `license:` above.\n\n\
         What its bits hang on; the same lines and the same `spec.yaml` give the same network:\n\n```\n{}\n```\n",
        made_by.join(", "),
        card.study.seed.0,
        visible_text(card.origin.trim_end()),
    )
}
