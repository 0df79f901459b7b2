//! "How to describe this in a paper": two to five sentences for a methods section.

use crossfold_network::{Task, counted, thousands};
use crossfold_study::{Metric, Splits, Study, TestRows};

use super::{CardInputs, ModelCard, Selection, wording};
use crate::analysis::ensemble::Ensemble;
use crate::formats::ensembles::used_picks;
use crate::formats::figure::Precision;
use crate::formats::markdown::code;

pub(super) fn methods(card: &ModelCard<'_>) -> String {
    let sentences = [Some(search(card)), Some(score(card)), nested(card), Some(refit(card)), Some(software(card))];
    let paragraph = sentences.into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("## How to describe this in a paper\n\n{paragraph}\n")
}

/// What was trained on which rows, how they were split, and what was tried.
fn search(card: &ModelCard<'_>) -> String {
    let rows = counted(card.rows, card.row_name());
    let (task, source) = (card.study.data.task(), code(&card.source()));
    let classes = || format!("{} classes", thousands(card.classes.len() as u64));
    let what = match (&card.inputs, task) {
        (CardInputs::Images, Task::Classification) => format!("to classify {rows} of {source} into {}", classes()),
        (CardInputs::Images, Task::Regression) => format!("to predict a number from {rows} of {source}"),
        (CardInputs::Table(table), task) => {
            let target = match task {
                Task::Classification => format!("{} ({})", code(table.target), classes()),
                Task::Regression => format!("{} (a number)", code(table.target)),
            };
            let columns = counted(table.columns.len(), "column");
            format!("to predict {target} from {columns} of {rows} of {source}")
        }
    };
    format!(
        "Models were trained {what}, with {}; {}.",
        validation(&card.study.splits),
        tried(card.study, &card.selection)
    )
}

/// How configurations were validated.
fn validation(splits: &Splits) -> String {
    let together = |groups: &Option<String>| {
        groups
            .as_ref()
            .map(|column| format!(", keeping rows with the same {} together", code(column)))
            .unwrap_or_default()
    };
    let stratified = |is: bool| if is { "stratified " } else { "" };
    let gap = |gap: u32| match gap {
        0 => String::new(),
        gap => format!(", with a gap of {}", counted(gap, "period")),
    };
    match splits {
        Splits::KFold { folds, repeats, stratified: is_stratified, shuffle, groups } => {
            let repeated = if *repeats > 1 { format!(", repeated {repeats} times") } else { String::new() };
            let ordered = if *shuffle { "" } else { " in the file's order" };
            let kind = stratified(*is_stratified);
            format!("{kind}{folds}-fold cross-validation{ordered}{repeated}{}", together(groups))
        }
        Splits::HoldOut { share, stratified: is_stratified, groups } => {
            format!("a {}hold-out validation set ({share} of the rows){}", stratified(*is_stratified), together(groups))
        }
        Splits::LatestHoldOut { share, time, gap: periods } => {
            format!("a hold-out validation set, the latest {share} of the periods of {}{}", code(time), gap(*periods))
        }
        Splits::LeaveOneGroupOut { groups } => format!("leave-one-group-out cross-validation over {}", code(groups)),
        Splits::TimeSeries { folds, time, gap: periods, window } => {
            let window = window.map(|window| format!(" (at most {})", counted(window, "period")));
            format!(
                "{folds}-fold time-series cross-validation over {}, training on earlier periods only{}{}",
                code(time),
                window.unwrap_or_default(),
                gap(*periods)
            )
        }
        Splits::Predefined { column, groups, time: _ } => {
            format!("the predefined splits of the column {}{}", code(column), together(groups))
        }
    }
}

/// The search and its size.
fn tried(study: &Study, selection: &Selection) -> String {
    let Selection { trials, pruned, failed, .. } = *selection;
    if trials + pruned + failed == 1 {
        return "a single configuration was trained".to_owned();
    }
    let sampler = study.strategy.sampler.definition().method;
    let pruner = match study.pruner.kind.definition().method {
        "" => String::new(),
        method => format!(" with {method}"),
    };
    let whole = if selection.folds == 1 { "to the end" } else { "on all folds" };
    let complete = counted(trials, "configuration");
    let pruned = if pruned > 0 { format!(" and pruned {} early", thousands(pruned.into())) } else { String::new() };
    let failed = if failed > 0 { format!("; {} failed", thousands(failed.into())) } else { String::new() };
    format!("{sampler}{pruner} trained {complete} {whole}{pruned}{failed}")
}

/// What an ensemble is, and its score on rows that had no part in picking it.
fn ensemble_score(card: &ModelCard<'_>, ensemble: &Ensemble) -> String {
    let metric = card.study.metric;
    let (trials, picks) = (counted(ensemble.members.len(), "configuration"), card.study.finish.ensemble);
    let picked = format!(
        "An ensemble of {trials}, picked greedily with replacement by validation {} (Caruana et al. 2004; {})",
        metric.label(),
        used_picks(ensemble, picks),
    );
    let Some(estimate) = &ensemble.estimate else { return format!("{picked}, was used.") };
    let precision = Precision::for_score(metric, estimate.mean);
    let error = estimate.standard_error.map(|error| format!(" (standard error {})", precision.show(error)));
    format!(
        "{picked}, reached a cross-fitted validation {}{}; the best single configuration, selected likewise, reached {}.",
        figure(metric, estimate.mean),
        error.unwrap_or_default(),
        precision.show(estimate.single),
    )
}

/// The score of the selected configuration, and what it is worth.
fn score(card: &ModelCard<'_>) -> String {
    if let Some(ensemble) = &card.ensemble {
        return ensemble_score(card, ensemble.picked);
    }
    let Selection { trials, pruned, rank, folds, mean, standard_error, interval, .. } = card.selection;
    let precision = Precision::for_score(card.study.metric, mean);
    let figure = figure(card.study.metric, mean);
    let mut beside: Vec<String> = Vec::new();
    beside.extend(standard_error.map(|error| format!("standard error {}", precision.show(error))));
    beside
        .extend(interval.map(|[low, high]| {
            format!("95 % confidence interval {} to {}", precision.show(low), precision.show(high))
        }));
    let beside = if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) };
    let mean = if folds == 1 { "" } else { "mean " };
    let which = match (rank, trials + pruned) {
        (_, 1) => "The model",
        (1, _) => "The best configuration",
        (_, _) => "The simplest configuration within one standard error of the best",
    };
    let kind = card.linear().map_or_else(|| format!("a {}", wording::kind(card.configuration.kind())), str::to_owned);
    let caution = if trials + pruned > 1 {
        "; this estimate is optimistic, because the configuration was selected by it"
    } else {
        ""
    };
    format!("{which}, {kind}, reached a {mean}validation {figure}{beside}{caution}.")
}

/// The score of the whole search, where that was estimated.
fn nested(card: &ModelCard<'_>) -> Option<String> {
    let score = figure(card.study.metric, card.nested?);
    Some(format!("Nested cross-validation, which repeats the whole search within each fold, gave a mean {score}."))
}

fn refit(card: &ModelCard<'_>) -> String {
    let rows = card.rows_name();
    let (trained_on, epochs) = (counted(card.rows, card.row_name()), counted(card.epochs, "epoch"));
    let trained_on = match card.study.data.source.table().map(|table| &table.test) {
        Some(TestRows::Share(_)) if card.test.is_some() => format!("all {rows} except the test {rows} ({trained_on})"),
        Some(TestRows::None | TestRows::File(_) | TestRows::Share(_)) | None => format!("all {trained_on}"),
    };
    let averaged = match card.networks {
        1 => String::new(),
        networks => format!(" as {networks} networks with different seeds, whose predictions are averaged"),
    };
    let calibrated = match card.temperature {
        1.0 => "",
        _ => ", with probabilities calibrated by temperature scaling on out-of-fold predictions",
    };
    let average = match card.configuration.ema {
        0.0 => String::new(),
        decay => format!(", with an exponential moving average of its weights (decay {decay})"),
    };
    let retrained = match card.ensemble {
        None if card.folds.is_some() => of_folds(card, average, calibrated),
        None => format!("It was retrained on {trained_on} for {epochs}{average}{averaged}{calibrated}"),
        Some(_) => format!(
            "Its configurations were retrained on {trained_on}, as {} networks whose predictions are averaged with the numbers of picks \
             as weights{calibrated}",
            card.networks
        ),
    };
    let Some(test) = &card.test else { return format!("{retrained}; no separate test {rows} were used.") };
    let ranked_by = test.scores.iter().find(|score| score.metric == card.study.metric);
    let score = ranked_by.and_then(|score| Some((score.value?, score.interval))).map(|(value, interval)| {
        let precision = Precision::for_score(card.study.metric, value);
        let interval = interval.map(|[low, high]| {
            format!(" (95 % confidence interval {} to {})", precision.show(low), precision.show(high))
        });
        format!(": {}{}", figure(card.study.metric, value), interval.unwrap_or_default())
    });
    let test_rows = counted(test.rows, card.row_name());
    format!("{retrained} and scored once on {test_rows} held out for testing{}.", score.unwrap_or_default())
}

/// The networks of folds, without a full stop.
fn of_folds(card: &ModelCard<'_>, average: String, calibrated: &str) -> String {
    let at_most = if card.configuration.patience > 0 { "at most " } else { "" };
    let trained = format!("trained for {at_most}{}{average}", counted(card.epochs, "epoch"));
    match card.networks {
        1 => format!("Its network, {trained} on the rows that did not validate it, was used{calibrated}"),
        networks => format!(
            "Its networks of the {networks} folds, each {trained} on the training {} of its fold, were used with their predictions \
             averaged{calibrated}",
            card.rows_name()
        ),
    }
}

fn software(card: &ModelCard<'_>) -> String {
    let seed = card.study.seed.0;
    let revision = card.builder.revision.map(|revision| format!(" (revision {revision})")).unwrap_or_default();
    let caveat = match card.study.irreproducible() {
        Some(words) => format!("; the search is not exactly reproducible ({})", code(words)),
        None => String::new(),
    };
    format!("Crossfold {}{revision} was used with seed {seed}{caveat}.", card.builder.crossfold)
}

/// `accuracy of 0.6780`.
fn figure(metric: Metric, value: f64) -> String {
    format!("{} of {}", metric.label(), Precision::for_score(metric, value).show(value))
}
