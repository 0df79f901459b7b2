//! What moves from one store to another, and what a check of a store finds.

use std::fmt;
use std::path::Path;

use crossfold_network::{counted, format_bytes};

use super::StoreError;
use super::records::{FitRecord, RefitRecord};
use crate::key::FitKey;
use crate::rows::Part;

/// A record that other stores can use: a fit with its epochs and predictions, or a retrained network with its scores.
#[derive(Clone, Debug, PartialEq)]
pub enum SharedRecord {
    Fit(FitRecord),
    Refit { key: FitKey, epochs: u32, refit: RefitRecord },
}

/// Numbers of records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordCounts {
    pub fits: u64,
    pub refits: u64,
}

impl RecordCounts {
    /// Counts one more.
    pub fn add(&mut self, record: &SharedRecord) {
        match record {
            SharedRecord::Fit(_) => self.fits += 1,
            SharedRecord::Refit { .. } => self.refits += 1,
        }
    }
}

impl fmt::Display for RecordCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {}", counted(self.fits, "fit"), counted(self.refits, "retrained network"))
    }
}

/// What a store took from others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// Records that were not stored before.
    pub added: RecordCounts,
    /// About how large they are.
    pub bytes: u64,
    /// Fits that were stored with fewer epochs or predictions, and networks that were stored with fewer scores.
    pub extended: RecordCounts,
    /// Records that were stored already.
    pub known: RecordCounts,
    /// Records that are not what is stored under the same key: none of them was taken, and the stored ones stay.
    pub conflicts: Vec<Conflict>,
}

impl Merged {
    /// The error about the first conflict, in the store at `path`.
    pub fn conflict(&self, path: &Path) -> Option<StoreError> {
        let (first, others) = self.conflicts.split_first()?;
        Some(StoreError::Conflict { path: path.display().to_string(), first: first.clone(), others: others.len() })
    }
}

/// A line with the counts, and one for each conflict.
impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "added {}, about {}", self.added, format_bytes(self.bytes))?;
        if self.extended != RecordCounts::default() {
            write!(f, "; extended {}", self.extended)?;
        }
        writeln!(f, "; {} stored already", self.known)?;
        self.conflicts.iter().try_for_each(|conflict| writeln!(f, "not taken, because it differs: {conflict}"))
    }
}

/// Two results under one key, of which one must be wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub key: FitKey,
    /// The canonical text of the fit's configuration; a retrained network doesn't have it.
    pub configuration: Option<String>,
    pub part: Part,
    /// The first epoch whose results differ.
    pub epoch: u32,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { key, configuration, part, epoch } = self;
        let of = configuration.as_ref().map_or("a retrained network".to_owned(), |text| format!("`{text}`"));
        write!(f, "epoch {epoch} of {of} on {} (fit {})", part.in_words(), &key.to_string()[..16])
    }
}

/// What a check of every record of a store found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verified {
    pub records: RecordCounts,
    pub predictions: u64,
    pub checkpoints: u64,
    pub studies: u64,
    pub journals: u64,
    /// An error for each damaged record.
    pub damaged: Vec<StoreError>,
}

/// A line per kind of record, and one for each that is damaged.
impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { records, predictions, checkpoints, studies, journals, damaged } = self;
        let lines = [
            ("fits", records.fits),
            ("predictions", *predictions),
            ("checkpoints", *checkpoints),
            ("retrained networks", records.refits),
            ("studies", *studies),
            ("search journals", *journals),
            ("damaged", damaged.len() as u64),
        ];
        lines.iter().try_for_each(|(what, count)| writeln!(f, "{what:<18} {count}"))?;
        damaged.iter().try_for_each(|damage| writeln!(f, "{damage}"))
    }
}
