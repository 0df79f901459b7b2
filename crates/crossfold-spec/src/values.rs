//! Hyperparameters on their way from a spec to a study: which have a value, which a domain, and whether
//! they go together.

use std::collections::BTreeMap;

use super::domain::{DomainOf, DomainSpec, Found};
use super::findings::Findings;
use super::path::Path;
use super::sections::Level;
use crossfold_network::{Kind, LossName, Param, Setting, Settings, Task};
use crossfold_study::{Dimension, Domain, MAX_TRIALS, ModelSpace, SearchSpace};

/// Where one level of a spec stands: that of one of several models, or what is for all.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// The model's own key; `None` for what is for all.
    pub(super) model: Option<Path>,
}

impl Home {
    pub(super) fn common() -> Home {
        Home { model: None }
    }

    pub(super) fn of_model(name: &str) -> Home {
        Home { model: Some(Path::of("models").key(name)) }
    }

    /// Where a fixed value of `param` stands.
    pub(super) fn fixed(&self, param: Param) -> Path {
        match (&self.model, param.path().split_once('.')) {
            (None, _) => Path::of(param.path()),
            (Some(model), Some(("model", key))) => model.key(key),
            (Some(model), Some((section, key))) => model.key(section).key(key),
            (Some(model), None) => model.clone(),
        }
    }

    /// Where the author has given `param` a domain.
    pub(super) fn searched(&self, param: Param, findings: &Findings<'_>) -> Option<Path> {
        let space = self.space();
        [space.key(param.name()), space.key(param.path())].into_iter().find(|at| findings.is_given(at))
    }

    /// Where domains stand.
    pub(super) fn space(&self) -> Path {
        self.model.as_ref().map_or_else(|| Path::of("search.space"), |model| model.key("space"))
    }
}

/// Reads one model's hyperparameters from its levels, its own first; `None` in a domain or value is a hole.
pub(super) fn model_space(
    levels: &[(Home, &Level)],
    name: Option<&str>,
    task: Option<Task>,
    is_grid: bool,
    findings: &mut Findings<'_>,
) -> ModelSpace {
    let homes = levels.iter().map(|(home, _)| home.clone()).collect();
    let usual = Settings::defaults(task.unwrap_or_default());
    let fixed = name.into_iter().map(|name| Setting::Model(name.to_owned())).fold(Settings::default(), Settings::with);
    let mistakes_before = findings.mistakes.len();
    let mut values = Values {
        findings,
        homes,
        usual,
        fixed,
        space: Vec::new(),
        listed_at: BTreeMap::new(),
        knowledge: BTreeMap::new(),
    };
    values.take_all(&levels.iter().map(|(_, level)| *level).collect::<Vec<_>>());
    values.own_layers_first();
    values.conditions();
    values.architecture();
    values.without_effect();
    values.nesterov();
    values.inner_share();
    if let Some(task) = task {
        values.loss(task);
    }
    values.need(Param::Epochs, "a whole number, or a list under `search.space`");
    values.layers_with_values(mistakes_before);
    values.unmet_needs();
    if is_grid {
        values.grid();
    }
    let fixed = values.with_defaults();
    ModelSpace { fixed, space: SearchSpace::new(values.space) }
}

/// Hyperparameters on their way from a spec to a study.
pub(super) struct Values<'f, 'a> {
    pub(super) findings: &'f mut Findings<'a>,
    /// The model's own level first.
    pub(super) homes: Vec<Home>,
    pub(super) usual: Settings,
    pub(super) fixed: Settings,
    pub(super) space: Vec<Dimension>,
    /// Where the values of a domain stand that lists them.
    pub(super) listed_at: BTreeMap<Param, Path>,
    pub(super) knowledge: BTreeMap<Param, Knowledge>,
}

/// What is known of one hyperparameter.
pub(super) enum Knowledge {
    /// Nothing, because of a mistake.
    Unknown,
    /// It has no value, and no default.
    Absent,
    Default,
    /// The author has given it a value or domain, at this path.
    Given(Path),
}

impl Values<'_, '_> {
    /// Takes, for each hyperparameter, the first of the levels that says anything of it: a fixed value, or a domain.
    fn take_all(&mut self, levels: &[&Level]) {
        let homes = self.homes.clone();
        for param in Param::searchable() {
            let mut levels = homes.iter().zip(levels);
            let known = levels
                .find_map(|(home, level)| self.said(param, home, level.fixed.get(param), level.space.0.get(&param)));
            let known = known.unwrap_or_else(|| match self.usual.get(param) {
                Some(value) => {
                    self.fixed.extend([value.clone()]);
                    Knowledge::Default
                }
                None => Knowledge::Absent,
            });
            self.knowledge.insert(param, known);
        }
    }

    /// What one level says of `param`; `None` where that is nothing.
    fn said(
        &mut self,
        param: Param,
        home: &Home,
        fixed: Option<&Setting>,
        domain: Option<&DomainSpec>,
    ) -> Option<Knowledge> {
        let of = DomainOf::network(param);
        let (fixed_at, space) = (home.fixed(param), home.space());
        let names = [space.key(param.name()), space.key(param.path())];
        let searched_at = names.iter().find(|name| self.findings.is_given(name));
        Some(match (self.findings.is_given(&fixed_at), searched_at) {
            (true, Some(searched_at)) => {
                let fixed_place = self.findings.tree.key_place(&fixed_at).clone();
                let message = format!("has a domain here and a fixed value as `{fixed_at}`");
                let mistake = self.findings.misplaced(searched_at, message);
                mistake.other = Some(Box::new((fixed_place, "fixed here".to_owned())));
                mistake.hint = Some("keep one of the two".to_owned());
                // The domain's own mistakes are reported nevertheless.
                domain.and_then(|domain| of.check(domain, searched_at, self.findings));
                Knowledge::Unknown
            }
            (true, None) => match fixed {
                Some(value) => {
                    self.fixed.extend([value.clone()]);
                    Knowledge::Given(fixed_at)
                }
                None => Knowledge::Unknown,
            },
            (false, Some(searched_at)) => {
                match domain.and_then(|domain| of.check(domain, searched_at, self.findings)) {
                    Some(Found { domain, prior, listed_at, is_per_layer }) => {
                        // How many layers there are is known when all is taken.
                        let per_layer = is_per_layer.then_some(0);
                        self.space.push(Dimension { prior, per_layer, ..Dimension::new(param, domain) });
                        self.listed_at.insert(param, listed_at);
                        Knowledge::Given(searched_at.clone())
                    }
                    None => Knowledge::Unknown,
                }
            }
            (false, None) if names.iter().chain([&fixed_at]).any(|path| self.findings.is_hole(path)) => {
                Knowledge::Unknown
            }
            (false, None) => return None,
        })
    }

    /// Where the author has given `param` a value or a domain.
    pub(super) fn given(&self, param: Param) -> Option<Path> {
        match &self.knowledge[&param] {
            Knowledge::Given(path) => Some(path.clone()),
            Knowledge::Unknown | Knowledge::Absent | Knowledge::Default => None,
        }
    }

    /// As [`Values::given`], unless it is for other models, too.
    pub(super) fn given_to_it_alone(&self, param: Param) -> Option<Path> {
        let own = self.homes.first().and_then(|home| home.model.as_ref());
        self.given(param).filter(|path| own.is_none_or(|own| path.is_within(own)))
    }

    /// The values that `param` may take; `None` where it has none, they are unknown, or too many to
    /// list.
    pub(super) fn values(&self, param: Param) -> Option<Vec<Setting>> {
        if let Some(setting) = self.fixed.get(param) {
            return Some(vec![setting.clone()]);
        }
        let dimension = self.space.iter().find(|dimension| dimension.param == param)?;
        let mut values = match &dimension.domain {
            Domain::Choice(settings) => settings.clone(),
            Domain::Int { .. } | Domain::LogInt { .. } if matches!(param, Param::Layers | Param::Blocks) => {
                dimension.domain.listed(param, MAX_TRIALS)?
            }
            Domain::Int { .. } | Domain::LogInt { .. } | Domain::Uniform { .. } | Domain::LogUniform { .. } => {
                return None;
            }
        };
        if !dimension.when.is_empty() {
            values.extend(self.usual.get(param).filter(|usual| !values.contains(usual)).cloned());
        }
        Some(values)
    }

    /// The fixed values, and the defaults of what isn't searched everywhere.
    pub(super) fn with_defaults(&self) -> Settings {
        let conditional = self.space.iter().filter(|dimension| !dimension.when.is_empty());
        let defaults = conditional.filter_map(|dimension| self.usual.get(dimension.param).cloned());
        defaults.fold(self.fixed.clone(), Settings::with)
    }

    /// Where the value counted `i` of `param` stands.
    pub(super) fn value_at(&self, param: Param, i: usize) -> Option<Path> {
        let at = self.given(param)?;
        Some(match self.listed_at.get(&param).filter(|_| self.fixed.get(param).is_none()) {
            Some(list) => list.index(i),
            None => at,
        })
    }

    /// Whether `param` may take a value that `is`; where its values are unknown it may.
    pub(super) fn may(&self, param: Param, is: impl Fn(&Setting) -> bool) -> bool {
        self.values(param).is_none_or(|values| values.iter().any(is))
    }

    pub(super) fn may_be(&self, kind: Kind) -> bool {
        matches!(self.knowledge[&Param::Kind], Knowledge::Given(_))
            && self.may(Param::Kind, |setting| *setting == Setting::Kind(kind))
    }

    pub(super) fn need(&mut self, param: Param, expected: &str) {
        if matches!(self.knowledge[&param], Knowledge::Absent) {
            let at = self.homes.first().map_or_else(|| Path::of(param.path()), |home| home.fixed(param));
            self.findings.required::<()>(&at, None, expected);
        }
    }

    /// A loss must be of the task.
    fn loss(&mut self, task: Task) {
        for (i, setting) in self.values(Param::Loss).unwrap_or_default().iter().enumerate() {
            let Setting::Loss(loss) = setting else { continue };
            if loss.task() != task {
                let Some(path) = self.value_at(Param::Loss, i) else { continue };
                let of_task = LossName::ALL.iter().filter(|loss| loss.task() == task);
                let names: Vec<String> = of_task.map(|loss| format!("`{loss}`")).collect();
                let (other, task) = (loss.task().name(), task.name());
                let message = format!("`{loss}` is for `task: {other}`, and this is `task: {task}`");
                self.findings.wrong(&path, message).hint = Some(format!("one of {}", names.join(", ")));
            }
        }
    }

    /// A grid has no points in a continuous range, and not more elsewhere than can be planned.
    fn grid(&mut self) {
        let mut countable = true;
        for dimension in &self.space {
            match dimension.domain {
                Domain::Choice(_) | Domain::Int { .. } | Domain::LogInt { .. } => {}
                Domain::Uniform { .. } | Domain::LogUniform { .. } => {
                    countable = false;
                    let Some(path) = self.given(dimension.param) else { continue };
                    self.findings.wrong(&path, "a grid has no points in a continuous range").hint =
                        Some("list values, or use `strategy: {random: {trials: 40}}`".to_owned());
                }
            }
        }
        // Where a domain has a mistake, their number isn't known.
        if !countable || self.knowledge.values().any(|known| matches!(known, Knowledge::Unknown)) {
            return;
        }
        let combinations = SearchSpace::new(self.space.clone()).combinations();
        if combinations.is_none_or(|combinations| combinations > MAX_TRIALS) {
            let count = combinations.map_or_else(|| format!("more than {}", u64::MAX), |count| count.to_string());
            let message = format!("the grid has {count} combinations, and {MAX_TRIALS} is the most that is planned");
            let spaces = self.homes.iter().map(Home::space);
            let at = spaces.into_iter().find(|at| self.findings.is_given(at)).unwrap_or_else(|| Home::common().space());
            self.findings.misplaced(&at, message).hint =
                Some("list fewer values, or draw some with `strategy: {random: {trials: 100}}`".to_owned());
        }
    }
}
