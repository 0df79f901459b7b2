//! The JSON Schema of specs, for editors.

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::raw::StudySpec;
use crossfold_network::Param;

/// The schema of specs as pretty-printed JSON.
pub fn schema() -> String {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<StudySpec>();
    RecursiveTransform(never_null).transform(&mut schema);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text + "\n"
}

/// Values are optional in the types so that a mistake can leave a hole; nobody writes `null`.
fn never_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(forms)) = object.get_mut("anyOf") {
        forms.retain(|form| *form != json!({ "type": "null" }));
        if let [Value::Object(only)] = forms.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

/// Adds to the schema of `search.space` the long name of each key, and says which is which.
pub(super) fn with_paths(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for param in Param::ALL {
        let Some(Value::Object(domain)) = properties.get_mut(param.name()) else { continue };
        domain.insert("description".into(), format!("Short for `{}`.", param.path()).into());
        let same = format!("#/$defs/Space/properties/{param}");
        properties
            .insert(param.path().into(), json!({ "description": format!("The same as `{param}`."), "$ref": same }));
    }
}
