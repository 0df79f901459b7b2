//! Numbers as a spec may hold them: each type says what it takes, to readers and in the schema.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::raw::{Described, Raw};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Count<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Count<MIN, MAX> {
    pub(super) fn get(&self) -> u64 {
        self.0
    }
}

impl<const MIN: u64, const MAX: u64> Raw for Count<MIN, MAX> {
    type Checked = u32;

    fn checked(&self) -> Option<u32> {
        Some(u32::try_from(self.0).expect("hyperparameters' upper bounds are within u32"))
    }
}

impl<const MIN: u64, const MAX: u64> Described for Count<MIN, MAX> {
    fn describe(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if MIN == MAX { write!(f, "`{MIN}`") } else { write!(f, "a whole number from {MIN} to {MAX}") }
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Count<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counting<const MIN: u64, const MAX: u64>;

        impl<const MIN: u64, const MAX: u64> Visitor<'_> for Counting<MIN, MAX> {
            type Value = Count<MIN, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Count::<MIN, MAX>::describe(f)
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Self::Value, E> {
                if (MIN..=MAX).contains(&n) {
                    Ok(Count(n))
                } else {
                    Err(E::invalid_value(Unexpected::Unsigned(n), &self))
                }
            }
        }

        deserializer.deserialize_any(Counting)
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Count<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("CountFrom{MIN}To{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A real number in the interval `I`.
#[derive(Debug)]
pub(super) struct Real<I>(f64, PhantomData<I>);

pub(super) trait Interval {
    const RANGE: (Bound<f64>, Bound<f64>);
}

/// A rate: [0, 1).
#[derive(Debug)]
pub(super) struct Rate;
/// A share of the whole that leaves something on both sides: (0, 1).
#[derive(Debug)]
pub(super) struct ProperShare;
/// A step size: (0, 1000].
#[derive(Debug)]
pub(super) struct StepSize;
/// The weight of a penalty: [0, ∞).
#[derive(Debug)]
pub(super) struct Penalty;

/// A chance: [0, 1].
#[derive(Debug)]
pub(super) struct Chance;
/// Degrees either way: [0, 180].
#[derive(Debug)]
pub(super) struct HalfTurn;
/// Degrees that stay short of a right angle: [0, 90).
#[derive(Debug)]
pub(super) struct QuarterTurn;

/// Any number.
#[derive(Debug)]
pub(super) struct AnyNumber;
/// Above 0.
#[derive(Debug)]
pub(super) struct Positive;
/// A factor that makes larger: above 1.
#[derive(Debug)]
pub(super) struct AboveOne;

impl Interval for AnyNumber {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Unbounded, Bound::Unbounded);
}
impl Interval for Positive {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Unbounded);
}
impl Interval for AboveOne {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(1.0), Bound::Unbounded);
}
impl Interval for Rate {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Excluded(1.0));
}
impl Interval for ProperShare {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Excluded(1.0));
}
impl Interval for StepSize {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Excluded(0.0), Bound::Included(1000.0));
}
impl Interval for Penalty {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Unbounded);
}

impl Interval for Chance {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Included(1.0));
}
impl Interval for HalfTurn {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Included(180.0));
}
impl Interval for QuarterTurn {
    const RANGE: (Bound<f64>, Bound<f64>) = (Bound::Included(0.0), Bound::Excluded(90.0));
}

impl<I: Interval> Real<I> {
    /// `None` outside the interval, and for what is not finite.
    pub(super) fn new(x: f64) -> Option<Real<I>> {
        // −0 becomes 0, so that the two are one value everywhere behind.
        (x.is_finite() && I::RANGE.contains(&x)).then_some(Real(x + 0.0, PhantomData))
    }
}

/// "a number of at least 0 and below 1".
impl<I: Interval> Described for Real<I> {
    fn describe(f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")?;
        match I::RANGE.0 {
            Bound::Included(low) => write!(f, " of at least {low}")?,
            Bound::Excluded(low) => write!(f, " above {low}")?,
            Bound::Unbounded => {}
        }
        match I::RANGE.1 {
            Bound::Included(high) => write!(f, " and at most {high}"),
            Bound::Excluded(high) => write!(f, " and below {high}"),
            Bound::Unbounded => Ok(()),
        }
    }
}

impl<I> Raw for Real<I> {
    type Checked = f64;

    fn checked(&self) -> Option<f64> {
        Some(self.0)
    }
}

impl<'de, I: Interval> Deserialize<'de> for Real<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Measuring<I>(PhantomData<I>);

        impl<I: Interval> Visitor<'_> for Measuring<I> {
            type Value = Real<I>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Real::<I>::describe(f)
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<Self::Value, E> {
                Real::new(x).ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Self::Value, E> {
                self.visit_f64(n as f64)
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<Self::Value, E> {
                self.visit_f64(n as f64)
            }
        }

        deserializer.deserialize_any(Measuring(PhantomData))
    }
}

impl<I: Interval> JsonSchema for Real<I> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Real{:?}", I::RANGE).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = json_schema!({ "type": "number" });
        match I::RANGE.0 {
            Bound::Included(low) => drop(schema.insert("minimum".into(), low.into())),
            Bound::Excluded(low) => drop(schema.insert("exclusiveMinimum".into(), low.into())),
            Bound::Unbounded => {}
        }
        match I::RANGE.1 {
            Bound::Included(high) => drop(schema.insert("maximum".into(), high.into())),
            Bound::Excluded(high) => drop(schema.insert("exclusiveMaximum".into(), high.into())),
            Bound::Unbounded => {}
        }
        schema
    }
}
