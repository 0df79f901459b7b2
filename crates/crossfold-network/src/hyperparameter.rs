//! Hyperparameters, which a spec fixes or searches over.
//!
//! Each is defined once, in [`definitions`]: its name, documentation, type and range, default, what it needs to have an
//! effect, and which value a [`Configuration`](crate::Configuration) has of it. Specs, their schema and the
//! documentation are read from there.

#[macro_use]
mod definition;
mod definitions;
mod layers;
#[cfg(test)]
mod tests;
mod values;

use std::fmt;

pub use definitions::{Param, Setting};
pub use values::{Interval, PerLayer, Place, Plain, ValueForm, Values};

impl Param {
    /// The short name in `search.space`, and the column in a leaderboard.
    pub fn name(self) -> &'static str {
        // `models` has no section, and a trial has only one of them.
        self.path().split_once('.').map_or("model", |(_, name)| name)
    }

    /// The section of a spec that holds a fixed value: `model`, `training`, `augmentation` or `preprocessing`; `None` for
    /// [`Param::Model`].
    pub fn section(self) -> Option<&'static str> {
        self.path().split_once('.').map(|(section, _)| section)
    }

    /// Whether it is a step of preprocessing. Its fixed value is part of the data's, so it has no default here.
    pub fn is_step(self) -> bool {
        self.section() == Some("preprocessing")
    }

    /// The hyperparameters that a spec can give a value.
    pub fn searchable() -> impl Iterator<Item = Param> {
        Param::ALL.iter().copied().filter(|&param| param != Param::Model)
    }

    /// The hyperparameter that `key` of `search.space` names, by its short name or its path.
    pub fn from_key(key: &str) -> Option<Param> {
        Param::searchable().find(|param| param.name() == key || param.path() == key)
    }

    /// The setting with a whole number as its value; `None` if it takes no such number. Its range isn't checked.
    pub fn count(self, value: u32) -> Option<Setting> {
        self.setting(Plain::Count(value))
    }

    /// The setting with a real number as its value; `None` if it takes no such number. Its range isn't checked.
    pub fn real(self, value: f64) -> Option<Setting> {
        self.setting(Plain::Real(value))
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Setting {
    /// The value as a number; `None` for words, lists and switches.
    pub fn number(&self) -> Option<f64> {
        match self.plain() {
            Plain::Count(count) => Some(f64::from(count)),
            Plain::Real(number) => Some(number),
            Plain::Text(_) | Plain::Flag(_) | Plain::List(_) => None,
        }
    }
}

/// The value as written in a spec: `[256, 128]`, `relu`, `0.001`.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.plain(), f)
    }
}

/// A value that another hyperparameter must have for this one to have an effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// The other hyperparameter, whose values are words.
    pub param: Param,
    /// The values with which there is an effect; the first is the one to suggest.
    pub words: &'static [&'static str],
}

impl Need {
    /// Whether there may be an effect with `setting`, a value of [`Need::param`].
    pub fn is_met_by(&self, setting: &Setting) -> bool {
        match setting.plain() {
            Plain::Text(word) => self.words.contains(&word.as_str()),
            // At least one layer or block may have one of the words.
            Plain::List(_) => true,
            Plain::Flag(_) | Plain::Count(_) | Plain::Real(_) => false,
        }
    }
}
