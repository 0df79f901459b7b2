//! A study in words: its rows, its folds, what it searches, its networks.

use std::collections::BTreeSet;

use crossfold_network::{Param, Task};
use crossfold_study::{Splits, Strategy, Study};

use crate::prepared::PreparedStudy;
use crate::wording::{counted, thousands};

pub(super) fn data(prepared: &PreparedStudy) -> String {
    let (data, shape) = (prepared.data(), prepared.shape());
    let what = match prepared.study.data.task() {
        Task::Classification => format!("{} classes", shape.outputs),
        Task::Regression => "a number to predict".to_owned(),
    };
    let rows = match data.longest() {
        None => format!("{} rows", thousands(data.rows() as u64)),
        Some(longest) => format!("{} sequences of up to {longest} steps", thousands(data.rows() as u64)),
    };
    let columns = match data.features().len() {
        0 => format!("{} features", shape.inputs),
        columns => format!("{} make {}", counted(columns, "column"), counted(shape.inputs, "input")),
    };
    format!("{rows}, {columns}, {what}")
}

pub(super) fn splits(splits: &Splits, folds: usize) -> String {
    let by =
        |groups: &Option<String>| groups.as_ref().map_or_else(String::new, |column| format!(", groups by `{column}`"));
    match splits {
        Splits::KFold { folds, repeats, stratified, shuffle, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            let order = if *shuffle { "" } else { ", rows in file order" };
            let times = if *repeats > 1 { format!(", {repeats} times") } else { String::new() };
            format!("{kind}{folds}-fold cross-validation{times}{order}{}", by(groups))
        }
        Splits::HoldOut { share, stratified, groups } => {
            let kind = if *stratified { "stratified " } else { "" };
            format!("one {kind}hold-out part, {:.0} % of the rows{}", share * 100.0, by(groups))
        }
        Splits::LatestHoldOut { share, time, gap } => {
            format!("the latest {:.0} % of `{time}` held out{}", share * 100.0, after(*gap))
        }
        Splits::LeaveOneGroupOut { groups } => format!("each of the {folds} groups of `{groups}` left out once"),
        Splits::TimeSeries { folds, time, gap, window } => {
            let window = window.map_or_else(|| "all periods".to_owned(), |window| format!("{} periods", window));
            format!("{folds} folds by `{time}`, each trained on {window} before it{}", after(*gap))
        }
        Splits::Predefined { column, .. } => format!("{} by `{column}`", counted(folds, "fold")),
    }
}

/// The gap between training and validation.
fn after(gap: u32) -> String {
    if gap == 0 { String::new() } else { format!(", after a gap of {}", counted(gap as usize, "period")) }
}

pub(super) fn search(study: &Study) -> String {
    let names: Vec<&str> = study.searched().into_iter().map(Param::name).collect();
    let Strategy { sampler, trials } = study.strategy;
    match (names.is_empty(), sampler.definition().trials, trials) {
        (true, _, _) => "none: one network".to_owned(),
        (false, Some(words), Some(trials)) => format!("{trials} {} {}", words.in_plan, names.join(", ")),
        (false, Some(_) | None, Some(_) | None) => format!("grid over {}", names.join(", ")),
    }
}

/// Each network once, smallest first, with its parameters.
pub(super) fn networks(prepared: &PreparedStudy) -> Vec<String> {
    let shape = prepared.shape();
    let configurations = prepared.plan.configurations.iter().map(|planned| &planned.configuration);
    let networks: BTreeSet<(u64, String)> =
        configurations.map(|configuration| (configuration.parameters(shape), configuration.sketch(shape))).collect();
    networks.into_iter().map(|(parameters, name)| format!("{:>12}  {name}", thousands(parameters))).collect()
}
