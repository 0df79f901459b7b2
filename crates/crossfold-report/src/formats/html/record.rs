//! What the page reads of `study.json`. Every part may be missing: the text may be of an older version.

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) version: Option<u32>,
    pub(super) command: Vec<String>,
    pub(super) overrides: Vec<String>,
    pub(super) seed: Option<u64>,
    pub(super) device: Option<String>,
    pub(super) jobs: Option<u64>,
    pub(super) versions: Versions,
    pub(super) git_revision: Option<String>,
    pub(super) origin: Vec<String>,
    pub(super) data: Data,
    pub(super) started: Option<String>,
    pub(super) finished: Option<String>,
    pub(super) fits_trained: Option<u64>,
    pub(super) fits_stored: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Versions {
    pub(super) crossfold: Option<String>,
    pub(super) burn: Option<String>,
    pub(super) rustc: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Data {
    pub(super) sha256: Option<String>,
    pub(super) rows: Option<u64>,
    pub(super) test_sha256: Option<String>,
    pub(super) test_rows: u64,
    pub(super) features: Option<u64>,
}

/// The number of test rows by the text of `study.json`; 0 where it doesn't say.
pub(in crate::formats) fn test_rows(study_json: Option<&str>) -> u64 {
    Record::read(study_json).data.test_rows
}

impl Record {
    /// Reads the text of `study.json`; what it doesn't say is missing.
    pub(super) fn read(text: Option<&str>) -> Record {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The names of the columns that are features, from the line of the origin that has the preprocessing: `{…} of
    /// ["age", …]`.
    pub(super) fn features(&self) -> Option<Vec<String>> {
        let steps = self.origin.iter().find_map(|line| line.strip_prefix("preprocessing "))?;
        let mut values = serde_json::Deserializer::from_str(steps).into_iter::<serde_json::Value>();
        values.next()?.ok()?;
        let names = steps[values.byte_offset()..].strip_prefix(" of ")?;
        // More may follow, such as the weights of classes.
        serde_json::Deserializer::from_str(names).into_iter::<Vec<String>>().next()?.ok()
    }
}

/// A time such as `2026-01-31T09:00:00Z` as people write it: `2026-01-31 09:00 UTC`. Other text stays as it is.
pub(super) fn time(text: &str) -> String {
    let parts = text.strip_suffix('Z').and_then(|text| text.split_once('T'));
    match parts.map(|(day, time)| (day, time.get(..5))) {
        Some((day, Some(minute))) => format!("{day} {minute} UTC"),
        Some((_, None)) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_listed_behind_their_steps() {
        let features = |line: &str| Record { origin: vec![line.to_owned()], ..Record::default() }.features();
        let names = Some(vec!["age".to_owned(), "of [".to_owned()]);
        assert_eq!(features(r#"preprocessing {"a":[" of "]} of ["age","of ["]"#), names);
        assert_eq!(features(r#"preprocessing {} of ["age","of ["], class weights [1,2]"#), names);
        assert_eq!(features("preprocessing none"), None);
        assert_eq!(features("seed 42"), None);
    }

    #[test]
    fn what_is_not_known_is_missing() {
        assert_eq!(Record::read(Some("no JSON")).seed, None);
        let record = Record::read(Some(r#"{"seed": 42, "other": [1], "data": {"rows": 5}}"#));
        assert_eq!((record.seed, record.data.rows, record.data.features), (Some(42), Some(5), None));
    }

    #[test]
    fn times_have_minutes() {
        assert_eq!(time("2026-01-31T09:00:12Z"), "2026-01-31 09:00 UTC");
        assert_eq!(time("2026-01-31T09:00:12.5Z"), "2026-01-31 09:00 UTC");
        assert_eq!(time("yesterday"), "yesterday");
    }
}
