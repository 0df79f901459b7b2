//! What is wrong with a spec, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One thing that is wrong with a spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The value's path, such as `search.space.dropout[2]`; empty where the whole file is meant.
    pub path: String,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What the caret points at.
    pub place: Place,
    /// A second place that has a part in it, and the part.
    pub other: Option<Box<(Place, String)>>,
}

/// A stretch of what the user wrote.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Bytes of the file.
    File(Range<usize>),
    /// Bytes of `text`, the override counted `number` from 0.
    Override { number: usize, text: Arc<str>, range: Range<usize> },
}

impl Place {
    /// Files before overrides, each from front to back.
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

/// Everything that is wrong with a spec, from front to back; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistakes {
    shown: Vec<Mistake>,
    more: bool,
}

/// Of more mistakes than this only the first are kept: nobody reads on.
pub(super) const MAX_MISTAKES: usize = 100;

impl Mistakes {
    /// `None` where nothing is wrong.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Option<Mistakes> {
        mistakes.sort_by_key(|mistake| mistake.place.order());
        // What is for several models is looked at for each of them.
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

    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.shown.iter()
    }

    pub fn count(&self) -> usize {
        self.shown.len()
    }

    /// Whether there are more than are kept.
    pub fn more(&self) -> bool {
        self.more
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Mistakes {
        Mistakes { shown: vec![mistake], more: false }
    }
}

/// A line a mistake, for logs and tests; people are shown the carets too.
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
