//! Columns of words, each word stored once.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crossfold_data::MISSING;

use super::markers::Markers;

/// Words in the order of their first rows, and the word of each row.
#[derive(Default)]
pub(super) struct Words {
    /// All words, one after another, because millions of words as strings would take too much memory.
    text: String,
    /// The byte of `text` at which each word ends.
    ends: Vec<usize>,
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The index of each row's word; [`MISSING`] where there is none.
    pub(super) codes: Vec<u32>,
    pub(super) markers: Markers,
}

impl Words {
    /// Adds a row without a value; `marker` is its text.
    pub(super) fn push_missing(&mut self, marker: &str) {
        self.markers.push(marker);
        self.codes.push(MISSING);
    }

    /// Adds a row.
    pub(super) fn push(&mut self, word: &str) {
        let Words { text, ends, places, hasher, codes, markers: _ } = self;
        let found = places.find(hasher.hash_one(word), |&place| get(text, ends, place as usize) == word);
        let place = found.copied().unwrap_or_else(|| {
            let place = ends.len() as u32;
            text.push_str(word);
            ends.push(text.len());
            places
                .insert_unique(hasher.hash_one(word), place, |&place| hasher.hash_one(get(text, ends, place as usize)));
            place
        });
        codes.push(place);
    }

    /// The number of distinct words.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|place| self.get(place))
    }

    pub(super) fn get(&self, place: usize) -> &str {
        get(&self.text, &self.ends, place)
    }

    /// The number of rows that have a word.
    pub(super) fn present(&self) -> usize {
        self.codes.iter().filter(|&&code| code != MISSING).count()
    }

    /// The first row with a word, by the word's index.
    pub(super) fn row(&self, place: usize) -> usize {
        let row = self.codes.iter().position(|&code| code as usize == place);
        row.expect("each word occurs in a row")
    }
}

fn get<'a>(text: &'a str, ends: &[usize], place: usize) -> &'a str {
    &text[if place == 0 { 0 } else { ends[place - 1] }..ends[place]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_stored_once() {
        let mut words = Words::default();
        ["b", "a", "", "b"].iter().for_each(|word| words.push(word));
        words.push_missing("NA");
        words.push("a");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["b", "a", ""]);
        assert_eq!(words.codes, [0, 1, 2, 0, MISSING, 1]);
        assert_eq!((words.present(), words.row(1)), (5, 1));
    }
}
