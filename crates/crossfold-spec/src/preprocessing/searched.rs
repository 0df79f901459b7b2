//! Values of searched steps, which are spelled as under `preprocessing`.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer};

use super::{ClipSpec, EmbeddingDetails, EncodeDetails, NumericEncodeDetails, TargetDetails};
use crate::checked::Raw;
use crate::choice::{Choice, Detailed as _};
use crate::word::{EncodeWord, NumericEncodeWord, Word, list_names};
use crossfold_network::Param;
use crossfold_study::{Encode, NumericEncode, Scale, Smoothing, clip_text};

type NumericEncodeSpec = Choice<NumericEncodeWord, NumericEncodeDetails>;
type EncodeSpec = Choice<EncodeWord, EncodeDetails>;

/// Reads a value of the step `param`, one of those whose values are texts. Returns the text; `None` if a part of the value is
/// missing.
pub(crate) fn read_step<'de, D: Deserializer<'de>>(param: Param, deserializer: D) -> Result<Option<String>, D::Error> {
    if param == Param::NumericClip {
        return ClipSpec::deserialize(deserializer).map(|ClipSpec(clip)| Some(clip_text(clip)));
    }
    if param == Param::NumericEncode {
        return NumericEncodeSpec::deserialize(deserializer).map(|encode| Some(numeric_encode(encode)?.to_string()));
    }
    if param == Param::CategoricalEncode {
        return EncodeSpec::deserialize(deserializer).map(|encode| Some(categorical_encode(encode)?.to_string()));
    }
    Word::<Scale>::deserialize(deserializer).map(|Word(scale)| Some(scale.name().to_owned()))
}

fn numeric_encode(encode: NumericEncodeSpec) -> Option<NumericEncode> {
    match encode {
        Choice::Word(word) => Some(word.0),
        Choice::Map(NumericEncodeDetails { piecewise }) => {
            Some(NumericEncode::Piecewise { bins: piecewise?.bins?.checked()? })
        }
    }
}

fn categorical_encode(encode: EncodeSpec) -> Option<Encode> {
    match encode {
        Choice::Word(word) => Some(word.0),
        Choice::Map(EncodeDetails { target: Some(TargetDetails { smoothing }), embedding: None }) => {
            Some(Encode::Target(Smoothing::Rows(smoothing?.checked()?)))
        }
        Choice::Map(EncodeDetails { target: None, embedding: Some(EmbeddingDetails { size }) }) => {
            Some(Encode::Embedding(Some(size?.checked()?)))
        }
        Choice::Map(_) => None,
    }
}

/// What [`read_step`] takes, in words.
pub(crate) fn step_text(param: Param) -> String {
    if param == Param::NumericEncode {
        format!("`none` or {}", NumericEncodeDetails::FORM)
    } else if param == Param::CategoricalEncode {
        format!("{} or {}", list_names::<EncodeWord>(), EncodeDetails::FORM)
    } else if param == Param::NumericClip {
        "a number above 0 such as `3`, or `none`".to_owned()
    } else {
        list_names::<Scale>()
    }
}

/// The schema of what [`read_step`] takes.
pub(crate) fn step_schema(param: Param) -> Schema {
    // All of these types are inlined.
    let generator = &mut SchemaGenerator::default();
    if param == Param::NumericClip {
        ClipSpec::json_schema(generator)
    } else if param == Param::NumericEncode {
        NumericEncodeSpec::json_schema(generator)
    } else if param == Param::CategoricalEncode {
        EncodeSpec::json_schema(generator)
    } else {
        Word::<Scale>::json_schema(generator)
    }
}
