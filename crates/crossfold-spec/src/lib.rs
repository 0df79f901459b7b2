//! Specs: reads YAML into a checked [`Study`], or reports every mistake in it; writes the spec of one configuration; and makes the
//! JSON Schema.
//!
//! A text is parsed into a tree with places (`tree`), overrides are put into it (`overrides`), types are read from it (`recovery`), and
//! rules that types can't express are checked (`check`). Each stage reports all mistakes that it finds. A mistake leaves a hole,
//! about which later stages are silent.
//!
//! This crate knows no rows, does no arithmetic on them and opens no files, so a spec can be checked anywhere.

mod architecture;
mod budget;
mod check;
mod checked;
mod choice;
mod class_weights;
mod condition;
mod configured;
mod cross_validation;
mod defaults;
mod delimiter;
mod diagnostics;
mod domain;
mod duration;
mod effects;
mod enqueue;
mod failures;
mod findings;
mod keyed;
mod literal;
mod missing;
mod mistake;
mod model;
mod number;
mod other_words;
mod overrides;
mod path;
mod point;
mod preprocessing;
mod pruner;
mod range;
mod raw;
mod recovery;
mod rung;
mod scalar;
mod schema;
mod searched_steps;
mod sections;
mod share;
mod source;
mod spelling;
mod splits;
mod strategy;
mod switch;
mod text;
mod tree;
mod untyped;
mod user_settings;
mod value;
mod when;
mod word;
mod write;
mod yaml;
mod yaml_text;

#[cfg(test)]
mod tests;

pub use diagnostics::render_mistakes;
use findings::Findings;
pub use mistake::{Mistake, Mistakes, Place};
pub use schema::schema;
pub use user_settings::{UserSettings, read_user_settings};
pub use write::write_single;

use crossfold_network::Param;
use crossfold_study::{Override, Study};
use path::Path;
use tree::{Content, Node, Origin, Source};

/// The most bytes of a spec. A longer one is refused unread.
pub const MAX_BYTES: usize = 1 << 20;

/// Reads a spec, with `overrides` applied in their order.
///
/// # Errors
/// With all mistakes; if the text isn't YAML of the kind that a spec may be, with the first reason.
pub fn read(bytes: &[u8], overrides: &[Override]) -> Result<Study, Mistakes> {
    let mut mistakes = Vec::new();
    let mut tree = source(bytes)?.parse(&mut mistakes)?;
    if matches!(tree.content, Content::Map(_)) {
        for (number, set) in overrides.iter().enumerate() {
            if let Err(mistake) = overrides::apply(set, number, &mut tree, &mut mistakes) {
                mistakes.push(mistake);
            }
        }
    }
    drop_second_names(&mut tree, &mut mistakes);

    let mut findings = Findings { tree: &tree, holes: Vec::new(), mistakes };
    let spec: Option<raw::StudySpec> = recovery::deserialize(&mut findings);
    let study = spec.and_then(|spec| check::check(spec, &mut findings));
    match Mistakes::new(findings.mistakes) {
        Some(mistakes) => Err(mistakes),
        None => Ok(study.expect("a spec without mistakes is a study")),
    }
}

fn source(bytes: &[u8]) -> Result<Source<'_>, Mistake> {
    if bytes.len() > MAX_BYTES {
        return Err(Mistake::new("", Place::File(0..0), "the spec is larger than 1 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Mistake::new("", Place::File(at..at + 1), "the spec is not UTF-8 from here on").hint("save it as UTF-8")
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => Source::new(rest, Origin::File(text.len() - rest.len())),
        None => Source::new(text, Origin::File(0)),
    })
}

/// Reports and drops the second domain of hyperparameters that have one under each of their names.
fn drop_second_names(tree: &mut Node, mistakes: &mut Vec<Mistake>) {
    let models = Path::new("models");
    let names = tree.get(&models).map(|node| node.entries().to_vec()).unwrap_or_default();
    let spaces = names.iter().map(|entry| models.key(&entry.key).key("space"));
    for at in spaces.chain([Path::new("search.space")]) {
        let Some(Node { content: Content::Map(map), .. }) = tree.get_mut(&at) else { continue };
        let mut first = std::collections::BTreeMap::new();
        map.retain(|entry| match Param::from_key(&entry.key) {
            None => true,
            Some(param) => match first.get(&param) {
                None => {
                    first.insert(param, (entry.key.clone(), entry.key_place.clone()));
                    true
                }
                Some((key, place)) => {
                    let message = format!("the same hyperparameter as `{key}`, which has a domain already");
                    let mistake = Mistake::new(at.key(&entry.key), entry.key_place.clone(), message);
                    mistakes.push(mistake.other(place.clone(), "first here"));
                    false
                }
            },
        });
    }
}
