//! Reads types from a tree, and reports every mistake instead of only the first.
//!
//! A value of the wrong type is reported and replaced by a hole, which every type accepts. An unknown key is reported and dropped.
//! Then the types are read again, until they fit.

use serde::de::DeserializeOwned;
use serde_yaml::Value;

use super::findings::Findings;
use super::mistake::MAX_MISTAKES;
use super::other_words;
use super::path::{Path, Step};
use super::raw::StudySpec;
use super::scalar::Scalar;
use super::spelling::nearest;
use super::tree::{Content, Node, shown};
use super::word::enumerate;
use crossfold_network::Param;

/// Reads types from `findings.tree`; `None` if there are too many mistakes.
pub(super) fn deserialize<T: DeserializeOwned>(findings: &mut Findings<'_>) -> Option<T> {
    let mut value = findings.tree.to_value();
    while findings.mistakes.len() <= MAX_MISTAKES {
        let (path, complaint) = match attempt(&value) {
            Ok(spec) => return Some(spec),
            Err(failure) => failure,
        };
        match complaint {
            Complaint::UnknownKey { names } => {
                let (hint, meant) = guess_meant(&path, &names);
                findings.misplaced(&path, "unknown key").hint = Some(hint);
                findings.holes.extend(meant);
                remove(&mut value, &path);
            }
            Complaint::Unexpected { expected, names } => {
                let node = findings.tree.get(&path);
                let found = node.map_or_else(|| "nothing".to_owned(), Node::describe);
                if path == Path::ROOT {
                    findings.wrong(&path, format!("expected {expected}, found {found}"));
                    return None;
                }
                let hint = node.and_then(|node| correction(&path, node, &names));
                findings.wrong(&path, format!("expected {expected}, found {found}")).hint = hint;
                put(&mut value, &path, Value::Null);
            }
        }
        findings.holes.push(path);
    }
    None
}

fn attempt<T: DeserializeOwned>(value: &Value) -> Result<T, (Path, Complaint)> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| (Path::from(error.path()), Complaint::parse(&error.inner().to_string())))
}

/// An error of serde, which has only a text.
#[derive(Debug, PartialEq)]
enum Complaint {
    UnknownKey { names: Vec<String> },
    Unexpected { expected: String, names: Vec<String> },
}

impl Complaint {
    /// "unknown field `x`, expected one of `a`, `b`" or "invalid type: string "x", expected a number".
    fn parse(text: &str) -> Complaint {
        let expected = text.rsplit_once(", expected ").map_or(text, |(_, expected)| expected);
        let names = expected.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        if text.starts_with("unknown field") {
            Complaint::UnknownKey { names }
        } else {
            // Serde's word for a list.
            let expected = if expected == "a sequence" { "a list" } else { expected };
            Complaint::Unexpected { expected: expected.to_owned(), names }
        }
    }
}

fn last_key(path: &Path) -> &str {
    match path.steps().last() {
        Some(Step::Key(key)) => key,
        Some(Step::Index(_)) | None => "",
    }
}

/// A hint for the unknown key at `path` among the known `names`, and the path that was meant.
fn guess_meant(path: &Path, names: &[String]) -> (String, Option<Path>) {
    let key = last_key(path);
    let parent = path.split_last().map_or(Path::ROOT, |(parent, _)| parent);
    if let Some(home) = Param::from_key(key).and_then(|param| home(param, key, &parent)) {
        return (format!("`{key}` belongs under `{home}`"), Some(home.key(key)));
    }
    if let Some(hint) = step_hint(key, &parent) {
        return (hint, None);
    }
    if let Some(meant) = other_words::meant_key(key, &parent, names) {
        return (other_words::key_hint(&parent, &meant), Some(meant));
    }
    match nearest(key, names) {
        None if names.len() == 1 => (format!("expected `{}`", names[0]), Some(parent.key(&names[0]))),
        Some(name) => (format!("did you mean `{name}`?"), Some(parent.key(name))),
        None => {
            let short: Vec<String> =
                names.iter().filter(|name| !name.contains('.')).map(|name| format!("`{name}`")).collect();
            let rest = if short.len() > MOST_NAMES { format!(", … ({} in all)", short.len()) } else { String::new() };
            let shown = short[..short.len().min(MOST_NAMES)].join(", ");
            (format!("expected one of {shown}{rest}"), None)
        }
    }
}

/// A hint for an unknown key of a search space that names a part of a path below `preprocessing`.
fn step_hint(key: &str, parent: &Path) -> Option<String> {
    let is_space = last_key(parent) == "space";
    let has_key = |step: Param| step.path().split('.').any(|part| part == key);
    let steps = Param::searchable().filter(|step| step.is_step() && has_key(*step));
    let paths: Vec<String> = steps.map(|step| format!("`{}`", step.path())).collect();
    (is_space && !paths.is_empty()).then(|| format!("the whole path is one key: {}", enumerate(&paths, "or")))
}

/// A hint for a value that isn't one of the hyperparameter whose short name is used, but one of a step of preprocessing of
/// the same name.
fn meant_step(path: &Path, node: &Node) -> Option<String> {
    let keys = path.steps().iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None });
    let mut keys = keys.rev().skip_while(|key| *key == "values");
    let (key, parent) = (keys.next()?, keys.next()?);
    let param = Param::from_key(key).filter(|param| parent == "space" && !param.is_step())?;
    let is_alike = |step: &Param| step.is_step() && step.name().rsplit('.').next() == Some(param.name());
    let takes = |step: &Param| {
        let at = Path::new("search.space").key(step.path()).index(0);
        attempt::<StudySpec>(&spec_with_only(&at, node.to_value())).is_ok()
    };
    let step = Param::searchable().filter(is_alike).find(takes)?;
    Some(format!("`{key}` is `{}`; the step of preprocessing is `{}`", param.path(), step.path()))
}

/// The most keys that a hint lists.
const MOST_NAMES: usize = 12;

/// The path of the map where `key`, the short name of `param`, belongs instead of `parent`; `None` for long names.
fn home(param: Param, key: &str, parent: &Path) -> Option<Path> {
    if *parent == Path::new("search") {
        return Some(Path::new("search.space"));
    }
    let (section, _) = param.path().split_once('.').filter(|(_, short)| *short == key)?;
    match parent.steps() {
        // It has its own keys, some of them with the same names.
        [Step::Key(preprocessing), ..] if preprocessing == "preprocessing" => None,
        // Keys of a named model stay with the model.
        [Step::Key(models), Step::Key(name), ..] if models == "models" => {
            let model = Path::new("models").key(name);
            Some(if section == "model" { model } else { model.key(section) })
        }
        _ => Some(Path::new(section)),
    }
}

/// A hint with what to write instead of `node`: the first of the common slips whose correction the types accept.
fn correction(path: &Path, node: &Node, names: &[String]) -> Option<String> {
    let slips = match &node.content {
        Content::Scalar { meaning, written } => slips(meaning, written, names),
        Content::List(items) if Param::ALL.iter().any(|param| Path::new(param.path()) == *path) => {
            let hint = "a list of values to search over belongs under `search.space`";
            items.first().map(|item| (item.to_value(), hint.to_owned())).into_iter().collect()
        }
        Content::List(_) | Content::Map(_) => Vec::new(),
    };
    meant_step(path, node).or_else(|| {
        slips
            .into_iter()
            .find(|(meant, _)| attempt::<StudySpec>(&spec_with_only(path, meant.clone())).is_ok())
            .map(|(_, hint)| hint)
    })
}

/// A spec that has only `value` at `path`. The types accept it if they accept the value, since everything else is optional. So a
/// large spec isn't read again for every correction that is tried.
fn spec_with_only(path: &Path, value: Value) -> Value {
    path.steps().iter().rev().fold(value, |value, step| match step {
        Step::Key(key) => Value::Mapping([(key.as_str().into(), value)].into_iter().collect()),
        Step::Index(_) => vec![value].into(),
    })
}

/// The values that may have been meant by a scalar, most likely first, each with a hint.
fn slips(meaning: &Scalar, written: &str, names: &[String]) -> Vec<(Value, String)> {
    let mut slips = Vec::new();
    let write = |text: &str| format!("write `{}`", shown(text));
    match meaning {
        Scalar::Nothing => return slips,
        Scalar::Text(text) => {
            let bare = Scalar::plain(text);
            if bare != *meaning && bare != Scalar::Nothing {
                slips.push((bare.to_value(), format!("drop the quotes: `{}`", shown(text))));
            }
            let zeros = text.len() - text.trim_start_matches('0').len();
            for number in [text.replace('_', ""), text.replace(',', "."), text[zeros..].to_owned()] {
                if let meaning @ (Scalar::Natural(_) | Scalar::Real(_)) = Scalar::plain(&number) {
                    slips.push((meaning.to_value(), write(&number)));
                }
            }
            match text.to_lowercase().as_str() {
                "yes" | "on" | "y" | "true" => slips.push((Value::from(true), write("true"))),
                "no" | "off" | "n" | "false" => slips.push((Value::from(false), write("false"))),
                _ => {}
            }
            slips.extend(other_words::meant_words(text).map(|(word, hint)| (Value::from(word), hint)));
            if let Some(name) = nearest(text, names) {
                slips.push((Value::from(name), format!("did you mean `{name}`?")));
            }
            let name = text.trim().to_lowercase().replace([' ', '_', '.'], "-");
            slips.push((Value::from(name.as_str()), write(&name)));
        }
        Scalar::Real(x) if *x >= 0.0 && x.fract() == 0.0 && *x < u64::MAX as f64 => {
            slips.push((Value::from(*x as u64), write(&format!("{x:.0}"))));
        }
        Scalar::Bool(_) | Scalar::Natural(_) | Scalar::Negative(_) | Scalar::Real(_) => {}
    }
    slips.push((vec![meaning.to_value()].into(), format!("write `[{}]`", shown(written))));
    slips.push((Value::from(written), format!("put it in quotes: `\"{}\"`", shown(written))));
    slips
}

/// Replaces the value at `path`, which exists because the path comes from reading `value`.
fn put(value: &mut Value, path: &Path, new: Value) {
    if let Some(old) = path.steps().iter().try_fold(value, child) {
        *old = new;
    }
}

fn remove(value: &mut Value, path: &Path) {
    if let Some((parent, Step::Key(key))) = path.split_last()
        && let Some(Value::Mapping(map)) = parent.steps().iter().try_fold(value, child)
    {
        map.shift_remove(key.as_str());
    }
}

fn child<'v>(value: &'v mut Value, step: &Step) -> Option<&'v mut Value> {
    match step {
        Step::Key(key) => value.get_mut(key.as_str()),
        Step::Index(index) => value.get_mut(index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages of serde's `de::Error` that hints depend on.
    #[test]
    fn serde_messages_are_parsed() {
        let names = |text: &[&str]| text.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            Complaint::parse("unknown field `a, expected b`, expected `x` or `y`"),
            Complaint::UnknownKey { names: names(&["x", "y"]) }
        );
        assert_eq!(
            Complaint::parse("invalid value: string \"a, expected b\", expected `x` or `y`"),
            Complaint::Unexpected { expected: "`x` or `y`".to_owned(), names: names(&["x", "y"]) }
        );
    }
}
