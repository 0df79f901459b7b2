//! Ranges of real and whole numbers under `search.space`, with their priors.

use std::fmt;

use crossfold_network::{Param, Plain, Setting};
use crossfold_study::{Domain, MAX_TABULATED, Prior};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::checked::Raw;
use super::findings::Findings;
use super::keyed::{HoleSeed, KeySeed};
use super::number::{AboveOne, AnyNumber, Count, Positive, ProperShare, Real};
use super::path::Path;
use super::value::HyperparameterSeed;

/// A kind of range, by its key in a domain's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeKind {
    Uniform,
    LogUniform,
    Int,
    LogInt,
}

impl RangeKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            RangeKind::Uniform => "uniform",
            RangeKind::LogUniform => "log_uniform",
            RangeKind::Int => "int",
            RangeKind::LogInt => "log_int",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            RangeKind::Uniform => "Real numbers in [low, high), all equally likely unless `prior` says otherwise.",
            RangeKind::LogUniform => {
                "Real numbers in [low, high), their logarithms equally likely unless `prior` says otherwise."
            }
            RangeKind::Int => {
                "low, low + step, … up to and with high, all equally likely unless `prior` says otherwise."
            }
            RangeKind::LogInt => {
                "Whole numbers from low up to and with high, their logarithms equally likely unless `prior` says otherwise."
            }
        }
    }

    /// How to write one, for messages.
    pub(super) fn example(self) -> &'static str {
        match self {
            RangeKind::Uniform | RangeKind::LogUniform => "{uniform: {low: 0.1, high: 0.5}}",
            RangeKind::Int | RangeKind::LogInt => "{int: {low: 2, high: 10, step: 2}}",
        }
    }

    fn is_logarithmic(self) -> bool {
        match self {
            RangeKind::LogUniform | RangeKind::LogInt => true,
            RangeKind::Uniform | RangeKind::Int => false,
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            RangeKind::Int => &["low", "high", "step", "prior"],
            RangeKind::Uniform | RangeKind::LogUniform => &["low", "high", "prior", "zero"],
            RangeKind::LogInt => &["low", "high", "prior"],
        }
    }
}

/// The step of a range that gives none.
pub(super) const STEP: u32 = 1;

/// A range as written.
#[derive(Debug)]
pub(super) struct RangeSpec {
    param: Param,
    kind: RangeKind,
    low: Option<f64>,
    high: Option<f64>,
    step: Option<Count<1, { u32::MAX as u64 }>>,
    prior: Option<PriorSpec>,
    /// How likely 0 is, in addition to the range.
    zero: Option<Real<ProperShare>>,
}

/// A range without mistakes.
pub(super) struct CheckedRange {
    pub(super) domain: Domain,
    pub(super) prior: Option<Prior>,
    /// How likely 0 is, in addition to the range.
    pub(super) zero: f64,
}

/// A prior as written.
#[derive(Debug)]
enum PriorSpec {
    Normal(NormalPrior),
    Factor(FactorPrior),
}

/// The prior: a bell curve around the mode, cut off at the range's ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map such as `{mode: 0.2, sd: 0.1}`")]
#[schemars(rename = "Prior")]
struct NormalPrior {
    /// The likeliest value.
    #[schemars(required)]
    mode: Option<Real<AnyNumber>>,
    /// The bell's standard deviation.
    #[schemars(required)]
    sd: Option<Real<Positive>>,
}

/// The prior: a bell curve around the mode on the logarithmic scale, cut off at the range's ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map such as `{mode: 1e-3, factor: 3}`")]
#[schemars(rename = "LogPrior")]
struct FactorPrior {
    /// The likeliest value.
    #[schemars(required)]
    mode: Option<Real<AnyNumber>>,
    /// A value this many times the mode, or the mode divided by it, is a standard deviation away.
    #[schemars(required)]
    factor: Option<Real<AboveOne>>,
}

impl PriorSpec {
    /// The prior for the numbers from `low` to `high`.
    fn check(&self, path: &Path, ends: [f64; 2], findings: &mut Findings<'_>) -> Option<Prior> {
        match self {
            PriorSpec::Normal(NormalPrior { mode, sd }) => {
                let mode = check_mode(mode.as_ref(), path, ends, findings);
                let sd = sd.as_ref().and_then(Raw::checked);
                let sd = findings.required(&path.key("sd"), sd, "a standard deviation");
                Some(Prior::Normal { mode: mode?, sd: sd? })
            }
            PriorSpec::Factor(FactorPrior { mode, factor }) => {
                let mode = check_mode(mode.as_ref(), path, ends, findings);
                let factor = factor.as_ref().and_then(Raw::checked);
                let expected = "how many times the mode is a deviation away";
                let factor = findings.required(&path.key("factor"), factor, expected);
                // The same digits on every machine.
                Some(Prior::Normal { mode: mode?, sd: libm::log(factor?) })
            }
        }
    }
}

fn check_mode(
    mode: Option<&Real<AnyNumber>>,
    path: &Path,
    [low, high]: [f64; 2],
    findings: &mut Findings<'_>,
) -> Option<f64> {
    let mode = findings.required(&path.key("mode"), mode.and_then(Raw::checked), "the likeliest value")?;
    if !(low..=high).contains(&mode) {
        findings.wrong(&path.key("mode"), format!("expected a number from {low} to {high}, found {mode}"));
        return None;
    }
    Some(mode)
}

impl RangeSpec {
    /// Checks the range at `path`; `None` if it has mistakes.
    pub(super) fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<CheckedRange> {
        let ends = self.ends(path, findings)?;
        let [low, high] = ends;
        if self.kind.is_logarithmic() && low == 0.0 {
            let expected = if self.kind == RangeKind::LogInt { "at least 1" } else { "a number above 0" };
            let message = format!("expected {expected}, which has a logarithm, found 0");
            let takes_zero = self.kind == RangeKind::LogUniform && allows_zero(self.param);
            findings.wrong(&path.key("low"), message).hint = takes_zero.then(|| {
                let low = if high > 1e-6 { "1e-6".to_owned() } else { format!("{:e}", high / 100.0) };
                format!("for 0 or a range: `{{log_uniform: {{low: {low}, high: {high}, zero: 0.2}}}}`, 0 in a fifth of draws")
            });
            return None;
        }
        let zero = self.zero(path, ends, findings);
        let at = path.key("prior");
        let domain = match self.kind {
            RangeKind::Uniform => Domain::Uniform { low, high },
            RangeKind::LogUniform => Domain::LogUniform { low, high },
            RangeKind::LogInt => {
                let domain = Domain::LogInt { low: low as u32, high: high as u32 };
                if is_too_large(&domain, &path.key("high"), "logarithmic range", findings) {
                    return None;
                }
                domain
            }
            RangeKind::Int => {
                let step = match &self.step {
                    None if findings.is_hole(&path.key("step")) => return None,
                    None => STEP,
                    Some(step) => step.checked()?,
                };
                let domain = Domain::Int { low: low as u32, high: high as u32, step };
                if self.prior.is_some() && is_too_large(&domain, &at, "range with a prior", findings) {
                    return Some(CheckedRange { domain, prior: None, zero });
                }
                domain
            }
        };
        let prior = self.prior.as_ref().and_then(|prior| prior.check(&at, ends, findings));
        Some(CheckedRange { domain, prior, zero })
    }

    /// How likely 0 is. The range must not have it, and the hyperparameter must allow it.
    fn zero(&self, path: &Path, [low, _]: [f64; 2], findings: &mut Findings<'_>) -> f64 {
        let Some(share) = self.zero.as_ref().and_then(Raw::checked) else { return 0.0 };
        let at = path.key("zero");
        if !allows_zero(self.param) {
            findings.misplaced(&at, format!("`{}` can't be 0", self.param));
        } else if low <= 0.0 {
            findings.misplaced(&at, "0 is in the range already").hint = Some("raise `low`, or leave it out".to_owned());
        }
        share
    }

    /// The ends, if both are there and in order.
    fn ends(&self, path: &Path, findings: &mut Findings<'_>) -> Option<[f64; 2]> {
        let (is_whole, expected) = match self.kind {
            RangeKind::Int | RangeKind::LogInt => (true, "a whole number"),
            RangeKind::Uniform | RangeKind::LogUniform => (false, "a number"),
        };
        let low = findings.required(&path.key("low"), self.low, expected);
        let high = findings.required(&path.key("high"), self.high, expected);
        let (low, high) = (low?, high?);
        // A range of real numbers has no point if its ends are equal.
        let expected = match is_whole {
            true if low > high => "at least `low`, which is",
            false if low >= high => "a number above `low`, which is",
            true | false => return Some([low, high]),
        };
        findings.wrong(&path.key("high"), format!("expected {expected} {low}, found {high}"));
        None
    }
}

fn allows_zero(param: Param) -> bool {
    param.values().admit(&Plain::Real(0.0))
}

/// Whether `domain` has too many values for a table of them.
fn is_too_large(domain: &Domain, at: &Path, what: &str, findings: &mut Findings<'_>) -> bool {
    let size = domain.size().filter(|size| *size > MAX_TABULATED);
    if let Some(size) = size {
        findings.wrong(at, format!("a {what} has at most {MAX_TABULATED} values, and this one has {size}"));
    }
    size.is_some()
}

/// Reads a range of a hyperparameter's values.
#[derive(Clone, Copy, Debug)]
pub(super) struct RangeSeed {
    pub(super) param: Param,
    pub(super) kind: RangeKind,
}

impl RangeSeed {
    pub(super) fn schema(self, generator: &mut SchemaGenerator) -> Schema {
        let end = HyperparameterSeed::single(self.param).schema().to_value();
        let prior = if self.kind.is_logarithmic() {
            generator.subschema_for::<FactorPrior>()
        } else {
            generator.subschema_for::<NormalPrior>()
        };
        let ends = [("low", end.clone()), ("high", end), ("prior", prior.to_value())];
        let has_zero = self.kind.keys().contains(&"zero") && allows_zero(self.param);
        let mut zero = Real::<ProperShare>::json_schema(generator);
        zero.insert("description".into(), "How likely 0 is, in addition to the range, which lies above it.".into());
        let mut properties: Map<String, Value> =
            ends.map(|(key, schema)| (key.to_owned(), schema)).into_iter().collect();
        properties.extend(has_zero.then(|| ("zero".to_owned(), zero.to_value())));
        let mut description = "Both ends of a range, and what is likely between them.";
        if self.kind == RangeKind::Int {
            let mut step = Count::<1, { u32::MAX as u64 }>::json_schema(generator);
            step.insert("default".into(), STEP.into());
            properties.insert("step".to_owned(), step.to_value());
            description = "low, low + step, … up to and with high.";
        }
        json_schema!({
            "description": description,
            "type": "object",
            "properties": properties,
            "required": ["low", "high"],
            "additionalProperties": false,
        })
    }
}

impl<'de> DeserializeSeed<'de> for RangeSeed {
    type Value = RangeSpec;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<RangeSpec, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RangeSeed {
    type Value = RangeSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RangeSpec, A::Error> {
        let RangeSeed { param, kind } = self;
        let mut range = RangeSpec { param, kind, low: None, high: None, step: None, prior: None, zero: None };
        let end = HoleSeed(HyperparameterSeed::single(self.param));
        while let Some(key) = map.next_key_seed(KeySeed(self.kind.keys()))? {
            match key {
                "low" => range.low = map.next_value_seed(end)?.flatten().as_ref().and_then(Setting::number),
                "high" => range.high = map.next_value_seed(end)?.flatten().as_ref().and_then(Setting::number),
                "step" => range.step = map.next_value()?,
                "zero" => range.zero = map.next_value()?,
                _ if self.kind.is_logarithmic() => range.prior = map.next_value::<Option<_>>()?.map(PriorSpec::Factor),
                _ => range.prior = map.next_value::<Option<_>>()?.map(PriorSpec::Normal),
            }
        }
        Ok(range)
    }
}
