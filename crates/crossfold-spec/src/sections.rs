//! The parts of a spec that hold hyperparameters: fixed values under `model`, `training` and `augmentation`, domains under
//! `search.space`, and all of them in each of `models`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crossfold_network::{Param, Settings, Task};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::class_weights::ClassWeightsSpec;
use super::domain::{DomainSeed, DomainSpec};
use super::keyed::{HoleSeed, KeySeed};
use super::value::HyperparameterSeed;
use super::yaml;

/// The hyperparameters of one level of a spec. Values with mistakes are left out.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) fixed: Settings,
    pub(super) space: Space,
}

/// Fixed values of a network, under `model`.
#[derive(Debug, Default)]
pub(super) struct Model(pub(super) Settings);

/// Fixed values under `training`, and the class weights, which all models share.
#[derive(Debug, Default)]
pub(super) struct Training {
    pub(super) fixed: Settings,
    pub(super) class_weights: Option<ClassWeightsSpec>,
}

/// Fixed values under `augmentation`.
#[derive(Debug, Default)]
pub(super) struct Augmentation(pub(super) Settings);

/// One of `models`.
#[derive(Debug, Default)]
pub(super) struct NamedModel(pub(super) Level);

/// A domain for each hyperparameter that is searched over, by its short name or its path.
#[derive(Debug, Default)]
pub(super) struct Space(pub(super) BTreeMap<Param, DomainSpec>);

/// The hyperparameters of a section.
fn params(section: &str) -> impl Iterator<Item = Param> {
    Param::searchable().filter(move |param| param.section() == Some(section))
}

/// The keys of a section, and these.
fn keys(section: &str, more: &[&'static str]) -> Vec<&'static str> {
    params(section).map(Param::name).chain(more.iter().copied()).collect()
}

/// Reads the value of `key` into `fixed`, if it names a hyperparameter of `section`.
fn read_fixed<'de, A: MapAccess<'de>>(
    section: &str,
    key: &str,
    map: &mut A,
    fixed: &mut Settings,
) -> Result<bool, A::Error> {
    let Some(param) = params(section).find(|param| param.name() == key) else { return Ok(false) };
    let value = map.next_value_seed(HoleSeed(HyperparameterSeed::fixed(param)))?;
    fixed.extend(value.flatten());
    Ok(true)
}

/// Reads a section that holds nothing but hyperparameters.
struct SectionSeed(&'static str);

impl<'de> DeserializeSeed<'de> for SectionSeed {
    type Value = Settings;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Settings, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SectionSeed {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let keys = keys(self.0, &[]);
        let mut fixed = Settings::default();
        while let Some(key) = map.next_key_seed(KeySeed(&keys))? {
            read_fixed(self.0, key, &mut map, &mut fixed)?;
        }
        Ok(fixed)
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Model, D::Error> {
        SectionSeed("model").deserialize(deserializer).map(Model)
    }
}

impl<'de> Deserialize<'de> for Augmentation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Augmentation, D::Error> {
        SectionSeed("augmentation").deserialize(deserializer).map(Augmentation)
    }
}

/// Implements reading of a map whose keys are known at run time, by a function that reads the value of one of them.
macro_rules! read_map {
    ($type:ident, $keys:expr, $read:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                struct MapVisitor;

                impl<'de> Visitor<'de> for MapVisitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a map")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        let keys: Vec<&'static str> = $keys;
                        let mut read = $type::default();
                        while let Some(key) = map.next_key_seed(KeySeed(&keys))? {
                            $read(key, &mut map, &mut read)?;
                        }
                        Ok(read)
                    }
                }

                deserializer.deserialize_map(MapVisitor)
            }
        }
    };
}

impl Training {
    fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A, training: &mut Training) -> Result<(), A::Error> {
        if !read_fixed("training", key, map, &mut training.fixed)? {
            training.class_weights = map.next_value()?;
        }
        Ok(())
    }
}

read_map!(Training, keys("training", &["class_weights"]), Training::read);

impl NamedModel {
    fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A, model: &mut NamedModel) -> Result<(), A::Error> {
        let NamedModel(Level { fixed, space }) = model;
        match key {
            "training" => {
                let training: Option<Training> = map.next_value()?;
                fixed.extend(training.unwrap_or_default().fixed);
            }
            "augmentation" => {
                let augmentation: Option<Augmentation> = map.next_value()?;
                fixed.extend(augmentation.unwrap_or_default().0);
            }
            "space" => *space = map.next_value::<Option<Space>>()?.unwrap_or_default(),
            _ => {
                read_fixed("model", key, map, fixed)?;
            }
        }
        Ok(())
    }
}

read_map!(NamedModel, keys("model", &["training", "augmentation", "space"]), NamedModel::read);

impl Space {
    /// Both names of each hyperparameter, in the order in which serde lists aliases.
    fn keys() -> Vec<&'static str> {
        let both = |param: Param| {
            let mut names = [param.name(), param.path()];
            names.sort_unstable();
            names
        };
        Param::searchable().flat_map(both).collect()
    }

    fn read<'de, A: MapAccess<'de>>(key: &str, map: &mut A, space: &mut Space) -> Result<(), A::Error> {
        let param = Param::from_key(key).expect("its keys are names of hyperparameters");
        if let Some(domain) = map.next_value_seed(HoleSeed(DomainSeed::network(param)))? {
            space.0.insert(param, domain);
        }
        Ok(())
    }
}

read_map!(Space, Space::keys(), Space::read);

/// The schema of a map.
fn map_schema(description: &str, properties: Map<String, Value>) -> Schema {
    json_schema!({
        "description": description,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The schemas of fixed values in a section, by key.
fn properties(section: &str) -> Map<String, Value> {
    let property = |param: Param| {
        let mut schema = HyperparameterSeed::fixed(param).schema();
        if !param.description().is_empty() {
            schema.insert("description".into(), param.description().into());
        }
        let [one, other] = Task::ALL.map(|task| param.default_for(task, None));
        if let Some(default) = one.filter(|one| Some(one) == other.as_ref()) {
            schema.insert("default".into(), yaml::json(default.plain()));
        }
        (param.name().to_owned(), schema.to_value())
    };
    params(section).map(property).collect()
}

macro_rules! describe {
    ($type:ident, $generator:ident => $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

describe!(Model, _generator => map_schema(
    "The network. Values that are searched over stand under `search.space` instead.",
    properties("model"),
));

describe!(Training, generator => {
    let mut properties = properties("training");
    let mut weights = ClassWeightsSpec::json_schema(generator);
    weights.insert("description".into(), CLASS_WEIGHTS.into());
    properties.insert("class_weights".to_owned(), weights.to_value());
    let description = "How the network is trained. Values that are searched over stand under `search.space` instead.";
    map_schema(description, properties)
});

const CLASS_WEIGHTS: &str = "How much a row of each class counts in the loss: `balanced`, or a weight per class such as\n\
                             `{yes: 2}`, 1 for those left out. Left out: all alike.";

describe!(Augmentation, _generator => map_schema(
    "Random changes of training rows, new in each epoch. Values that are searched over stand under\n\
     `search.space` instead.",
    properties("augmentation"),
));

describe!(NamedModel, generator => {
    let mut properties = properties("model");
    let mut space = generator.subschema_for::<Space>();
    space.insert("description".into(), "The search space of this network, in addition to `search.space`.".into());
    let training = generator.subschema_for::<Training>();
    let augmentation = generator.subschema_for::<Augmentation>();
    let sections = [("training", training), ("augmentation", augmentation), ("space", space)];
    properties.extend(sections.map(|(key, schema)| (key.to_owned(), schema.to_value())));
    map_schema("One of several networks, with its own keys.", properties)
});

describe!(Space, generator => {
    let mut properties = Map::new();
    for param in Param::searchable() {
        let mut domain = DomainSeed::network(param).schema(generator);
        domain.insert("description".into(), format!("Short for `{}`.", param.path()).into());
        properties.insert(param.name().to_owned(), domain.to_value());
        let same = format!("#/$defs/Space/properties/{param}");
        let alias = json!({ "description": format!("The same as `{param}`."), "$ref": same });
        properties.insert(param.path().to_owned(), alias);
    }
    let description = "A domain for each hyperparameter that is searched over, by its short name or its path.";
    map_schema(description, properties)
});
