//! Whole specs. `tests/it/bad_specs.rs` tests how mistakes are shown.

mod documentation;
mod enqueued;
mod search;
mod spaces;
mod tables;

use std::collections::BTreeMap;

use super::tree::{MAX_DEPTH, MAX_NODES};
use super::*;
use crossfold_network::{Configuration, HiddenLayer, Optimizer, PerLayer, Setting, Settings, Task};
use crossfold_study::{
    CsvSource, DataSource, DataSpec, Domain, MnistSource, Preprocessing, SamplerKind, Seed, Splits, Strategy,
    TableFormat, TableSpec, TestRows,
};

const MNIST: &str = include_str!("../../../experiments/mnist.yaml");
const RANGES: &str = include_str!("../../../tests/specs/good/random-over-ranges.yaml");

fn set(path: &str, value: &str) -> Override {
    Override { path: path.to_owned(), value: value.to_owned() }
}

fn read_with(text: &str, overrides: &[(&str, &str)]) -> Result<Study, Mistakes> {
    let overrides: Vec<Override> = overrides.iter().map(|(path, value)| set(path, value)).collect();
    read(text.as_bytes(), &overrides)
}

/// The path of each mistake, and the text that its carets point at.
fn carets(text: &str, overrides: &[(&str, &str)]) -> Vec<(String, String)> {
    let mistakes = read_with(text, overrides).unwrap_err();
    let pointed_at = |place: &Place| match place {
        Place::File(range) => text[range.clone()].to_owned(),
        Place::Override { text, range, .. } => format!("--set {}", &text[range.clone()]),
    };
    mistakes.iter().map(|mistake| (mistake.path.clone(), pointed_at(&mistake.place))).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(path, caret)| ((*path).to_owned(), (*caret).to_owned())).collect()
}

#[test]
fn the_example_is_read() {
    let study = read_with(MNIST, &[]).unwrap();
    assert_eq!(study.name.as_str(), "mnist");
    assert_eq!(study.seed, Seed(42));
    assert_eq!(study.data.train_rows, Some(10_000));
    assert_eq!(study.strategy, Strategy::GRID);
    assert_eq!(study.splits, Splits::KFold { folds: 5, repeats: 1, stratified: true, shuffle: true, groups: None });
    assert!(study.finish.test);
    let params: Vec<Param> = study.models[0].space.dimensions().iter().map(|dimension| dimension.param).collect();
    assert_eq!(params, [Param::Layers, Param::Nodes, Param::Dropout, Param::BatchSize, Param::Epochs]);
    let rates = [0.0, 0.2, 0.4].map(|rate| Setting::Dropout(PerLayer::Same(rate)));
    assert_eq!(study.models[0].space.dimensions()[2].domain, Domain::Choice(rates.into()));
    assert_eq!(study.models[0].fixed.get(Param::LearningRate), Some(&Setting::LearningRate(1e-3)));
}

/// A type error, an unknown key, a number that is not finite, one out of range, a duplicate key.
#[test]
fn five_kinds_of_mistake_are_reported_at_once() {
    let text = include_str!("../../../tests/specs/bad/five-kinds-at-once.yaml");
    let expected = [
        ("model.layers", "two"),
        ("model.nodse", "nodse"),
        ("training.learning_rate", ".inf"),
        ("training.batch_size", "0"),
        ("search.space.epochs", "epochs"),
    ];
    assert_eq!(carets(text, &[]), owned(&expected));
}

#[test]
fn overrides_replace_values() {
    let overrides = [
        ("seed", "7"),
        ("training.learning_rate", "1e-2"),
        ("search.space.dropout[2]", "0.5"),
        ("search.space.training.l2", "[0, 1e-4]"),
        ("search.strategy.random.trials", "3"),
        ("cross_validation", "none"),
    ];
    let study = read_with(MNIST, &overrides).unwrap();
    assert_eq!(study.seed, Seed(7));
    assert_eq!(study.models[0].fixed.get(Param::LearningRate), Some(&Setting::LearningRate(1e-2)));
    let rates = [0.0, 0.2, 0.5].map(|rate| Setting::Dropout(PerLayer::Same(rate)));
    assert_eq!(study.models[0].space.dimensions()[2].domain, Domain::Choice(rates.into()));
    assert_eq!(study.models[0].space.dimensions()[3].param, Param::L2);
    assert_eq!(study.strategy, Strategy::new(SamplerKind::Random, 3));
    assert_eq!(study.splits, Splits::HoldOut { share: 0.2, stratified: true, groups: None });
}

#[test]
fn overrides_get_the_same_errors() {
    let overrides = [
        ("seed", "-1"),
        ("training.learnig_rate", "1"),
        ("model.layers", "2"),
        ("search.space.epochs[9]", "1"),
        ("data.path", "*x"),
        ("training..l2", "0"),
        ("search.space.nodes", ""),
        ("search.space.dropout", "[0.1, x]"),
    ];
    let expected = [
        ("seed", "--set -1"),
        ("training.learnig_rate", "--set learnig_rate"),
        ("search.space.epochs[9]", "--set [9]"),
        ("data.path", "--set "),
        ("training..l2", "--set training..l2"),
        ("search.space.nodes", "--set search.space.nodes="),
        ("search.space.dropout[1]", "--set x"),
    ];
    let found = carets(MNIST, &overrides);
    let layers = found.iter().find(|(path, _)| path == "search.space.layers").unwrap().1.clone();
    assert_eq!(layers, "layers");
    let on_command_line: Vec<_> = found.into_iter().filter(|(_, caret)| caret.starts_with("--set")).collect();
    assert_eq!(on_command_line, owned(&expected));
}

/// The mistakes of a spec with this model and this space; `None` without any.
fn wrong(model: &str, space: &str) -> Option<String> {
    let text = format!(
        "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\nmodel: {{kind: mlp{model}}}\n\
         training: {{}}\nsearch: {{space: {{{space}}}}}\n"
    );
    read_with(&text, &[]).err().map(|mistakes| mistakes.to_string().replace('`', ""))
}

#[test]
fn a_grid_has_a_size_limit() {
    let check = |space: &str, expected: Option<&str>| {
        let found = wrong(", layers: 1", space);
        let grid = |count| format!("search.space: the grid has {count} combinations, and 100000 is the most");
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some(count)) => assert!(found.starts_with(&grid(count)), "{found}"),
            (found, _) => panic!("{space}: {found:?}"),
        }
    };
    let range = |key: &str, high: u64| format!("{key}: {{int: {{low: 1, high: {high}}}}}");
    let nodes = range("nodes", 1000);
    check(&format!("epochs: [1, 2], {nodes}, {}", range("batch_size", 50)), None);
    check(&format!("epochs: [1, 2], {nodes}, {}", range("batch_size", 51)), Some("102000"));
    let rates: Vec<String> = (0..9_000).map(|rate| format!("0.{}", 10_000 + rate)).collect();
    let most = [range("nodes", 65_536), range("batch_size", 1 << 20), range("epochs", 100_000)].join(", ");
    check(&format!("{most}, l2: [{}]", rates.join(", ")), Some("more than 18446744073709551615"));
    // The number of combinations is unknown if a domain is.
    let found = wrong(", layers: 1", &format!("epochs: [x], {nodes}, {}", range("batch_size", 101))).unwrap();
    assert!(!found.contains("combinations"), "{found}");
}

/// 200 million is 10,000 × 20,000 and 2 × 10,000².
#[test]
fn hidden_layers_have_a_weight_limit() {
    let check = |model: &str, space: &str, expected: Option<(&str, u64)>| {
        let found = wrong(model, &format!("{space}, epochs: [1]"));
        match (found, expected) {
            (None, None) => {}
            (Some(found), Some((path, weights))) => {
                let start = format!("{path}: the largest network has {weights} weights between its hidden layers");
                assert!(found.starts_with(&start), "{found}");
            }
            (found, _) => panic!("{model}: {found:?}"),
        }
    };
    check(", hidden: [10000, 20000]", "l2: [0]", None);
    check(", hidden: [3, 10000, 20001]", "l2: [0]", Some(("model.hidden", 200_040_000)));
    check("", "hidden: [[1], [20001, 10000]]", Some(("search.space.hidden[1]", 200_010_000)));
    check(", layers: 3, nodes: 10000", "l2: [0]", None);
    check(", layers: 3, nodes: 10001", "l2: [0]", Some(("model.nodes", 2 * 10_001 * 10_001)));
    check(", layers: 64, nodes: 65536", "l2: [0]", Some(("model.nodes", 63 << 32)));
    check(", layers: 3", "nodes: {int: {low: 1, high: 10003, step: 9999}}", None);
    check(", nodes: 10001", "layers: {int: {low: 1, high: 3}}", Some(("model.nodes", 2 * 10_001 * 10_001)));
    check(", nodes: 65536", "layers: [0, 1]", None);
}

/// A mistake beyond a limit is reported near the limit, because nothing more is read.
#[test]
fn reading_stops_at_limits() {
    let many = 1 << 18;
    let check = |text: &str, message: &str, at: usize| {
        let mistakes = read(text.as_bytes(), &[]).unwrap_err();
        let mistake = mistakes.iter().next().unwrap();
        assert!(mistake.message.contains(message), "{}", mistake.message);
        assert!(matches!(&mistake.place, Place::File(range) if range.start <= at), "{:?}", mistake.place);
    };
    // The parser reads ahead within brackets and has its own limit, 255.
    check(&"[".repeat(many), "deep", 255);
    check(&"- ".repeat(many), "deep", 2 * MAX_DEPTH);
    check(&"{a: ".repeat(many), "deep", 4 * 255);
    check(&format!("[{}]", "1,".repeat(many)), "more than 100000 values", 1 + 2 * (MAX_NODES - 1));
    check(&" ".repeat(MAX_BYTES + 1), "1 MiB", 0);
    let bomb = format!("a: &a [x, x]\nb: [{}]\n", "*a, ".repeat(many / 2));
    check(&bomb, "anchors", 3);
}

#[test]
fn at_most_100_mistakes_are_kept() {
    let epochs = "x, ".repeat(5000);
    let text = format!("{RANGES}objective: {{{}}}\n", "a: 1, ".repeat(300)).replace("[5, 10]", &format!("[{epochs}]"));
    let mistakes = read(text.as_bytes(), &[]).unwrap_err();
    assert_eq!(mistakes.count(), 100);
    assert!(mistakes.more());
}

/// Paths are made only for mistakes that are shown. This would take minutes and gigabytes if they were made for all nodes.
#[test]
fn long_keys_of_many_nodes_cost_little() {
    let keys = |depth| format!("{}{depth}", "k".repeat(8_000));
    let opened: String = (0..60).map(|depth| format!("{{{}: ", keys(depth))).collect();
    let text = format!("{opened}{{{}}}{}", "a: 1, ".repeat(49_000), "}".repeat(60));
    let mistakes = read(text.as_bytes(), &[]).unwrap_err();
    assert_eq!((mistakes.count(), mistakes.more()), (100, true));
    let path = (0..60).map(keys).collect::<Vec<_>>().join(".") + ".a";
    assert!(mistakes.iter().all(|mistake| mistake.path == path && mistake.message == "duplicate key"));
}

/// A value of the wrong type is reported within the text wherever it is, and nothing panics.
#[test]
fn a_wrong_type_anywhere_is_reported() {
    let mut paths = Vec::new();
    for text in [
        MNIST,
        RANGES,
        include_str!("../../../tests/specs/good/space-of-dropout-lists.yaml"),
        include_str!("../../../tests/specs/good/search-tpe.yaml"),
        include_str!("../../../tests/specs/good/search-until-a-budget-ends.yaml"),
        include_str!("../../../tests/specs/good/space-with-conditions-by-model.yaml"),
        include_str!("../../../tests/specs/good/space-of-each-block.yaml"),
    ] {
        walk(&Source::new(text, Origin::File(0)).parse(&mut Vec::new()).unwrap(), &Path::ROOT, &mut paths);
        for path in &paths {
            for value in
                ["x", "1.5", "-1", "~", "''", "true", ".nan", "[]", "{}", "[[x], ~]", "{x: 1, low: {}}", "1e400"]
            {
                let Err(mistakes) = read_with(text, &[(path, value)]) else { continue };
                for mistake in mistakes.iter() {
                    let (length, range) = match &mistake.place {
                        Place::File(range) => (text.len(), range),
                        Place::Override { text, range, .. } => (text.len(), range),
                    };
                    assert!(range.start <= range.end && range.end <= length, "{path}={value}: {mistake:?}");
                    assert!(!mistake.message.contains("invalid"), "serde's own words: {}", mistake.message);
                }
            }
        }
        paths.clear();
    }
}

fn walk(node: &Node, path: &Path, paths: &mut Vec<String>) {
    if *path != Path::ROOT {
        paths.push(path.to_string());
    }
    match &node.content {
        Content::Scalar { .. } => {}
        Content::List(items) => items.iter().enumerate().for_each(|(i, item)| walk(item, &path.index(i), paths)),
        Content::Map(map) => map.entries().iter().for_each(|entry| walk(&entry.node, &path.key(&entry.key), paths)),
    }
}

/// Fixed values and any value of each domain resolve to a network, whose spec is read as the same network.
#[test]
fn every_point_of_a_space_resolves_and_is_written() {
    let first = |domain: &Domain, param: Param| match domain {
        Domain::Choice(settings) => settings[0].clone(),
        Domain::Int { low, .. } | Domain::LogInt { low, .. } => param.count(*low).unwrap(),
        Domain::Uniform { low, .. } | Domain::LogUniform { low, .. } => param.real(*low).unwrap(),
    };
    let last = |domain: &Domain, param: Param| match domain {
        Domain::Choice(settings) => settings[settings.len() - 1].clone(),
        Domain::Int { high, .. } | Domain::LogInt { high, .. } => param.count(*high).unwrap(),
        Domain::Uniform { high, .. } | Domain::LogUniform { high, .. } => param.real(high * 0.99).unwrap(),
    };
    let corner = |model: &crossfold_study::ModelSpace, at: &dyn Fn(&Domain, Param) -> Setting| {
        let mut point = Settings::default();
        let mut waiting = model.space.dimensions().to_vec();
        // Dimensions that its conditions depend on come first.
        while let Some(ready) = waiting.iter().position(|one| {
            let names = |other: &crossfold_study::Dimension| one.when.iter().any(|when| when.param == other.param);
            !waiting.iter().any(names) && (one.per_layer.is_none() || waiting.iter().all(|one| one.per_layer.is_some()))
        }) {
            let dimension = waiting.remove(ready);
            if !dimension.is_searched_at(&point) {
                continue;
            }
            let value = at(&dimension.domain, dimension.param);
            let setting = match dimension.per_layer {
                None => Some(value),
                Some(most) => {
                    let layers =
                        point.iter().cloned().fold(model.fixed.clone(), Settings::with).places(dimension.param);
                    assert!(layers.is_some_and(|layers| layers <= most), "{dimension:?}");
                    Setting::per_layer(dimension.param, &vec![value; layers.unwrap_or_default() as usize])
                }
            };
            point = setting.into_iter().fold(point, Settings::with);
        }
        assert!(waiting.is_empty());
        point.iter().cloned().fold(model.fixed.clone(), Settings::with)
    };
    for text in [
        MNIST,
        RANGES,
        include_str!("../../../tests/specs/good/least.yaml"),
        include_str!("../../../tests/specs/good/regression.yaml"),
        include_str!("../../../tests/specs/good/dropout-per-layer-or-none.yaml"),
        include_str!("../../../tests/specs/good/space-of-architectures.yaml"),
        include_str!("../../../tests/specs/good/space-of-optimizers.yaml"),
        include_str!("../../../tests/specs/good/space-of-blocks.yaml"),
        include_str!("../../../tests/specs/good/convolutions.yaml"),
        include_str!("../../../tests/specs/good/recurrence.yaml"),
        include_str!("../../../tests/specs/good/models.yaml"),
        include_str!("../../../tests/specs/good/search-tpe.yaml"),
        include_str!("../../../tests/specs/good/search-until-a-budget-ends.yaml"),
        include_str!("../../../tests/specs/good/search-grid-in-random-order.yaml"),
        include_str!("../../../tests/specs/good/space-with-conditions.yaml"),
        include_str!("../../../tests/specs/good/space-with-conditions-by-model.yaml"),
        include_str!("../../../tests/specs/good/space-of-each-layer.yaml"),
        include_str!("../../../tests/specs/good/space-of-each-block.yaml"),
    ] {
        let study = read_with(text, &[]).unwrap();
        for model in &study.models {
            for settings in [corner(model, &first), corner(model, &last)] {
                let (configuration, epochs) = settings.resolve().unwrap_or_else(|error| panic!("{text}{error}"));
                let written = write_single(&study, &study.data, &configuration, epochs);
                let again = read(written.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{written}"));
                assert_eq!(again.models[0].fixed.resolve(), Ok((configuration, epochs)), "{written}");
                assert_eq!(again.class_weights, study.class_weights);
            }
        }
    }
}

#[test]
fn a_written_configuration_round_trips() {
    let study = read_with(MNIST, &[("name", "\"1e5\""), ("cross_validation", "{hold_out: 0.1, stratified: false}")]);
    let study = study.unwrap();
    let table = TableSpec {
        target: "no".to_owned(),
        task: Task::Classification,
        drop_missing_target: false,
        test: TestRows::File("#.csv".into()),
        kinds: BTreeMap::new(),
        sequence: None,
        preprocessing: Preprocessing::default(),
    };
    let source = CsvSource { path: "a b.csv".into(), format: TableFormat::default(), table };
    let source = DataSource::Csv(Box::new(source));
    let data = DataSpec { source, train_rows: Some(100) };
    let layers = vec![HiddenLayer { nodes: 256, dropout: 0.4 }, HiddenLayer { nodes: 128, dropout: 0.0 }];
    let optimizers = [
        Optimizer::Adam,
        Optimizer::Sgd { momentum: 0.0, nesterov: false },
        Optimizer::Sgd { momentum: 0.9, nesterov: true },
    ];
    for (hidden, activation) in [(vec![], None), (layers, Some(crossfold_network::Activation::Gelu))] {
        for optimizer in optimizers {
            let configuration = Configuration {
                hidden: hidden.clone(),
                activation,
                optimizer,
                learning_rate: 1e-7,
                l2: 1e-20,
                batch_size: 32,
                ..Configuration::default()
            };
            let text = write_single(&study, &data, &configuration, 17);
            let again = read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
            assert_eq!(again.models[0].fixed.resolve(), Ok((configuration, 17)), "{text}");
            assert_eq!(again.name.as_str(), "1e5-best");
            assert_eq!((again.seed, again.device), (study.seed, study.device));
            assert_eq!((&again.splits, again.metric, again.finish), (&study.splits, study.metric, study.finish));
            assert_eq!(again.data, data);
            assert!(again.models[0].space.dimensions().is_empty());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_written_path_that_is_not_utf8_is_reported() {
    use std::os::unix::ffi::OsStrExt;

    let study = read_with(include_str!("../../../tests/specs/good/least.yaml"), &[]).unwrap();
    let (configuration, epochs) = study.models[0].fixed.resolve().unwrap();
    let written = |folder: &[u8]| {
        let source = DataSource::Mnist(MnistSource { path: std::ffi::OsStr::from_bytes(folder).into() });
        write_single(&study, &DataSpec { source, train_rows: None }, &configuration, epochs)
    };
    assert!(written(b"caf\xc3\xa9").starts_with("version: 1\n"));
    assert!(written(b"caf\xe9").starts_with("# A path under `data` is not UTF-8"));
}

#[test]
fn irreproducible_searches_are_reported_and_written() {
    let search = |lines: &str| format!("{}\n{lines}", include_str!("../../../tests/specs/good/least.yaml"));
    let least = read_with(&search(""), &[]).unwrap();
    let (configuration, epochs) = least.models[0].fixed.resolve().unwrap();
    for (lines, reason, why) in [
        ("", None, ""),
        (
            "search: {order: free, space: {batch_size: [32, 64]}}",
            Some("order: free"),
            "because decisions follow results in the order in which",
        ),
        ("budget: {wall: 8h}", Some("budget: wall"), "because how much is tried depends on how long it takes"),
        (
            "search: {order: free, space: {batch_size: [32, 64]}}\nbudget: {wall: 8h}",
            Some("order: free and budget: wall"),
            "they arrive, and how much",
        ),
    ] {
        let study = read_with(&search(lines), &[]).unwrap();
        assert_eq!(study.irreproducible(), reason);
        let written = write_single(&study, &study.data, &configuration, epochs);
        let words = study.irreproducible_in_words();
        assert_eq!(words.is_some(), reason.is_some());
        match words {
            None => assert!(written.starts_with("version: 1\n"), "{written}"),
            Some(words) => {
                assert!(words.contains(&format!("(`{}`)", reason.unwrap())) && words.contains(why), "{words}");
                assert!(
                    written.starts_with(&format!("# Chosen by a search that is {words}.\nversion: 1\n")),
                    "{written}"
                );
                // The chosen configuration itself is trained the same way by all.
                assert_eq!(read_with(&written, &[]).unwrap().irreproducible(), None);
            }
        }
    }
}

#[test]
fn the_schema_is_checked_in() {
    let stored = include_str!("../schema/experiment.schema.json");
    assert!(
        schema() == stored,
        "store the new one: cargo crossfold schema > crates/crossfold-spec/schema/experiment.schema.json"
    );
}
