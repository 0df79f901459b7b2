//! How configurations are picked: `grid`, `tpe` or `{random: {trials: 40}}`.

use super::configured::{Configurable, Configured, pick};
use super::findings::Findings;
use super::path::Path;
use super::word::{Named, enumerate};
use crossfold_study::{MAX_TRIALS, SamplerDefinition, SamplerKind, SearchSetting, Strategy};

/// How configurations are picked.
pub(super) type StrategySpec = Configured<SamplerKind>;

impl Named for SamplerKind {
    const ALL: &'static [SamplerKind] = SamplerKind::ALL;

    fn name(self) -> &'static str {
        SamplerKind::name(self)
    }
}

impl Configurable for SamplerKind {
    const FORM: &'static str = "a map such as `{random: {trials: 40}}`";
    const DESCRIPTION: &'static str = "A strategy with its settings; a map of one key.";

    fn documentation(self) -> &'static str {
        self.definition().documentation
    }

    fn settings(self) -> Vec<SearchSetting> {
        let definition = self.definition();
        let trials = definition.trials.map(|trials| trials.setting);
        trials.into_iter().chain(definition.settings.iter().copied()).collect()
    }
}

/// The description of the key in the schema: what each sampler does.
pub(super) fn describe_samplers() -> String {
    let (learning, others): (Vec<_>, Vec<_>) =
        SamplerKind::ALL.iter().map(|sampler| sampler.definition()).partition(|definition| definition.learns);
    let sentence = |definition: &SamplerDefinition| {
        let (first, rest) = definition.documentation.split_at(1);
        format!("`{}`: {}{rest} ", definition.name, first.to_lowercase())
    };
    let others: String = others.iter().map(sentence).collect();
    let learning: Vec<String> = learning.iter().map(|definition| format!("`{}`", definition.name)).collect();
    format!(
        "How configurations are picked. {others}{} learn from trials where to look next.",
        enumerate(&learning, "and")
    )
}

/// The strategy that a spec asks for; a grid by default. `may_end` is whether a budget ends the search. `None` where
/// `findings` holds a reason.
pub(super) fn check(given: Option<StrategySpec>, may_end: bool, findings: &mut Findings<'_>) -> Option<Strategy> {
    let at = Path::new("search.strategy");
    let (sampler, written) = match given {
        None if findings.is_hole(&at) => return None,
        None => return Some(Strategy::GRID),
        Some(given) => pick(given, &at, findings)?,
    };
    if findings.is_hole(&at.key(sampler.name())) {
        return None;
    }
    let trials = match sampler.definition().trials {
        None => None,
        Some(trials) => Some(most_trials(written.given.count(&trials.setting), sampler.name(), may_end, findings)?),
    };
    Some(Strategy { sampler: sampler.with(&written.given), trials })
}

/// The number of trials, given or as many as a budget allows.
fn most_trials(given: Option<u32>, name: &str, may_end: bool, findings: &mut Findings<'_>) -> Option<u32> {
    let strategy = Path::new("search.strategy");
    let at = strategy.key(name).key("trials");
    if given.is_some() {
        return given;
    }
    if findings.is_hole(&at) {
        return None;
    }
    if may_end {
        return u32::try_from(MAX_TRIALS).ok();
    }
    let mistake = if findings.is_given(&strategy.key(name)) {
        findings.wrong(&at, "missing, expected how many configurations to try")
    } else {
        findings.wrong(&strategy, format!("`{name}` goes on for ever without a number of trials"))
    };
    mistake.hint = Some(format!("`{{{name}: {{trials: 40}}}}`, or a budget such as `budget: {{wall: 8h}}`"));
    None
}
