//! Reads values of hyperparameters by their definitions.

use std::fmt;

use crossfold_network::{Param, Plain, Setting, ValueForm, Values};
use schemars::{Schema, json_schema};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Unexpected, Visitor};

use super::keyed::items;
use super::number::interval_schema;
use super::preprocessing::{read_step, step_schema};

/// Reads a value of a hyperparameter, checked against its definition. The result is `None` if a mistake has left a hole in
/// it.
#[derive(Clone, Copy, Debug)]
pub(super) struct HyperparameterSeed {
    param: Param,
    form: ValueForm,
}

impl HyperparameterSeed {
    /// A value as `model`, `training` or `augmentation` takes it.
    pub(super) fn fixed(param: Param) -> HyperparameterSeed {
        HyperparameterSeed { param, form: param.form() }
    }

    /// The value of a single layer or block, or an end of a range.
    pub(super) fn single(param: Param) -> HyperparameterSeed {
        HyperparameterSeed { param, form: ValueForm::One }
    }

    pub(super) fn param(self) -> Param {
        self.param
    }

    pub(super) fn form(self) -> ValueForm {
        self.form
    }

    /// The type that an item of a list is read as.
    fn item(self) -> HyperparameterSeed {
        HyperparameterSeed::single(if self.param == Param::Hidden { Param::Nodes } else { self.param })
    }

    /// The setting with `value`, which is written as `found`.
    fn setting<E: Error>(self, value: Option<Plain>, found: Unexpected<'_>) -> Result<Option<Setting>, E> {
        let value = value.filter(|value| self.form != ValueForm::Each && self.param.values().admit(value));
        value.and_then(|value| self.param.setting(value)).map(Some).ok_or_else(|| E::invalid_value(found, &self))
    }

    pub(super) fn schema(self) -> Schema {
        let one = match self.param.values() {
            Values::Text => json_schema!({ "type": "string" }),
            Values::Step => step_schema(self.param),
            Values::Words(words) => json_schema!({ "enum": words }),
            Values::Switch => json_schema!({ "type": "boolean" }),
            Values::Whole { least, most } => json_schema!({ "type": "integer", "minimum": least, "maximum": most }),
            Values::Real(interval) => interval_schema(interval),
        };
        let place = self.item().param.place();
        match (self.form, place) {
            (ValueForm::OneOrEach, Some(place)) => {
                let each = json_schema!({
                    "type": "array", "items": one, "minItems": place.least(), "maxItems": place.most(),
                });
                json_schema!({ "oneOf": [one, each] })
            }
            (ValueForm::Each, Some(place)) => json_schema!({ "type": "array", "items": one, "maxItems": place.most() }),
            (ValueForm::One, _) | (_, None) => one,
        }
    }
}

impl<'de> DeserializeSeed<'de> for HyperparameterSeed {
    type Value = Option<Setting>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.param.values() == Values::Step {
            let text = read_step(self.param, deserializer)?;
            return Ok(text.and_then(|text| self.param.setting(Plain::Text(text))));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for HyperparameterSeed {
    type Value = Option<Setting>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.form, self.item().param.place()) {
            (ValueForm::OneOrEach, Some(place)) => {
                write!(f, "{}, or a list with one value per {}", self.param.values(), place.name())
            }
            (ValueForm::Each, Some(place)) => {
                write!(f, "a list of at most {} layers' nodes, such as `[256, 128]`", place.most())
            }
            (ValueForm::One, _) | (_, None) => fmt::Display::fmt(&self.param.values(), f),
        }
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        self.setting(Some(Plain::Flag(flag)), Unexpected::Bool(flag))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let value = match self.param.values() {
            Values::Whole { .. } => u32::try_from(number).ok().map(Plain::Count),
            Values::Real(_) => Some(Plain::Real(number as f64)),
            Values::Text | Values::Words(_) | Values::Switch | Values::Step => None,
        };
        self.setting(value, Unexpected::Unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.setting(Some(Plain::Real(number as f64)), Unexpected::Signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // −0 becomes 0, so that there is only one zero.
        self.setting(Some(Plain::Real(number + 0.0)), Unexpected::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.setting(Some(Plain::Text(text.to_owned())), Unexpected::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        let Some(place) = self.item().param.place().filter(|_| self.form != ValueForm::One) else {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        };
        let items = items(self.item(), seq)?;
        let least = if self.form == ValueForm::Each { 0 } else { place.least() };
        if !(least as usize..=place.most() as usize).contains(&items.len()) {
            return Err(A::Error::invalid_length(items.len(), &self));
        }
        let items: Option<Vec<Plain>> = items.into_iter().map(|item| Some(item??.plain())).collect();
        Ok(items.and_then(|items| self.param.setting(Plain::List(items))))
    }
}
