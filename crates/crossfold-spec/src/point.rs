//! Values of searched hyperparameters in conditions and enqueued points.

use serde_yaml::Value;

use super::preprocessing::step_value;
use super::tree::{Content, Node};
use super::yaml;
use crossfold_network::{Plain, Setting, ValueForm};
use crossfold_study::{Dimension, Domain};

/// The one of `values` that `node` has.
pub(super) fn find_among<'v>(node: &Node, values: &'v [Setting]) -> Option<&'v Setting> {
    let written = node.to_value();
    values.iter().find(|value| alike(&written, &as_written(value)))
}

/// The value of a setting as a spec has it.
fn as_written(setting: &Setting) -> Value {
    match setting.plain() {
        Plain::Text(text) if setting.param().is_step() => step_value(setting.param(), &text),
        Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_) | Plain::List(_) => yaml::value(setting),
    }
}

/// Whether two values are equal, however their numbers are written.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let has = |(key, value): (&Value, &Value)| other.get(key).is_some_and(|other| alike(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// The value of `dimension` that `node` has; for a dimension per layer, the value of all layers.
///
/// # Errors
/// With what is expected instead.
pub(super) fn read_within(node: &Node, dimension: &Dimension) -> Result<Setting, String> {
    let param = dimension.param;
    let number = node.to_value().as_f64().filter(|x| x.is_finite());
    let whole = node.to_value().as_u64().and_then(|n| u32::try_from(n).ok());
    match &dimension.domain {
        Domain::Choice(values) => find_among(node, values).cloned().ok_or_else(|| one_of(values)),
        // The high end of a range of real numbers is never drawn, but may be enqueued.
        Domain::Uniform { low, high } | Domain::LogUniform { low, high } => number
            .filter(|x| (*low..=*high).contains(x) || *x == 0.0 && dimension.zero > 0.0)
            .and_then(|x| param.real(x + 0.0))
            .ok_or_else(|| {
                let or_zero = if dimension.zero > 0.0 { "0 or " } else { "" };
                format!("{or_zero}a number from {low} to {high}")
            }),
        Domain::Int { low, high, step } => {
            let steps = if *step == 1 { String::new() } else { format!(" in steps of {step}") };
            whole
                .filter(|n| (*low..=*high).contains(n) && (n - low) % step == 0)
                .and_then(|n| param.count(n))
                .ok_or_else(|| format!("a whole number from {low} to {high}{steps}"))
        }
        Domain::LogInt { low, high } => whole
            .filter(|n| (*low..=*high).contains(n))
            .and_then(|n| param.count(n))
            .ok_or_else(|| format!("a whole number from {low} to {high}")),
    }
}

/// "one of `1`, `2`"
fn one_of(values: &[Setting]) -> String {
    let shown: Vec<String> = values.iter().take(MOST_SHOWN).map(|value| format!("`{value}`")).collect();
    let rest = if values.len() > MOST_SHOWN { format!(", … ({} in all)", values.len()) } else { String::new() };
    if let [only] = shown.as_slice() { only.clone() } else { format!("one of {}{rest}", shown.join(", ")) }
}

/// The most values that a message lists.
const MOST_SHOWN: usize = 12;

/// A hint for `node`, which is none of `values`.
pub(super) fn hint_nearest(node: &Node, values: &[Setting]) -> String {
    let written = node.to_value();
    let near = match (written.as_f64().filter(|x| x.is_finite()), written.as_str()) {
        (Some(x), _) => {
            let numbers = values.iter().filter_map(|value| Some((value, (value.number()? - x).abs())));
            numbers.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(value, _)| value.to_string())
        }
        (None, Some(word)) => {
            let names: Vec<String> = values.iter().map(Setting::to_string).collect();
            super::spelling::nearest(word, &names).map(str::to_owned)
        }
        (None, None) => None,
    };
    near.map_or_else(|| format!("expected {}", one_of(values)), |near| format!("did you mean `{near}`?"))
}

/// A node as a message shows it.
pub(super) fn shown(node: &Node) -> String {
    match &node.content {
        Content::Scalar { .. } | Content::Map(_) => node.describe(),
        Content::List(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("`[{}]`", items.join(", ").replace('`', ""))
        }
    }
}

/// The number of items of a list for layers or blocks; `None` for any other value.
pub(super) fn items(setting: &Setting) -> Option<usize> {
    match setting.plain() {
        Plain::List(values) => (setting.param().form() == ValueForm::OneOrEach).then_some(values.len()),
        Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_) => None,
    }
}
