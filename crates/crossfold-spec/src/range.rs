//! Ranges of real and whole numbers under `search.space`, and what is likely in them beforehand.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeOwned, MapAccess};

use super::findings::Findings;
use super::number::{AboveOne, AnyNumber, Count, Interval, Positive, Real};
use super::path::Path;
use super::raw::Raw;
use crossfold_study::{Domain, MAX_TABULATED, Prior};

/// The ranges that a kind of value knows, each by a key of a domain's map.
pub(super) trait Range: Default + fmt::Debug {
    const KEYS: &'static [&'static str];
    /// How to write one, for messages.
    const EXAMPLE: Option<&'static str>;

    /// Reads the value of `key`, one of [`Range::KEYS`].
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;

    /// The range that stands at `path`, under `key`.
    fn check(&self, key: &str, path: &Path, findings: &mut Findings<'_>) -> Option<(Domain, Option<Prior>)>;

    /// Key, description and schema of each.
    fn forms(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)>;
}

/// Both ends of a range, and what is likely between them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct Bounds<T, P> {
    #[schemars(required)]
    low: Option<T>,
    #[schemars(required)]
    high: Option<T>,
    prior: Option<P>,
}

impl<T: Raw, P: PriorSpec> Bounds<T, P>
where
    T::Checked: Into<f64> + Copy + fmt::Display,
{
    /// The ends, if both are there and in order; `apart` where they can't be equal.
    fn ends(
        &self,
        path: &Path,
        apart: bool,
        expected: &str,
        findings: &mut Findings<'_>,
    ) -> Option<(T::Checked, T::Checked)> {
        let low = findings.required(&path.key("low"), self.low.as_ref().and_then(Raw::checked), expected);
        let high = findings.required(&path.key("high"), self.high.as_ref().and_then(Raw::checked), expected);
        let (low, high) = (low?, high?);
        if apart && low.into() >= high.into() {
            findings.wrong(&path.key("high"), format!("expected a number above `low`, which is {low}, found {high}"));
            return None;
        }
        if low.into() > high.into() {
            findings.wrong(&path.key("high"), format!("expected at least `low`, which is {low}, found {high}"));
            return None;
        }
        Some((low, high))
    }

    /// What is likely between the ends.
    fn prior(&self, path: &Path, ends: (T::Checked, T::Checked), findings: &mut Findings<'_>) -> Option<Prior> {
        self.prior.as_ref()?.check(&path.key("prior"), (ends.0.into(), ends.1.into()), findings)
    }
}

/// A prior as written.
trait PriorSpec: DeserializeOwned + JsonSchema + fmt::Debug {
    /// The prior for what lies between `ends`.
    fn check(&self, path: &Path, ends: (f64, f64), findings: &mut Findings<'_>) -> Option<Prior>;
}

/// What is likely beforehand: a bell round the mode, cut off at the range's ends.
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

/// What is likely beforehand: a bell round the mode on the logarithmic scale, cut off at the range's ends.
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

impl PriorSpec for NormalPrior {
    fn check(&self, path: &Path, ends: (f64, f64), findings: &mut Findings<'_>) -> Option<Prior> {
        let mode = mode(self.mode.as_ref(), path, ends, findings);
        let sd = findings.required(&path.key("sd"), self.sd.as_ref().and_then(Raw::checked), "a standard deviation");
        Some(Prior::Normal { mode: mode?, sd: sd? })
    }
}

impl PriorSpec for FactorPrior {
    fn check(&self, path: &Path, ends: (f64, f64), findings: &mut Findings<'_>) -> Option<Prior> {
        let mode = mode(self.mode.as_ref(), path, ends, findings);
        let factor = self.factor.as_ref().and_then(Raw::checked);
        let factor = findings.required(&path.key("factor"), factor, "how many times the mode is a deviation away");
        // The same digits on every machine.
        Some(Prior::Normal { mode: mode?, sd: libm::log(factor?) })
    }
}

fn mode(
    mode: Option<&Real<AnyNumber>>,
    path: &Path,
    (low, high): (f64, f64),
    findings: &mut Findings<'_>,
) -> Option<f64> {
    let mode = findings.required(&path.key("mode"), mode.and_then(Raw::checked), "the likeliest value")?;
    if !(low..=high).contains(&mode) {
        findings.wrong(&path.key("mode"), format!("expected a number from {low} to {high}, found {mode}"));
        return None;
    }
    Some(mode)
}

/// Real numbers between two ends.
#[derive(Debug)]
pub(super) struct RealRange<I> {
    uniform: Option<Bounds<Real<I>, NormalPrior>>,
    log_uniform: Option<Bounds<Real<I>, FactorPrior>>,
}

impl<I> Default for RealRange<I> {
    fn default() -> RealRange<I> {
        RealRange { uniform: None, log_uniform: None }
    }
}

impl<I: Interval + fmt::Debug> Range for RealRange<I> {
    const KEYS: &'static [&'static str] = &["uniform", "log_uniform"];
    const EXAMPLE: Option<&'static str> = Some("{uniform: {low: 0.1, high: 0.5}}");

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == "uniform" {
            self.uniform = map.next_value()?;
        } else {
            self.log_uniform = map.next_value()?;
        }
        Ok(())
    }

    fn check(&self, key: &str, path: &Path, findings: &mut Findings<'_>) -> Option<(Domain, Option<Prior>)> {
        if key == "uniform" {
            let bounds = self.uniform.as_ref()?;
            let (low, high) = bounds.ends(path, true, "a number", findings)?;
            return Some((Domain::Uniform { low, high }, bounds.prior(path, (low, high), findings)));
        }
        let bounds = self.log_uniform.as_ref()?;
        let (low, high) = bounds.ends(path, true, "a number", findings)?;
        if low == 0.0 {
            findings.wrong(&path.key("low"), "expected a number above 0, which has a logarithm, found 0");
            return None;
        }
        Some((Domain::LogUniform { low, high }, bounds.prior(path, (low, high), findings)))
    }

    fn forms(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)> {
        vec![
            (
                "uniform",
                "Real numbers in [low, high), all equally likely unless `prior` says otherwise.",
                Bounds::<Real<I>, NormalPrior>::json_schema(generator),
            ),
            (
                "log_uniform",
                "Real numbers in [low, high), their logarithms equally likely unless `prior` says otherwise.",
                Bounds::<Real<I>, FactorPrior>::json_schema(generator),
            ),
        ]
    }
}

/// Whole numbers from one end to the other.
#[derive(Debug, Default)]
pub(super) struct CountRange<const MIN: u64, const MAX: u64> {
    int: Option<Steps<MIN, MAX>>,
    log_int: Option<Bounds<Count<MIN, MAX>, FactorPrior>>,
}

/// low, low + step, … up to and with high.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct Steps<const MIN: u64, const MAX: u64> {
    #[schemars(required)]
    low: Option<Count<MIN, MAX>>,
    #[schemars(required)]
    high: Option<Count<MIN, MAX>>,
    #[schemars(extend("default" = 1))]
    step: Option<Count<1, { u32::MAX as u64 }>>,
    prior: Option<NormalPrior>,
}

impl<const MIN: u64, const MAX: u64> Steps<MIN, MAX> {
    fn check(&self, path: &Path, findings: &mut Findings<'_>) -> Option<(Domain, Option<Prior>)> {
        let bounds = Bounds { low: self.low, high: self.high, prior: None::<NormalPrior> };
        let (low, high) = bounds.ends(path, false, "a whole number", findings)?;
        let step = match self.step.as_ref() {
            None if findings.is_hole(&path.key("step")) => return None,
            None => 1,
            Some(step) => step.checked()?,
        };
        let domain = Domain::Int { low, high, step };
        let Some(prior) = &self.prior else { return Some((domain, None)) };
        let at = path.key("prior");
        if too_many(&domain, &at, "range with a prior", findings) {
            return Some((domain, None));
        }
        let prior = prior.check(&at, (low.into(), high.into()), findings);
        Some((domain, prior))
    }
}

/// Whether `domain` has more values than are put in a table.
fn too_many(domain: &Domain, at: &Path, what: &str, findings: &mut Findings<'_>) -> bool {
    let size = domain.size().filter(|size| *size > MAX_TABULATED);
    if let Some(size) = size {
        findings.wrong(at, format!("a {what} has at most {MAX_TABULATED} values, and this one has {size}"));
    }
    size.is_some()
}

impl<const MIN: u64, const MAX: u64> Range for CountRange<MIN, MAX> {
    const KEYS: &'static [&'static str] = &["int", "log_int"];
    const EXAMPLE: Option<&'static str> = Some("{int: {low: 2, high: 10, step: 2}}");

    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        if key == "int" {
            self.int = map.next_value()?;
        } else {
            self.log_int = map.next_value()?;
        }
        Ok(())
    }

    fn check(&self, key: &str, path: &Path, findings: &mut Findings<'_>) -> Option<(Domain, Option<Prior>)> {
        if key == "int" {
            return self.int.as_ref()?.check(path, findings);
        }
        let bounds = self.log_int.as_ref()?;
        let (low, high) = bounds.ends(path, false, "a whole number", findings)?;
        if low == 0 {
            findings.wrong(&path.key("low"), "expected at least 1, which has a logarithm, found 0");
            return None;
        }
        let domain = Domain::LogInt { low, high };
        if too_many(&domain, &path.key("high"), "logarithmic range", findings) {
            return None;
        }
        let prior = bounds.prior(path, (low, high), findings);
        Some((domain, prior))
    }

    fn forms(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)> {
        vec![
            (
                "int",
                "low, low + step, … up to and with high, all equally likely unless `prior` says otherwise.",
                Steps::<MIN, MAX>::json_schema(generator),
            ),
            (
                "log_int",
                "Whole numbers from low up to and with high, their logarithms equally likely unless `prior` says otherwise.",
                Bounds::<Count<MIN, MAX>, FactorPrior>::json_schema(generator),
            ),
        ]
    }
}

/// The range of what has no order.
#[derive(Debug, Default)]
pub(super) struct NoRange {}

impl Range for NoRange {
    const KEYS: &'static [&'static str] = &[];
    const EXAMPLE: Option<&'static str> = None;

    fn read<'de, A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        map.next_value::<serde::de::IgnoredAny>().map(drop)
    }

    fn check(&self, _: &str, _: &Path, _: &mut Findings<'_>) -> Option<(Domain, Option<Prior>)> {
        None
    }

    fn forms(_: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Schema)> {
        Vec::new()
    }
}
