//! Mistakes in a spec, with their places.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A mistake in a spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The value's path, such as `search.space.dropout[2]`; empty for the whole file.
    pub path: String,
    /// What is wrong, in one line.
    pub message: String,
    /// How to correct it.
    pub hint: Option<String>,
    /// The text that carets point at.
    pub place: Place,
    /// A second place that is involved, and how.
    pub other: Option<Box<(Place, String)>>,
}

/// A range of the text of a spec or an override.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Bytes of the file.
    File(Range<usize>),
    /// Bytes of `text`, which is the override number `number`, counted from 0.
    Override { number: usize, text: Arc<str>, range: Range<usize> },
}

impl Place {
    /// Orders the file before overrides, each from start to end.
    fn order(&self) -> (usize, usize) {
        match self {
            Place::File(range) => (0, range.start),
            Place::Override { number, range, .. } => (number + 1, range.start),
        }
    }
}

impl Mistake {
    pub(super) fn new(path: impl fmt::Display, place: Place, message: impl Into<String>) -> Mistake {
        Mistake { path: path.to_string(), message: message.into(), hint: None, place, other: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Mistake {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn other(mut self, place: Place, part: impl Into<String>) -> Mistake {
        self.other = Some(Box::new((place, part.into())));
        self
    }
}

/// All mistakes in a spec, in order of their places; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistakes {
    shown: Vec<Mistake>,
    more: bool,
}

/// The most mistakes that are kept.
pub(super) const MAX_MISTAKES: usize = 100;

impl Mistakes {
    /// `None` without mistakes.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Option<Mistakes> {
        mistakes.sort_by_key(|mistake| mistake.place.order());
        // Settings that several models share are checked for each of them.
        let mut at_place = 0;
        let mut kept: Vec<Mistake> = Vec::with_capacity(mistakes.len().min(MAX_MISTAKES + 1));
        for mistake in mistakes {
            if kept.last().is_some_and(|last| last.place != mistake.place) {
                at_place = kept.len();
            }
            if !kept[at_place..].contains(&mistake) {
                kept.push(mistake);
            }
        }
        let mut mistakes = kept;
        let more = mistakes.len() > MAX_MISTAKES;
        mistakes.truncate(MAX_MISTAKES);
        (!mistakes.is_empty()).then_some(Mistakes { shown: mistakes, more })
    }

    /// The mistakes that are kept, in order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.shown.iter()
    }

    /// The number of mistakes that are kept.
    pub fn count(&self) -> usize {
        self.shown.len()
    }

    /// Whether there are more mistakes than are kept.
    pub fn more(&self) -> bool {
        self.more
    }

    /// How many there are in a spec of this name.
    pub fn summary(&self, name: &str) -> String {
        match self.count() {
            1 => format!("1 mistake in {name}"),
            count if self.more() => format!("more than {count} mistakes in {name}, the first {count} are shown"),
            count => format!("{count} mistakes in {name}"),
        }
    }
}

impl Mistakes {
    /// The single mistake that the file isn't a spec at all.
    pub fn not_a_spec(what: &str, hint: String) -> Mistakes {
        Mistake::new("", Place::File(0..0), format!("this is {what}, not a spec")).hint(hint).into()
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Mistakes {
        Mistakes { shown: vec![mistake], more: false }
    }
}

/// One line per mistake, for logs and tests.
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.shown.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "`{}`: {}", mistake.path, mistake.message)?;
            if let Some(hint) = &mistake.hint {
                write!(f, " (hint: {hint})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
