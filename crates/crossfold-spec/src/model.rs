//! Checks the hyperparameters of a model: which have a value, which a domain, and whether they go together.

use std::collections::BTreeMap;

use super::domain::{CheckedDomain, DomainSeed, DomainSpec};
use super::findings::Findings;
use super::path::Path;
use super::sections::Level;
use crossfold_network::{Kind, LossName, Param, Setting, Settings, Task};
use crossfold_study::{Dimension, Domain, MAX_TRIALS, ModelSpace, SearchSpace};

/// The place of one level of a spec: that of a named model, or the common one.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// The key of the model; `None` for the common level.
    pub(super) model: Option<Path>,
}

impl Home {
    pub(super) fn common() -> Home {
        Home { model: None }
    }

    pub(super) fn for_model(name: &str) -> Home {
        Home { model: Some(Path::new("models").key(name)) }
    }

    /// The path of a fixed value of `param`.
    pub(super) fn fixed(&self, param: Param) -> Path {
        match (&self.model, param.path().split_once('.')) {
            (None, _) => Path::new(param.path()),
            (Some(model), Some(("model", key))) => model.key(key),
            (Some(model), Some((section, key))) => model.key(section).key(key),
            (Some(model), None) => model.clone(),
        }
    }

    /// The path of the domain of `param`, if the spec has one.
    pub(super) fn searched(&self, param: Param, findings: &Findings<'_>) -> Option<Path> {
        let space = self.space();
        [space.key(param.name()), space.key(param.path())].into_iter().find(|at| findings.is_given(at))
    }

    /// The path of the search space.
    pub(super) fn space(&self) -> Path {
        self.model.as_ref().map_or_else(|| Path::new("search.space"), |model| model.key("space"))
    }
}

/// Checks the hyperparameters of one model, from its own level to the common one. `steps` are the study's own values of the
/// steps of preprocessing that any model searches.
pub(super) fn check_model(
    levels: &[(Home, &Level)],
    name: Option<&str>,
    task: Option<Task>,
    steps: &Settings,
    is_grid: bool,
    findings: &mut Findings<'_>,
) -> ModelSpace {
    let homes = levels.iter().map(|(home, _)| home.clone()).collect();
    let usual = steps.iter().cloned().fold(Settings::defaults(task.unwrap_or_default()), Settings::with);
    let fixed = name.into_iter().map(|name| Setting::Model(name.to_owned())).fold(Settings::default(), Settings::with);
    let mistakes_before = findings.mistakes.len();
    let mut check = ModelCheck {
        findings,
        homes,
        usual,
        fixed,
        space: Vec::new(),
        listed_at: BTreeMap::new(),
        knowledge: BTreeMap::new(),
    };
    check.take_all(&levels.iter().map(|(_, level)| *level).collect::<Vec<_>>());
    check.prefer_own_layers();
    check.check_conditions();
    check.check_architecture();
    check.check_effects();
    check.check_nesterov();
    check.check_inner_share();
    check.check_warmup();
    check.check_single_rows();
    if let Some(task) = task {
        check.check_loss(task);
    }
    check.need(Param::Epochs, "a whole number, or a list under `search.space`");
    check.count_layers(mistakes_before);
    check.check_needs();
    if is_grid {
        check.check_grid();
    }
    let fixed = check.with_defaults();
    ModelSpace { fixed, space: SearchSpace::new(check.space) }
}

/// The hyperparameters of a model, and what is known of them so far.
pub(super) struct ModelCheck<'f, 'a> {
    pub(super) findings: &'f mut Findings<'a>,
    /// The places of its levels, its own first.
    pub(super) homes: Vec<Home>,
    pub(super) usual: Settings,
    pub(super) fixed: Settings,
    pub(super) space: Vec<Dimension>,
    /// The path of the list of each domain that lists its values.
    pub(super) listed_at: BTreeMap<Param, Path>,
    pub(super) knowledge: BTreeMap<Param, Knowledge>,
}

/// What is known of a hyperparameter.
pub(super) enum Knowledge {
    /// Nothing, because of a mistake.
    Unknown,
    /// It has neither a value nor a default.
    Absent,
    Default,
    /// The spec gives it a value or a domain, at this path.
    Given(Path),
}

impl ModelCheck<'_, '_> {
    /// Takes the value or domain of each hyperparameter from the first level that has one.
    fn take_all(&mut self, levels: &[&Level]) {
        let homes = self.homes.clone();
        for param in Param::searchable() {
            let mut levels = homes.iter().zip(levels);
            let known = levels
                .find_map(|(home, level)| self.take(param, home, level.fixed.get(param), level.space.0.get(&param)));
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

    /// Takes the value or domain of `param` from one level; `None` if it has neither.
    fn take(
        &mut self,
        param: Param,
        home: &Home,
        fixed: Option<&Setting>,
        domain: Option<&DomainSpec>,
    ) -> Option<Knowledge> {
        let seed = DomainSeed::network(param);
        let (fixed_at, space) = (home.fixed(param), home.space());
        let names = [space.key(param.name()), space.key(param.path())];
        let searched_at = names.iter().find(|name| self.findings.is_given(name));
        if param.is_step() && searched_at.is_none() && !names.iter().any(|name| self.findings.is_hole(name)) {
            // Its fixed value is part of `preprocessing`.
            return None;
        }
        Some(match (self.findings.is_given(&fixed_at), searched_at) {
            (true, Some(searched_at)) => {
                let fixed_place = self.findings.tree.key_place(&fixed_at).clone();
                let message = format!("has a domain here and a fixed value as `{fixed_at}`");
                let mistake = self.findings.misplaced(searched_at, message);
                mistake.other = Some(Box::new((fixed_place, "fixed here".to_owned())));
                mistake.hint = Some("keep one of the two".to_owned());
                // Mistakes in the domain are reported too.
                domain.and_then(|domain| seed.check(domain, searched_at, self.findings));
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
                match domain.and_then(|domain| seed.check(domain, searched_at, self.findings)) {
                    Some(CheckedDomain { domain, prior, zero, listed_at, is_per_layer }) => {
                        // The number of layers is filled in when everything is taken.
                        let per_layer = is_per_layer.then_some(0);
                        self.space.push(Dimension { prior, zero, per_layer, ..Dimension::new(param, domain) });
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

    /// The path at which the spec gives `param` a value or a domain.
    pub(super) fn given(&self, param: Param) -> Option<Path> {
        match &self.knowledge[&param] {
            Knowledge::Given(path) => Some(path.clone()),
            Knowledge::Unknown | Knowledge::Absent | Knowledge::Default => None,
        }
    }

    /// As [`ModelCheck::given`], but `None` if that is common to other models.
    pub(super) fn given_by_model(&self, param: Param) -> Option<Path> {
        let own = self.homes.first().and_then(|home| home.model.as_ref());
        self.given(param).filter(|path| own.is_none_or(|own| path.is_within(own)))
    }

    /// The values that `param` may have; `None` if there are none, if they are unknown, or if they are too many to list.
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

    /// The fixed values, and the defaults of hyperparameters that are searched under conditions.
    pub(super) fn with_defaults(&self) -> Settings {
        let conditional = self.space.iter().filter(|dimension| !dimension.when.is_empty());
        let defaults = conditional.filter_map(|dimension| self.usual.get(dimension.param).cloned());
        defaults.fold(self.fixed.clone(), Settings::with)
    }

    /// The path of value number `i` of `param`.
    pub(super) fn value_at(&self, param: Param, i: usize) -> Option<Path> {
        let at = self.given(param)?;
        Some(match self.listed_at.get(&param).filter(|_| self.fixed.get(param).is_none()) {
            Some(list) => list.index(i),
            None => at,
        })
    }

    /// Whether `param` may have a value that fulfils `is`; `true` if its values are unknown.
    pub(super) fn may(&self, param: Param, is: impl Fn(&Setting) -> bool) -> bool {
        self.values(param).is_none_or(|values| values.iter().any(is))
    }

    pub(super) fn may_be(&self, kind: Kind) -> bool {
        matches!(self.knowledge[&Param::Kind], Knowledge::Given(_))
            && self.may(Param::Kind, |setting| *setting == Setting::Kind(kind))
    }

    /// Reports that `param` is missing if it is.
    pub(super) fn need(&mut self, param: Param, expected: &str) {
        if matches!(self.knowledge[&param], Knowledge::Absent) {
            let at = self.homes.first().map_or_else(|| Path::new(param.path()), |home| home.fixed(param));
            self.findings.required::<()>(&at, None, expected);
        }
    }

    /// Checks that losses are for the task.
    fn check_loss(&mut self, task: Task) {
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

    /// Refuses continuous ranges in a grid, and grids with more points than a plan may have.
    fn check_grid(&mut self) {
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
        // The number of points is unknown if a domain has a mistake.
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
