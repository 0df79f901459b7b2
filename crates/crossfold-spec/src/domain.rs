//! What a hyperparameter may be under `search.space`: a list of values, or a map that says more.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::findings::Findings;
use super::model::Nodes;
use super::number::{Count, Interval, Positive, Real};
use super::path::Path;
use super::per_layer::{Hidden, OneOrEach, Places};
use super::range::{CountRange, NoRange, Range, RealRange};
use super::raw::{Described, Raw};
use super::switch::Switch;
use super::when::WhenSpec;
use super::word::{Named, Word};
use crossfold_network::{PerLayer, Setting};
use crossfold_study::{Domain, Prior};

/// A domain as written.
#[derive(Debug)]
pub(super) enum DomainSpec<T: Searchable> {
    List(Vec<Option<T>>),
    Map(DomainMap<T>),
}

/// A domain of which there is more to say.
#[derive(Debug)]
pub(super) struct DomainMap<T: Searchable> {
    values: Option<Vec<Option<T>>>,
    weights: Option<Vec<Option<Real<Positive>>>>,
    range: T::Range,
    per_layer: Option<T::PerLayer>,
    when: Option<WhenSpec>,
}

impl<T: Searchable> Default for DomainMap<T> {
    fn default() -> DomainMap<T> {
        DomainMap { values: None, weights: None, range: T::Range::default(), per_layer: None, when: None }
    }
}

/// A value that can be searched over.
pub(super) trait Searchable: Raw + DeserializeOwned + JsonSchema + fmt::Debug {
    type Range: Range;
    type PerLayer: PerLayerDomain<Self::Checked>;
}

/// The domain of what each layer or block has a value of, from which a network's value `V` is made.
pub(super) trait PerLayerDomain<V>: DeserializeOwned + fmt::Debug {
    /// Whether there is one.
    const EXISTS: bool;

    /// As [`DomainSpec::check`]: values are those of networks all of whose layers have them.
    fn check(&self, path: &Path, setting: &dyn Fn(V) -> Setting, findings: &mut Findings<'_>) -> Option<Found>;

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

/// That layers have no values of their own.
#[derive(Debug, Deserialize)]
pub(super) struct NoLayers {}

impl<V> PerLayerDomain<V> for NoLayers {
    const EXISTS: bool = false;

    fn check(&self, _: &Path, _: &dyn Fn(V) -> Setting, _: &mut Findings<'_>) -> Option<Found> {
        None
    }

    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

/// What a single layer draws from.
#[derive(Debug, Deserialize)]
#[serde(transparent, bound = "")]
pub(super) struct EachLayer<T: Searchable>(DomainSpec<T>);

impl<T: Searchable> PerLayerDomain<PerLayer<T::Checked>> for EachLayer<T> {
    const EXISTS: bool = true;

    fn check(
        &self,
        path: &Path,
        setting: &dyn Fn(PerLayer<T::Checked>) -> Setting,
        findings: &mut Findings<'_>,
    ) -> Option<Found> {
        self.0.check(path, &|value| setting(PerLayer::Same(value)), findings)
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(DomainSpec::<T>::json_schema(generator))
    }
}

impl<const MIN: u64, const MAX: u64> PerLayerDomain<u32> for EachLayer<Count<MIN, MAX>> {
    const EXISTS: bool = true;

    fn check(&self, path: &Path, setting: &dyn Fn(u32) -> Setting, findings: &mut Findings<'_>) -> Option<Found> {
        self.0.check(path, setting, findings)
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(DomainSpec::<Count<MIN, MAX>>::json_schema(generator))
    }
}

/// A domain found without mistakes.
pub(super) struct Found {
    pub(super) domain: Domain,
    pub(super) prior: Option<Prior>,
    /// Where its values stand, if it is a list of them.
    pub(super) listed_at: Path,
    pub(super) is_per_layer: bool,
}

impl<T: Searchable> DomainSpec<T> {
    /// The domain of `setting`'s parameter; `None` where it has mistakes. Of its condition nothing is said.
    pub(super) fn check(
        &self,
        path: &Path,
        setting: &dyn Fn(T::Checked) -> Setting,
        findings: &mut Findings<'_>,
    ) -> Option<Found> {
        let found = |domain, prior, listed_at| Found { domain, prior, listed_at, is_per_layer: false };
        let map = match self {
            DomainSpec::List(values) => {
                return Some(found(choice(values, path, setting, findings)?, None, path.clone()));
            }
            DomainSpec::Map(map) => map,
        };
        let keys: Vec<&str> = keys::<T>().filter(|key| !["weights", "when"].contains(key)).collect();
        let key = findings.one_of(path, &keys)?;
        let at = path.key(key);
        let weights_at = path.key("weights");
        if key != "values" && findings.is_given(&weights_at) {
            findings.misplaced(&weights_at, "goes with `values` alone").hint =
                T::Range::EXAMPLE.map(|_| "a range has a `prior`".to_owned());
        }
        match key {
            "values" => {
                let values = map.values.as_ref()?;
                let domain = choice(values, &at, setting, findings)?;
                let weights = match &map.weights {
                    Some(weights) => weights_of(weights, values.len(), &weights_at, findings),
                    None => None,
                };
                Some(found(domain, weights, at))
            }
            "per_layer" => {
                let when = at.key("when");
                if findings.is_given(&when) {
                    findings.misplaced(&when, "is for all layers").hint = Some("put it beside `per_layer`".to_owned());
                }
                let found = map.per_layer.as_ref()?.check(&at, setting, findings)?;
                Some(Found { is_per_layer: true, ..found })
            }
            range => {
                let (domain, prior) = map.range.check(range, &at, findings)?;
                Some(found(domain, prior, at))
            }
        }
    }
}

/// A list of values, none of them twice.
fn choice<T: Searchable>(
    values: &[Option<T>],
    path: &Path,
    setting: &dyn Fn(T::Checked) -> Setting,
    findings: &mut Findings<'_>,
) -> Option<Domain> {
    if values.is_empty() {
        findings.wrong(path, "expected at least one value, found an empty list");
        return None;
    }
    let mut settings = Vec::new();
    let mut first = BTreeMap::new();
    for (i, value) in values.iter().enumerate() {
        let value = value.as_ref().and_then(Raw::checked).map(setting);
        if let Some(value) = &value
            && let Some(earlier) = first.insert(value.to_string(), i)
        {
            let earlier = findings.tree.place(&path.index(earlier)).clone();
            findings.wrong(&path.index(i), format!("`{value}` is already in the list")).other =
                Some(Box::new((earlier, "first here".to_owned())));
        }
        settings.push(value);
    }
    settings.into_iter().collect::<Option<_>>().map(Domain::Choice)
}

fn weights_of(
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

/// The keys of a domain's map.
fn keys<T: Searchable>() -> impl Iterator<Item = &'static str> {
    let per_layer = T::PerLayer::EXISTS.then_some("per_layer");
    ["values", "weights"].into_iter().chain(T::Range::KEYS.iter().copied()).chain(per_layer).chain(["when"])
}

/// Reads one of these keys.
struct Key<T>(PhantomData<T>);

impl<'de, T: Searchable> DeserializeSeed<'de> for Key<T> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: Searchable> Visitor<'_> for Key<T> {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<&'static str, E> {
        keys::<T>().find(|known| *known == key).ok_or_else(|| {
            let names: Vec<String> = keys::<T>().map(|key| format!("`{key}`")).collect();
            // As serde says it, which wants names known when it is compiled.
            E::custom(format!("unknown field `{key}`, expected one of {}", names.join(", ")))
        })
    }
}

impl<'de, T: Searchable> Deserialize<'de> for DomainSpec<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Roaming<T>(PhantomData<T>);

        impl<'de, T: Searchable> Visitor<'de> for Roaming<T> {
            type Value = DomainSpec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of values")?;
                T::Range::EXAMPLE.map_or(Ok(()), |example| write!(f, " or a range such as `{example}`"))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<DomainSpec<T>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(DomainSpec::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DomainSpec<T>, A::Error> {
                let mut domain = DomainMap::<T>::default();
                while let Some(key) = map.next_key_seed(Key::<T>(PhantomData))? {
                    match key {
                        "values" => domain.values = map.next_value()?,
                        "weights" => domain.weights = map.next_value()?,
                        "per_layer" => domain.per_layer = map.next_value()?,
                        "when" => domain.when = map.next_value()?,
                        range => domain.range.read(range, &mut map)?,
                    }
                }
                Ok(DomainSpec::Map(domain))
            }
        }

        deserializer.deserialize_any(Roaming(PhantomData))
    }
}

impl<T: Searchable> JsonSchema for DomainSpec<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("DomainOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = |description: Option<&str>, generator: &mut SchemaGenerator| {
            let mut schema = json_schema!({
                "type": "array", "items": T::json_schema(generator), "minItems": 1, "uniqueItems": true,
            });
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
            list(Some("A choice among these values."), generator),
            form("values", "A choice among these values.", list(None, generator), Some(("weights", weights))),
        ];
        for (name, description, schema) in T::Range::forms(generator) {
            forms.push(form(name, description, schema, None));
        }
        if let Some(schema) = T::PerLayer::schema(generator) {
            forms.push(form("per_layer", "A value of its own for each layer or block.", schema, None));
        }
        json_schema!({ "oneOf": forms })
    }
}

/// Values that no layer has one of its own of.
macro_rules! searchable {
    ($($type:ty { $($generics:tt)* }: $range:ty),* $(,)?) => {
        $(impl<$($generics)*> Searchable for $type {
            type Range = $range;
            type PerLayer = NoLayers;
        })*
    };
}

searchable! {
    Count<MIN, MAX> { const MIN: u64, const MAX: u64 }: CountRange<MIN, MAX>,
    Real<I> { I: Interval + fmt::Debug + 'static }: RealRange<I>,
    Hidden {}: NoRange,
    Switch {}: NoRange,
    Word<T> { T: Named + fmt::Debug }: NoRange,
}

impl Searchable for Nodes {
    type Range = CountRange<{ Nodes::LEAST }, { Nodes::MOST }>;
    type PerLayer = EachLayer<Count<{ Nodes::LEAST }, { Nodes::MOST }>>;
}

impl<T: Searchable + Described, P: Places> Searchable for OneOrEach<T, P> {
    type Range = T::Range;
    type PerLayer = EachLayer<T>;
}
