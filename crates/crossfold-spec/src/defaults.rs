//! Defaults in the JSON Schema.

use schemars::Schema;
use serde_json::Value;

/// Gives each property of a map's schema the default that is its entry in `defaults`.
pub(super) fn with_defaults(defaults: serde_yaml::Value) -> impl FnMut(&mut Schema) {
    move |schema| {
        let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
        for (key, property) in properties {
            let default = serde_json::to_value(&defaults[key.as_str()]);
            property["default"] = default.expect("values of a spec are plain JSON");
        }
    }
}
