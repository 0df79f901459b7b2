//! `cross_validation` as written: `{folds: 5}`, `{hold_out: 0.2}` or `none`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

use super::number::Count;
use super::share::Share;
use super::switch::Switch;
use super::text::Text;

/// How rows are split into training and validation parts.
#[derive(Debug)]
pub(super) enum CrossValidation {
    None,
    Splits(SplitsSpec),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct SplitsSpec {
    pub(super) folds: Option<Folds>,
    pub(super) repeats: Option<Repeats>,
    pub(super) stratified: Option<Switch>,
    pub(super) shuffle: Option<Switch>,
    pub(super) hold_out: Option<Share>,
    /// The column whose groups stay together.
    pub(super) groups: Option<Text>,
    /// The column whose groups each validate once.
    pub(super) leave_out: Option<Text>,
    /// The column with a row's time.
    pub(super) time: Option<Text>,
    pub(super) gap: Option<Count<0, 1_000_000>>,
    pub(super) window: Option<Count<1, { u32::MAX as u64 }>>,
    /// The column that says in which fold a row validates.
    pub(super) predefined: Option<Text>,
}

pub(super) type Folds = Count<2, 1000>;
pub(super) type Repeats = Count<1, 1000>;

/// The folds of a study without `cross_validation`.
pub(super) const FOLDS: u32 = 5;
/// The share of rows that validates with `none`.
pub(super) const HOLD_OUT: f64 = 0.2;
/// Defaults of the keys of these names.
pub(super) const REPEATS: u32 = 1;
pub(super) const SHUFFLE: bool = true;
pub(super) const GAP: u32 = 0;

impl<'de> Deserialize<'de> for CrossValidation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CrossValidationVisitor;

        impl<'de> Visitor<'de> for CrossValidationVisitor {
            type Value = CrossValidation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none`, `{folds: 5}`, `{hold_out: 0.2}`, `{leave_out: COLUMN}` or `{predefined: COLUMN}`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<CrossValidation, E> {
                match text {
                    "none" => Ok(CrossValidation::None),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CrossValidation, A::Error> {
                SplitsSpec::deserialize(MapAccessDeserializer::new(map)).map(CrossValidation::Splits)
            }
        }

        deserializer.deserialize_any(CrossValidationVisitor)
    }
}

impl JsonSchema for CrossValidation {
    fn schema_name() -> Cow<'static, str> {
        "CrossValidation".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let described = |mut schema: Schema, text: &str| {
            schema.insert("description".into(), text.into());
            schema
        };
        let switch = |text: &str| json_schema!({ "description": text, "type": "boolean" });
        let column = |text: &str| json_schema!({ "description": text, "type": "string", "minLength": 1 });
        let stratified = switch(
            "Keep the classes' shares in every part, or those of a number's deciles. Left out: for classes only.",
        );
        let shuffle = switch(&format!("Put rows in random order before they are split. Left out: {SHUFFLE}."));
        let folds = described(Folds::json_schema(generator), "The number of folds, each of which validates once.");
        let mut repeats =
            described(Repeats::json_schema(generator), "The number of repeats, each with new random folds.");
        repeats.insert("default".into(), REPEATS.into());
        let hold_out = described(Share::json_schema(generator), "The share of rows that validates.");
        let groups = column("Rows with the same value in this column stay together.");
        let time = column("Train only on rows before the validation rows, in the order of this column.");
        let gap = json_schema!({
            "description": "Periods between training and validation that are left out.",
            "type": "integer", "minimum": 0, "maximum": 1_000_000, "default": GAP,
        });
        let window = json_schema!({
            "description": "Train on at most this many periods. Left out: on all before.", "type": "integer", "minimum": 1,
        });
        let form = |properties: serde_json::Value, required: &str| {
            json_schema!({
                "type": "object", "properties": properties, "required": [required], "additionalProperties": false,
            })
        };
        json_schema!({
            "description": format!("How rows are split into training and validation parts. `none`: one fit per trial, \
                scored on a hold-out of {HOLD_OUT}. Left out: {FOLDS} folds."),
            "oneOf": [
                { "const": "none" },
                form(serde_json::json!({
                    "folds": folds, "stratified": stratified, "repeats": repeats, "shuffle": shuffle, "groups": groups,
                    "time": time, "gap": gap, "window": window,
                }), "folds"),
                form(serde_json::json!({
                    "hold_out": hold_out, "stratified": stratified, "groups": groups, "time": time, "gap": gap,
                }), "hold_out"),
                form(serde_json::json!({ "leave_out": column("Each group of this column validates once.") }), "leave_out"),
                form(serde_json::json!({
                    "predefined": column("The column with the fold that each row validates in; none where it is empty."),
                    "groups": groups, "time": time,
                }), "predefined"),
            ],
        })
    }
}
