//! Lists with an item for each hidden layer: of nodes, and of dropout rates.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};

use super::number::{Rate, Real};
use super::raw::{Nodes, Raw};
use crate::PerLayer;

const MAX_LAYERS: usize = 64;

/// Nodes of each hidden layer.
#[derive(Debug)]
pub(super) struct Hidden(Vec<Option<Nodes>>);

impl Raw for Hidden {
    type Checked = Vec<u32>;

    fn checked(&self) -> Option<Vec<u32>> {
        self.0.iter().map(|nodes| nodes.as_ref()?.checked()).collect()
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Stacking;

        impl<'de> Visitor<'de> for Stacking {
            type Value = Hidden;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX_LAYERS} layers' nodes, such as `[256, 128]`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Hidden, A::Error> {
                list(seq, &self).map(Hidden)
            }
        }

        deserializer.deserialize_any(Stacking)
    }
}

/// A list with an item for each hidden layer at most.
fn list<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    mut seq: A,
    expected: &impl Visitor<'de>,
) -> Result<Vec<Option<T>>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    if items.len() > MAX_LAYERS { Err(A::Error::invalid_length(items.len(), expected)) } else { Ok(items) }
}

impl JsonSchema for Hidden {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Hidden".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": Nodes::json_schema(generator), "maxItems": MAX_LAYERS })
    }
}

/// One rate for all hidden layers, or one for each.
#[derive(Debug)]
pub(super) enum DropoutRates {
    Same(Real<Rate>),
    PerLayer(Vec<Option<Real<Rate>>>),
}

impl Raw for DropoutRates {
    type Checked = PerLayer<f64>;

    fn checked(&self) -> Option<PerLayer<f64>> {
        match self {
            DropoutRates::Same(rate) => rate.checked().map(PerLayer::Same),
            DropoutRates::PerLayer(rates) => {
                rates.iter().map(|rate| rate.as_ref()?.checked()).collect::<Option<_>>().map(PerLayer::Each)
            }
        }
    }
}

impl<'de> Deserialize<'de> for DropoutRates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Dropping;

        impl<'de> Visitor<'de> for Dropping {
            type Value = DropoutRates;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Real::<Rate>::describe(f)?;
                f.write_str(", or a list of one a hidden layer")
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<DropoutRates, E> {
                let rate = Real::new(x).map(DropoutRates::Same);
                rate.ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<DropoutRates, E> {
                self.visit_f64(n as f64)
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<DropoutRates, E> {
                self.visit_f64(n as f64)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<DropoutRates, A::Error> {
                list(seq, &self).map(DropoutRates::PerLayer)
            }
        }

        deserializer.deserialize_any(Dropping)
    }
}

impl JsonSchema for DropoutRates {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Dropout".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rate = Real::<Rate>::json_schema(generator);
        json_schema!({ "oneOf": [rate, { "type": "array", "items": rate, "maxItems": MAX_LAYERS }] })
    }
}
