//! `enqueue`: points to try before all others, such as `[{learning_rate: 1e-3, layers: 2}]`.

use std::collections::BTreeMap;

use schemars::{Schema, json_schema};

use super::findings::Findings;
use super::model::Home;
use super::path::Path;
use super::point::{read_within, shown};
use super::tree::{Content, Entry, Node};
use super::untyped::{Purpose, Untyped};
use crossfold_network::{Param, Place, Setting, Settings};
use crossfold_study::{Dimension, Enqueued, ModelSpace};

/// A point as written.
pub(super) type PointSpec = Untyped<Point>;

#[derive(Debug)]
pub(super) struct Point;

impl Purpose for Point {
    const NAME: &'static str = "Point";
    const EXAMPLE: &'static str = "{learning_rate: 1e-3}";

    fn schema() -> Schema {
        let searchable = Param::ALL[1..].iter().flat_map(|param| [param.name(), param.path()]);
        let names: Vec<&str> = [Param::Model.name()].into_iter().chain(searchable).collect();
        json_schema!({
            "description": "Values of searched hyperparameters; the others are drawn. `model`: which of several `models`.",
            "type": "object",
            "propertyNames": { "enum": names },
            "additionalProperties": { "type": ["string", "number", "boolean", "array", "object"] },
            "minProperties": 1,
        })
    }
}

/// Checks the points under `search.enqueue`, and returns those without mistakes.
pub(super) fn check(
    points: Option<&[Option<PointSpec>]>,
    models: &[ModelSpace],
    findings: &mut Findings<'_>,
) -> Vec<Enqueued> {
    let at = Path::new("search.enqueue");
    let Some(points) = points else { return Vec::new() };
    if points.is_empty() {
        findings.wrong(&at, "expected at least one point, found an empty list").hint =
            Some(format!("for example `[{}]`", Point::EXAMPLE));
    }
    let at = (0..points.len()).map(|i| at.index(i)).collect::<Vec<_>>();
    at.iter().filter_map(|at| point(at, models, findings)).collect()
}

fn point(at: &Path, models: &[ModelSpace], findings: &mut Findings<'_>) -> Option<Enqueued> {
    if findings.is_hole(at) {
        return None;
    }
    let entries = findings.tree.get(at).map(|node| node.entries().to_vec()).unwrap_or_default();
    if entries.is_empty() {
        findings.wrong(at, "expected at least one hyperparameter, found none");
        return None;
    }
    let model = model(at, &entries, models, findings)?;
    let mut reader = Reader { at, model: &models[model], findings, found: BTreeMap::new(), is_right: true };
    // How long a list per layer must be depends on the other values.
    let is_list = |entry: &&Entry| matches!(entry.node.content, Content::List(_));
    let rest = || entries.iter().filter(|entry| entry.key != Param::Model.name());
    rest().filter(|entry| !is_list(entry)).for_each(|entry| reader.read(entry));
    rest().filter(is_list).for_each(|entry| reader.read(entry));
    reader.refuse_unsearched();
    let Reader { found, is_right, .. } = reader;
    let settings = found.into_values().map(|(_, setting)| setting).fold(Settings::default(), Settings::with);
    is_right.then_some(Enqueued { model, settings })
}

/// The model of a point.
fn model(at: &Path, entries: &[Entry], models: &[ModelSpace], findings: &mut Findings<'_>) -> Option<usize> {
    let names: Vec<String> =
        models.iter().filter_map(|model| model.fixed.get(Param::Model)).map(Setting::to_string).collect();
    let path = at.key(Param::Model.name());
    let one_of = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let Some(entry) = entries.iter().find(|entry| entry.key == Param::Model.name()) else {
        if models.len() > 1 {
            findings.wrong(at, "`model` is missing, expected which of the models this is a point of").hint =
                Some(format!("one of {}", one_of()));
        }
        return (models.len() == 1).then_some(0);
    };
    if names.is_empty() {
        if !findings.is_given(&Path::new("models")) {
            findings.misplaced(&path, "there are no `models` to pick from").hint = Some("leave it out".to_owned());
        }
        return None;
    }
    let value = entry.node.to_value();
    let number = names.iter().position(|name| value.as_str() == Some(name));
    if number.is_none() {
        findings.wrong(&path, format!("there is no model {} to search", shown(&entry.node))).hint =
            Some(format!("one of {}", one_of()));
    }
    number
}

/// Reads one point's values.
struct Reader<'r, 'a> {
    at: &'r Path,
    model: &'r ModelSpace,
    findings: &'r mut Findings<'a>,
    found: BTreeMap<Param, (Path, Setting)>,
    is_right: bool,
}

impl Reader<'_, '_> {
    fn read(&mut self, entry: &Entry) {
        let path = self.at.key(&entry.key);
        let setting = self.dimension(entry, &path).and_then(|dimension| self.setting(&entry.node, &path, &dimension));
        match setting {
            Some((param, setting)) => drop(self.found.insert(param, (path, setting))),
            None => self.is_right = false,
        }
    }

    /// The dimension that `entry` gives a value for.
    fn dimension(&mut self, entry: &Entry, path: &Path) -> Option<Dimension> {
        let searched: Vec<String> =
            self.model.space.dimensions().iter().map(|dimension| dimension.param.name().to_owned()).collect();
        let Some(param) = Param::from_key(&entry.key) else {
            let near = super::spelling::nearest(&entry.key, &searched).map(|name| format!("did you mean `{name}`?"));
            self.findings.misplaced(path, "there is no such hyperparameter").hint = near;
            return None;
        };
        if let Some((first, _)) = self.found.get(&param) {
            let place = self.findings.tree.key_place(first).clone();
            let mistake = self.findings.misplaced(path, format!("`{param}` has a value in this point already"));
            mistake.other = Some(Box::new((place, "first here".to_owned())));
            return None;
        }
        let dimension = self.model.space.dimensions().iter().find(|dimension| dimension.param == param);
        if dimension.is_none() && !self.has_domain(param) {
            let value = self.model.fixed.get(param).map_or_else(String::new, |value| format!(": it is `{value}`"));
            let names: Vec<String> = searched.iter().map(|name| format!("`{name}`")).collect();
            self.findings.misplaced(path, format!("`{param}` isn't searched{value}")).hint =
                (!names.is_empty()).then(|| format!("searched: {}", names.join(", ")));
        }
        dimension.cloned()
    }

    /// Whether `param` has a domain in the spec, with or without mistakes.
    fn has_domain(&self, param: Param) -> bool {
        let own = self.model.fixed.get(Param::Model).map(|model| Home::for_model(&model.to_string()));
        own.into_iter().chain([Home::common()]).any(|home| home.searched(param, self.findings).is_some())
    }

    fn setting(&mut self, node: &Node, path: &Path, dimension: &Dimension) -> Option<(Param, Setting)> {
        let param = dimension.param;
        let mut one = |node: &Node, path: &Path| {
            let setting = read_within(node, dimension);
            if let Err(expected) = &setting {
                self.findings.wrong(path, format!("expected {expected}, found {}", shown(node)));
            }
            setting.ok()
        };
        let (Some(most), Content::List(items)) = (dimension.per_layer, &node.content) else {
            return one(node, path).map(|setting| (param, setting));
        };
        let values: Vec<Option<Setting>> =
            items.iter().enumerate().map(|(i, item)| one(item, &path.index(i))).collect();
        let values = values.into_iter().collect::<Option<Vec<Setting>>>()?;
        let given = self.found.values().map(|(_, setting)| setting.clone());
        let layers = given.fold(self.model.fixed.clone(), Settings::with).places(param);
        let (layer, number) =
            if param.place() == Some(Place::HiddenLayer) { ("layer", "layers") } else { ("block", "blocks") };
        match layers {
            None => {
                self.findings
                    .wrong(path, format!("a list with a value for each {layer} needs `{number}` beside it"))
                    .hint = Some(format!("say `{number}: {}`, or give one value", values.len().min(most as usize)));
                None
            }
            Some(layers) if layers as usize != values.len() => {
                let message = format!("one value a {layer}: expected {layers}, found {}", values.len());
                self.findings.wrong(path, message).hint = Some(format!("a single value fits any number of {number}"));
                None
            }
            Some(_) => Setting::per_layer(param, &values).map(|setting| (param, setting)),
        }
    }

    /// Refuses values of hyperparameters that aren't searched with the other values of the point.
    fn refuse_unsearched(&mut self) {
        for (&param, (path, _)) in &self.found {
            let dimension = self.model.space.dimensions().iter().find(|dimension| dimension.param == param);
            for when in dimension.iter().flat_map(|dimension| &dimension.when) {
                let Some((other, value)) = self.found.get(&when.param) else { continue };
                if !when.values.contains(value) {
                    let place = self.findings.tree.place(other).clone();
                    let message = format!("`{param}` isn't searched with `{}: {value}`", when.param);
                    let mistake = self.findings.misplaced(path, message);
                    mistake.other = Some(Box::new((place, "here".to_owned())));
                    mistake.hint = Some("leave it out".to_owned());
                    self.is_right = false;
                }
            }
        }
    }
}
