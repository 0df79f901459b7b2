//! Puts the values of overrides into the tree of a spec.

use std::ops::Range;
use std::sync::Arc;

use crossfold_study::Override;

use super::mistake::{Mistake, Place};
use super::path::{Path, Step};
use super::scalar::Scalar;
use super::tree::{Content, Entry, Map, Node, Origin, Source};

/// Sets the value in `root`; `number` counts overrides from 0.
///
/// # Errors
/// If the path or the value doesn't parse, or if the path leads past the end of a list.
pub(super) fn apply(
    set: &Override,
    number: usize,
    root: &mut Node,
    mistakes: &mut Vec<Mistake>,
) -> Result<(), Mistake> {
    let text: Arc<str> = format!("{}={}", set.path, set.value).into();
    let place = |range: Range<usize>| Place::Override { number, text: text.clone(), range };
    let wrong = |range, message: String| Mistake::new(&set.path, place(range), message);
    let steps = steps(&set.path).ok_or_else(|| {
        wrong(0..set.path.len(), format!("expected a path such as `training.epochs`, found `{}`", set.path))
    })?;
    let new = value(set, number, &text, mistakes).map_err(|mistake| Mistake { path: set.path.clone(), ..mistake })?;

    let mut node = root;
    let mut path = Path::ROOT;
    for (step, range) in steps {
        node = match &step {
            Step::Index(index) => {
                let length = match &node.content {
                    Content::List(items) => items.len(),
                    Content::Scalar { .. } | Content::Map(_) => 0,
                };
                match &mut node.content {
                    Content::List(items) if *index < length => &mut items[*index],
                    Content::List(_) | Content::Scalar { .. } | Content::Map(_) => {
                        let message = format!("`{path}` has {length} items, counted from 0: there is no [{index}]");
                        return Err(wrong(range, message));
                    }
                }
            }
            Step::Key(key) => {
                // Any other value becomes a map: `search.strategy.random.trials` over `grid`.
                if !matches!(node.content, Content::Map(_)) {
                    *node = Node { content: Content::Map(Map::default()), place: place(range.clone()) };
                }
                let Content::Map(map) = &mut node.content else { unreachable!("made a map just above") };
                if map.get(key).is_none() {
                    let empty = Node { content: Content::Map(Map::default()), place: place(range.clone()) };
                    map.push(Entry { key: key.clone(), key_place: place(range), node: empty });
                }
                &mut map.get_mut(key).expect("it has the key").node
            }
        };
        path = path.step(step);
    }
    *node = new;
    Ok(())
}

fn value(set: &Override, number: usize, text: &Arc<str>, mistakes: &mut Vec<Mistake>) -> Result<Node, Mistake> {
    let start = set.path.len() + 1;
    let is_blank = |line: &str| line.trim_start().is_empty() || line.trim_start().starts_with('#');
    if set.value.lines().all(is_blank) {
        let content = Content::Scalar { meaning: Scalar::Nothing, written: String::new() };
        return Ok(Node { content, place: Place::Override { number, text: text.clone(), range: 0..start } });
    }
    Source::new(&set.value, Origin::Override { number, text: text.clone(), start }).parse(mistakes)
}

/// The steps of a path, each with its bytes; `None` if `text` isn't a path.
fn steps(text: &str) -> Option<Vec<(Step, Range<usize>)>> {
    let mut steps: Vec<(Step, Range<usize>)> = Vec::new();
    let mut start = 0;
    for part in text.split('.') {
        let (key, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        let range = start..start + key.len();
        if key.is_empty() {
            return None;
        }
        // A key of the space may itself be a path: `search.space.training.l2`.
        match steps.as_mut_slice() {
            [(Step::Key(search), _), (Step::Key(space), _), (Step::Key(section), section_range)]
                if search == "search" && space == "space" && matches!(section.as_str(), "model" | "training") =>
            {
                *section = format!("{section}.{key}");
                section_range.end = range.end;
            }
            _ => steps.push((Step::Key(key.to_owned()), range)),
        }
        let mut at = start + key.len();
        for index in indices.split_inclusive(']') {
            let digits = index.strip_prefix('[')?.strip_suffix(']')?;
            steps.push((Step::Index(digits.parse().ok()?), at..at + index.len()));
            at += index.len();
        }
        start += part.len() + 1;
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[&str]>) {
        let found = steps(text).map(|steps| {
            let written =
                |(step, range): (Step, Range<usize>)| (Path::ROOT.step(step).to_string(), text[range].to_owned());
            steps.into_iter().map(written).collect::<Vec<_>>()
        });
        let expected = expected.map(|steps| steps.iter().map(|s| ((*s).to_owned(), (*s).to_owned())).collect());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn paths() {
        check("seed", Some(&["seed"]));
        check("model.hidden[1]", Some(&["model", "hidden", "[1]"]));
        check("search.space.hidden[1][0]", Some(&["search", "space", "hidden", "[1]", "[0]"]));
        check("search.space.training.l2.uniform.low", Some(&["search", "space", "training.l2", "uniform", "low"]));
        for bad in ["", ".", "a..b", "[0]", "a[", "a[x]", "a[0", "a[0]b"] {
            check(bad, None);
        }
    }
}
