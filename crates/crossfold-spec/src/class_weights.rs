//! `class_weights`: `balanced`, or `{yes: 2}`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::checked::Raw;
use super::number::{Positive, Real};
use super::word::{Named, WeightsWord};
use crossfold_study::ClassWeights;

/// `balanced`, or weights by class.
#[derive(Debug)]
pub(super) enum ClassWeightsSpec {
    Word(WeightsWord),
    Given(BTreeMap<String, Option<Real<Positive>>>),
}

impl Raw for ClassWeightsSpec {
    type Checked = ClassWeights;

    fn checked(&self) -> Option<ClassWeights> {
        match self {
            ClassWeightsSpec::Word(WeightsWord::Balanced) => Some(ClassWeights::Balanced),
            ClassWeightsSpec::Given(weights) => {
                let weight = |(class, weight): (&String, &Option<Real<Positive>>)| {
                    Some((class.clone(), weight.as_ref()?.checked()?))
                };
                weights.iter().map(weight).collect::<Option<_>>().map(ClassWeights::Given)
            }
        }
    }
}

impl<'de> Deserialize<'de> for ClassWeightsSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ClassWeightsVisitor;

        impl<'de> Visitor<'de> for ClassWeightsVisitor {
            type Value = ClassWeightsSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`balanced`, or a map of weights such as `{yes: 2}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ClassWeightsSpec, E> {
                let word = WeightsWord::ALL.iter().find(|word| Named::name(**word) == text);
                word.map(|&word| ClassWeightsSpec::Word(word))
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClassWeightsSpec, A::Error> {
                let mut weights = BTreeMap::new();
                while let Some((class, weight)) = map.next_entry()? {
                    weights.insert(class, weight);
                }
                Ok(ClassWeightsSpec::Given(weights))
            }
        }

        deserializer.deserialize_any(ClassWeightsVisitor)
    }
}

impl JsonSchema for ClassWeightsSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ClassWeights".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let weight = Real::<Positive>::json_schema(generator);
        json_schema!({ "oneOf": [{ "const": "balanced" }, { "type": "object", "additionalProperties": weight }] })
    }
}
