//! Values of hyperparameters: their types and ranges.

use std::fmt;
use std::ops::{Bound, RangeBounds};

use crate::configuration::{
    ActivationName, Cell, Init, Kind, LossName, Normalization, NumbersName, OptimizerName, Padding, Pooling,
    ScheduleName, Summary,
};

/// What a single value of a hyperparameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values {
    /// Any text.
    Text,
    /// One of a closed list.
    Words(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number, both ends included.
    Whole { least: u32, most: u32 },
    /// A real number.
    Real(Interval),
    /// A step of preprocessing, as `preprocessing` in specs spells it: any text to this crate.
    Step,
}

impl Values {
    /// Any number of at least 0.
    pub(super) const NOT_NEGATIVE: Values = Values::Real(Interval::NOT_NEGATIVE);
    /// A rate in [0, 1).
    pub(super) const RATE: Values = Values::Real(Interval::RATE);
    /// A share in (0, 1), which leaves something on both sides.
    pub(super) const SHARE: Values = Values::Real(Interval::SHARE);

    /// Whether `value`, or each item of a list, is in range.
    pub fn admit(&self, value: &Plain) -> bool {
        match (self, value) {
            (_, Plain::List(values)) => values.iter().all(|value| self.admit(value)),
            (Values::Text | Values::Step, Plain::Text(_)) | (Values::Switch, Plain::Flag(_)) => true,
            (Values::Words(words), Plain::Text(text)) => words.contains(&text.as_str()),
            (Values::Whole { least, most }, Plain::Count(count)) => (least..=most).contains(&count),
            (Values::Real(interval), Plain::Real(number)) => interval.contains(*number),
            (
                Values::Text
                | Values::Words(_)
                | Values::Switch
                | Values::Whole { .. }
                | Values::Real(_)
                | Values::Step,
                Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_),
            ) => false,
        }
    }
}

/// As an error message says it: "a whole number from 1 to 64", "`max`, `average` or `none`".
impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Values::Text => f.write_str("text"),
            Values::Step => f.write_str("a step as under `preprocessing`"),
            Values::Switch => f.write_str("`true` or `false`"),
            Values::Whole { least, most } => write!(f, "a whole number from {least} to {most}"),
            Values::Real(interval) => fmt::Display::fmt(interval, f),
            Values::Words(words) => {
                for (i, word) in words.iter().enumerate() {
                    let separator = match i {
                        0 => "",
                        _ if i + 1 == words.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{separator}`{word}`")?;
                }
                Ok(())
            }
        }
    }
}

/// A range of real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub low: Bound<f64>,
    pub high: Bound<f64>,
}

impl Interval {
    /// Any finite number.
    pub const ANY: Interval = Interval { low: Bound::Unbounded, high: Bound::Unbounded };
    /// (0, ∞).
    pub const POSITIVE: Interval = Interval { low: Bound::Excluded(0.0), high: Bound::Unbounded };
    /// (1, ∞).
    pub const ABOVE_ONE: Interval = Interval { low: Bound::Excluded(1.0), high: Bound::Unbounded };
    /// [0, ∞).
    pub const NOT_NEGATIVE: Interval = Interval { low: Bound::Included(0.0), high: Bound::Unbounded };
    /// [0, 1).
    pub(super) const RATE: Interval = Interval { low: Bound::Included(0.0), high: Bound::Excluded(1.0) };
    /// (0, 1).
    pub const SHARE: Interval = Interval { low: Bound::Excluded(0.0), high: Bound::Excluded(1.0) };

    /// Whether `number` is finite and in range.
    pub fn contains(&self, number: f64) -> bool {
        number.is_finite() && (self.low, self.high).contains(&number)
    }
}

/// As an error message says it: "a number of at least 0 and below 1".
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")?;
        match self.low {
            Bound::Included(low) => write!(f, " of at least {low}")?,
            Bound::Excluded(low) => write!(f, " above {low}")?,
            Bound::Unbounded => {}
        }
        match self.high {
            Bound::Included(high) => write!(f, " and at most {high}"),
            Bound::Excluded(high) => write!(f, " and below {high}"),
            Bound::Unbounded => Ok(()),
        }
    }
}

/// How many values a fixed hyperparameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueForm {
    One,
    /// One, or a list with one for each layer or block.
    OneOrEach,
    /// A list with one for each layer.
    Each,
}

/// A part of a network of which there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A hidden layer, dense or recurrent.
    HiddenLayer,
    /// A block of a convolutional network.
    Block,
}

impl Place {
    /// The most that a network may have.
    pub const fn most(self) -> u32 {
        match self {
            Place::HiddenLayer => 64,
            Place::Block => 16,
        }
    }

    /// The least that a list may be for: a network may be without hidden layers, but has no blocks only if it isn't
    /// convolutional.
    pub fn least(self) -> u32 {
        match self {
            Place::HiddenLayer => 0,
            Place::Block => 1,
        }
    }

    /// "hidden layer".
    pub fn name(self) -> &'static str {
        match self {
            Place::HiddenLayer => "hidden layer",
            Place::Block => "block",
        }
    }
}

/// A value without its type: what formats write.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    Text(String),
    Flag(bool),
    Count(u32),
    Real(f64),
    List(Vec<Plain>),
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Plain::Text(text) => f.write_str(text),
            Plain::Flag(flag) => fmt::Display::fmt(flag, f),
            Plain::Count(count) => fmt::Display::fmt(count, f),
            Plain::Real(number) => fmt::Display::fmt(number, f),
            Plain::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A value for all layers or blocks, or one for each from the input side.
#[derive(Clone, Debug, PartialEq)]
pub enum PerLayer<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T: Clone + PartialEq> PerLayer<T> {
    /// The values of `layers` layers; `None` if there is a list of another length.
    pub(crate) fn for_layers(&self, layers: usize) -> Option<Vec<T>> {
        match self {
            PerLayer::Same(value) => Some(vec![value.clone(); layers]),
            PerLayer::Each(values) => (values.len() == layers).then(|| values.clone()),
        }
    }

    /// The shortest form of `values`; `None` if there are none.
    pub(crate) fn shortest(values: Vec<T>) -> Option<PerLayer<T>> {
        let first = values.first()?;
        Some(if values.iter().all(|value| value == first) {
            PerLayer::Same(first.clone())
        } else {
            PerLayer::Each(values)
        })
    }
}

/// The type of a hyperparameter's value.
pub(super) trait Value: Sized {
    const FORM: ValueForm;

    fn plain(&self) -> Plain;

    /// `None` if `plain` is of another type.
    fn from_plain(plain: Plain) -> Option<Self>;
}

macro_rules! plain_values {
    ($($type:ty: $plain:ident),* $(,)?) => {
        $(impl Value for $type {
            const FORM: ValueForm = ValueForm::One;

            fn plain(&self) -> Plain {
                Plain::$plain(self.clone())
            }

            fn from_plain(plain: Plain) -> Option<$type> {
                if let Plain::$plain(value) = plain { Some(value) } else { None }
            }
        })*
    };
}

plain_values!(String: Text, bool: Flag, u32: Count, f64: Real);

macro_rules! word_values {
    ($($type:ty),* $(,)?) => {
        $(impl Value for $type {
            const FORM: ValueForm = ValueForm::One;

            fn plain(&self) -> Plain {
                Plain::Text(self.name().to_owned())
            }

            fn from_plain(plain: Plain) -> Option<$type> {
                let Plain::Text(name) = plain else { return None };
                <$type>::ALL.iter().copied().find(|word| word.name() == name)
            }
        })*
    };
}

word_values!(
    ActivationName,
    Cell,
    Init,
    Kind,
    LossName,
    Normalization,
    NumbersName,
    OptimizerName,
    Padding,
    Pooling,
    ScheduleName,
    Summary,
);

impl<T: Value> Value for Vec<T> {
    const FORM: ValueForm = ValueForm::Each;

    fn plain(&self) -> Plain {
        Plain::List(self.iter().map(Value::plain).collect())
    }

    fn from_plain(plain: Plain) -> Option<Vec<T>> {
        let Plain::List(values) = plain else { return None };
        values.into_iter().map(T::from_plain).collect()
    }
}

impl<T: Value> Value for PerLayer<T> {
    const FORM: ValueForm = ValueForm::OneOrEach;

    fn plain(&self) -> Plain {
        match self {
            PerLayer::Same(value) => value.plain(),
            PerLayer::Each(values) => values.plain(),
        }
    }

    fn from_plain(plain: Plain) -> Option<PerLayer<T>> {
        match plain {
            Plain::List(_) => Vec::from_plain(plain).map(PerLayer::Each),
            Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_) => {
                T::from_plain(plain).map(PerLayer::Same)
            }
        }
    }
}
