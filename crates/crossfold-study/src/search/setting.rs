//! The settings of samplers and pruners as data, from which their specs, the schema and the documentation are made.

use std::collections::BTreeMap;

/// A setting of a sampler or a pruner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchSetting {
    /// The key in specs.
    pub name: &'static str,
    /// The description in the schema of specs.
    pub documentation: &'static str,
    /// The description in `docs/spec.md`, in which `{range}` stands for the values.
    pub guide: &'static str,
    /// The default in `docs/spec.md`, where it depends on the rest of the study.
    pub default_in_words: &'static str,
    pub values: SettingValues,
}

/// The values that a setting takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingValues {
    /// A whole number from `least` to `most`. Without a default it depends on the rest of the study.
    Count { least: u32, most: u32, default: Option<u32> },
    /// A number in (0, 1).
    Share { default: f64 },
    /// One of these words; the first is the default.
    Words(&'static [&'static str]),
    /// A list of rungs.
    Rungs,
}

impl SearchSetting {
    /// The same setting with another default.
    pub(super) const fn with_default(self, count: u32) -> SearchSetting {
        let SettingValues::Count { least, most, .. } = self.values else { panic!("only counts have one") };
        SearchSetting { values: SettingValues::Count { least, most, default: Some(count) }, ..self }
    }

    /// The default of a count.
    ///
    /// # Panics
    /// If the setting isn't a count, or has no default.
    pub(super) const fn default_count(&self) -> u32 {
        let SettingValues::Count { default: Some(count), .. } = self.values else { panic!("it has no default") };
        count
    }

    /// The default of a share.
    ///
    /// # Panics
    /// If the setting isn't a share.
    pub(super) const fn default_share(&self) -> f64 {
        let SettingValues::Share { default } = self.values else { panic!("it is no share") };
        default
    }
}

/// A value of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingValue {
    Count(u32),
    Share(f64),
    Word(&'static str),
}

/// The settings that a spec gives; the others have their defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenSettings(BTreeMap<&'static str, SettingValue>);

impl GivenSettings {
    /// Gives a setting a value, which must be among its [values](SearchSetting::values).
    pub fn insert(&mut self, name: &'static str, value: SettingValue) {
        self.0.insert(name, value);
    }

    /// The given value of a count; `None` where the spec does not give it.
    pub fn count(&self, setting: &SearchSetting) -> Option<u32> {
        if let Some(SettingValue::Count(count)) = self.0.get(setting.name) { Some(*count) } else { None }
    }

    /// The value of a count, given or by default.
    pub(super) fn count_or_default(&self, setting: &SearchSetting) -> u32 {
        self.count(setting).unwrap_or_else(|| setting.default_count())
    }

    /// The value of a share, given or by default.
    pub(super) fn share_or_default(&self, setting: &SearchSetting) -> f64 {
        match self.0.get(setting.name) {
            Some(SettingValue::Share(share)) => *share,
            Some(SettingValue::Count(_) | SettingValue::Word(_)) | None => setting.default_share(),
        }
    }

    /// Whether a word is given, and is this one.
    pub(super) fn has_word(&self, setting: &SearchSetting, word: &str) -> bool {
        self.0.get(setting.name).is_some_and(|value| matches!(value, SettingValue::Word(given) if *given == word))
    }
}
