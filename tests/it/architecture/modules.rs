//! The modules of a crate, and what the paths in them lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Path, imported};
use super::source::{Source, Token};

/// The modules of a crate, with their imports and definitions.
pub(super) struct Modules<'a> {
    pub(super) sources: &'a [Source],
    /// The index in `sources` of each module.
    files: BTreeMap<&'a [String], usize>,
    /// The imports and re-exports of each file, by name.
    imports: Vec<BTreeMap<String, Path>>,
    /// The glob imports of each file.
    globs: Vec<Vec<Path>>,
    /// The names that each file defines.
    definitions: Vec<BTreeSet<String>>,
}

/// The target of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Module(usize),
    /// An item that a file defines.
    Item(usize),
}

impl<'a> Modules<'a> {
    pub(super) fn new(sources: &'a [Source]) -> Modules<'a> {
        let files = sources.iter().enumerate().map(|(index, source)| (source.module.as_slice(), index)).collect();
        let (mut imports, mut globs) = (Vec::new(), Vec::new());
        for source in sources {
            let (mut named, mut all) = (BTreeMap::new(), Vec::new());
            for import in imported(&source.tokens) {
                match import.name {
                    Some(name) => drop(named.insert(name, import.path)),
                    None => all.push(import.path),
                }
            }
            imports.push(named);
            globs.push(all);
        }
        let definitions = sources.iter().map(|source| defined(&source.tokens)).collect();
        Modules { sources, files, imports, globs, definitions }
    }

    /// The target of a path in a file; `None` for a path that leads out of the crate.
    pub(super) fn resolve(&self, file: usize, path: &[String]) -> Option<Target> {
        self.follow(file, path, 0)
    }

    fn follow(&self, file: usize, path: &[String], depth: u32) -> Option<Target> {
        // Imports can form circles.
        if depth > 16 {
            return None;
        }
        let module = &self.sources[file].module;
        let (first, mut rest) = path.split_first()?;
        let mut target = match first.as_str() {
            "crate" => Target::Module(*self.files.get(&[][..])?),
            "self" => Target::Module(file),
            "super" => Target::Module(*self.files.get(&module[..module.len().checked_sub(1)?])?),
            name => self.name(file, name, depth)?,
        };
        while let Some((name, after)) = rest.split_first() {
            let Target::Module(at) = target else { break };
            target = match name.as_str() {
                "super" => {
                    let module = &self.sources[at].module;
                    Target::Module(*self.files.get(&module[..module.len().checked_sub(1)?])?)
                }
                "self" => target,
                name => self.name(at, name, depth).unwrap_or(Target::Item(at)),
            };
            rest = after;
        }
        Some(target)
    }

    /// The target of a name in a file: a child module, an import or a definition.
    fn name(&self, file: usize, name: &str, depth: u32) -> Option<Target> {
        let child = [&self.sources[file].module[..], &[name.to_owned()]].concat();
        if let Some(&child) = self.files.get(child.as_slice()) {
            return Some(Target::Module(child));
        }
        if self.definitions[file].contains(name) {
            return Some(Target::Item(file));
        }
        if let Some(path) = self.imports[file].get(name)
            && path.first().is_some_and(|first| first != name || path.len() > 1)
        {
            return self.follow(file, path, depth + 1);
        }
        self.globs[file].iter().find_map(|glob| match self.follow(file, glob, depth + 1)? {
            Target::Module(from) if from != file => self.name(from, name, depth + 1),
            Target::Module(_) | Target::Item(_) => None,
        })
    }
}

/// The names of a file's own items.
fn defined(tokens: &[Token]) -> BTreeSet<String> {
    const KEYWORDS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];
    let is_item = |pair: &&[Token]| KEYWORDS.contains(&pair[0].text.as_str()) && pair[1].is_identifier();
    tokens.windows(2).filter(is_item).map(|pair| pair[1].text.clone()).collect()
}
