//! Numbers in a spec, with their ranges.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Bound;

use crossfold_network::Interval;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::checked::Raw;

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

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Count<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor<const MIN: u64, const MAX: u64>;

        impl<const MIN: u64, const MAX: u64> Visitor<'_> for CountVisitor<MIN, MAX> {
            type Value = Count<MIN, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                if MIN == MAX { write!(f, "`{MIN}`") } else { write!(f, "a whole number from {MIN} to {MAX}") }
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Self::Value, E> {
                if (MIN..=MAX).contains(&n) {
                    Ok(Count(n))
                } else {
                    Err(E::invalid_value(Unexpected::Unsigned(n), &self))
                }
            }
        }

        deserializer.deserialize_any(CountVisitor)
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

/// The interval of a [`Real`], as a type.
pub(super) trait Within {
    const RANGE: Interval;
}

macro_rules! within {
    ($($(#[$meta:meta])* $type:ident: $range:expr;)*) => {
        $(
            $(#[$meta])*
            #[derive(Debug)]
            pub(super) struct $type;

            impl Within for $type {
                const RANGE: Interval = $range;
            }
        )*
    };
}

within! {
    /// Any number.
    AnyNumber: Interval::ANY;
    /// A share in (0, 1).
    ProperShare: Interval::SHARE;
    /// A number of at least 0.
    Penalty: Interval::NOT_NEGATIVE;
    /// A positive number.
    Positive: Interval::POSITIVE;
    /// A number above 1.
    AboveOne: Interval::ABOVE_ONE;
}

impl<I: Within> Real<I> {
    /// `None` outside the interval, and if `x` isn't finite.
    pub(super) fn new(x: f64) -> Option<Real<I>> {
        // −0 becomes 0, so that there is only one zero.
        I::RANGE.contains(x).then_some(Real(x + 0.0, PhantomData))
    }
}

impl<I> Raw for Real<I> {
    type Checked = f64;

    fn checked(&self) -> Option<f64> {
        Some(self.0)
    }
}

impl<'de, I: Within> Deserialize<'de> for Real<I> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RealVisitor<I>(PhantomData<I>);

        impl<I: Within> Visitor<'_> for RealVisitor<I> {
            type Value = Real<I>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&I::RANGE, f)
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

        deserializer.deserialize_any(RealVisitor(PhantomData))
    }
}

impl<I: Within> JsonSchema for Real<I> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Real{:?}", I::RANGE).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        interval_schema(I::RANGE)
    }
}

/// The schema of a number in `interval`.
pub(super) fn interval_schema(interval: Interval) -> Schema {
    let mut schema = json_schema!({ "type": "number" });
    match interval.low {
        Bound::Included(low) => drop(schema.insert("minimum".into(), low.into())),
        Bound::Excluded(low) => drop(schema.insert("exclusiveMinimum".into(), low.into())),
        Bound::Unbounded => {}
    }
    match interval.high {
        Bound::Included(high) => drop(schema.insert("maximum".into(), high.into())),
        Bound::Excluded(high) => drop(schema.insert("exclusiveMaximum".into(), high.into())),
        Bound::Unbounded => {}
    }
    schema
}
