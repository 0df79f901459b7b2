//! Values that have names.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::checked::Raw;
use crossfold_network::Task;
use crossfold_study::{BaselineMethod, Device, Metric, Order, Refit};
use crossfold_study::{DateOrder, DecimalMark, Encode, NumericEncode, NumericImpute, Scale, Smoothing, TextEncoding};

/// A type whose values have names.
pub(super) trait Named: Copy + 'static {
    const ALL: &'static [Self];
    fn name(self) -> &'static str;
}

macro_rules! named {
    ($($type:ty: $all:expr),* $(,)?) => {
        $(impl Named for $type {
            const ALL: &'static [Self] = $all;

            fn name(self) -> &'static str {
                <$type>::name(self)
            }
        })*
    };
}

named! {
    BaselineMethod: &BaselineMethod::ALL,
    CategoricalImputeWord: &[CategoricalImputeWord::Level, CategoricalImputeWord::Mode],
    DateOrder: &DateOrder::ALL,
    DecimalMark: &DecimalMark::ALL,
    Device: &[Device::Flex, Device::Ndarray],
    Metric: Metric::ALL,
    Order: &[Order::Logical, Order::Free],
    Refit: &[Refit::Best, Refit::OneSe, Refit::Folds, Refit::None],
    EncodeWord: &[
        EncodeWord(Encode::OneHot),
        EncodeWord(Encode::Ordinal),
        EncodeWord(Encode::Target(Smoothing::Auto)),
        EncodeWord(Encode::Embedding(None)),
    ],
    NumericEncodeWord: &[NumericEncodeWord(NumericEncode::Value)],
    ImputeWord: &[
        ImputeWord(NumericImpute::Mean),
        ImputeWord(NumericImpute::Median),
        ImputeWord(NumericImpute::Mode),
    ],
    Scale: &Scale::ALL,
    Task: &Task::ALL,
    TextEncoding: &TextEncoding::ALL,
    WeightsWord: &[WeightsWord::Balanced],
}

/// An encoding of numbers by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumericEncodeWord(pub(super) NumericEncode);

impl NumericEncodeWord {
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            NumericEncode::Value => "none",
            NumericEncode::Piecewise { .. } => "piecewise",
        }
    }
}

/// An imputation of numbers by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImputeWord(pub(super) NumericImpute);

impl ImputeWord {
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            NumericImpute::Mean => "mean",
            NumericImpute::Median => "median",
            NumericImpute::Mode => "mode",
            NumericImpute::Constant(_) => "constant",
        }
    }
}

/// An imputation of levels by name.
#[derive(Clone, Copy, Debug)]
pub(super) enum CategoricalImputeWord {
    Level,
    Mode,
}

impl CategoricalImputeWord {
    pub(super) fn name(self) -> &'static str {
        match self {
            CategoricalImputeWord::Level => "level",
            CategoricalImputeWord::Mode => "mode",
        }
    }
}

/// An encoding by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct EncodeWord(pub(super) Encode);

impl EncodeWord {
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Encode::OneHot => "one_hot",
            Encode::Ordinal => "ordinal",
            Encode::Target(_) => "target",
            Encode::Embedding(_) => "embedding",
        }
    }
}

/// Class weights by name.
#[derive(Clone, Copy, Debug)]
pub(super) enum WeightsWord {
    Balanced,
}

impl WeightsWord {
    pub(super) fn name(self) -> &'static str {
        match self {
            WeightsWord::Balanced => "balanced",
        }
    }
}

/// One of the names of `T`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<T>(pub(super) T);

impl<T: Named> Raw for Word<T> {
    type Checked = T;

    fn checked(&self) -> Option<T> {
        Some(self.0)
    }
}

/// All names of a type: `a`, `b` or `c`.
pub(super) fn list_names<T: Named>() -> String {
    let names: Vec<String> = T::ALL.iter().map(|word| format!("`{}`", word.name())).collect();
    enumerate(&names, "or")
}

/// "a, b or c".
pub(super) fn enumerate(items: &[String], conjunction: &str) -> String {
    match items {
        [others @ .., last] if !others.is_empty() => format!("{} {conjunction} {last}", others.join(", ")),
        items => items.concat(),
    }
}

impl<'de, T: Named> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor<T>(PhantomData<T>);

        impl<T: Named> Visitor<'_> for WordVisitor<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&list_names::<T>())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let word = T::ALL.iter().find(|word| word.name() == text);
                word.map(|word| Word(*word)).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(WordVisitor(PhantomData))
    }
}

impl<T: Named> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::ALL.iter().map(|word| word.name()).collect::<Vec<_>>().join("Or").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = T::ALL.iter().map(|word| word.name()).collect();
        json_schema!({ "enum": names })
    }
}
