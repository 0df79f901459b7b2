//! Lists with an item for each hidden layer or block: of nodes, of dropout rates, of filters.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error, IntoDeserializer, SeqAccess, Unexpected, Visitor};

use super::model::Nodes;
use super::raw::{Described, Raw};
use crossfold_network::PerLayer;

const MAX_LAYERS: usize = 64;
pub(super) const MAX_BLOCKS: u64 = 16;

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
                list(seq, MAX_LAYERS, &self).map(Hidden)
            }
        }

        deserializer.deserialize_any(Stacking)
    }
}

/// A list of at most so many items.
fn list<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    mut seq: A,
    most: usize,
    expected: &impl Visitor<'de>,
) -> Result<Vec<Option<T>>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    if items.len() > most { Err(A::Error::invalid_length(items.len(), expected)) } else { Ok(items) }
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

/// One value for all layers or blocks, or a list with one for each of these.
#[derive(Debug)]
pub(super) enum OneOrEach<T, P> {
    Same(T),
    Each(Vec<Option<T>>, PhantomData<P>),
}

/// What there are several of.
pub(super) trait Places: fmt::Debug {
    const NAME: &'static str;
    const LEAST: usize;
    const MOST: usize;
}

/// Hidden layers, dense or recurrent.
#[derive(Debug)]
pub(super) struct HiddenLayers;

/// Blocks of a convolutional network.
#[derive(Debug)]
pub(super) struct Blocks;

impl Places for HiddenLayers {
    const NAME: &'static str = "hidden layer";
    const LEAST: usize = 0;
    const MOST: usize = MAX_LAYERS;
}

impl Places for Blocks {
    const NAME: &'static str = "block";
    const LEAST: usize = 1;
    const MOST: usize = MAX_BLOCKS as usize;
}

impl<T: Raw, P> Raw for OneOrEach<T, P> {
    type Checked = PerLayer<T::Checked>;

    fn checked(&self) -> Option<Self::Checked> {
        match self {
            OneOrEach::Same(value) => value.checked().map(PerLayer::Same),
            OneOrEach::Each(values, _) => {
                values.iter().map(|value| value.as_ref()?.checked()).collect::<Option<_>>().map(PerLayer::Each)
            }
        }
    }
}

impl<'de, T: DeserializeOwned + Described, P: Places> Deserialize<'de> for OneOrEach<T, P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Spreading<T, P>(PhantomData<(T, P)>);

        impl<T: DeserializeOwned + Described, P: Places> Spreading<T, P> {
            /// The value for all; whatever `T` has against it, a list would do as well.
            fn same<'v, E: Error>(
                self,
                value: impl IntoDeserializer<'v, serde::de::value::Error>,
                found: Unexpected<'_>,
            ) -> Result<OneOrEach<T, P>, E> {
                let value = T::deserialize(value.into_deserializer());
                value.map(OneOrEach::Same).map_err(|_| E::invalid_value(found, &self))
            }
        }

        impl<'de, T: DeserializeOwned + Described, P: Places> Visitor<'de> for Spreading<T, P> {
            type Value = OneOrEach<T, P>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                T::describe(f)?;
                write!(f, ", or a list of one a {}", P::NAME)
            }

            fn visit_f64<E: Error>(self, x: f64) -> Result<Self::Value, E> {
                self.same(x, Unexpected::Float(x))
            }

            fn visit_u64<E: Error>(self, n: u64) -> Result<Self::Value, E> {
                self.same(n, Unexpected::Unsigned(n))
            }

            fn visit_i64<E: Error>(self, n: i64) -> Result<Self::Value, E> {
                self.same(n, Unexpected::Signed(n))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                self.same(text, Unexpected::Str(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                let values = list(seq, P::MOST, &self)?;
                if values.len() < P::LEAST {
                    return Err(A::Error::invalid_length(values.len(), &self));
                }
                Ok(OneOrEach::Each(values, PhantomData))
            }
        }

        deserializer.deserialize_any(Spreading(PhantomData))
    }
}

impl<T: JsonSchema, P: Places> JsonSchema for OneOrEach<T, P> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}OrEach", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = T::json_schema(generator);
        let each = json_schema!({ "type": "array", "items": value, "minItems": P::LEAST, "maxItems": P::MOST });
        json_schema!({ "oneOf": [value, each] })
    }
}
