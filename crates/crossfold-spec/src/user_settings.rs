//! A user's own settings, which hold for all studies on a machine.

use serde::Deserialize;

use super::findings::Findings;
use super::mistake::Mistakes;
use super::recovery;
use super::text::Text;

/// A user's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSettings {
    /// Stores and exported files in which fits are looked for before they are trained; relative to the folder of the file of
    /// settings.
    pub cache: Vec<String>,
}

/// The file as written: every type right.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map")]
struct SettingsSpec {
    cache: Option<Vec<Option<Text>>>,
}

/// Reads a file of settings: YAML as specs have it, or nothing but comments.
///
/// # Errors
/// With all mistakes.
pub fn read_user_settings(bytes: &[u8]) -> Result<UserSettings, Mistakes> {
    let is_empty = |line: &[u8]| matches!(line.trim_ascii().first(), None | Some(b'#'));
    if bytes.split(|&byte| byte == b'\n').all(is_empty) {
        return Ok(UserSettings::default());
    }
    let mut mistakes = Vec::new();
    let tree = super::source(bytes)?.parse(&mut mistakes)?;
    let mut findings = Findings { tree: &tree, holes: Vec::new(), mistakes };
    let spec: Option<SettingsSpec> = recovery::deserialize(&mut findings);
    match Mistakes::new(findings.mistakes) {
        Some(mistakes) => Err(mistakes),
        None => {
            let cache = spec.and_then(|spec| spec.cache).unwrap_or_default();
            Ok(UserSettings { cache: cache.into_iter().flatten().map(|Text(path)| path).collect() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(read_user_settings(text.as_bytes()).unwrap().cache, expected, "{text}");
        };
        check("", &[]);
        check("# cache: [a]\n\n", &[]);
        check("cache: [/shared/fits, team.cfx]\n", &["/shared/fits", "team.cfx"]);
        check("cache:\n  - a b\n", &["a b"]);
    }

    #[test]
    fn mistakes_have_places() {
        let check = |text: &str, path: &str, message: &str| {
            let mistakes = read_user_settings(text.as_bytes()).unwrap_err();
            let found: Vec<_> = mistakes.iter().map(|one| (one.path.to_string(), one.message.clone())).collect();
            assert_eq!(found, [(path.to_owned(), message.to_owned())], "{text}");
        };
        check("caches: [a]\n", "caches", "unknown key");
        check("cache: [a, 3]\n", "cache[1]", "expected text, found `3`");
        check("cache: here\n", "cache", "expected a list, found `here`");
    }
}
