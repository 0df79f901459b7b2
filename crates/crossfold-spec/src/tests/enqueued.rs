//! Enqueued points.

use super::*;
use crossfold_study::Enqueued;

fn study(model: &str, space: &str, enqueue: &str) -> Result<Study, String> {
    let text = format!(
        "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\n{model}\ntraining: {{epochs: 10}}\n\
         search:\n  strategy: {{tpe: {{trials: 9}}}}\n  space: {{{space}}}\n  enqueue: {enqueue}\n"
    );
    read_with(&text, &[]).map_err(|mistakes| mistakes.to_string().replace('`', ""))
}

const MODEL: &str = "model: {kind: mlp}";
const SPACE: &str = "layers: [1, 2], nodes: {per_layer: {log_int: {low: 8, high: 64}}}, dropout: {per_layer: [0, 0.5]}, \
                     optimizer: [adam, sgd], momentum: {values: [0, 0.9], when: {optimizer: sgd}}, \
                     batch_size: {int: {low: 16, high: 64, step: 16}}, \
                     learning_rate: {log_uniform: {low: 1e-4, high: 1e-1}}";
const MODELS: &str = "models: {a: {kind: linear}, b: {kind: mlp, hidden: [8], space: {dropout: [0, 0.5]}}}";

#[test]
fn points_are_read() {
    let check = |enqueue: &str, expected: &[&[Setting]]| {
        let found = study(MODEL, SPACE, enqueue).unwrap_or_else(|mistakes| panic!("{enqueue}: {mistakes}")).enqueued;
        let settings = |point: &&[Setting]| point.iter().cloned().fold(Settings::default(), Settings::with);
        let expected: Vec<Enqueued> =
            expected.iter().map(|point| Enqueued { model: 0, settings: settings(point) }).collect();
        assert_eq!(found, expected, "{enqueue}");
    };
    check(
        "[{learning_rate: 1e-3, layers: 2}, {training.batch_size: 48}]",
        &[&[Setting::Layers(2), Setting::LearningRate(1e-3)], &[Setting::BatchSize(48)]],
    );
    check("[{learning_rate: 0.1}]", &[&[Setting::LearningRate(0.1)]]);
    check("[{nodes: 9}]", &[&[Setting::Nodes(9)]]);
    check(
        "[{nodes: [32, 16], dropout: [0.5, 0], layers: 2}]",
        &[&[Setting::Layers(2), Setting::Hidden(vec![32, 16]), Setting::Dropout(PerLayer::Each(vec![0.5, 0.0]))]],
    );
    check("[{momentum: 0.9}]", &[&[Setting::Momentum(0.9)]]);

    let models = study(MODELS, "l2: [0, 1]", "[{model: b, dropout: 0.5}, {model: a, l2: 1}]").unwrap().enqueued;
    let point = |model, setting| Enqueued { model, settings: Settings::default().with(setting) };
    let half = Setting::Dropout(PerLayer::Same(0.5));
    assert_eq!(models, [point(1, half), point(0, Setting::L2(1.0))]);
}

#[test]
fn points_outside_the_space_are_refused() {
    let check = |enqueue: &str, expected: &[&str]| {
        let expected: Vec<String> = expected.iter().map(|line| format!("search.enqueue{line}")).collect();
        let found = study(MODEL, SPACE, enqueue).expect_err(enqueue);
        assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{enqueue}");
    };
    check("[]", &[": expected at least one point, found an empty list (hint: for example [{learning_rate: 1e-3}])"]);
    check("[{}]", &["[0]: expected at least one hyperparameter, found none"]);
    check("[3]", &["[0]: expected a map such as {learning_rate: 1e-3}, found 3"]);
    check("{layers: 2}", &[": expected a list, found a map"]);
    check(
        "[{layer: 2}, {layers: 3}]",
        &[
            "[0].layer: there is no such hyperparameter (hint: did you mean layers?)",
            "[1].layers: expected one of 1, 2, found 3",
        ],
    );
    check("[{learning_rate: 1}]", &["[0].learning_rate: expected a number from 0.0001 to 0.1, found 1"]);
    check("[{learning_rate: fast}]", &["[0].learning_rate: expected a number from 0.0001 to 0.1, found fast"]);
    check("[{batch_size: 20}]", &["[0].batch_size: expected a whole number from 16 to 64 in steps of 16, found 20"]);
    check(
        "[{batch_size: 32.0}]",
        &["[0].batch_size: expected a whole number from 16 to 64 in steps of 16, found 32.0"],
    );
    check("[{nodes: [8, 70], layers: 2}]", &["[0].nodes[1]: expected a whole number from 8 to 64, found 70"]);
    check(
        "[{nodes: [8, 16, 32], layers: 2}]",
        &["[0].nodes: one value a layer: expected 2, found 3 (hint: a single value fits any number of layers)"],
    );
    check(
        "[{dropout: [0, 0.5]}]",
        &["[0].dropout: a list with a value for each layer needs layers beside it (hint: say layers: 2, or give one \
           value)"],
    );
    check(
        "[{optimizer: adam, momentum: 0.9}]",
        &["[0].momentum: momentum isn't searched with optimizer: adam (hint: leave it out)"],
    );
    check("[{layers: 1, model.layers: 2}]", &["[0].model.layers: layers has a value in this point already"]);
    check(
        "[{l2: 0}]",
        &["[0].l2: l2 isn't searched: it is 0 (hint: searched: layers, nodes, dropout, optimizer, learning_rate, \
           momentum, batch_size)"],
    );
    check("[{model: a, layers: 1}]", &["[0].model: there are no models to pick from (hint: leave it out)"]);
    let check = |enqueue: &str, expected: &str| {
        assert_eq!(study(MODELS, "l2: [0, 1]", enqueue).expect_err(enqueue), format!("search.enqueue{expected}"));
    };
    check("[{l2: 1}]", "[0]: model is missing, expected which of the models this is a point of (hint: one of a, b)");
    check("[{model: c, l2: 1}]", "[0].model: there is no model c to search (hint: one of a, b)");
    check("[{model: a, dropout: 0}]", "[0].dropout: dropout isn't searched: it is 0 (hint: searched: l2)");
}

/// Values of a domain with a mistake aren't refused.
#[test]
fn a_domain_with_a_mistake_accepts_any_value() {
    let found = study(MODEL, "layers: [1, x], nodes: [8]", "[{layers: 1}]").unwrap_err();
    assert_eq!(found, "search.space.layers[1]: expected a whole number from 0 to 64, found x");
}
