//! How configurations are picked: `grid`, `tpe` or `{random: {trials: 40}}`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Detailed};
use super::findings::Findings;
use super::number::Count;
use super::path::Path;
use super::raw::Raw;
use super::word::{Named, Word};
use crossfold_study::{MAX_TRIALS, Strategy};

/// How configurations are picked.
pub(super) type StrategySpec = Choice<StrategyWord, StrategyForms>;

/// A strategy by its name alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum StrategyWord {
    Grid,
    Random,
    Sobol,
    Tpe,
    Gp,
}

impl Named for StrategyWord {
    const ALL: &'static [StrategyWord] =
        &[StrategyWord::Grid, StrategyWord::Random, StrategyWord::Sobol, StrategyWord::Tpe, StrategyWord::Gp];

    fn name(self) -> &'static str {
        match self {
            StrategyWord::Grid => "grid",
            StrategyWord::Random => "random",
            StrategyWord::Sobol => "sobol",
            StrategyWord::Tpe => "tpe",
            StrategyWord::Gp => "gp",
        }
    }
}

/// A strategy with what is to say of it; a map of one key.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline, extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct StrategyForms {
    /// Every combination.
    grid: Option<GridSpec>,
    /// Independent draws; of several models, so many of each.
    random: Option<DrawsSpec>,
    /// Points that fill the space evenly; of several models, so many of each.
    sobol: Option<DrawsSpec>,
    /// Where good trials are dense and others are not (tree-structured Parzen estimator).
    tpe: Option<LearningSpec>,
    /// Where a Gaussian process expects most.
    gp: Option<LearningSpec>,
}

impl Detailed for StrategyForms {
    const FORM: &'static str = "a map such as `{random: {trials: 40}}`";
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct GridSpec {
    /// The order of trials: as listed, or a random one.
    #[schemars(extend("default" = "listed"))]
    order: Option<Word<GridOrder>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct DrawsSpec {
    /// How many configurations are drawn. Left out: as many as the budget is enough for.
    trials: Option<Trials>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct LearningSpec {
    /// How many trials there are. Left out: as many as the budget is enough for.
    trials: Option<Trials>,
    /// How many of them are spread evenly before anything is learnt from them.
    #[schemars(extend("default" = 10))]
    startup: Option<Trials>,
}

type Trials = Count<1, { MAX_TRIALS }>;

/// The order in which a grid is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GridOrder {
    Listed,
    Shuffled,
}

impl Named for GridOrder {
    const ALL: &'static [GridOrder] = &[GridOrder::Listed, GridOrder::Shuffled];

    fn name(self) -> &'static str {
        match self {
            GridOrder::Listed => "listed",
            GridOrder::Shuffled => "shuffled",
        }
    }
}

/// The strategy that is asked for, a grid if none is; `may_end` is whether a budget ends the search. `None` where
/// `findings` holds a reason.
pub(super) fn check(given: Option<StrategySpec>, may_end: bool, findings: &mut Findings<'_>) -> Option<Strategy> {
    let at = Path::of("search.strategy");
    let (word, forms) = match given {
        None if findings.is_hole(&at) => return None,
        None => return Some(Strategy::Grid { shuffled: false }),
        Some(Choice::Word(word)) => (word, None),
        Some(Choice::Map(forms)) => {
            let names: Vec<&str> = StrategyWord::ALL.iter().map(|word| word.name()).collect();
            let name = findings.one_of(&at, &names)?;
            (*StrategyWord::ALL.iter().find(|word| word.name() == name)?, Some(forms))
        }
    };
    if findings.is_hole(&at.key(word.name())) {
        return None;
    }
    let StrategyForms { grid, random, sobol, tpe, gp } = forms.unwrap_or_default();
    let draws = |given: Option<DrawsSpec>, findings: &mut Findings<'_>| {
        trials(given.and_then(|given| given.trials), word, may_end, findings)
    };
    let learning = |given: Option<LearningSpec>, findings: &mut Findings<'_>| {
        let LearningSpec { trials: given, startup } = given.unwrap_or_default();
        Some((trials(given, word, may_end, findings)?, startup.map_or(Some(10), |startup| startup.checked())?))
    };
    match word {
        StrategyWord::Grid => {
            let order = grid.and_then(|grid| grid.order).map_or(GridOrder::Listed, |order| order.0);
            Some(Strategy::Grid { shuffled: order == GridOrder::Shuffled })
        }
        StrategyWord::Random => draws(random, findings).map(|trials| Strategy::Random { trials }),
        StrategyWord::Sobol => draws(sobol, findings).map(|trials| Strategy::Sobol { trials }),
        StrategyWord::Tpe => learning(tpe, findings).map(|(trials, startup)| Strategy::Tpe { trials, startup }),
        StrategyWord::Gp => learning(gp, findings).map(|(trials, startup)| Strategy::Gp { trials, startup }),
    }
}

/// How many trials there are at most.
fn trials(given: Option<Trials>, word: StrategyWord, may_end: bool, findings: &mut Findings<'_>) -> Option<u32> {
    let strategy = Path::of("search.strategy");
    let at = strategy.key(word.name()).key("trials");
    if let Some(trials) = given {
        return trials.checked();
    }
    if findings.is_hole(&at) {
        return None;
    }
    if may_end {
        return u32::try_from(MAX_TRIALS).ok();
    }
    let name = word.name();
    let mistake = if findings.is_given(&strategy.key(name)) {
        findings.wrong(&at, "missing, expected how many configurations to try")
    } else {
        findings.wrong(&strategy, format!("`{name}` goes on for ever without a number of trials"))
    };
    mistake.hint = Some(format!("`{{{name}: {{trials: 40}}}}`, or a budget such as `budget: {{wall: 8h}}`"));
    None
}
