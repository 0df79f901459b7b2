//! The mistakes that the check of a spec has found so far.

use super::mistake::Mistake;
use super::path::Path;
use super::tree::Node;
use super::word::enumerate;

/// Mistakes, and the holes that they left. Nothing is reported about values below a hole.
pub(super) struct Findings<'a> {
    pub(super) tree: &'a Node,
    /// Paths whose values are unknown because of a reported mistake.
    pub(super) holes: Vec<Path>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Findings<'_> {
    pub(super) fn is_hole(&self, path: &Path) -> bool {
        self.holes.iter().any(|hole| path.is_within(hole))
    }

    /// Whether the spec has a value at `path`.
    pub(super) fn is_given(&self, path: &Path) -> bool {
        self.tree.get(path).is_some()
    }

    /// Reports a mistake in the value at `path`.
    pub(super) fn wrong(&mut self, path: &Path, message: impl Into<String>) -> &mut Mistake {
        let place = self.tree.place(path).clone();
        self.report(Mistake::new(path, place, message))
    }

    /// Reports that the key at `path` should not be there, whatever its value.
    pub(super) fn misplaced(&mut self, path: &Path, message: impl Into<String>) -> &mut Mistake {
        let place = self.tree.key_place(path).clone();
        self.report(Mistake::new(path, place, message))
    }

    /// Returns `value`. Reports if it is missing, unless a reported mistake explains that.
    pub(super) fn required<T>(&mut self, path: &Path, value: Option<T>, expected: &str) -> Option<T> {
        let meant = || self.holes.iter().any(|hole| hole.is_within(path) || path.is_within(hole));
        if value.is_none() && !self.is_given(path) && !meant() {
            self.wrong(path, format!("missing, expected {expected}"));
            self.holes.push(path.clone());
        }
        value
    }

    /// Returns the one of `keys` that the map at `path` has. Reports if it has none of them, or several.
    pub(super) fn one_of<'k>(&mut self, path: &Path, keys: &[&'k str]) -> Option<&'k str> {
        let given: Vec<&str> = keys.iter().copied().filter(|key| self.is_given(&path.key(key))).collect();
        let listed = |keys: &[&str]| enumerate(&keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>(), "and");
        match given.as_slice() {
            [key] => return Some(key),
            [] => {
                let entries = self.tree.get(path).map(Node::entries).unwrap_or_default();
                // An unknown key, which is reported, was meant to be one of them.
                if !entries.iter().any(|entry| self.is_hole(&path.key(&entry.key))) {
                    let found = if entries.is_empty() { "an empty map" } else { "a map without" };
                    let one_of = if keys.len() > 1 { "one of " } else { "" };
                    self.wrong(path, format!("expected {one_of}{}, found {found}", listed(keys)));
                }
            }
            several => {
                let message = format!("expected one of {}, found {}", listed(keys), listed(several));
                self.wrong(path, message);
            }
        }
        None
    }

    fn report(&mut self, mistake: Mistake) -> &mut Mistake {
        self.mistakes.push(mistake);
        self.mistakes.last_mut().expect("one was just pushed")
    }
}
