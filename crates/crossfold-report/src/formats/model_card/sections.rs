//! The sections of a card.

use crossfold_network::{Configuration, Form, Param, Setting, Task, counted, joined, thousands};
use crossfold_study::visible_text;

use super::example::example;
use super::methods::methods;
use super::{CardEnsemble, CardInputs, CardTest, ModelCard, Selection, TableInputs, wording};
use crate::analysis::ensemble::EnsembleMember;
use crate::formats::ensembles::used_picks;
use crate::formats::figure::{Precision, format_score};
use crate::formats::markdown::{code, list};

/// The most names in a list.
const MOST_NAMES: usize = 20;

pub(super) fn sections(card: &ModelCard<'_>) -> String {
    let sections = [
        title(card),
        network(card),
        data(card),
        selection(card),
        test(card),
        methods(card),
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
            format!("predicts the class {} of a {}", code(table.target), card.row_name())
        }
        (CardInputs::Images, Task::Classification) => "classifies images".to_owned(),
        (CardInputs::Images, Task::Regression) => "predicts a number from an image".to_owned(),
    };
    if let Some(ensemble) = &card.ensemble {
        let kinds: Vec<String> = card.kinds().into_iter().map(|kind| format!("{}s", wording::kind(kind))).collect();
        return format!(
            "# {}\n\nAn ensemble of {} ({}) that {what}. Crossfold picked the trials of a search by their out-of-fold predictions and \
             retrained them on all of the study's {}; their {} networks predict together.\n",
            card.study.name,
            counted(ensemble.picked.members.len(), "trial"),
            joined(&kinds, "and"),
            card.rows_name(),
            card.networks,
        );
    }
    let made = match (card.folds.as_ref().map(|folds| folds.folds), card.networks) {
        (None, 1) => format!("retrained it on all of the study's {}", card.rows_name()),
        (None, networks) => format!(
            "retrained it on all of the study's {}, with {networks} seeds; the {networks} networks predict together",
            card.rows_name()
        ),
        (Some(1), _) => "trained it on the part of the rows that did not validate it".to_owned(),
        (Some(folds), _) => format!("averages the predictions of its networks of {folds} folds"),
    };
    format!(
        "# {}\n\nA {}{} that {what}. Crossfold selected it by cross-validation and {made}.\n",
        card.study.name,
        wording::kind(card.configuration.kind()),
        card.linear().map(|name| format!(" ({name})")).unwrap_or_default(),
    )
}

fn network(card: &ModelCard<'_>) -> String {
    let classes = match card.study.data.task() {
        Task::Regression => "- Task: regression, one number per row".to_owned(),
        Task::Classification => {
            let classes = format!("{} classes", thousands(card.classes.len() as u64));
            format!("- Task: classification, {classes}: {}", list(card.classes, MOST_NAMES))
        }
    };
    let what = match card.study.data.task() {
        Task::Classification => "probabilities",
        Task::Regression => "predictions",
    };
    let averaged = match card.networks {
        1 => String::new(),
        networks => {
            let parameters = u64::from(networks) * card.configuration.parameters(card.shape);
            let parameters = counted(parameters, "parameter");
            let differ = match (&card.folds, card.has_own_inputs()) {
                (None, _) => "which differ in their seeds",
                (Some(_), false) => "each trained on the training rows of its own fold",
                (Some(_), true) => {
                    "each trained on the training rows of its own fold, with preprocessing that was fitted to these rows"
                }
            };
            format!("- Averaged: the {what} of {networks} such networks, {parameters} in all, {differ}\n")
        }
    };
    let calibrated = match card.temperature {
        1.0 => String::new(),
        temperature => format!(
            "- Calibrated: probabilities are raised to the power of 1/{temperature:.2} and rescaled to sum to 1. The temperature was \
             fitted to out-of-fold predictions\n"
        ),
    };
    if let Some(ensemble) = &card.ensemble {
        let size = &ensemble.picked.size;
        return format!(
            "## Networks\n\n{}\n- Averaged: the {what} of all networks, with the weights of their trials. Networks of a trial differ in their \
             seeds and share its weight\n- Size: {}, {} in all; a prediction takes {} floating-point operations\n{calibrated}{classes}\n\n\
             `weights.safetensors` holds the weights in the layout of PyTorch's layers, the networks of the first trial first, \
             `model.json` the networks and how rows become inputs, and `spec.yaml` the best trial as a spec that can be run.\n",
            members(card, ensemble),
            counted(size.networks, "network"),
            counted(size.parameters, "parameter"),
            thousands(size.prediction_flops),
        );
    }
    // A network of a fold ends at its best epoch.
    let until = match (&card.folds, card.configuration.patience) {
        (None, _) | (Some(_), 0) => "",
        (Some(_), _) => " at most: early stopping keeps the weights of the best epoch",
    };
    format!(
        "## Network\n\n- Layers: {}, {}\n- Hyperparameters: {}; the others have their defaults\n- Trained for {}{until}\n{averaged}{calibrated}{classes}\n\n\
         `weights.safetensors` holds the weights in the layout of PyTorch's layers, `model.json` how rows become inputs, \
         and `spec.yaml` the network and its training as a spec that can be run.\n",
        code(&card.configuration.sketch(card.shape)),
        counted(card.configuration.parameters(card.shape), "parameter"),
        hyperparameters(card, card.configuration, card.epochs).join(", "),
        counted(card.epochs, "epoch"),
    )
}

/// A table of an ensemble's trials.
fn members(card: &ModelCard<'_>, ensemble: &CardEnsemble<'_>) -> String {
    let head = "| trial | weight | networks | layers | parameters | epochs | hyperparameters, others by default |\n\
                |---|---|---|---|---|---|---|\n";
    let row = |(member, configuration): (&EnsembleMember, &Configuration)| {
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            member.trial,
            member.weight,
            member.networks,
            code(&configuration.sketch(card.shape)),
            thousands(configuration.parameters(card.shape)),
            member.epochs,
            hyperparameters(card, configuration, member.epochs).join(", "),
        )
    };
    head.to_owned() + &ensemble.members().map(row).collect::<String>()
}

/// The hyperparameters that differ from the defaults, as a spec has them, without those that a sketch of the layers shows.
fn hyperparameters(card: &ModelCard<'_>, configuration: &Configuration, epochs: u32) -> Vec<String> {
    let optimizer = match configuration.setting(Param::Optimizer, epochs) {
        Some(Setting::Optimizer(optimizer)) => Some(optimizer),
        Some(_) | None => None,
    };
    let differs = |setting: &Setting| {
        setting.param().default_for(card.study.data.task(), optimizer).is_none_or(|default| default != *setting)
    };
    let is_shown = |param: &Param| matches!(param, Param::Layers | Param::Nodes | Param::Hidden | Param::Epochs);
    let all = Param::searchable().filter(|param| !is_shown(param));
    let settings = all.filter_map(|param| configuration.setting(param, epochs));
    settings.filter(differs).map(|setting| code(&format!("{}: {setting}", setting.param()))).collect()
}

fn data(card: &ModelCard<'_>) -> String {
    let rows = card.rows_name();
    let source = &card.study.data.source;
    let mut lines = vec![format!("- Source: {}, {}", code(&card.source()), source.description())];
    let digest = |of: &str, digest: &str| format!("- SHA-256 of {of}, as read: {}", code(digest));
    let subset = if card.study.data.train_rows.is_some() { ", a stratified subset" } else { "" };
    let by_fold = match card.folds.as_ref().map(|folds| folds.folds) {
        None => "",
        Some(1) => ", without the validation part",
        Some(_) => ", each network on the training rows of its fold",
    };
    lines.push(format!("- Trained on: {}{subset}{by_fold}", counted(card.rows, card.row_name())));
    if let Some(test) = &card.test {
        let from =
            source.table().map_or_else(|| "of the files for it".to_owned(), |table| wording::test_rows(&table.test));
        lines.push(format!("- Tested on: {}, {from}", counted(test.rows, card.row_name())));
    }
    lines.push(digest(&format!("the {rows} trained on"), card.digest));
    lines.extend(card.test.iter().map(|test| digest(&format!("the {rows} tested on"), test.digest)));
    match &card.inputs {
        CardInputs::Images => {
            lines.push(format!("- Inputs: {}, an image's pixels from 0 to 1", thousands(card.shape.inputs as u64)))
        }
        CardInputs::Table(table) => lines.extend(columns(card, table)),
    }
    lines.push(format!("- Splits for selection: {}", wording::splits(&card.study.splits)));
    format!("## Data\n\n{}\n", lines.join("\n"))
}

fn columns(card: &ModelCard<'_>, table: &TableInputs<'_>) -> Vec<String> {
    let (count, inputs) = (table.columns.len() as u64, table.names.len() as u64);
    let a_row = match card.shape.form {
        Form::Sequence { steps } => format!("per step, for up to {steps} steps per sequence"),
        Form::Flat | Form::Table(_) | Form::Image { .. } => "per row".to_owned(),
    };
    vec![
        format!("- Features: {}, {}", counted(count, "column"), list(&table.columns, MOST_NAMES)),
        format!("- Inputs: {} {a_row}, made from these columns", counted(inputs, "input")),
        format!("- Target: {}", code(table.target)),
    ]
}

fn selection(card: &ModelCard<'_>) -> String {
    let Selection { trials, pruned, failed: _, rank, folds, mean, standard_error, interval } = card.selection;
    let metric = card.study.metric;
    let precision = Precision::for_score(metric, mean);
    let error = standard_error.map(|error| format!(" ± {}", precision.show(error))).unwrap_or_default();
    let over = match folds {
        1 => "on one validation part".to_owned(),
        folds => format!("over {folds} validation folds"),
    };
    let its_error = if standard_error.is_some() { " ± its standard error" } else { "" };
    let interval = interval
        .map(|[low, high]| format!(" The 95 % interval is {} to {}.", precision.show(low), precision.show(high)));
    let scored = match pruned {
        0 => "scored".to_owned(),
        1 => "scored on all folds, while 1 more was pruned".to_owned(),
        pruned => format!("scored on all folds, while {} more were pruned", thousands(pruned.into())),
    };
    let single = match (&card.ensemble, trials) {
        (Some(_), 1) => "the trial".to_owned(),
        (Some(_), trials) => format!("the best single trial of {}", thousands(trials.into())),
        (None, _) => String::new(),
    };
    let among = match trials {
        _ if card.ensemble.is_some() => format!(
            "That is {single} that were {scored} ({}), which is optimistic: part of it is luck, which won't carry over to new {}.",
            wording::strategy(card.study.strategy),
            card.rows_name(),
        ),
        1 if pruned == 0 => "There was one trial, so nothing was selected.".to_owned(),
        1 => format!("It is the only trial that was {scored} ({}).", wording::strategy(card.study.strategy)),
        trials if rank > 1 => format!(
            "It is the simplest of those within one standard error of the best of {} that were {scored} ({}); its rank is {rank}.",
            counted(trials, "trial"),
            wording::strategy(card.study.strategy),
        ),
        trials => format!(
            "It is the best of {} that were {scored} ({}), so this score is optimistic: part of it is luck, which won't \
             carry over to new {}.",
            counted(trials, "trial"),
            wording::strategy(card.study.strategy),
            card.rows_name(),
        ),
    };
    let picked = card.ensemble.as_ref().map(|ensemble| picked(card, ensemble)).unwrap_or_default();
    let of_average = match &card.folds {
        Some(folds) if folds.folds > 1 => {
            " It is the mean score of these networks one by one: their average has no score on these rows, on which others of \
             them were trained."
        }
        Some(_) | None => "",
    };
    format!(
        "## How it was selected\n\n{picked}{} {over}{its_error}: **{}{error}**.{} {among}{of_average}{}\n",
        capitalized(metric.label()),
        precision.show(mean),
        interval.unwrap_or_default(),
        card.study.irreproducible_in_words().map(|words| format!(" The search is {words}.")).unwrap_or_default(),
    )
}

/// How the trials of an ensemble were picked, and its score: a paragraph.
fn picked(card: &ModelCard<'_>, CardEnsemble { picked, .. }: &CardEnsemble<'_>) -> String {
    let metric = card.study.metric;
    let estimate = picked.estimate.as_ref().map(|estimate| {
        let precision = Precision::for_score(metric, estimate.mean);
        let error = estimate.standard_error.map(|error| format!(" ± {}", precision.show(error))).unwrap_or_default();
        format!(
            " Picked on other rows than those that score it, an ensemble reaches a validation {} of **{}{error}**, and the best single \
             trial, selected likewise, {}.",
            metric.label(),
            precision.show(estimate.mean),
            precision.show(estimate.single),
        )
    });
    format!(
        "Trials were picked greedily, with replacement, by the {} of their averaged out-of-fold predictions (Caruana et al. 2004): {} from {}.{}\n\n",
        metric.label(),
        used_picks(picked, card.study.finish.ensemble),
        counted(picked.candidates, "trial"),
        estimate.unwrap_or_default(),
    )
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn test(card: &ModelCard<'_>) -> String {
    let Some(CardTest { rows, scores, .. }) = &card.test else {
        return "## Test score\n\nNone: no test rows were used.\n".to_owned();
    };
    let has_intervals = scores.iter().any(|score| score.interval.is_some());
    let mut lines = vec![
        format!("Scored on {} that neither training nor the search used:\n", counted(*rows, card.row_name())),
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
        lines.push(format!("| {} | {value} |{interval}", score.metric.label()));
    }
    format!("## Test score\n\n{}\n", lines.join("\n"))
}

fn limits(card: &ModelCard<'_>) -> String {
    let rows = card.rows_name();
    let of_the_task = match (card.study.data.task(), &card.study.class_weights) {
        (Task::Classification, None) => {
            "- Every row is assigned one of its classes, even if it belongs to none. Its probabilities are outputs of the \
             network, not frequencies of being right."
        }
        (Task::Classification, Some(_)) => {
            "- Every row is assigned one of its classes, even if it belongs to none. Classes were weighted in training, so its \
             probabilities are not class frequencies."
        }
        (Task::Regression, _) => "- It predicts one number, without an estimate of its error.",
    };
    let beyond = match &card.inputs {
        CardInputs::Images => "images that were taken, cropped or scaled differently",
        CardInputs::Table(_) => "other people, places, times or measurements",
    };
    format!(
        "## Intended use and limits\n\n\
         - It is meant for {rows} like those it was trained on, sampled and measured in the same way. The scores above \
         don't apply to {beyond}.\n\
         - The scores are averages: rare kinds of {rows} may be predicted far worse.\n\
         - No fairness audit was made: its quality may differ between groups of people.\n\
         {of_the_task}\n\
         - It has learnt associations, not causes: it can't predict the effect of an intervention.\n"
    )
}

fn use_by_crossfold(card: &ModelCard<'_>) -> String {
    match card.inputs {
        CardInputs::Images => "## Use by Python\n".to_owned(),
        CardInputs::Table(_) => "## Use\n\nIn this folder, for a table `new.csv` with the columns named above; `--inputs` \
                                 also writes the network's inputs, for Python and other languages:\n\n\
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
            format!("`images.npy` holds images of {shape} values from 0 to 255, one image after another")
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
        "## Provenance\n\n- Made by: {}\n- Seed: {}\n- License: none is given here. If you publish this network, choose one that the data's own terms \
         allow, and add it as `license:` above.\n\n\
         Its weights depend on the following; the same lines with the same {}, bit for bit:\n\n```\n{}\n```\n",
        made_by.join(", "),
        card.study.seed.0,
        match (&card.ensemble, &card.folds, card.networks) {
            (Some(_), _, _) => "study give the same networks",
            (None, Some(_), 2..) => "`spec.yaml` give the same networks",
            (None, _, _) => "`spec.yaml` give the same network",
        },
        visible_text(card.origin.trim_end()),
    )
}
