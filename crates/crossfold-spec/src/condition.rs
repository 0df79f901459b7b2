//! Conditions as written. Their values depend on other parts of a spec, so they are read from its tree later on.

use crossfold_network::Param;
use schemars::{Schema, json_schema};

use super::untyped::{Purpose, Untyped};

/// Conditions as written.
pub(super) type WhenSpec = Untyped<Conditions>;

#[derive(Debug)]
pub(super) struct Conditions;

impl Purpose for Conditions {
    const NAME: &'static str = "When";
    const EXAMPLE: &'static str = "{optimizer: sgd}";

    fn schema() -> Schema {
        let names = Param::searchable().flat_map(|param| [param.name(), param.path()]);
        json_schema!({
            "description": "Searched where other searched hyperparameters have these values; elsewhere it has its default.",
            "type": "object",
            "propertyNames": { "enum": names.collect::<Vec<_>>() },
            "additionalProperties": { "type": ["string", "number", "boolean", "array", "object"] },
            "minProperties": 1,
        })
    }
}
