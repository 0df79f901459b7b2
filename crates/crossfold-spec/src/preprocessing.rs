//! `preprocessing`: steps from columns to inputs.

mod searched;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

use super::checked::Raw;
use super::choice::{Choice, Detailed};
use super::defaults::with_defaults;
use super::findings::Findings;
use super::literal::Literal;
use super::number::{AnyNumber, Count, Penalty, Positive, Real, Within, interval_schema};
use super::path::Path;
use super::switch::Switch;
use super::word::{CategoricalImputeWord, EncodeWord, ImputeWord, NumericEncodeWord, Word};
use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ColumnSteps, Encode, NumericEncode, NumericImpute, NumericSteps,
    Preprocessing, Rare, Scale, Smoothing,
};

pub(super) use searched::{read_step, step_schema, step_text};
pub(super) use write::{step_value, write};

/// How columns become a network's inputs, learnt within each fold from its training rows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Preprocessing")]
pub(super) struct PreprocessingSpec {
    /// Columns of numbers.
    numeric: Option<NumericSpec>,
    /// Ordered levels, seen as ranks 0, 1, 2, ….
    ordinal: Option<NumericSpec>,
    /// Yes and no, seen as 1 and 0.
    boolean: Option<NumericSpec>,
    /// Dates, seen as days since 1970-01-01.
    date: Option<NumericSpec>,
    /// Columns of names.
    categorical: Option<CategoricalSpec>,
    /// Single columns, by name, such as `{salary: {numeric: {log: true}}}`.
    columns: Option<BTreeMap<String, Option<ColumnStepsSpec>>>,
    /// Keep this many inputs: those most related to the target among the training rows.
    select: Option<Count<1, 1_000_000>>,
}

/// Steps for numbers: fill in, take the logarithm, scale, clip, encode.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "NumericSteps", transform = with_defaults(write::numeric_steps(&NumericSteps::default())))]
struct NumericSpec {
    /// The replacement of a missing value.
    impute: Option<Choice<ImputeWord, ConstantNumber>>,
    /// Add an input that is 1 where the value was missing.
    indicator: Option<Switch>,
    /// ln(1 + x) before scaling.
    log: Option<Switch>,
    scale: Option<Word<Scale>>,
    /// Smoothly clip what is scaled to ± this number: x / sqrt(1 + (x / clip)²).
    clip: Option<ClipSpec>,
    /// What the scaled number becomes.
    encode: Option<Choice<NumericEncodeWord, NumericEncodeDetails>>,
}

/// Steps for names: fill in, group what is rare, encode.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(
    rename = "CategoricalSteps",
    transform = with_defaults(write::categorical_steps(&CategoricalSteps::default()))
)]
struct CategoricalSpec {
    /// The replacement of a missing name.
    impute: Option<Choice<CategoricalImputeWord, ConstantText>>,
    /// Add an input that is 1 where the name was missing.
    indicator: Option<Switch>,
    /// Levels of fewer training rows than this, or of less than this share of them, are one level.
    rare: Option<RareSpec>,
    encode: Option<Choice<EncodeWord, EncodeDetails>>,
}

/// Steps for one column: of numbers or of names.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct ColumnStepsSpec {
    numeric: Option<NumericSpec>,
    categorical: Option<CategoricalSpec>,
}

/// A number in place of missing ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct ConstantNumber {
    #[schemars(required)]
    constant: Option<Real<AnyNumber>>,
}

impl Detailed for ConstantNumber {
    const FORM: &'static str = "`{constant: 0}`";
}

/// An encoding of numbers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct NumericEncodeDetails {
    #[schemars(required)]
    piecewise: Option<PiecewiseDetails>,
}

impl Detailed for NumericEncodeDetails {
    const FORM: &'static str = "`{piecewise: {bins: 16}}`";
}

/// Piecewise-linear encoding: an input per bin, the share of the bin that is below the number.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct PiecewiseDetails {
    /// The number of bins, between quantiles of the training rows.
    #[schemars(required)]
    bins: Option<Count<1, 1024>>,
}

/// A name in place of missing ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct ConstantText {
    #[schemars(required)]
    constant: Option<Literal>,
}

impl Detailed for ConstantText {
    const FORM: &'static str = "`{constant: other}`";
}

/// An encoding, and more about it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct EncodeDetails {
    target: Option<TargetDetails>,
    embedding: Option<EmbeddingDetails>,
}

impl Detailed for EncodeDetails {
    const FORM: &'static str = "`{target: {smoothing: 10}}` or `{embedding: {size: 4}}`";
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct TargetDetails {
    /// Shrink a level's mean towards the mean of all rows, as if this many more rows had that mean.
    #[schemars(required)]
    smoothing: Option<Real<Penalty>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct EmbeddingDetails {
    /// Numbers a level is turned into.
    #[schemars(required)]
    size: Option<Count<1, 1024>>,
}

/// `10` rows or `1%` of them.
#[derive(Clone, Copy, Debug)]
struct RareSpec(Rare);

impl<'de> Deserialize<'de> for RareSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RareVisitor;

        impl Visitor<'_> for RareVisitor {
            type Value = RareSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of training rows such as `10`, or a share of them such as `1%`")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<RareSpec, E> {
                let rows = u32::try_from(count).map_err(|_| E::invalid_value(Unexpected::Unsigned(count), &self))?;
                Ok(RareSpec(Rare::Rows(rows)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RareSpec, E> {
                let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
                match percent {
                    Some(percent) if percent > 0.0 && percent < 100.0 => Ok(RareSpec(Rare::Share(percent / 100.0))),
                    Some(_) | None => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(RareVisitor)
    }
}

impl JsonSchema for RareSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Rare".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": u32::MAX },
            { "type": "string", "pattern": "^[0-9]{1,2}(\\.[0-9]*)?%$" }
        ] })
    }
}

/// The bound of clipping, or `none`.
#[derive(Clone, Copy, Debug)]
struct ClipSpec(Option<f64>);

impl<'de> Deserialize<'de> for ClipSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ClipVisitor;

        impl Visitor<'_> for ClipVisitor {
            type Value = ClipSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} such as `3`, or `none`", Positive::RANGE)
            }

            fn visit_f64<E: Error>(self, bound: f64) -> Result<ClipSpec, E> {
                match Real::<Positive>::new(bound) {
                    Some(bound) => Ok(ClipSpec(bound.checked())),
                    None => Err(E::invalid_value(Unexpected::Float(bound), &self)),
                }
            }

            fn visit_u64<E: Error>(self, bound: u64) -> Result<ClipSpec, E> {
                self.visit_f64(bound as f64)
            }

            fn visit_i64<E: Error>(self, bound: i64) -> Result<ClipSpec, E> {
                self.visit_f64(bound as f64)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ClipSpec, E> {
                if text == "none" { Ok(ClipSpec(None)) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
            }
        }

        deserializer.deserialize_any(ClipVisitor)
    }
}

impl JsonSchema for ClipSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Clip".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [interval_schema(Positive::RANGE), { "const": "none" }] })
    }
}

impl NumericSpec {
    fn steps(self, at: &Path, usual: &NumericSteps, findings: &mut Findings<'_>) -> NumericSteps {
        let impute = match self.impute {
            None => usual.impute,
            Some(Choice::Word(word)) => word.0,
            Some(Choice::Map(ConstantNumber { constant })) => {
                let constant = findings.required(&at.key("impute").key("constant"), constant, "a number");
                constant.and_then(|constant| constant.checked()).map_or(usual.impute, NumericImpute::Constant)
            }
        };
        let encode = match self.encode {
            None => usual.encode,
            Some(Choice::Word(word)) => word.0,
            Some(Choice::Map(NumericEncodeDetails { piecewise })) => {
                let at = at.key("encode").key("piecewise");
                let details = findings.required(&at, piecewise, "the number of `bins`");
                let bins = details.and_then(|details| {
                    findings.required(&at.key("bins"), details.bins, "a whole number from 1 to 1024")
                });
                bins.and_then(|bins| bins.checked()).map_or(usual.encode, |bins| NumericEncode::Piecewise { bins })
            }
        };
        let log = self.log.map_or(usual.log, |switch| switch.0);
        if let NumericImpute::Constant(constant) = impute
            && log
            && constant <= -1.0
        {
            let constant = at.key("impute").key("constant");
            let place = if findings.is_given(&constant) { constant } else { at.clone() };
            findings.wrong(&place, "what is filled in has no logarithm: ln(1 + x) is of numbers above -1").hint =
                Some("choose a greater constant, or leave out `log`".to_owned());
        }
        NumericSteps {
            impute,
            indicator: self.indicator.map_or(usual.indicator, |switch| switch.0),
            log,
            scale: self.scale.map_or(usual.scale, |scale| scale.0),
            clip: self.clip.map_or(usual.clip, |clip| clip.0),
            encode,
        }
    }
}

impl CategoricalSpec {
    fn steps(self, at: &Path, usual: &CategoricalSteps, findings: &mut Findings<'_>) -> CategoricalSteps {
        let impute = match self.impute {
            None => usual.impute.clone(),
            Some(Choice::Word(CategoricalImputeWord::Level)) => CategoricalImpute::Level,
            Some(Choice::Word(CategoricalImputeWord::Mode)) => CategoricalImpute::Mode,
            Some(Choice::Map(ConstantText { constant })) => {
                let at = at.key("impute").key("constant");
                let constant = findings.required(&at, constant, "a name");
                constant.map_or(CategoricalImpute::Level, |Literal(text)| CategoricalImpute::Constant(text))
            }
        };
        let encode = match self.encode {
            None => usual.encode,
            Some(Choice::Word(word)) => word.0,
            Some(Choice::Map(EncodeDetails { target: Some(target), embedding: None })) => {
                let at = at.key("encode").key("target").key("smoothing");
                let smoothing = findings.required(&at, target.smoothing, "a number of rows");
                let rows = smoothing.and_then(|smoothing| smoothing.checked());
                Encode::Target(rows.map_or(Smoothing::Auto, Smoothing::Rows))
            }
            Some(Choice::Map(EncodeDetails { target: None, embedding: Some(embedding) })) => {
                let at = at.key("encode").key("embedding").key("size");
                let size = findings.required(&at, embedding.size, "how many numbers a level becomes");
                Encode::Embedding(size.and_then(|size| size.checked()))
            }
            Some(Choice::Map(_)) => {
                let at = at.key("encode");
                if !findings.is_hole(&at) {
                    findings.wrong(&at, format!("expected either {}", EncodeDetails::FORM));
                }
                Encode::OneHot
            }
        };
        CategoricalSteps {
            impute,
            indicator: self.indicator.map_or(usual.indicator, |switch| switch.0),
            rare: self.rare.map_or(usual.rare, |rare| rare.0),
            encode,
        }
    }
}

/// Checks `preprocessing`.
pub(super) fn check(spec: PreprocessingSpec, findings: &mut Findings<'_>) -> Preprocessing {
    let at = Path::new("preprocessing");
    let mut numbers = |kind: &str, spec: Option<NumericSpec>| {
        spec.unwrap_or_default().steps(&at.key(kind), &NumericSteps::default(), findings)
    };
    let [numeric, ordinal, boolean, date] =
        [("numeric", spec.numeric), ("ordinal", spec.ordinal), ("boolean", spec.boolean), ("date", spec.date)]
            .map(|(kind, spec)| numbers(kind, spec));
    let usual = CategoricalSteps::default();
    let categorical = spec.categorical.unwrap_or_default().steps(&at.key("categorical"), &usual, findings);
    let mut steps = Preprocessing {
        numeric,
        ordinal,
        boolean,
        date,
        categorical,
        columns: BTreeMap::new(),
        select: spec.select.and_then(|select| select.checked()),
    };
    for (name, column) in spec.columns.unwrap_or_default() {
        let at = at.key("columns").key(&name);
        let column = match column {
            Some(ColumnStepsSpec { numeric: Some(spec), categorical: None }) => {
                ColumnSteps::Numeric(spec.steps(&at.key("numeric"), &steps.numeric, findings))
            }
            Some(ColumnStepsSpec { numeric: None, categorical: Some(spec) }) => {
                ColumnSteps::Categorical(spec.steps(&at.key("categorical"), &steps.categorical, findings))
            }
            Some(_) | None => {
                if !findings.is_hole(&at) && !findings.holes.iter().any(|hole| hole.is_within(&at)) {
                    findings.wrong(&at, "expected either `numeric` or `categorical` steps").hint =
                        Some("such as `{numeric: {log: true}}` or `{categorical: {encode: target}}`".to_owned());
                }
                continue;
            }
        };
        steps.columns.insert(name, column);
    }
    steps
}
