//! Domains: how they are read, and the mistakes in them.

use super::*;
use crossfold_network::OptimizerName;
use crossfold_study::{ModelSpace, Prior, When};

/// The search space of a network of 2 layers, for a grid or, if a grid can't have it, for random search.
fn space(model: &str, space: &str) -> Result<ModelSpace, String> {
    let training = if space.contains("epochs") { "{}" } else { "{epochs: 10}" };
    let text = format!(
        "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\nmodel: {model}\ntraining: {training}\n\
         search:\n  strategy: {{random: {{trials: 9}}}}\n  space: {{{space}}}\n"
    );
    let study = read_with(&text, &[]).map_err(|mistakes| mistakes.to_string().replace('`', ""))?;
    Ok(study.models[0].clone())
}

const MLP: &str = "{kind: mlp, layers: 2, nodes: 8}";

fn dimensions(model: &str, written: &str) -> Vec<crossfold_study::Dimension> {
    space(model, written).unwrap_or_else(|mistakes| panic!("{written}: {mistakes}")).space.dimensions().to_vec()
}

fn check_wrong(model: &str, written: &str, expected: &[&str]) {
    let found = space(model, written).expect_err(written);
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{written}");
}

#[test]
fn domains_and_priors_are_read() {
    let check = |written: &str, domain: Domain, prior: Option<Prior>| {
        let found = dimensions(MLP, written);
        assert_eq!((found.len(), &found[0].domain, &found[0].prior), (1, &domain, &prior), "{written}");
        assert_eq!((found[0].when.len(), found[0].per_layer), (0, None), "{written}");
    };
    let optimizers = [OptimizerName::Adam, OptimizerName::Sgd].map(Setting::Optimizer);
    check("optimizer: {values: [adam, sgd]}", Domain::Choice(optimizers.clone().into()), None);
    check(
        "optimizer: {values: [adam, sgd], weights: [3, 1]}",
        Domain::Choice(optimizers.into()),
        Some(Prior::Weights(vec![3.0, 1.0])),
    );
    check("l2: {values: [0, 0.9]}", Domain::Choice([0.0, 0.9].map(Setting::L2).into()), None);
    let normal = |mode, sd| Some(Prior::Normal { mode, sd });
    check(
        "l2: {uniform: {low: 0, high: 0.5, prior: {mode: 0.5, sd: 0.1}}}",
        Domain::Uniform { low: 0.0, high: 0.5 },
        normal(0.5, 0.1),
    );
    check(
        "learning_rate: {log_uniform: {low: 1e-4, high: 0.1, prior: {mode: 1e-3, factor: 2}}}",
        Domain::LogUniform { low: 1e-4, high: 0.1 },
        normal(1e-3, std::f64::consts::LN_2),
    );
    check(
        "batch_size: {int: {low: 16, high: 64, step: 16, prior: {mode: 33.5, sd: 8}}}",
        Domain::Int { low: 16, high: 64, step: 16 },
        normal(33.5, 8.0),
    );
    check(
        "batch_size: {log_int: {low: 16, high: 512, prior: {mode: 64, factor: 2}}}",
        Domain::LogInt { low: 16, high: 512 },
        normal(64.0, std::f64::consts::LN_2),
    );
    check("epochs: {log_int: {low: 1, high: 100000}}", Domain::LogInt { low: 1, high: 100_000 }, None);
}

#[test]
fn a_domain_has_one_form() {
    const REALS: &str = "values, uniform and log_uniform";
    check_wrong(MLP, "l2: {}", &[&format!("search.space.l2: expected one of {REALS}, found an empty map")]);
    check_wrong(
        MLP,
        "l2: {values: [0], uniform: {low: 0, high: 1}}",
        &[&format!("search.space.l2: expected one of {REALS}, found values and uniform")],
    );
    check_wrong(
        MLP,
        "l2: {values: [0, 1]}, optimizer: {when: {l2: 0}}",
        &["search.space.optimizer: expected values, found a map without"],
    );
    check_wrong(
        MLP,
        "l2: {int: {low: 1, high: 2}}",
        &["search.space.l2.int: unknown key (hint: expected one of values, weights, uniform, log_uniform, when)"],
    );
    check_wrong(
        MLP,
        "l2: {unifrom: {low: 0, high: 1}}",
        &["search.space.l2.unifrom: unknown key (hint: did you mean uniform?)"],
    );
    check_wrong(
        MLP,
        "batch_size: {per_layer: [1]}",
        &["search.space.batch_size.per_layer: unknown key (hint: expected one of values, weights, int, log_int, when)"],
    );
}

#[test]
fn priors_outside_their_domains_are_refused() {
    check_wrong(
        MLP,
        "optimizer: {values: [adam, sgd], weights: [1]}, l2: {values: [0, 1], weights: [0, 1]}",
        &[
            "search.space.optimizer.weights: one weight a value: expected 2, found 1",
            "search.space.l2.weights[0]: expected a number above 0, found 0",
        ],
    );
    check_wrong(
        MLP,
        "l2: {uniform: {low: 0, high: 1}, weights: [1]}",
        &["search.space.l2.weights: goes with values alone (hint: a range has a prior)"],
    );
    let at = "search.space.l2.uniform.prior";
    check_wrong(
        MLP,
        "l2: {uniform: {low: 0, high: 1, prior: {mode: 2, sd: 0}}}",
        &[
            &format!("{at}.mode: expected a number from 0 to 1, found 2"),
            &format!("{at}.sd: expected a number above 0, found 0"),
        ],
    );
    check_wrong(
        MLP,
        "l2: {uniform: {low: 0, high: 1, prior: {}}}",
        &[
            &format!("{at}.mode: missing, expected the likeliest value"),
            &format!("{at}.sd: missing, expected a standard deviation"),
        ],
    );
    check_wrong(
        MLP,
        "learning_rate: {log_uniform: {low: 0.1, high: 1, prior: {mode: 0.5, factor: 1}}}",
        &["search.space.learning_rate.log_uniform.prior.factor: expected a number above 1, found 1"],
    );
    check_wrong(
        MLP,
        "learning_rate: {log_uniform: {low: 0.1, high: 1, prior: {mode: 0.5, sd: 1}}}",
        &[
            "search.space.learning_rate.log_uniform.prior.factor: missing, expected how many times the mode is a deviation \
             away",
            "search.space.learning_rate.log_uniform.prior.sd: unknown key (hint: expected one of mode, factor)",
        ],
    );
    check_wrong(
        MLP,
        "batch_size: {int: {low: 1, high: 200000, prior: {mode: 5, sd: 1}}}",
        &["search.space.batch_size.int.prior: a range with a prior has at most 100000 values, and this one has 200000"],
    );
    check_wrong(
        MLP,
        "batch_size: {log_int: {low: 1, high: 200000}}",
        &[
            "search.space.batch_size.log_int.high: a logarithmic range has at most 100000 values, and this one has 200000",
        ],
    );
    check_wrong(
        MLP,
        "warmup: {log_int: {low: 0, high: 5}}",
        &["search.space.warmup.log_int.low: expected at least 1, which has a logarithm, found 0"],
    );
    check_wrong(
        MLP,
        "warmup: {log_int: {low: 5, high: 4}}",
        &["search.space.warmup.log_int.high: expected at least low, which is 5, found 4"],
    );
}

#[test]
fn conditions_are_read() {
    let sgd = || vec![Setting::Optimizer(OptimizerName::Sgd)];
    let written = "momentum: {uniform: {low: 0, high: 0.9}, when: {optimizer: sgd}}, optimizer: [adam, sgd]";
    let found = dimensions(MLP, written);
    assert_eq!(found[1].when, [When { param: Param::Optimizer, values: sgd() }]);
    let fixed = space(MLP, written).unwrap().fixed;
    assert_eq!(fixed.get(Param::Momentum), Some(&Setting::Momentum(0.0)), "the default where it isn't searched");
    assert_eq!(fixed.get(Param::Optimizer), None);

    let written = "nesterov: {values: [true, false], when: {training.optimizer: [sgd], momentum: [0.50, 9e-1]}}, \
                   momentum: [0, 0.5, 0.9], optimizer: [adam, sgd]";
    let found = dimensions(MLP, written);
    let momenta = [0.5, 0.9].map(Setting::Momentum).into();
    assert_eq!(
        found[2].when,
        [When { param: Param::Optimizer, values: sgd() }, When { param: Param::Momentum, values: momenta }]
    );

    // A list may be a value.
    let check = |when: &str, expected: &[&[u32]]| {
        let written = format!("hidden: [[8], [8, 4], []], l2: {{values: [0, 1], when: {{hidden: {when}}}}}");
        let values: Vec<Setting> = expected.iter().map(|nodes| Setting::Hidden(nodes.to_vec())).collect();
        assert_eq!(dimensions("{kind: mlp}", &written)[1].when[0].values, values, "{when}");
    };
    check("[8, 4]", &[&[8, 4]]);
    check("[[8, 4], [8]]", &[&[8, 4], &[8]]);
    check("[]", &[&[]]);

    // Lists must fit the number of layers only where they are searched.
    let written = "layers: [1, 2, 3], dropout: {values: [[0.1, 0.2], [0.3, 0.4]], when: {layers: 2}}";
    assert_eq!(dimensions("{kind: mlp, nodes: 8}", written)[1].when[0].values, [Setting::Layers(2)]);
}

#[test]
fn conditions_depend_on_listed_hyperparameters() {
    let check = |written: &str, expected: &[&str]| {
        let expected: Vec<String> =
            expected.iter().map(|line| line.replace('~', "search.space.momentum.when")).collect();
        check_wrong(MLP, written, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let momentum =
        |when: &str, rest: &str| format!("optimizer: [adam, sgd], momentum: {{values: [0, 0.9], when: {when}}}{rest}");
    check(
        &momentum("{}", ""),
        &["~: expected at least one condition, found none (hint: for example {optimizer: sgd})"],
    );
    check(&momentum("sgd", ""), &["~: expected a map such as {optimizer: sgd}, found sgd"]);
    check(
        &momentum("{optimiser: sgd}", ""),
        &["~.optimiser: there is no such hyperparameter (hint: did you mean optimizer?)"],
    );
    check(
        &momentum("{optimizer: sgdm}", ""),
        &["~.optimizer: sgdm isn't among the values of optimizer (hint: did you mean sgd?)"],
    );
    check(
        &momentum("{optimizer: [sgd, rmsprop, sgd]}", ""),
        &[
            "~.optimizer[1]: rmsprop isn't among the values of optimizer (hint: expected one of adam, sgd)",
            "~.optimizer[2]: sgd is already in the list",
        ],
    );
    check(&momentum("{optimizer: []}", ""), &["~.optimizer: expected at least one value, found an empty list"]);
    check(&momentum("{optimizer: }", ""), &["~.optimizer: expected a value of optimizer, found nothing"]);
    check(
        &momentum("{batch_size: 60}", ", batch_size: [32, 64]"),
        &["~.batch_size: 60 isn't among the values of batch_size (hint: did you mean 64?)"],
    );
    check(&momentum("{momentum: 0}", ""), &["~.momentum: momentum can't depend on itself"]);
    check(
        &momentum("{layers: 2}", ""),
        &["~.layers: layers isn't searched: it is 2 (hint: name one that has a domain)"],
    );
    check(
        &momentum("{optimizer: sgd, training.optimizer: sgd}", ""),
        &["~.training.optimizer: the same hyperparameter as optimizer, which is named already"],
    );
    check(
        &momentum("{l2: 0}", ", l2: {uniform: {low: 0, high: 1}}"),
        &[
            "~.l2: l2 is searched over a range of real numbers, and a condition needs a list (hint: list the values of l2)",
        ],
    );
    check(
        &momentum("{batch_size: 1}", ", batch_size: {int: {low: 1, high: 1001}}"),
        &[
            "~.batch_size: batch_size has more than 1000 values, and a condition needs a list (hint: list the values of \
           batch_size)",
        ],
    );
    check(
        &momentum("{dropout: 0}", ", dropout: {per_layer: [0, 0.5]}"),
        &["~.dropout: dropout has a value of its own for each layer"],
    );
    // A domain with a mistake may have any value.
    check(&momentum("{l2: 0}", ", l2: [x]"), &["search.space.l2[0]: expected a number of at least 0, found x"]);
    let range = |key: &str| format!("{key}: {{int: {{low: 1, high: 200}}}}");
    check(
        &momentum("{batch_size: 1, patience: 1}", &format!(", {}, {}", range("batch_size"), range("patience"))),
        &["~: what conditions name has more than 10000 combinations of values, which is the most that is looked at \
           (hint: list fewer values)"],
    );
}

#[test]
fn cyclic_conditions_are_refused() {
    check_wrong(
        MLP,
        "l1: {values: [0, 1], when: {l2: 0}}, l2: {values: [0, 1], when: {clip_norm: 0}}, \
         clip_norm: {values: [0, 1], when: {l1: 0}}, batch_size: {values: [1, 2], when: {l1: 0}}",
        &[
            "search.space.l1.when: l1 depends on itself, by way of l2, clip_norm (hint: leave out one of the conditions)",
        ],
    );
}

#[test]
fn required_hyperparameters_are_searched_wherever_they_are_needed() {
    let check = |written: &str, expected: Option<&str>| {
        let found = space("{}", written).err();
        let expected = expected
            .map(|rest| format!("search.space.{rest}, and has no default (hint: have the condition hold there, too)"));
        assert_eq!(found, expected, "{written}");
    };
    let mlp = "kind: [linear, mlp], layers: {values: [1, 2], when: {kind: mlp}}";
    check(&format!("{mlp}, nodes: {{values: [8], when: {{kind: mlp}}}}"), None);
    check(&format!("{mlp}, nodes: {{values: [8], when: {{layers: [1, 2]}}}}"), None);
    check(
        &format!("{mlp}, nodes: {{values: [8], when: {{layers: 1}}}}"),
        Some("nodes.when: nodes is needed with layers: 2 and kind: mlp"),
    );
    check(
        &format!("{mlp}, l2: [0, 1], nodes: {{values: [8], when: {{l2: 0}}}}"),
        Some("nodes.when: nodes is needed with l2: 1 and kind: mlp and layers: 1"),
    );
    check("kind: [mlp], layers: [0, 1], nodes: {values: [8], when: {layers: 1}}", None);
    check(
        "kind: [mlp], optimizer: [sgd, adam], layers: [0, 1], nodes: {values: [8], when: {optimizer: sgd}}",
        Some("nodes.when: nodes is needed with optimizer: adam and kind: mlp and layers: 1"),
    );
    check(
        "kind: [linear, mlp, rnn], hidden: {values: [[8]], when: {kind: mlp}}",
        Some("hidden.when: hidden is needed with kind: rnn"),
    );
    check(
        "kind: [linear, cnn], filters: {values: [8], when: {kind: cnn}}, blocks: {values: [1, 2], when: {kind: cnn}}",
        None,
    );
    check(
        "kind: [linear], l2: [0, 1], epochs: {values: [8], when: {l2: 0}}",
        Some("epochs.when: epochs is needed with l2: 1 and kind: linear"),
    );
    // It has a default, which depends on the optimizer.
    check("kind: [linear], optimizer: [adam, adamw], weight_decay: {values: [0, 1], when: {optimizer: adamw}}", None);
}

#[test]
fn layers_can_have_their_own_values() {
    let check = |model: &str, written: &str, param: Param, most: u32| {
        let found = dimensions(model, written);
        let dimension = found.iter().find(|dimension| dimension.param == param).unwrap();
        assert_eq!(dimension.per_layer, Some(most), "{written}");
    };
    check("{kind: mlp, layers: 3}", "nodes: {per_layer: {log_int: {low: 16, high: 256}}}", Param::Nodes, 3);
    check("{kind: mlp}", "layers: [1, 4, 2], nodes: {per_layer: [8, 16]}", Param::Nodes, 4);
    check("{kind: rnn}", "layers: {int: {low: 1, high: 6, step: 2}}, nodes: {per_layer: [8, 16]}", Param::Nodes, 5);
    check("{kind: mlp, hidden: [8, 4]}", "dropout: {per_layer: [0, 0.2, 0.5]}", Param::Dropout, 2);
    check(
        "{kind: mlp}",
        "hidden: [[8, 4], [8]], dropout: {per_layer: {uniform: {low: 0, high: 0.5}}}",
        Param::Dropout,
        2,
    );
    check("{kind: cnn, blocks: 3}", "filters: {per_layer: [8, 16]}", Param::Filters, 3);
    check("{kind: cnn, filters: [8, 16]}", "kernel: {per_layer: [3, 5]}", Param::Kernel, 2);
    check("{kind: cnn, filters: 8}", "blocks: [1, 2], pooling: {per_layer: [max, none]}", Param::Pooling, 2);
    check(
        "{kind: mlp, nodes: 8}",
        "layers: [1, 2, 3], dropout: {per_layer: [0, 0.5], when: {layers: [1, 2]}}",
        Param::Dropout,
        2,
    );
    let found = dimensions(MLP, "dropout: {per_layer: {values: [0, 0.5], weights: [2, 1]}}");
    assert_eq!(found[0].prior, Some(Prior::Weights(vec![2.0, 1.0])));
    let rates = [0.0, 0.5].map(|rate| Setting::Dropout(PerLayer::Same(rate)));
    assert_eq!(found[0].domain, Domain::Choice(rates.into()));
}

#[test]
fn widths_per_layer_share_a_column() {
    let columns = |written: &str| {
        let text = format!(
            "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\nmodel: {{kind: mlp}}\ntraining: {{epochs: 2}}\n\
             search:\n  space: {{layers: [1, 2], {written}}}\n"
        );
        read_with(&text, &[]).unwrap().searched()
    };
    assert_eq!(columns("nodes: [8, 16]"), [Param::Layers, Param::Nodes]);
    assert_eq!(columns("nodes: {per_layer: [8, 16]}"), [Param::Layers, Param::Hidden]);
}

#[test]
fn values_per_layer_need_layers() {
    let per_layer = "{per_layer: [8, 16]}";
    check_wrong(
        "{kind: mlp}",
        &format!("nodes: {per_layer}"),
        &["model.layers: missing, expected a number of hidden layers, or hidden: [256, 128]"],
    );
    check_wrong(
        "{kind: cnn}",
        &format!("filters: {per_layer}"),
        &["model.blocks: missing, expected the number of blocks, or a list of filters"],
    );
    check_wrong(
        "{kind: mlp, layers: 0}",
        "dropout: {per_layer: [0, 0.5]}",
        &["search.space.dropout.per_layer: there are no hidden layers that could have values of their own"],
    );
    check_wrong(
        "{kind: mlp, layers: two}",
        &format!("nodes: {per_layer}"),
        &["model.layers: expected a whole number from 0 to 64, found two"],
    );
    check_wrong(
        MLP,
        "optimizer: [sgd, adam], dropout: {per_layer: {values: [0, 0.5], when: {optimizer: sgd}}}",
        &["search.space.dropout.per_layer.when: is for all layers (hint: put it beside per_layer)"],
    );
    check_wrong(
        MLP,
        "dropout: {per_layer: [[0, 0.5]]}",
        &["search.space.dropout.per_layer[0]: expected a number of at least 0 and below 1, found a list of 2"],
    );
    check_wrong(
        "{kind: mlp, hidden: [8, 4]}",
        &format!("nodes: {per_layer}"),
        &[
            "search.space.nodes: excluded by hidden, which says how many layers and nodes there are (hint: keep one of the \
           two)",
        ],
    );
}

/// As a grid.
#[test]
fn the_size_of_a_grid_counts_each_layer() {
    let check = |written: &str, expected: Option<&str>| {
        let found = wrong("", &format!("epochs: [1], {written}"));
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(count)) => {
                assert!(found.starts_with(&format!("search.space: the grid has {count} combinations")), "{found}");
            }
            (found, _) => panic!("{written}: {found:?}"),
        }
    };
    let nodes = |values: u32| format!("nodes: {{per_layer: {{int: {{low: 1, high: {values}}}}}}}");
    // 300 + 300², and 400 + 400².
    check(&format!("layers: [1, 2], {}", nodes(300)), None);
    check(&format!("layers: [1, 2], {}", nodes(400)), Some("160400"));
    let momentum = "momentum: {int: {low: 1, high: 2}}";
    assert!(wrong("", momentum).is_some());
    let batches =
        |high: u32| format!("layers: [0], batch_size: {{int: {{low: 1, high: {high}}}, when: {{optimizer: sgd}}}}");
    check(&format!("optimizer: [sgd, adam, rmsprop], {}", batches(99_998)), None);
    check(&format!("optimizer: [sgd, adam, rmsprop], {}", batches(99_999)), Some("100001"));
}
