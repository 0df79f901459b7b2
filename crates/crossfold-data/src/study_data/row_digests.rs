//! Digests of single rows, by which a row is recognised after others were added, removed or edited.

use crossfold_study::RowDigest;

use super::{Rows, StudyData, TableRows};
use crate::column::Column;
use crate::dataset::{Dataset, Features};
use crate::targets::Targets;

impl StudyData {
    /// The digest of each training row, by its row in the file, counted from 0 as [`StudyData::places`] does; `None` for rows
    /// of the file that aren't trained on.
    ///
    /// It depends on the row alone: on the names of the features and the row's values as text, whatever the order and kinds
    /// of the columns, and on the target's text; of images on the pixels. Baselines hold these digests, so what they are
    /// made of must never change.
    pub fn row_digests(&self) -> Vec<Option<RowDigest>> {
        let rows: Vec<u32> = (0..self.rows() as u32).collect();
        let places = self.places(&rows);
        let length = places.iter().max().map_or(0, |&last| last as usize + 1);
        let mut digests = vec![None; length];
        let known = match &self.train {
            Rows::Images(images) => digest_all(self.targets(), |row| images.row_bytes(row)),
            Rows::Table(table) => table.row_digests(&self.features),
        };
        places.iter().zip(known).for_each(|(&place, digest)| digests[place as usize] = Some(digest));
        digests
    }

    /// The digests of the rows that `data.test_share` sets aside, whether or not a test is asked for.
    pub fn set_aside_digests(&self) -> Vec<RowDigest> {
        let scored = match &self.test {
            Some(Rows::Table(rows)) if self.test_is_set_aside => Some(rows),
            Some(Rows::Table(_) | Rows::Images(_)) | None => None,
        };
        self.set_aside.as_ref().or(scored).map(|rows| rows.row_digests(&self.features)).unwrap_or_default()
    }
}

fn digest_all(targets: &Targets, inputs: impl Fn(u32) -> Vec<u8>) -> Vec<RowDigest> {
    let digest = |row| RowDigest::new(&inputs(row), target_text(targets, row).as_bytes());
    (0..targets.len() as u32).map(digest).collect()
}

fn target_text(targets: &Targets, row: u32) -> String {
    match targets {
        Targets::Classes { labels, names } => names[labels[row as usize] as usize].clone(),
        // Adding 0.0 turns -0 into 0.
        Targets::Numbers(numbers) => (numbers[row as usize] + 0.0).to_string(),
    }
}

impl TableRows {
    fn row_digests(&self, features: &[String]) -> Vec<RowDigest> {
        let mut columns: Vec<&Column> = features.iter().filter_map(|name| self.table.column(name)).collect();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        digest_all(&self.targets, |row| self.row_bytes(row, &columns))
    }

    /// Each column's name and the row's value in it, step by step. A missing value is the empty text, others begin with `=`.
    /// Texts are preceded by their lengths.
    fn row_bytes(&self, row: u32, columns: &[&Column]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut add = |text: &str| {
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        };
        for step in self.steps_of_row(row) {
            for column in columns {
                add(&column.name);
                if column.values.is_missing(step) { add("") } else { add(&format!("={}", column.values.text(step))) }
            }
        }
        bytes
    }
}

impl Dataset {
    /// The digest of each row as a network reads it, with its target.
    pub fn row_digests(&self) -> Vec<RowDigest> {
        digest_all(self.targets(), |row| self.row_bytes(row))
    }

    /// A row's features as they are stored.
    fn row_bytes(&self, row: u32) -> Vec<u8> {
        let range = row as usize * self.features_per_row()..(row as usize + 1) * self.features_per_row();
        match self.features() {
            Features::Bytes(values) => values[range].to_vec(),
            Features::Floats(values) => values[range].iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;

    /// Four images of two pixels; the third has the first one's pixels and another class.
    #[test]
    fn equal_rows_have_equal_digests() {
        let names = vec!["no".to_owned(), "yes".to_owned()];
        let targets = Targets::Classes { labels: vec![1, 0, 0, 1], names };
        let images = Dataset::new(Features::Bytes(vec![1, 2, 3, 4, 1, 2, 1, 2]), Arc::new(targets));
        let digests: Vec<RowDigest> =
            StudyData::from_images(images, None).row_digests().into_iter().flatten().collect();
        assert_eq!(digests[0], RowDigest::new(&[1, 2], b"yes"));
        assert_eq!((digests[0], digests[0].inputs), (digests[3], digests[2].inputs));
        assert_eq!(digests.iter().map(|digest| digest.inputs).collect::<BTreeSet<_>>().len(), 2);
        assert_ne!(digests[0].target, digests[2].target);
    }
}
