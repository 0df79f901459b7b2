//! `search` and `budget`: how they are read, and the mistakes in them.

use std::time::Duration;

use super::*;
use crossfold_study::{Budget, MAX_TRIALS, Order, Pace, Pruner, PrunerKind, Rung, Rungs, SamplerKind};

/// A study of 10 epochs, with these keys under `search` and these at the top.
fn study(search: &str, rest: &str) -> Result<Study, String> {
    let text = format!(
        "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\nmodel: {{kind: mlp, layers: 1, nodes: 8}}\n\
         training: {{epochs: 10}}\nsearch:\n  space: {{l2: [0, 1e-3]}}\n  {search}\n{rest}\n"
    );
    read_with(&text, &[]).map_err(|mistakes| mistakes.to_string().replace('`', ""))
}

fn wrong(search: &str, rest: &str) -> String {
    study(search, rest).expect_err(search)
}

#[test]
fn strategies_are_read() {
    const MOST: u32 = MAX_TRIALS as u32;
    let check = |strategy: &str, rest: &str, expected| {
        assert_eq!(study(&format!("strategy: {strategy}"), rest).unwrap().strategy, expected, "{strategy}");
    };
    check("grid", "", Strategy::GRID);
    check("{grid: {}}", "", Strategy::GRID);
    check("{grid: {order: listed}}", "", Strategy::GRID);
    check("{grid: {order: shuffled}}", "", Strategy { sampler: SamplerKind::Grid { shuffled: true }, trials: None });
    check("{random: {trials: 40}}", "", Strategy::new(SamplerKind::Random, 40));
    check("{sobol: {trials: 64}}", "", Strategy::new(SamplerKind::Sobol, 64));
    check("{tpe: {trials: 100}}", "", Strategy::new(SamplerKind::Tpe { startup: 10 }, 100));
    check("{gp: {trials: 60, startup: 5}}", "", Strategy::new(SamplerKind::Gp { startup: 5 }, 60));
    check("random", "budget: {trials: 7}", Strategy::new(SamplerKind::Random, MOST));
    check("sobol", "budget: {fits: 7}", Strategy::new(SamplerKind::Sobol, MOST));
    check("tpe", "budget: {epochs: 7}", Strategy::new(SamplerKind::Tpe { startup: 10 }, MOST));
    check("gp", "budget: {flops: 1e15}", Strategy::new(SamplerKind::Gp { startup: 10 }, MOST));
    check("{tpe: {startup: 3}}", "budget: {wall: 8h}", Strategy::new(SamplerKind::Tpe { startup: 3 }, MOST));
}

#[test]
fn an_unbounded_search_is_refused() {
    let hint = |name: &str| format!("(hint: {{{name}: {{trials: 40}}}}, or a budget such as budget: {{wall: 8h}})");
    for budget in ["", "budget: {without_improvement: 9}"] {
        let expected = format!("search.strategy: tpe goes on for ever without a number of trials {}", hint("tpe"));
        assert_eq!(wrong("strategy: tpe", budget), expected);
        let expected = "search.strategy.gp.trials: missing, expected how many configurations to try";
        assert_eq!(wrong("strategy: {gp: {startup: 4}}", budget), format!("{expected} {}", hint("gp")));
    }
    // A limit with a mistake counts as a limit.
    assert!(wrong("strategy: tpe", "budget: {wall: 0}").starts_with("budget.wall: "));
    assert!(wrong("strategy: tpe", "budget: {wal: 8h}").starts_with("budget.wal: unknown key"));
}

#[test]
fn a_search_has_one_strategy() {
    let check = |strategy: &str, expected: &str| assert_eq!(wrong(&format!("strategy: {strategy}"), ""), expected);
    check("{}", "search.strategy: expected one of grid, random, sobol, tpe and gp, found an empty map");
    check(
        "{random: {trials: 4}, tpe: {trials: 4}}",
        "search.strategy: expected one of grid, random, sobol, tpe and gp, found random and tpe",
    );
    check("{radnom: {trials: 4}}", "search.strategy.radnom: unknown key (hint: did you mean random?)");
    check(
        "sobel",
        "search.strategy: expected grid, random, sobol, tpe, gp, or a map such as {random: {trials: 40}}, found sobel \
         (hint: did you mean sobol?)",
    );
    check("{random: {trials: 0}}", "search.strategy.random.trials: expected a whole number from 1 to 100000, found 0");
    check("{random: {startup: 2, trials: 3}}", "search.strategy.random.startup: unknown key (hint: expected trials)");
    check("{grid: {order: random}}", "search.strategy.grid.order: expected listed or shuffled, found random");
    check("{tpe: 40}", "search.strategy.tpe: expected a map, found 40");
}

#[test]
fn budgets_are_read() {
    let check = |budget: &str, expected| assert_eq!(study("", &format!("budget: {budget}")).unwrap().budget, expected);
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(study("", "").unwrap().budget, Budget::default());
    check(
        "{trials: 5, fits: 10000000000, epochs: 3, flops: 1e15, wall: 1h30m, without_improvement: 20}",
        Budget {
            trials: Some(5),
            fits: Some(10_000_000_000),
            epochs: Some(3),
            flops: Some(1e15),
            wall: seconds(5400),
            without_improvement: Some(20),
        },
    );
    check("{wall: 90}", Budget { wall: seconds(90), ..Budget::default() });
    check("{wall: 60 s}", Budget { wall: seconds(60), ..Budget::default() });
    check("{wall: 0.5}", Budget { wall: Some(Duration::from_millis(500)), ..Budget::default() });
}

#[test]
fn budgets_have_limits() {
    let check = |budget: &str, expected: &str| assert_eq!(wrong("", &format!("budget: {budget}")), expected);
    check(
        "{}",
        "budget: expected at least one limit, found none (hint: for example budget: {wall: 8h}; leave it out to search \
         to the end)",
    );
    let expected = "budget.wall: expected a time such as 90s, 15m, 8h, 1h30m or 2d, or a number of seconds, above 0 and \
                    at most 10000 days, found";
    for wall in ["0", "-3", "0s", "soon", "8 hours", "11000d", ".inf", "1e300"] {
        check(&format!("{{wall: {wall}}}"), &format!("{expected} {wall}"));
    }
    check("{flops: 0}", "budget.flops: expected a number above 0, found 0");
    check("{trials: 100001}", "budget.trials: expected a whole number from 1 to 100000, found 100001");
}

#[test]
fn batch_and_order_are_read() {
    assert_eq!(study("", "").unwrap().pace, Pace { batch: 4, order: Order::Logical });
    let study = study("batch: 16\n  order: free", "").unwrap();
    assert_eq!(study.pace, Pace { batch: 16, order: Order::Free });
    assert_eq!(wrong("batch: 0", ""), "search.batch: expected a whole number from 1 to 1000, found 0");
    assert_eq!(wrong("order: fre", ""), "search.order: expected logical or free, found fre (hint: did you mean free?)");
}

#[test]
fn pruners_are_read() {
    let growing = |factor, epochs, folds| Rungs::Growing { factor, epochs, folds };
    let check = |pruner: &str, expected| {
        let found = study(&format!("strategy: {{tpe: {{trials: 9}}}}\n  pruner: {pruner}"), "").unwrap().pruner;
        assert_eq!(found, expected, "{pruner}");
    };
    assert_eq!(study("", "").unwrap().pruner, Pruner::NONE);
    check("none", Pruner::NONE);
    check("median", Pruner { kind: PrunerKind::Median { startup: 5 }, rungs: growing(2, 1, None) });
    check("halving", Pruner { kind: PrunerKind::Halving, rungs: growing(3, 1, None) });
    check("hyperband", Pruner { kind: PrunerKind::Hyperband, rungs: growing(3, 1, None) });
    check("asha", Pruner { kind: PrunerKind::Asha, rungs: growing(3, 1, None) });
    check("bohb", Pruner { kind: PrunerKind::Bohb, rungs: growing(3, 1, None) });
    check("racing", Pruner { kind: PrunerKind::Racing { level: 0.005 }, rungs: growing(3, 1, Some(2)) });
    check("{median: {}}", Pruner { kind: PrunerKind::Median { startup: 5 }, rungs: growing(2, 1, None) });
    check(
        "{median: {startup: 9, factor: 4, min_epochs: 2, min_folds: 5}}",
        Pruner { kind: PrunerKind::Median { startup: 9 }, rungs: growing(4, 2, Some(5)) },
    );
    check(
        "{racing: {level: 0.1, min_folds: 2}}",
        Pruner { kind: PrunerKind::Racing { level: 0.1 }, rungs: growing(3, 1, Some(2)) },
    );
    let rung = |epochs, folds| Rung { epochs, folds };
    check(
        "{asha: {rungs: [{epochs: 2, folds: 1}, {epochs: 6, folds: 1}, {epochs: 6}]}}",
        Pruner { kind: PrunerKind::Asha, rungs: Rungs::Given(vec![rung(2, 1), rung(6, 1), rung(6, 5)]) },
    );
    check(
        "{halving: {rungs: [{epochs: 10, folds: 4}]}}",
        Pruner { kind: PrunerKind::Halving, rungs: Rungs::Given(vec![rung(10, 4)]) },
    );
}

#[test]
fn rungs_increase_within_a_trial() {
    let check = |rungs: &str, rest: &str, expected: &str| {
        let found = wrong(&format!("pruner: {{halving: {{{rungs}}}}}"), rest);
        assert_eq!(found, expected.replace('~', "search.pruner.halving"), "{rungs}");
    };
    let hold_out = "cross_validation: {hold_out: 0.2}";
    check("factor: 1", "", "~.factor: expected a whole number from 2 to 100, found 1");
    check("min_epochs: 11", "", "~.min_epochs: expected at most the 10 epochs of a trial, found 11");
    check("min_folds: 6", "", "~.min_folds: expected at most the 5 folds, repeats included, of a trial, found 6");
    check("min_folds: 2", hold_out, "~.min_folds: expected at most the 1 fold of a trial, found 2");
    check(
        "rungs: []",
        "",
        "~.rungs: expected at least one rung, found an empty list (hint: for example [{epochs: 2, \
         folds: 1}, {epochs: 6, folds: 3}])",
    );
    check("rungs: [{folds: 1}]", "", "~.rungs[0].epochs: missing, expected a number of epochs");
    check("factor: 2, rungs: [{epochs: 2}]", "", "~.factor: excluded by rungs, which says what rungs there are");
    check(
        "rungs: [{epochs: 2, folds: 2}, {epochs: 3, folds: 1}]",
        "",
        "~.rungs[1]: 3 epochs on 1 fold is less than 2 epochs on 2 folds before it (hint: each rung has at least the \
         epochs and the folds of the one before)",
    );
    check(
        "rungs: [{epochs: 2}, {epochs: 2}]",
        "",
        "~.rungs[1]: 2 epochs on 5 folds is no more than the rung before it (hint: each rung has more epochs or more \
         folds than the one before)",
    );
    check(
        "rungs: [{epochs: 10}]",
        "",
        "~.rungs[0]: 10 epochs on 5 folds is all of a trial, where it ends anyway (hint: leave it out)",
    );
    check(
        "rungs: [{epochs: 1}]",
        "cross_validation: {leave_out: country}",
        "~.rungs[0].folds: missing, expected a number of folds, as the data say how many there are",
    );
}

#[test]
fn pruners_refuse_unsuitable_studies() {
    assert_eq!(
        wrong("strategy: {random: {trials: 4}}\n  pruner: bohb", ""),
        "search.pruner: bohb is hyperband with strategy: tpe (hint: set strategy: {tpe: {trials: 100}}, or use hyperband)"
    );
    assert_eq!(
        wrong("pruner: racing", "cross_validation: none"),
        "search.pruner: racing tests differences over folds, and there is one (hint: use median or halving, or \
         cross_validation: {folds: 5})"
    );
    let overrides = [("training", "{}"), ("search.space.epochs", "[5, 10]"), ("search.pruner", "asha")];
    let text = include_str!("../../../../tests/specs/good/least.yaml");
    assert_eq!(
        read_with(text, &overrides).unwrap_err().to_string().replace('`', ""),
        "search.space.epochs: the pruner decides on epochs: give the most of them as training.epochs"
    );
    assert_eq!(
        wrong("pruner: {none: {}}", ""),
        "search.pruner.none: unknown key (hint: expected one of median, halving, hyperband, asha, bohb, racing)"
    );
}
