//! Writing `preprocessing`.

use crossfold_network::Param;
use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ColumnSteps, Encode, NumericEncode, NumericImpute, NumericSteps,
    Preprocessing, Rare, Smoothing, clip_from_text,
};
use serde_yaml::Value;

use crate::yaml::{Entries, by_name, map};

/// The value of `preprocessing`; `None` for the default.
pub(crate) fn write(steps: &Preprocessing) -> Option<Value> {
    let Preprocessing { numeric, ordinal, boolean, date, categorical, columns, select } = steps;
    let usual = NumericSteps::default();
    let numbers = [("numeric", numeric), ("ordinal", ordinal), ("boolean", boolean), ("date", date)];
    let mut entries: Entries = numbers
        .into_iter()
        .filter(|(_, steps)| **steps != usual)
        .map(|(kind, steps)| (kind, given_steps(steps, &usual)))
        .collect();
    if *categorical != CategoricalSteps::default() {
        entries.push(("categorical", categorical_steps(categorical)));
    }
    if !columns.is_empty() {
        let column = |steps: &ColumnSteps| match steps {
            ColumnSteps::Numeric(steps) => map([("numeric", given_steps(steps, numeric))]),
            ColumnSteps::Categorical(steps) => map([("categorical", categorical_steps(steps))]),
        };
        entries.push(("columns", by_name(columns.iter().map(|(name, steps)| (name, column(steps))))));
    }
    entries.extend(select.map(|select| ("select", select.into())));
    (!entries.is_empty()).then(|| map(entries))
}

/// All steps.
pub(super) fn numeric_steps(steps: &NumericSteps) -> Value {
    map(numeric_entries(steps))
}

/// The steps, without those that are seldom given where they are `usual`.
fn given_steps(steps: &NumericSteps, usual: &NumericSteps) -> Value {
    let mut entries = numeric_entries(steps);
    entries.retain(|(key, _)| match *key {
        "clip" => steps.clip != usual.clip,
        "encode" => steps.encode != usual.encode,
        _ => true,
    });
    map(entries)
}

fn numeric_entries(steps: &NumericSteps) -> Entries {
    let impute = match steps.impute {
        NumericImpute::Mean => "mean".into(),
        NumericImpute::Median => "median".into(),
        NumericImpute::Mode => "mode".into(),
        NumericImpute::Constant(constant) => map([("constant", constant.into())]),
    };
    vec![
        ("impute", impute),
        ("indicator", steps.indicator.into()),
        ("log", steps.log.into()),
        ("scale", steps.scale.name().into()),
        ("clip", clip(steps.clip)),
        ("encode", numeric_encode(steps.encode)),
    ]
}

fn clip(clip: Option<f64>) -> Value {
    clip.map_or_else(|| "none".into(), Value::from)
}

fn numeric_encode(encode: NumericEncode) -> Value {
    match encode {
        NumericEncode::Value => "none".into(),
        NumericEncode::Piecewise { bins } => map([("piecewise", map([("bins", bins.into())]))]),
    }
}

/// The value that a searched step has as the text `value`; a text for steps whose values are words.
pub(crate) fn step_value(param: Param, value: &str) -> Value {
    let found = if param == Param::NumericClip {
        clip_from_text(value).map(clip)
    } else if param == Param::NumericEncode {
        NumericEncode::from_text(value).map(numeric_encode)
    } else if param == Param::CategoricalEncode {
        Encode::from_text(value).map(categorical_encode)
    } else {
        None
    };
    found.unwrap_or_else(|| value.into())
}

pub(super) fn categorical_steps(steps: &CategoricalSteps) -> Value {
    let impute = match &steps.impute {
        CategoricalImpute::Level => "level".into(),
        CategoricalImpute::Mode => "mode".into(),
        CategoricalImpute::Constant(name) => map([("constant", name.as_str().into())]),
    };
    let rare = match steps.rare {
        Rare::Rows(rows) => rows.into(),
        Rare::Share(share) => percent(share).into(),
    };
    let encode = categorical_encode(steps.encode);
    map([("impute", impute), ("indicator", steps.indicator.into()), ("rare", rare), ("encode", encode)])
}

fn categorical_encode(encode: Encode) -> Value {
    match encode {
        Encode::OneHot => "one_hot".into(),
        Encode::Ordinal => "ordinal".into(),
        Encode::Target(Smoothing::Auto) => "target".into(),
        Encode::Target(Smoothing::Rows(rows)) => map([("target", map([("smoothing", rows.into())]))]),
        Encode::Embedding(None) => "embedding".into(),
        Encode::Embedding(Some(size)) => map([("embedding", map([("size", size.into())]))]),
    }
}

/// A share as a percentage that is read as the same bits: in binary, 100 · 0.07 is slightly more than 7.
fn percent(share: f64) -> String {
    let reads_back = |percent: &String| percent.parse::<f64>().is_ok_and(|percent| percent / 100.0 == share);
    let digits = (0..=17).map(|places| format!("{:.places$}", share * 100.0)).find(reads_back);
    digits.unwrap_or_else(|| (share * 100.0).to_string()) + "%"
}
