//! Texts that stand for missing values in a table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::yaml_scalar::yaml_scalar;

/// Markers of missing values. Case is ignored, and an empty field is always missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct MissingMarkers {
    /// Those of all columns, in place of the default ones.
    pub everywhere: Option<Vec<String>>,
    /// Those that single columns have besides.
    pub columns: BTreeMap<String, Vec<String>>,
}

/// How markers are written: not at all, as the list of all columns, or as a list per column, with
/// [`MissingMarkers::EVERYWHERE`] for all others.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Default(()),
    List(Vec<String>),
    Map(BTreeMap<String, Vec<String>>),
}

impl MissingMarkers {
    /// The key of the markers of all columns, where markers are given by column.
    pub const EVERYWHERE: &str = "*";

    /// These markers in all columns, in place of the default ones.
    pub fn list(markers: Vec<String>) -> MissingMarkers {
        MissingMarkers { everywhere: Some(markers), columns: BTreeMap::new() }
    }

    /// Markers by column, where [`MissingMarkers::EVERYWHERE`] stands for all.
    pub fn map(mut columns: BTreeMap<String, Vec<String>>) -> MissingMarkers {
        MissingMarkers { everywhere: columns.remove(MissingMarkers::EVERYWHERE), columns }
    }

    /// The value of `data.missing` in a spec, in one line: `[NA, '']` or `{age: [999]}`; `None` for the default markers.
    pub fn to_yaml(&self) -> Option<String> {
        let list = |markers: &Vec<String>| {
            let markers: Vec<String> = markers.iter().map(|marker| scalar(marker)).collect();
            format!("[{}]", markers.join(", "))
        };
        if self.columns.is_empty() {
            return self.everywhere.as_ref().map(list);
        }
        let everywhere = self.everywhere.iter().map(|markers| format!("\"*\": {}", list(markers)));
        let columns = self.columns.iter().map(|(column, own)| format!("{}: {}", yaml_scalar(column), list(own)));
        Some(format!("{{{}}}", everywhere.chain(columns).collect::<Vec<_>>().join(", ")))
    }

    /// The key of a spec that adds markers of one column: `data.missing: {age: [999]}`.
    pub fn key_with(&self, column: &str, markers: &[String]) -> String {
        let mut all = self.clone();
        let own = all.columns.entry(column.to_owned()).or_default();
        own.extend(markers.iter().filter(|marker| !self.has(column, marker)).cloned());
        format!("data.missing: {}", all.to_yaml().unwrap_or_default())
    }

    fn has(&self, column: &str, marker: &String) -> bool {
        self.columns.get(column).is_some_and(|own| own.contains(marker))
    }
}

/// A marker in YAML: numbers that are read back digit for digit need no quotes.
fn scalar(marker: &str) -> String {
    let is_number = |number: i64| number.to_string() == marker;
    if marker.parse().is_ok_and(is_number) { marker.to_owned() } else { yaml_scalar(marker) }
}

impl From<Form> for MissingMarkers {
    fn from(form: Form) -> MissingMarkers {
        match form {
            Form::Default(()) => MissingMarkers::default(),
            Form::List(markers) => MissingMarkers::list(markers),
            Form::Map(columns) => MissingMarkers::map(columns),
        }
    }
}

impl From<MissingMarkers> for Form {
    fn from(MissingMarkers { everywhere, mut columns }: MissingMarkers) -> Form {
        if columns.is_empty() {
            return everywhere.map_or(Form::Default(()), Form::List);
        }
        columns.extend(everywhere.map(|markers| (MissingMarkers::EVERYWHERE.to_owned(), markers)));
        Form::Map(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn markers_are_written_as_they_are_read() {
        let by_column = MissingMarkers::map(BTreeMap::from([
            ("*".to_owned(), texts(&["NA", ""])),
            ("age".to_owned(), texts(&["999"])),
        ]));
        for (markers, json, yaml) in [
            (MissingMarkers::default(), "null", None),
            (MissingMarkers::list(texts(&["NA", "-9"])), r#"["NA","-9"]"#, Some("[NA, -9]")),
            (by_column.clone(), r#"{"*":["NA",""],"age":["999"]}"#, Some("{\"*\": [NA, ''], age: [999]}")),
        ] {
            assert_eq!(serde_json::to_string(&markers).unwrap(), json);
            assert_eq!(serde_json::from_str::<MissingMarkers>(json).unwrap(), markers);
            assert_eq!(markers.to_yaml().as_deref(), yaml);
        }
        assert_eq!(
            by_column.key_with("age", &texts(&["999", "998"])),
            "data.missing: {\"*\": [NA, ''], age: [999, 998]}"
        );
        assert_eq!(MissingMarkers::default().key_with("Europe", &texts(&["-9"])), "data.missing: {Europe: [-9]}");
    }
}
