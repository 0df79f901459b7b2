//! What a hyperparameter may be under `search.space`: a list of values, or a range.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::findings::Findings;
use super::number::{Count, Interval, Real};
use super::path::Path;
use super::per_layer::{Hidden, OneOrEach, Places};
use super::raw::{Described, Raw};
use super::switch::Switch;
use super::word::{Named, Word};
use crate::{Domain, Setting};

/// A domain as written.
#[derive(Debug)]
pub(super) enum DomainSpec<T: Searchable> {
    Choice(Vec<Option<T>>),
    Range(T::Range),
}

/// A value that can be searched over.
pub(super) trait Searchable: Raw + DeserializeOwned + JsonSchema {
    type Range: Range;
}

/// The ranges that a kind of value knows, as the map that a spec gives them by.
pub(super) trait Range: DeserializeOwned + JsonSchema + fmt::Debug {
    /// How to write one, for messages.
    const EXAMPLE: Option<&'static str>;

    fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<Domain>;
}

impl<T: Searchable> DomainSpec<T> {
    /// The domain of `setting`'s parameter; `None` where it has mistakes.
    pub(super) fn check(
        &self,
        path: &Path,
        setting: fn(T::Checked) -> Setting,
        findings: &mut Findings<'_>,
    ) -> Option<Domain> {
        match self {
            DomainSpec::Range(range) => range.check(path, findings),
            DomainSpec::Choice(values) => {
                if values.is_empty() {
                    findings.wrong(path, "expected at least one value, found an empty list");
                    return None;
                }
                let mut settings = Vec::new();
                let mut first = BTreeMap::new();
                for (i, value) in values.iter().enumerate() {
                    let value = value.as_ref().and_then(Raw::checked).map(setting);
                    if let Some(value) = &value
                        && let Some(earlier) = first.insert(value.to_string(), i)
                    {
                        let earlier = findings.tree.place(&path.index(earlier)).clone();
                        findings.wrong(&path.index(i), format!("`{value}` is already in the list")).other =
                            Some(Box::new((earlier, "first here".to_owned())));
                    }
                    settings.push(value);
                }
                settings.into_iter().collect::<Option<_>>().map(Domain::Choice)
            }
        }
    }
}

impl<'de, T: Searchable> Deserialize<'de> for DomainSpec<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Roaming<T>(PhantomData<T>);

        impl<'de, T: Searchable> Visitor<'de> for Roaming<T> {
            type Value = DomainSpec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of values")?;
                T::Range::EXAMPLE.map_or(Ok(()), |example| write!(f, " or a range such as `{example}`"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<DomainSpec<T>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(DomainSpec::Choice(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DomainSpec<T>, A::Error> {
                if T::Range::EXAMPLE.is_none() {
                    return Err(A::Error::invalid_type(Unexpected::Map, &self));
                }
                T::Range::deserialize(MapAccessDeserializer::new(map)).map(DomainSpec::Range)
            }
        }

        deserializer.deserialize_any(Roaming(PhantomData))
    }
}

impl<T: Searchable> JsonSchema for DomainSpec<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("DomainOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let choice = json_schema!({
            "description": "A choice among these values.",
            "type": "array",
            "items": T::json_schema(generator),
            "minItems": 1,
            "uniqueItems": true,
        });
        let range = T::Range::EXAMPLE.map(|_| T::Range::json_schema(generator));
        let forms: Vec<Schema> = [choice].into_iter().chain(range).collect();
        json_schema!({ "oneOf": forms })
    }
}

/// Both ends of a range.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct Bounds<T> {
    #[schemars(required)]
    low: Option<T>,
    #[schemars(required)]
    high: Option<T>,
}

impl<T: Raw<Checked = f64>> Bounds<T> {
    /// The ends, if both are there and apart.
    fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<(f64, f64)> {
        let low = findings.required(&path.key("low"), self.low.as_ref().and_then(Raw::checked), "a number");
        let high = findings.required(&path.key("high"), self.high.as_ref().and_then(Raw::checked), "a number");
        let (low, high) = (low?, high?);
        if low >= high {
            findings.wrong(&path.key("high"), format!("expected a number above `low`, which is {low}, found {high}"));
            return None;
        }
        Some((low, high))
    }
}

/// Real numbers between two ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map", bound = "I: Interval")]
pub(super) struct RealRange<I> {
    uniform: Option<Bounds<Real<I>>>,
    log_uniform: Option<Bounds<Real<I>>>,
}

impl<I: Interval + fmt::Debug> Range for RealRange<I> {
    const EXAMPLE: Option<&'static str> = Some("{uniform: {low: 0.1, high: 0.5}}");

    fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<Domain> {
        match (&self.uniform, &self.log_uniform) {
            (Some(_), Some(_)) => {
                findings.wrong(path, "expected one of `uniform` and `log_uniform`, found both");
                None
            }
            (Some(bounds), None) => {
                let (low, high) = bounds.check(&path.key("uniform"), findings)?;
                Some(Domain::Uniform { low, high })
            }
            (None, Some(bounds)) => {
                let path = path.key("log_uniform");
                let (low, high) = bounds.check(&path, findings)?;
                if low == 0.0 {
                    findings.wrong(&path.key("low"), "expected a number above 0, which has a logarithm, found 0");
                    return None;
                }
                Some(Domain::LogUniform { low, high })
            }
            (None, None) => {
                if !findings.is_hole(&path.key("uniform")) && !findings.is_hole(&path.key("log_uniform")) {
                    findings.wrong(path, "expected one of `uniform` and `log_uniform`, found an empty map");
                }
                None
            }
        }
    }
}

impl<I: Interval> JsonSchema for RealRange<I> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("RangeOf{}", Real::<I>::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = |name: &str, description: &str, bounds: Schema| {
            json_schema!({
                "description": description,
                "type": "object",
                "properties": { name: bounds },
                "required": [name],
                "additionalProperties": false,
            })
        };
        let bounds = Bounds::<Real<I>>::json_schema(generator);
        json_schema!({ "oneOf": [
            one("uniform", "Real numbers in [low, high), all equally likely.", bounds.clone()),
            one("log_uniform", "Real numbers in [low, high), their logarithms equally likely.", bounds),
        ] })
    }
}

/// Whole numbers from one end to the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct CountRange<const MIN: u64, const MAX: u64> {
    /// low, low + step, … up to and with high.
    #[schemars(required)]
    int: Option<Steps<MIN, MAX>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct Steps<const MIN: u64, const MAX: u64> {
    #[schemars(required)]
    low: Option<Count<MIN, MAX>>,
    #[schemars(required)]
    high: Option<Count<MIN, MAX>>,
    #[schemars(extend("default" = 1))]
    step: Option<Count<1, { u32::MAX as u64 }>>,
}

impl<const MIN: u64, const MAX: u64> Range for CountRange<MIN, MAX> {
    const EXAMPLE: Option<&'static str> = Some("{int: {low: 2, high: 10, step: 2}}");

    fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<Domain> {
        let path = path.key("int");
        let steps = findings.required(&path, self.int.as_ref(), "`low`, `high` and perhaps `step`")?;
        let low = findings.required(&path.key("low"), steps.low.as_ref().and_then(Raw::checked), "a whole number");
        let high = findings.required(&path.key("high"), steps.high.as_ref().and_then(Raw::checked), "a whole number");
        let (low, high) = (low?, high?);
        if low > high {
            findings.wrong(&path.key("high"), format!("expected at least `low`, which is {low}, found {high}"));
            return None;
        }
        let step = match steps.step.as_ref() {
            None if findings.is_hole(&path.key("step")) => return None,
            None => 1,
            Some(step) => step.checked()?,
        };
        Some(Domain::Int { low, high, step })
    }
}

/// The range of what has no order.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct NoRange {}

impl Range for NoRange {
    const EXAMPLE: Option<&'static str> = None;

    fn check(&self, _: &Path, _: &mut Findings<'_>) -> Option<Domain> {
        None
    }
}

impl<const MIN: u64, const MAX: u64> Searchable for Count<MIN, MAX> {
    type Range = CountRange<MIN, MAX>;
}

impl<I: Interval + fmt::Debug> Searchable for Real<I> {
    type Range = RealRange<I>;
}

impl<T: Searchable + Described, P: Places> Searchable for OneOrEach<T, P> {
    type Range = T::Range;
}

impl Searchable for Hidden {
    type Range = NoRange;
}

impl Searchable for Switch {
    type Range = NoRange;
}

impl<T: Named> Searchable for Word<T> {
    type Range = NoRange;
}
