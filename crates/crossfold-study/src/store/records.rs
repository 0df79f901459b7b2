//! Records that are written to and read from a store.

use std::fmt;
use std::time::Duration;

use crossfold_network::{Form, MAX_PARAMETERS, Shape, counted, format_bytes};

use crate::fit::{Checkpoint, EpochReport, FitEnd};
use crate::key::FitKey;
use crate::metric::Evaluation;
use crate::overrides::Override;
use crate::rows::{Part, Truth, ValidationRows};
use crate::study::StudyName;

/// A fit that has ended, with everything it reported.
#[derive(Clone, Debug, PartialEq)]
pub struct FitRecord {
    pub key: FitKey,
    /// [`Configuration::canonical_without_steps`](crossfold_network::Configuration::canonical_without_steps), for inspecting
    /// the store.
    pub configuration: String,
    pub part: Part,
    pub end: FitEnd,
    /// Epochs 1, 2, …
    pub epochs: Vec<EpochRecord>,
    /// The state from which training can continue.
    pub checkpoint: Option<Checkpoint>,
}

impl FitRecord {
    /// Whether this record's checkpoint, or its absence, replaces the stored one. A fit that was cut short leaves the
    /// stored one in place.
    pub fn replaces_checkpoint(&self) -> bool {
        self.checkpoint.is_some()
            || match &self.end {
                FitEnd::Complete | FitEnd::Stopped => true,
                FitEnd::Failed(failure) => failure.is_final(),
                FitEnd::Cancelled => false,
            }
    }
}

/// An epoch's report with the time at which it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRecord {
    pub report: EpochReport,
    /// Wall time since the fit began.
    pub elapsed: Duration,
}

/// A stored fit, without its predictions and checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFit {
    /// How the longest attempt ended.
    pub end: FitEnd,
    /// Epochs 1, 2, …, without their predictions.
    pub epochs: Vec<EpochRecord>,
}

/// A study as it was last run. Together with its fits it is enough to recreate every result file.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyRecord {
    pub name: StudyName,
    /// The spec's text.
    pub spec: Vec<u8>,
    /// The command line's changes to the spec.
    pub overrides: Vec<Override>,
    /// The absolute path of the spec's folder, to which paths in the spec are relative. One that is not UTF-8 is encoded.
    pub folder: String,
    /// [`Origin::text`](crate::Origin::text).
    pub origin: String,
    pub shape: Shape,
    /// The classes' names, by label; empty for a regression.
    pub classes: Vec<String>,
    /// The number of rows that the study searches on.
    pub rows: u64,
    /// Digest of the test rows, if the study scores them.
    pub test_digest: Option<String>,
    /// Which rows validate each fold, in the plan's order of folds.
    pub validation: Vec<ValidationRows>,
    /// The start of the last run, RFC 3339 in UTC.
    pub started: String,
    /// `study.json` as it was last written.
    pub record: Option<String>,
    /// `model/model.json` as it was last written: the winner's network, and how rows become its inputs. Studies that
    /// share a network may read their files in different ways.
    pub model: Option<String>,
    /// The parts of reports that can't be calculated from stored fits, as JSON, as they were last made.
    pub exhibits: Option<String>,
}

impl StudyRecord {
    /// Whether the parts go together, as they do in a record that a study wrote: everything that is calculated from the
    /// record relies on it.
    pub fn is_sound(&self) -> bool {
        let Shape { inputs, outputs, looked_up, form } = self.shape;
        let inputs_of_form = match form {
            Form::Flat => Some(inputs),
            Form::Table(numbers) => numbers.inputs().filter(|&own| own <= inputs).map(|_| inputs),
            Form::Image { height, width, channels } => {
                height.checked_mul(width).and_then(|pixels| pixels.checked_mul(channels))
            }
            Form::Sequence { steps } => inputs.checked_rem(steps).map(|rest| inputs - rest),
        };
        let are_ascending = self.validation.is_sorted_by(|a, b| a.fold < b.fold);
        let has_groups =
            |part: &ValidationRows| part.groups.as_ref().is_none_or(|groups| groups.len() == part.rows.len());
        let has_rows = |part: &ValidationRows| match &part.truth {
            Truth::Labels(labels) => {
                let is_class = |&label: &u32| (label as usize) < self.classes.len();
                labels.len() == part.rows.len() && labels.iter().all(is_class)
            }
            Truth::Numbers(numbers) => {
                let is_finite = numbers.iter().all(|number| number.is_finite());
                numbers.len() == part.rows.len() && is_finite && self.classes.is_empty()
            }
        };
        inputs_of_form == Some(inputs)
            && inputs as u64 <= MAX_PARAMETERS
            && looked_up <= MAX_PARAMETERS
            && (self.classes.is_empty() || outputs == self.classes.len())
            && self.rows <= u64::from(u32::MAX)
            && are_ascending
            && self.validation.iter().all(|part| has_rows(part) && has_groups(part))
    }
}

/// What a store knows to have been scored on certain test rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestUse {
    /// Number of networks.
    pub networks: u64,
    /// The studies with these test rows that have a network, ascending.
    pub studies: Vec<StudyName>,
}

impl fmt::Display for TestUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LISTED: usize = 3;
        let networks = match self.networks {
            1 => "1 other network in this store has".to_owned(),
            networks => format!("{networks} other networks in this store have"),
        };
        let names: Vec<String> = self.studies.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
        let studies = match (names.join(", "), self.studies.len().saturating_sub(LISTED)) {
            (names, 0) if names.is_empty() => String::new(),
            (names, 0) => format!(" (studies with them: {names})"),
            (names, more) => format!(" (studies with them: {names} and {more} more)"),
        };
        write!(f, "{networks} been scored on these test rows{studies}: the best of several test scores is optimistic")
    }
}

/// A network trained on all of a study's rows, with its scores on test rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RefitRecord {
    /// The bytes of its safetensors file.
    pub weights: Vec<u8>,
    /// Digests of test rows, and the scores on them.
    pub tests: Vec<(String, Evaluation)>,
}

/// The stored entries that no study refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    pub fits: u64,
    pub refits: u64,
    /// Approximate size on disk.
    pub bytes: u64,
}

impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Garbage { fits, refits, bytes } = self;
        let (fits, refits) = (counted(*fits, "fit"), counted(*refits, "retrained network"));
        write!(f, "{fits} and {refits}, about {}", format_bytes(*bytes))
    }
}
