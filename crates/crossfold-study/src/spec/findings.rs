//! What the check of a spec has found so far.

use super::mistake::Mistake;
use super::path::Path;
use super::tree::Node;

/// Mistakes, and where earlier ones have left holes, under which nothing more is said.
pub(super) struct Findings<'a> {
    pub(super) tree: &'a Node,
    /// Paths whose values are unknown because of a mistake already reported.
    pub(super) holes: Vec<Path>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Findings<'_> {
    pub(super) fn is_hole(&self, path: &Path) -> bool {
        self.holes.iter().any(|hole| path.is_within(hole))
    }

    /// Whether the author has written something at `path`.
    pub(super) fn is_given(&self, path: &Path) -> bool {
        self.tree.get(path).is_some()
    }

    /// Reports what is wrong with the value at `path`.
    pub(super) fn wrong(&mut self, path: &Path, message: impl Into<String>) -> &mut Mistake {
        let place = self.tree.place(path).clone();
        self.report(Mistake::new(path, place, message))
    }

    /// Reports that `path` should not be there at all, whatever its value.
    pub(super) fn misplaced(&mut self, path: &Path, message: impl Into<String>) -> &mut Mistake {
        let place = self.tree.key_place(path).clone();
        self.report(Mistake::new(path, place, message))
    }

    /// Passes `value` on; where there is none and none was meant, reports that at the map that should
    /// hold it.
    pub(super) fn required<T>(&mut self, path: &Path, value: Option<T>, expected: &str) -> Option<T> {
        let meant = || self.holes.iter().any(|hole| hole.is_within(path) || path.is_within(hole));
        if value.is_none() && !self.is_given(path) && !meant() {
            self.wrong(path, format!("missing, expected {expected}"));
            self.holes.push(path.clone());
        }
        value
    }

    fn report(&mut self, mistake: Mistake) -> &mut Mistake {
        self.mistakes.push(mistake);
        self.mistakes.last_mut().expect("one was just pushed")
    }
}
