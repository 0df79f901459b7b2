//! A map of a spec.

use std::collections::HashMap;

use super::Entry;

/// Entries in the order of the spec. A key is found without a search, since a spec may have thousands of models.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    entries: Vec<Entry>,
    /// The place of each key among the entries.
    places: HashMap<String, usize>,
}

impl Map {
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.places.get(key).map(|&place| &self.entries[place])
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.places.get(key).map(|&place| &mut self.entries[place])
    }

    /// Adds an entry, whose key must be new.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.places.insert(entry.key.clone(), self.entries.len());
        self.entries.push(entry);
    }

    /// Drops the entries that `is_kept` refuses.
    pub(crate) fn retain(&mut self, is_kept: impl FnMut(&Entry) -> bool) {
        self.entries.retain(is_kept);
        self.places = (0..).zip(&self.entries).map(|(place, entry)| (entry.key.clone(), place)).collect();
    }
}
