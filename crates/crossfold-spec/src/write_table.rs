//! A table's keys, written into a spec.

use serde_yaml::Value;

use super::write::{map, path};
use crossfold_network::Task;
use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ColumnSteps, Encode, GivenKind, NumericImpute, NumericSteps, Preprocessing,
    Rare, Smoothing,
};
use crossfold_study::{TableSource, TestRows};

type Entries = Vec<(&'static str, Value)>;

/// What stands under `data`, besides `source` and `train_rows`.
pub(super) fn entries(table: &TableSource) -> Entries {
    let mut entries: Entries = vec![("path", path(&table.path)), ("target", table.target.as_str().into())];
    if table.task != Task::default() {
        entries.push(("task", table.task.name().into()));
    }
    if table.drop_missing_target {
        entries.push(("missing_target", "drop".into()));
    }
    match &table.test {
        TestRows::None => {}
        TestRows::File(file) => entries.push(("test_path", path(file))),
        TestRows::Share(share) => entries.push(("test_share", (*share).into())),
    }
    let format = &table.format;
    entries.extend(format.delimiter.map(|delimiter| ("delimiter", delimiter.name().into())));
    entries.extend(format.header.map(|header| ("header", header.into())));
    entries.extend(format.encoding.map(|encoding| ("encoding", encoding.name().into())));
    entries.extend(format.decimal.map(|decimal| ("decimal", decimal.name().into())));
    entries.extend(format.missing.as_ref().map(|markers| ("missing", markers.clone().into())));
    entries.extend(format.rows.map(|rows| ("rows", rows.into())));
    if !table.kinds.is_empty() {
        entries.push(("columns", by_name(table.kinds.iter().map(|(name, given)| (name, kind(given))))));
    }
    if let Some(sequence) = &table.sequence {
        let step = sequence.step.as_ref().map(|step| ("step", step.as_str().into()));
        entries.push(("sequence", map([("id", sequence.id.as_str().into())].into_iter().chain(step))));
    }
    entries
}

fn kind(given: &GivenKind) -> Value {
    match given {
        GivenKind::Kind(kind) => kind.name().into(),
        GivenKind::Ordinal(levels) => map([("ordinal", levels.clone().into())]),
        GivenKind::Drop => "drop".into(),
    }
}

/// `preprocessing`, where it isn't the default.
pub(super) fn preprocessing(steps: &Preprocessing) -> Option<Value> {
    let Preprocessing { numeric, ordinal, boolean, date, categorical, columns, select } = steps;
    let usual = NumericSteps::default();
    let numbers = [("numeric", numeric), ("ordinal", ordinal), ("boolean", boolean), ("date", date)];
    let mut entries: Entries = numbers
        .into_iter()
        .filter(|(_, steps)| **steps != usual)
        .map(|(kind, steps)| (kind, numeric_steps(steps)))
        .collect();
    if *categorical != CategoricalSteps::default() {
        entries.push(("categorical", categorical_steps(categorical)));
    }
    if !columns.is_empty() {
        let column = |steps: &ColumnSteps| match steps {
            ColumnSteps::Numeric(steps) => map([("numeric", numeric_steps(steps))]),
            ColumnSteps::Categorical(steps) => map([("categorical", categorical_steps(steps))]),
        };
        entries.push(("columns", by_name(columns.iter().map(|(name, steps)| (name, column(steps))))));
    }
    entries.extend(select.map(|select| ("select", select.into())));
    (!entries.is_empty()).then(|| map(entries))
}

fn numeric_steps(steps: &NumericSteps) -> Value {
    let impute = match steps.impute {
        NumericImpute::Mean => "mean".into(),
        NumericImpute::Median => "median".into(),
        NumericImpute::Mode => "mode".into(),
        NumericImpute::Constant(constant) => map([("constant", constant.into())]),
    };
    map([
        ("impute", impute),
        ("indicator", steps.indicator.into()),
        ("log", steps.log.into()),
        ("scale", steps.scale.name().into()),
    ])
}

fn categorical_steps(steps: &CategoricalSteps) -> Value {
    let impute = match &steps.impute {
        CategoricalImpute::Level => "level".into(),
        CategoricalImpute::Mode => "mode".into(),
        CategoricalImpute::Constant(name) => map([("constant", name.as_str().into())]),
    };
    let rare = match steps.rare {
        Rare::Rows(rows) => rows.into(),
        Rare::Share(share) => percent(share).into(),
    };
    let encode = match steps.encode {
        Encode::OneHot => "one_hot".into(),
        Encode::Ordinal => "ordinal".into(),
        Encode::Target(Smoothing::Auto) => "target".into(),
        Encode::Target(Smoothing::Rows(rows)) => map([("target", map([("smoothing", rows.into())]))]),
        Encode::Embedding(None) => "embedding".into(),
        Encode::Embedding(Some(size)) => map([("embedding", map([("size", size.into())]))]),
    };
    map([("impute", impute), ("indicator", steps.indicator.into()), ("rare", rare), ("encode", encode)])
}

/// A share as the percent that reads back as the same bits: in binary, 100 · 0.07 is a little above 7.
fn percent(share: f64) -> String {
    let reads_back = |percent: &String| percent.parse::<f64>().is_ok_and(|percent| percent / 100.0 == share);
    let digits = (0..=17).map(|places| format!("{:.places$}", share * 100.0)).find(reads_back);
    digits.unwrap_or_else(|| (share * 100.0).to_string()) + "%"
}

fn by_name<'a>(entries: impl Iterator<Item = (&'a String, Value)>) -> Value {
    Value::Mapping(entries.map(|(name, value)| (name.as_str().into(), value)).collect())
}
