//! The digest of a table's rows, which doesn't depend on the file that they came from.

use sha2::{Digest, Sha256};

use super::TableRows;
use crate::column::Values;
use crate::dataset::hex;
use crate::split_keys::SplitKeys;
use crate::targets::Targets;

impl TableRows {
    /// SHA-256 of everything that fits depend on, in hexadecimal. Stored results are keyed by it, so its contents must
    /// never change: the numbers of table rows, of the study's rows and of features; each feature's name, kind, and
    /// numbers, or number of levels, levels and codes; the task; the number of classes, their names and the labels, or
    /// the numbers; the ends of sequences among the table's rows; and the `groups`, `periods` and `folds` of rows. Text
    /// and lists are preceded by their lengths, numbers are little-endian, counts have 64 bits.
    pub(crate) fn digest(&self, features: &[String]) -> String {
        let mut hash = Sha256::new();
        let text = |hash: &mut Sha256, text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        let count = |hash: &mut Sha256, count: usize| hash.update((count as u64).to_le_bytes());
        let words = |hash: &mut Sha256, words: &[u32]| {
            hash.update((words.len() as u64).to_le_bytes());
            words.iter().for_each(|word| hash.update(word.to_le_bytes()));
        };
        for number in [self.table.rows(), self.targets.len(), features.len()] {
            count(&mut hash, number);
        }
        for column in features.iter().filter_map(|name| self.table.column(name)) {
            text(&mut hash, &column.name);
            text(&mut hash, column.kind.name());
            match &column.values {
                Values::Numbers(numbers) => numbers.iter().for_each(|number| hash.update(number.to_le_bytes())),
                Values::Levels { codes, levels } => {
                    count(&mut hash, levels.len());
                    levels.iter().for_each(|level| text(&mut hash, level));
                    words(&mut hash, codes);
                }
            }
        }
        text(&mut hash, self.targets.task().name());
        match &*self.targets {
            Targets::Classes { labels, names } => {
                count(&mut hash, names.len());
                names.iter().for_each(|name| text(&mut hash, name));
                words(&mut hash, labels);
            }
            Targets::Numbers(numbers) => numbers.iter().for_each(|number| hash.update(number.to_le_bytes())),
        }
        if let Some(series) = &self.series {
            words(&mut hash, &series.iter().map(|steps| steps.end).collect::<Vec<_>>());
        }
        // The gap is part of the splits' own text.
        let SplitKeys { groups, periods, folds, gap: _ } = &*self.keys;
        for (name, values) in [("groups", groups), ("periods", periods)] {
            if let Some(values) = values {
                text(&mut hash, name);
                words(&mut hash, values);
            }
        }
        if let Some(folds) = folds {
            text(&mut hash, "folds");
            words(&mut hash, &folds.iter().map(|fold| fold.unwrap_or(u32::MAX)).collect::<Vec<_>>());
        }
        hex(&hash.finalize())
    }
}
