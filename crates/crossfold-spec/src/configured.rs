//! A sampler or a pruner by its name, alone or with settings, read by their definitions: `tpe` or `{tpe: {startup: 5}}`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_json::{Map, Value, json};

use super::choice::{Choice, Detailed};
use super::findings::Findings;
use super::keyed::{HoleSeed, KeySeed};
use super::path::Path;
use super::rung::RungSpec;
use super::word::Named;
use crossfold_study::{GivenSettings, SearchSetting, SettingValue, SettingValues};

/// A type whose values have names, and most of them settings.
pub(super) trait Configurable: Named {
    /// How to write one with settings, for messages.
    const FORM: &'static str;
    /// The description of the map with settings in the schema.
    const DESCRIPTION: &'static str;

    /// The description of its settings in the schema.
    fn documentation(self) -> &'static str;

    /// Its settings; empty where it can only be named.
    fn settings(self) -> Vec<SearchSetting>;
}

/// A name alone, or a map of one name to its settings.
pub(super) type Configured<T> = Choice<T, SettingsByName<T>>;

/// A map of names to their settings, which should have one entry.
#[derive(Debug)]
pub(super) struct SettingsByName<T>(Vec<(T, WrittenSettings)>);

/// The settings of one name as written.
#[derive(Debug, Default)]
pub(super) struct WrittenSettings {
    pub(super) given: GivenSettings,
    pub(super) rungs: Option<Vec<Option<RungSpec>>>,
}

/// What `given` names, with its settings. Reports where a map names none, or several.
pub(super) fn pick<T: Configurable>(
    given: Configured<T>,
    at: &Path,
    findings: &mut Findings<'_>,
) -> Option<(T, WrittenSettings)> {
    match given {
        Choice::Word(word) => Some((word, WrittenSettings::default())),
        Choice::Map(SettingsByName(entries)) => {
            let name = findings.one_of(at, &names::<T>())?;
            entries.into_iter().find(|(word, _)| word.name() == name)
        }
    }
}

fn with_settings<T: Configurable>() -> impl Iterator<Item = (T, Vec<SearchSetting>)> {
    T::ALL.iter().map(|&word| (word, word.settings())).filter(|(_, settings)| !settings.is_empty())
}

fn names<T: Configurable>() -> Vec<&'static str> {
    with_settings::<T>().map(|(word, _)| word.name()).collect()
}

impl<T: Configurable> Detailed for SettingsByName<T> {
    const FORM: &'static str = T::FORM;
}

impl<'de, T: Configurable> Deserialize<'de> for SettingsByName<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SettingsVisitor<T>(PhantomData<T>);

        impl<'de, T: Configurable> Visitor<'de> for SettingsVisitor<T> {
            type Value = SettingsByName<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let names = names::<T>();
                let mut entries = Vec::new();
                while let Some(name) = map.next_key_seed(KeySeed(&names))? {
                    let (word, settings) = with_settings::<T>()
                        .find(|(word, _)| word.name() == name)
                        .expect("the key is one of the names");
                    let written = map.next_value_seed(HoleSeed(SettingsSeed(&settings)))?;
                    entries.push((word, written.unwrap_or_default()));
                }
                Ok(SettingsByName(entries))
            }
        }

        deserializer.deserialize_map(SettingsVisitor(PhantomData))
    }
}

/// Reads a map of some settings.
struct SettingsSeed<'s>(&'s [SearchSetting]);

impl<'de> DeserializeSeed<'de> for SettingsSeed<'_> {
    type Value = WrittenSettings;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<WrittenSettings, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SettingsSeed<'_> {
    type Value = WrittenSettings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WrittenSettings, A::Error> {
        let names: Vec<&str> = self.0.iter().map(|setting| setting.name).collect();
        let mut written = WrittenSettings::default();
        while let Some(name) = map.next_key_seed(KeySeed(&names))? {
            let setting = self.0.iter().find(|setting| setting.name == name).expect("the key is one of the names");
            match map.next_value_seed(HoleSeed(ValueSeed(setting.values)))? {
                Some(WrittenValue::Plain(value)) => written.given.insert(setting.name, value),
                Some(WrittenValue::Rungs(rungs)) => written.rungs = Some(rungs),
                None => {}
            }
        }
        Ok(written)
    }
}

/// Reads the value of a setting.
struct ValueSeed(SettingValues);

enum WrittenValue {
    Plain(SettingValue),
    Rungs(Vec<Option<RungSpec>>),
}

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = WrittenValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<WrittenValue, D::Error> {
        match self.0 {
            SettingValues::Rungs => Vec::deserialize(deserializer).map(WrittenValue::Rungs),
            SettingValues::Count { .. } | SettingValues::Share { .. } | SettingValues::Words(_) => {
                deserializer.deserialize_any(self).map(WrittenValue::Plain)
            }
        }
    }
}

impl Visitor<'_> for ValueSeed {
    type Value = SettingValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SettingValues::Count { least, most, .. } => write!(f, "a whole number from {least} to {most}"),
            SettingValues::Share { .. } => f.write_str("a number above 0 and below 1"),
            SettingValues::Words(words) => {
                f.write_str(&words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "))
            }
            SettingValues::Rungs => f.write_str("a list"),
        }
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<SettingValue, E> {
        match self.0 {
            SettingValues::Count { least, most, .. } => match u32::try_from(n) {
                Ok(count) if (least..=most).contains(&count) => Ok(SettingValue::Count(count)),
                Ok(_) | Err(_) => Err(E::invalid_value(Unexpected::Unsigned(n), &self)),
            },
            SettingValues::Share { .. } => self.visit_f64(n as f64),
            SettingValues::Words(_) | SettingValues::Rungs => Err(E::invalid_type(Unexpected::Unsigned(n), &self)),
        }
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<SettingValue, E> {
        match self.0 {
            SettingValues::Share { .. } if x > 0.0 && x < 1.0 => Ok(SettingValue::Share(x)),
            SettingValues::Share { .. } => Err(E::invalid_value(Unexpected::Float(x), &self)),
            SettingValues::Count { .. } | SettingValues::Words(_) | SettingValues::Rungs => {
                Err(E::invalid_type(Unexpected::Float(x), &self))
            }
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SettingValue, E> {
        match self.0 {
            SettingValues::Words(words) => match words.iter().find(|word| **word == text) {
                Some(word) => Ok(SettingValue::Word(word)),
                None => Err(E::invalid_value(Unexpected::Str(text), &self)),
            },
            SettingValues::Count { .. } | SettingValues::Share { .. } | SettingValues::Rungs => {
                Err(E::invalid_type(Unexpected::Str(text), &self))
            }
        }
    }
}

impl<T: Configurable> JsonSchema for SettingsByName<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        names::<T>().join("Or").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let properties: Map<String, Value> = with_settings::<T>()
            .map(|(word, settings)| {
                let mut schema = settings_schema(&settings, generator);
                schema.insert("description".to_owned(), word.documentation().into());
                (word.name().to_owned(), schema.to_value())
            })
            .collect();
        json_schema!({
            "description": T::DESCRIPTION,
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

fn settings_schema(settings: &[SearchSetting], generator: &mut SchemaGenerator) -> Schema {
    let properties: Map<String, Value> = settings
        .iter()
        .map(|setting| {
            let mut schema = values_schema(setting.values, generator);
            schema.insert("description".to_owned(), setting.documentation.into());
            (setting.name.to_owned(), schema.to_value())
        })
        .collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn values_schema(values: SettingValues, generator: &mut SchemaGenerator) -> Schema {
    match values {
        SettingValues::Count { least, most, default } => {
            let mut schema = json_schema!({ "type": "integer", "minimum": least, "maximum": most });
            if let Some(default) = default {
                schema.insert("default".to_owned(), default.into());
            }
            schema
        }
        SettingValues::Share { default } => json_schema!({
            "type": "number",
            "exclusiveMinimum": 0.0,
            "exclusiveMaximum": 1.0,
            "default": default,
        }),
        SettingValues::Words(words) => json_schema!({ "enum": words, "default": words[0] }),
        SettingValues::Rungs => {
            let mut schema = generator.subschema_for::<Vec<Option<RungSpec>>>();
            schema.insert("minItems".to_owned(), json!(1));
            schema
        }
    }
}
