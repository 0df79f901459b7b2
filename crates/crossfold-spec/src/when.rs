//! `when`: conditions on other hyperparameters, such as `when: {optimizer: [sgd, rmsprop]}`.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Knowledge, ModelCheck};
use super::path::Path;
use super::point::{find_among, hint_nearest, shown};
use super::tree::{Content, Node};
use crossfold_network::{Param, Setting, Settings, SettingsError};
use crossfold_study::{Dimension, Domain, MAX_ASSIGNMENTS, SearchSpace, When};

/// The most values of a hyperparameter that a condition depends on.
const MOST_VALUES: u64 = 1000;

impl ModelCheck<'_, '_> {
    /// Reads and checks the conditions of domains.
    pub(super) fn check_conditions(&mut self) {
        let conditional: Vec<(Param, Path)> =
            self.space.iter().filter_map(|one| Some((one.param, self.given(one.param)?.key("when")))).collect();
        for (param, at) in conditional {
            if !self.findings.is_given(&at) {
                continue;
            }
            let conditions = if self.findings.is_hole(&at) { None } else { self.condition(param, &at) };
            match conditions {
                None => {
                    self.knowledge.insert(param, Knowledge::Unknown);
                }
                Some(when) => {
                    if let Some(dimension) = self.space.iter_mut().find(|dimension| dimension.param == param) {
                        dimension.when = when;
                    }
                }
            }
        }
        if self.refuse_cycles() {
            return;
        }
        let space = SearchSpace::new(self.space.clone());
        if space.assignments(&space.conditioning()).is_none()
            && let Some(at) = self.space.iter().find(|one| !one.when.is_empty()).and_then(|one| self.given(one.param))
        {
            let message = format!(
                "what conditions name has more than {MAX_ASSIGNMENTS} combinations of values, which is the most that is \
                 looked at"
            );
            self.findings.misplaced(&at.key("when"), message).hint = Some("list fewer values".to_owned());
        }
    }

    /// Reads the conditions of `param` at `at`; `None` if they have mistakes.
    fn condition(&mut self, param: Param, at: &Path) -> Option<Vec<When>> {
        let entries = self.findings.tree.get(at).map(|node| node.entries().to_vec()).unwrap_or_default();
        if entries.is_empty() {
            self.findings.wrong(at, "expected at least one condition, found none").hint =
                Some("for example `{optimizer: sgd}`".to_owned());
            return None;
        }
        let mut found: BTreeMap<Param, Option<When>> = BTreeMap::new();
        let mut is_right = true;
        for entry in &entries {
            let path = at.key(&entry.key);
            let Some(named) = Param::from_key(&entry.key) else {
                let searched: Vec<String> = self.space.iter().map(|one| one.param.name().to_owned()).collect();
                let hint =
                    super::spelling::nearest(&entry.key, &searched).map(|name| format!("did you mean `{name}`?"));
                self.findings.misplaced(&path, "there is no such hyperparameter").hint = hint;
                is_right = false;
                continue;
            };
            if found.contains_key(&named) {
                self.findings.misplaced(&path, format!("the same hyperparameter as `{named}`, which is named already"));
                is_right = false;
                continue;
            }
            let values = self.condition_values(param, named, &path);
            let when = values.and_then(|values| self.select(&path, &entry.node, named, &values));
            found.insert(named, when.map(|values| When { param: named, values }));
        }
        let found = found.into_values().collect::<Option<Vec<When>>>();
        found.filter(|_| is_right)
    }

    /// The possible values of the hyperparameter `named` by a condition of `param` at `path`; reports and returns `None` if a
    /// condition can't depend on it.
    fn condition_values(&mut self, param: Param, named: Param, path: &Path) -> Option<Vec<Setting>> {
        if param == named {
            self.findings.misplaced(path, format!("`{param}` can't depend on itself"));
            return None;
        }
        let Some(dimension) = self.space.iter().find(|dimension| dimension.param == named) else {
            if !matches!(self.knowledge[&named], Knowledge::Unknown) {
                let value = self.fixed.get(named).map_or_else(String::new, |value| format!(": it is `{value}`"));
                self.findings.misplaced(path, format!("`{named}` isn't searched{value}")).hint =
                    Some("name one that has a domain".to_owned());
            }
            return None;
        };
        if dimension.per_layer.is_some() {
            self.findings.misplaced(path, format!("`{named}` has a value of its own for each layer"));
            return None;
        }
        let values = dimension.domain.listed(named, MOST_VALUES);
        if values.is_none() {
            let why = match dimension.domain {
                Domain::Uniform { .. } | Domain::LogUniform { .. } => {
                    "is searched over a range of real numbers".to_owned()
                }
                Domain::Choice(_) | Domain::Int { .. } | Domain::LogInt { .. } => {
                    format!("has more than {MOST_VALUES} values")
                }
            };
            self.findings.misplaced(path, format!("`{named}` {why}, and a condition needs a list")).hint =
                Some(format!("list the values of `{named}`"));
        }
        values
    }

    /// The one or several of `values` that `node` has.
    fn select(&mut self, path: &Path, node: &Node, named: Param, values: &[Setting]) -> Option<Vec<Setting>> {
        if let Some(value) = find_among(node, values) {
            return Some(vec![value.clone()]);
        }
        let nodes: Vec<(Path, &Node)> = match &node.content {
            Content::List(items) => items.iter().enumerate().map(|(i, item)| (path.index(i), item)).collect(),
            Content::Scalar { .. } | Content::Map(_) => vec![(path.clone(), node)],
        };
        if nodes.is_empty() {
            self.findings.wrong(path, "expected at least one value, found an empty list");
            return None;
        }
        let mut found: Vec<Option<Setting>> = Vec::new();
        for (path, node) in nodes {
            let value = find_among(node, values).cloned();
            if node.is_nothing() {
                self.findings.wrong(&path, format!("expected a value of `{named}`, found nothing"));
            } else if value.is_none() {
                let message = format!("{} isn't among the values of `{named}`", shown(node));
                self.findings.wrong(&path, message).hint = Some(hint_nearest(node, values));
            } else if found.contains(&value) {
                self.findings.wrong(&path, format!("{} is already in the list", shown(node)));
            }
            found.push(value);
        }
        found.into_iter().collect()
    }

    /// Reports conditions that depend on each other in a cycle, and drops them.
    fn refuse_cycles(&mut self) -> bool {
        let on: BTreeMap<Param, Vec<Param>> =
            self.space.iter().map(|one| (one.param, one.when.iter().map(|when| when.param).collect())).collect();
        let reached = |from: Param| {
            let mut reached = BTreeSet::new();
            let mut waiting = on[&from].clone();
            while let Some(param) = waiting.pop() {
                if reached.insert(param) {
                    waiting.extend(on.get(&param).into_iter().flatten());
                }
            }
            reached
        };
        let all: BTreeMap<Param, BTreeSet<Param>> = on.keys().map(|&param| (param, reached(param))).collect();
        let circle: Vec<Param> =
            all.iter().filter(|(param, reached)| reached.contains(param)).map(|(p, _)| *p).collect();
        let mut reported: BTreeSet<Param> = BTreeSet::new();
        for &param in &circle {
            let others: Vec<Param> = circle
                .iter()
                .copied()
                .filter(|other| all[&param].contains(other) && all[other].contains(&param))
                .collect();
            if reported.insert(param)
                && let Some(at) = self.given(param)
            {
                reported.extend(&others);
                let others: Vec<String> =
                    others.iter().filter(|other| **other != param).map(|other| format!("`{other}`")).collect();
                let message = format!("`{param}` depends on itself, by way of {}", others.join(", "));
                self.findings.misplaced(&at.key("when"), message).hint =
                    Some("leave out one of the conditions".to_owned());
            }
        }
        for dimension in self.space.iter_mut().filter(|dimension| circle.contains(&dimension.param)) {
            dimension.when.clear();
            self.knowledge.insert(dimension.param, Knowledge::Unknown);
        }
        !circle.is_empty()
    }

    /// Checks that hyperparameters without a default are searched wherever they are needed.
    pub(super) fn check_needs(&mut self) {
        let is_bare = |one: &&Dimension| !one.when.is_empty() && one.param.requirement().is_some();
        let bare: Vec<Dimension> = self.space.iter().filter(is_bare).cloned().collect();
        if bare.is_empty() || self.knowledge.values().any(|known| matches!(known, Knowledge::Unknown)) {
            return;
        }
        let space = SearchSpace::new(self.space.clone());
        let fixed = self.with_defaults();
        let mut reported = BTreeSet::new();
        for settings in cases(&space) {
            let undecided = space.dimensions().iter().filter(|one| settings.get(one.param).is_none());
            let any = undecided.filter(|one| one.is_searched_at(&settings)).filter_map(any_value);
            let point = any.chain(settings.iter().cloned()).fold(fixed.clone(), Settings::with);
            let Err(SettingsError::Missing(missing)) = point.resolve() else { continue };
            // `hidden` gives the number of layers as well.
            let hidden = [Param::Layers, Param::Nodes].contains(&missing).then_some(Param::Hidden);
            let mut blamed = [Some(missing), hidden].into_iter().flatten();
            let Some(blamed) = blamed.find_map(|param| bare.iter().find(|one| one.param == param)) else { continue };
            if reported.insert(blamed.param) {
                self.report_need(blamed, &settings);
            }
        }
    }

    /// Reports that `dimension` is needed at the point with `settings`, where it isn't searched.
    fn report_need(&mut self, dimension: &Dimension, settings: &Settings) {
        let Dimension { param, when, .. } = dimension;
        let Some(at) = self.given(*param) else { return };
        let named = || when.iter().map(|when| when.param);
        let structure = [Param::Kind, Param::Layers].into_iter().filter(|param| !named().any(|named| named == *param));
        let here = named().chain(structure).filter_map(|param| settings.get(param));
        let here: Vec<String> = here.map(|value| format!("`{}: {value}`", value.param())).collect();
        let message = format!("`{param}` is needed with {}, and has no default", here.join(" and "));
        self.findings.misplaced(&at.key("when"), message).hint = Some("have the condition hold there, too".to_owned());
    }
}

/// The combinations of values that decide which hyperparameters are needed: those of conditions, and of kinds and numbers of
/// layers unless there are too many.
fn cases(space: &SearchSpace) -> Vec<Settings> {
    let named = space.conditioning();
    let is_per_layer = |param| space.dimensions().iter().any(|one| one.param == param && one.per_layer.is_some());
    let structure = [Param::Kind, Param::Layers, Param::Filters].into_iter().filter(|param| !is_per_layer(*param));
    let more = named.iter().copied().chain(structure).collect();
    space.assignments(&more).or_else(|| space.assignments(&named)).unwrap_or_default()
}

/// Any value of a domain.
fn any_value(dimension: &Dimension) -> Option<Setting> {
    match &dimension.domain {
        Domain::Choice(values) => values.first().cloned(),
        Domain::Uniform { low, .. } | Domain::LogUniform { low, .. } => dimension.param.real(*low),
        Domain::Int { low, .. } | Domain::LogInt { low, .. } => dimension.param.count(*low),
    }
}
