//! What a hyperparameter may be under `search.space`: a list of values, or a map that says more.

use std::collections::BTreeMap;
use std::fmt;

use crossfold_network::{Param, Setting, ValueForm, Values};
use crossfold_study::{Domain, Prior};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::checked::Raw;
use super::condition::WhenSpec;
use super::findings::Findings;
use super::keyed::{HoleSeed, KeySeed, ListSeed, items};
use super::number::{Positive, Real};
use super::path::Path;
use super::preprocessing::step_text;
use super::range::{CheckedRange, RangeKind, RangeSeed, RangeSpec};
use super::tree::Node;
use super::value::HyperparameterSeed;

/// A domain as written. Values with mistakes are `None`.
#[derive(Debug)]
pub(super) enum DomainSpec {
    List(Vec<Option<Setting>>),
    Map(Box<DomainMap>),
}

/// A domain of which there is more to say.
#[derive(Debug, Default)]
pub(super) struct DomainMap {
    values: Option<Vec<Option<Setting>>>,
    weights: Option<Vec<Option<Real<Positive>>>>,
    range: Option<RangeSpec>,
    per_layer: Option<DomainSpec>,
    when: Option<WhenSpec>,
}

/// Reads the domain of a hyperparameter, of a network or of each of its layers or blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct DomainSeed {
    value: HyperparameterSeed,
    has_layers: bool,
}

impl DomainSeed {
    /// What a network's value is searched in.
    pub(super) fn network(param: Param) -> DomainSeed {
        DomainSeed { value: HyperparameterSeed::fixed(param), has_layers: param.place().is_some() }
    }

    /// What a single layer's or block's value is searched in.
    fn layer(self) -> DomainSeed {
        DomainSeed { value: HyperparameterSeed::single(self.value.param()), has_layers: false }
    }

    /// The ranges that the values have.
    fn ranges(self) -> &'static [RangeKind] {
        match (self.value.form(), self.value.param().values()) {
            (ValueForm::Each, _) | (_, Values::Text | Values::Words(_) | Values::Switch | Values::Step) => &[],
            // Each value takes a pipeline of its own.
            _ if self.value.param().is_step() => &[],
            (ValueForm::One | ValueForm::OneOrEach, Values::Whole { .. }) => &[RangeKind::Int, RangeKind::LogInt],
            (ValueForm::One | ValueForm::OneOrEach, Values::Real(_)) => &[RangeKind::Uniform, RangeKind::LogUniform],
        }
    }

    /// The keys of a domain's map.
    fn keys(self) -> Vec<&'static str> {
        let ranges = self.ranges().iter().map(|range| range.name());
        let per_layer = self.has_layers.then_some("per_layer");
        ["values", "weights"].into_iter().chain(ranges).chain(per_layer).chain(["when"]).collect()
    }

    /// Checks a domain read by this; `None` if it has mistakes. Its condition isn't checked.
    pub(super) fn check(self, domain: &DomainSpec, path: &Path, findings: &mut Findings<'_>) -> Option<CheckedDomain> {
        let found =
            |domain, prior, listed_at| CheckedDomain { domain, prior, zero: 0.0, listed_at, is_per_layer: false };
        let map = match domain {
            DomainSpec::List(values) => return Some(found(self.choice(values, path, findings)?, None, path.clone())),
            DomainSpec::Map(map) => map,
        };
        let keys: Vec<&str> = self.keys().into_iter().filter(|key| !["weights", "when"].contains(key)).collect();
        let key = findings.one_of(path, &keys)?;
        let at = path.key(key);
        let weights_at = path.key("weights");
        if key != "values" && findings.is_given(&weights_at) {
            let hint = (!self.ranges().is_empty()).then(|| "a range has a `prior`".to_owned());
            findings.misplaced(&weights_at, "goes with `values` alone").hint = hint;
        }
        match key {
            "values" => {
                let values = map.values.as_ref()?;
                let domain = self.choice(values, &at, findings)?;
                let weights = match &map.weights {
                    Some(weights) => check_weights(weights, values.len(), &weights_at, findings),
                    None => None,
                };
                Some(found(domain, weights, at))
            }
            "per_layer" => {
                let when = at.key("when");
                if findings.is_given(&when) {
                    findings.misplaced(&when, "is for all layers").hint = Some("put it beside `per_layer`".to_owned());
                }
                let found = self.layer().check(map.per_layer.as_ref()?, &at, findings)?;
                Some(CheckedDomain { is_per_layer: true, ..found })
            }
            _ => {
                let CheckedRange { domain, prior, zero } = map.range.as_ref()?.check(&at, findings)?;
                Some(CheckedDomain { zero, ..found(domain, prior, at) })
            }
        }
    }

    /// A list of values. Those of steps of preprocessing may lack a part that only now is missed.
    fn choice(self, values: &[Option<Setting>], path: &Path, findings: &mut Findings<'_>) -> Option<Domain> {
        let param = self.value.param();
        for at in (0..values.len()).filter(|&i| values[i].is_none()).map(|i| path.index(i)) {
            let is_reported = findings.is_hole(&at) || findings.holes.iter().any(|hole| hole.is_within(&at));
            if param.values() == Values::Step && !is_reported {
                let found = findings.tree.get(&at).map(Node::describe).unwrap_or_default();
                findings.wrong(&at, format!("expected {}, found {found}", step_text(param)));
            }
        }
        choice(values, path, findings)
    }

    pub(super) fn schema(self, generator: &mut SchemaGenerator) -> Schema {
        let item = self.value.schema();
        let list = |description: Option<&str>| {
            let mut schema = json_schema!({ "type": "array", "items": item, "minItems": 1, "uniqueItems": true });
            if let Some(description) = description {
                schema.insert("description".into(), description.into());
            }
            schema
        };
        let when = generator.subschema_for::<WhenSpec>();
        let form = |name: &str, description: &str, schema: Schema, more: Option<(&str, Schema)>| {
            let mut properties = serde_json::Map::from_iter([(name.to_owned(), schema.to_value())]);
            properties.extend(more.map(|(name, schema)| (name.to_owned(), schema.to_value())));
            properties.insert("when".to_owned(), when.clone().to_value());
            json_schema!({
                "description": description,
                "type": "object",
                "properties": properties,
                "required": [name],
                "additionalProperties": false,
            })
        };
        let weight = Real::<Positive>::json_schema(generator);
        let weights = json_schema!({
            "description": "How likely each value is beforehand, in proportion.", "type": "array", "items": weight,
        });
        let mut forms = vec![
            list(Some("A choice among these values.")),
            form("values", "A choice among these values.", list(None), Some(("weights", weights))),
        ];
        for &kind in self.ranges() {
            let range = RangeSeed { param: self.value.param(), kind }.schema(generator);
            forms.push(form(kind.name(), kind.description(), range, None));
        }
        if self.has_layers {
            let layer = self.layer().schema(generator);
            forms.push(form("per_layer", "A value of its own for each layer or block.", layer, None));
        }
        json_schema!({ "oneOf": forms })
    }
}

/// A domain without mistakes.
pub(super) struct CheckedDomain {
    pub(super) domain: Domain,
    pub(super) prior: Option<Prior>,
    /// How likely 0 is beside a range.
    pub(super) zero: f64,
    /// The path of its list of values, if it is one.
    pub(super) listed_at: Path,
    pub(super) is_per_layer: bool,
}

/// A list of values, none of them twice.
fn choice(values: &[Option<Setting>], path: &Path, findings: &mut Findings<'_>) -> Option<Domain> {
    if values.is_empty() {
        findings.wrong(path, "expected at least one value, found an empty list");
        return None;
    }
    let mut first = BTreeMap::new();
    for (i, value) in values.iter().enumerate() {
        if let Some(value) = value
            && let Some(earlier) = first.insert(value.to_string(), i)
        {
            let earlier = findings.tree.place(&path.index(earlier)).clone();
            findings.wrong(&path.index(i), format!("`{value}` is already in the list")).other =
                Some(Box::new((earlier, "first here".to_owned())));
        }
    }
    values.iter().cloned().collect::<Option<_>>().map(Domain::Choice)
}

fn check_weights(
    weights: &[Option<Real<Positive>>],
    values: usize,
    path: &Path,
    findings: &mut Findings<'_>,
) -> Option<Prior> {
    if weights.len() != values {
        findings.wrong(path, format!("one weight a value: expected {values}, found {}", weights.len()));
        return None;
    }
    weights.iter().map(|weight| weight.as_ref()?.checked()).collect::<Option<_>>().map(Prior::Weights)
}

impl<'de> DeserializeSeed<'de> for DomainSeed {
    type Value = DomainSpec;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<DomainSpec, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DomainSeed {
    type Value = DomainSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values")?;
        self.ranges().first().map_or(Ok(()), |range| write!(f, " or a range such as `{}`", range.example()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<DomainSpec, A::Error> {
        Ok(DomainSpec::List(items(self.value, seq)?.into_iter().map(Option::flatten).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DomainSpec, A::Error> {
        let keys = self.keys();
        let mut domain = DomainMap::default();
        while let Some(key) = map.next_key_seed(KeySeed(&keys))? {
            match key {
                "values" => {
                    let values = map.next_value_seed(HoleSeed(ListSeed(self.value)))?;
                    domain.values = values.map(|values| values.into_iter().map(Option::flatten).collect());
                }
                "weights" => domain.weights = map.next_value()?,
                "per_layer" => domain.per_layer = map.next_value_seed(HoleSeed(self.layer()))?,
                "when" => domain.when = map.next_value()?,
                key => {
                    let kind = self.ranges().iter().copied().find(|range| range.name() == key);
                    let kind = kind.expect("all other keys are ranges");
                    let range = RangeSeed { param: self.value.param(), kind };
                    // Two ranges are a mistake that is reported from the tree.
                    domain.range = map.next_value_seed(HoleSeed(range))?.or(domain.range);
                }
            }
        }
        Ok(DomainSpec::Map(Box::new(domain)))
    }
}
