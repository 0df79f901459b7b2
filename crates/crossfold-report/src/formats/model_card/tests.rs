mod methods;

use super::*;
use crossfold_network::{
    Activation, Block, Cell, Front, HiddenLayer, Loss, Normalization, NumberEmbedding, NumberInputs, Padding, Pooling,
    Recurrence, Summary, Task,
};
use crossfold_study::{
    ClassWeights, CsvSource, DataSource, DataSpec, Metric, SamplerKind, Splits, Strategy, TableFormat, TableSpec,
    TestRows,
};

use super::example::example;
use crate::analysis::ensemble::EnsembleSize;
use crate::example as other;

const ORIGIN: &str = "data e3b0\npreprocessing none\nseed 42\ndevice flex\n";

fn study(task: Task) -> Study {
    let metric = Metric::default_for(task);
    let table = TableSpec {
        target: "vote".to_owned(),
        task,
        drop_missing_target: false,
        test: TestRows::File("/home/somebody/secret/new.csv".into()),
        kinds: Default::default(),
        sequence: None,
        preprocessing: Default::default(),
    };
    let source = CsvSource { path: "/home/somebody/secret/votes.csv".into(), format: TableFormat::default(), table };
    let data = DataSpec { source: DataSource::Csv(Box::new(source)), train_rows: None };
    Study { data, ..other::study(metric) }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn table(inputs: &[&str], embeddings: usize) -> CardInputs<'static> {
    CardInputs::Table(TableInputs {
        target: "vote",
        columns: vec!["age", "county | *seat*"],
        names: names(inputs),
        embeddings,
        numbers: (0..inputs.len() as u32).collect(),
        scaling: [0.0, 1.0],
    })
}

fn selection() -> Selection {
    Selection {
        trials: 3,
        pruned: 0,
        failed: 0,
        rank: 1,
        folds: 2,
        mean: 0.75,
        standard_error: Some(0.0125),
        interval: None,
    }
}

fn card<'a>(
    study: &'a Study,
    configuration: &'a Configuration,
    shape: Shape,
    classes: &'a [String],
    inputs: CardInputs<'a>,
) -> ModelCard<'a> {
    ModelCard {
        study,
        configuration,
        shape,
        networks: 1,
        folds: None,
        ensemble: None,
        temperature: 1.0,
        epochs: 20,
        classes,
        inputs,
        rows: 12_345,
        digest: "e3b0",
        selection: selection(),
        nested: None,
        test: None,
        builder: BuildVersions {
            crossfold: "0.1.0",
            burn: Some("0.22.1"),
            rustc: Some("1.95.0"),
            revision: Some("abc"),
        },
        origin: ORIGIN.into(),
    }
}

fn text(card: &ModelCard<'_>) -> String {
    let mut out = Vec::new();
    write_model_card(&mut out, card).unwrap();
    String::from_utf8(out).unwrap()
}

fn relu(hidden: &[u32]) -> Configuration {
    Configuration {
        hidden: hidden.iter().map(|&nodes| HiddenLayer { nodes, dropout: 0.2 }).collect(),
        activation: (!hidden.is_empty()).then_some(Activation::Relu),
        ..Configuration::default()
    }
}

#[track_caller]
fn assert_same(found: &str, expected: &str) {
    assert!(found == expected, "found\n<<<<\n{found}>>>>\nexpected\n<<<<\n{expected}>>>>");
}

/// A card with everything that it can have.
#[test]
fn a_classifier_with_a_test_score() {
    let (study, classes) = (study(Task::Classification), names(&["no", "`yes`"]));
    let configuration = relu(&[4]);
    let inputs = table(&["age", "county | *seat*=A", "county | *seat*=B"], 0);
    let mut card = card(&study, &configuration, Shape::dense(3, 2), &classes, inputs);
    card.selection.interval = Some([0.7, 0.8]);
    let score = |&metric| TestScore {
        metric,
        value: other::evaluation().get(metric),
        interval: (metric == Metric::Accuracy).then_some([0.5, 0.875]),
    };
    let scores = Metric::all_for(Task::Classification).iter().map(score).collect();
    card.test = Some(CardTest { rows: 1, digest: "c442", scores });
    assert_same(&text(&card), include_str!("tests/votes.md"));
}

/// A card with as little as possible.
#[test]
fn a_regression_without_test_rows() {
    let study = Study { strategy: Strategy::new(SamplerKind::Random, 1), ..study(Task::Regression) };
    let study = Study { splits: Splits::HoldOut { share: 0.25, stratified: false, groups: None }, ..study };
    let configuration = Configuration { loss: Loss::Squared, ..relu(&[]) };
    let inputs = CardInputs::Table(TableInputs {
        target: "pay,\nmonthly",
        columns: vec!["age"],
        names: names(&["age"]),
        embeddings: 0,
        numbers: vec![0],
        scaling: [535.9, 1e-7],
    });
    let mut card = card(&study, &configuration, Shape::dense(1, 1), &[], inputs);
    card.selection = Selection {
        trials: 1,
        pruned: 0,
        failed: 0,
        rank: 1,
        folds: 1,
        mean: 254.678,
        standard_error: None,
        interval: None,
    };
    card.builder = BuildVersions { crossfold: "0.1.0", burn: None, rustc: None, revision: None };
    assert_same(&text(&card), include_str!("tests/salary.md"));
}

#[test]
fn pruned_trials_and_irreproducible_searches_are_mentioned() {
    let study = Study { pace: other::free_study(Metric::Accuracy).pace, ..study(Task::Classification) };
    let (classes, configuration) = (names(&["a", "b"]), relu(&[4]));
    let mut card = card(&study, &configuration, Shape::dense(3, 2), &classes, table(&["age"], 0));
    card.selection.pruned = 5;
    let shown = text(&card);
    assert!(
        shown.contains("the best of 3 trials that were scored on all folds, while 5 more were pruned ("),
        "{shown}"
    );
    assert!(
        shown.contains(" The search is not reproducible (`order: free`): another run may have different"),
        "{shown}"
    );
    card.selection.trials = 1;
    assert!(text(&card).contains("It is the only trial that was scored on all folds, while 5 more were pruned ("));
}

/// Folders of the machine that trained the network are private.
#[test]
fn no_path_is_shown() {
    let (study, classes) = (study(Task::Classification), names(&["a", "b"]));
    let configuration = relu(&[4]);
    let mut card = card(&study, &configuration, Shape::dense(1, 2), &classes, table(&["age"], 0));
    card.test = Some(CardTest { rows: 10, digest: "c442", scores: Vec::new() });
    let text = text(&card);
    assert!(text.contains("`votes.csv`") && text.contains("`new.csv`"), "{text}");
    assert!(!text.contains("secret") && !text.contains("/home"), "{text}");
}

/// Settings that change the meaning of scores and probabilities are mentioned.
#[test]
fn a_subset_and_weights_are_mentioned() {
    let (mut study, classes) = (study(Task::Classification), names(&["a", "b"]));
    study.data.train_rows = Some(12_345);
    study.class_weights = Some(ClassWeights::Balanced);
    let configuration = relu(&[4]);
    let text = text(&card(&study, &configuration, Shape::dense(1, 2), &classes, table(&["age"], 0)));
    assert!(text.contains("- Trained on: 12,345 rows, a stratified subset\n"), "{text}");
    assert!(text.contains("Classes were weighted in training"), "{text}");
}

/// Classes that don't fit on a line are read from the model.
#[test]
fn many_classes_are_read() {
    let (study, configuration) = (study(Task::Classification), relu(&[4]));
    let classes: Vec<String> = (0..30).map(|class| format!("class {class}")).collect();
    let code = example(&card(&study, &configuration, Shape::dense(1, 30), &classes, table(&["age"], 0))).code();
    assert!(code.starts_with("import json\nimport numpy as np\n"), "{code}");
    assert!(code.contains("classes = json.load(open(\"model.json\", encoding=\"utf-8\"))"), "{code}");
}

/// The code for networks of all kinds; `tests/model_card/check.py` runs the code for others.
#[test]
fn python() {
    let (study, classes) = (study(Task::Classification), names(&["a", "b"]));
    let check = |configuration: &Configuration, shape: Shape, inputs: CardInputs<'_>, expected: &str| {
        assert_same(&example(&card(&study, configuration, shape, &classes, inputs)).code(), expected);
    };
    let rnn = |cell, layers: &[u32], bidirectional, summary| Configuration {
        front: Front::Recurrence(Recurrence {
            cell,
            layers: layers.iter().map(|&nodes| HiddenLayer { nodes, dropout: 0.1 }).collect(),
            bidirectional,
            summary,
        }),
        ..relu(&[])
    };
    let block = Block {
        filters: 4,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        pooling: Pooling::Max,
        pool_size: 2,
        dropout: 0.1,
    };
    let cnn = |blocks: &[Block], hidden: &[u32]| Configuration {
        front: Front::Convolution(blocks.to_vec()),
        activation: Some(Activation::Relu),
        ..relu(hidden)
    };
    let images = || CardInputs::Images;

    let embedded = ["age", "age is missing", "county", "town"];
    check(&relu(&[8]), Shape::dense(7, 2), table(&embedded, 2), include_str!("tests/embeddings.py"));
    let columns = |inputs, numbers| Shape { form: Form::Table(numbers), ..Shape::dense(inputs, 2) };
    let numbers = |embedding| Configuration { front: Front::Numbers(embedding), ..relu(&[8]) };
    let periodic = numbers(NumberEmbedding::Periodic { size: 5, frequencies: 3, sigma: 0.1 });
    let plain = NumberInputs { encoded: 0, bins: 0, plain: 1 };
    check(&periodic, columns(7, plain), table(&embedded, 2), include_str!("tests/periodic.py"));
    let linear = numbers(NumberEmbedding::Linear { size: 5 });
    let binned = NumberInputs { encoded: 2, bins: 2, plain: 0 };
    let bins = ["a bin 1", "a bin 2", "b bin 1", "b bin 2"];
    check(&linear, columns(4, binned), table(&bins, 0), include_str!("tests/linear_embeddings.py"));
    let deep = Configuration { normalization: Normalization::Batch, ..relu(&[8, 8, 4]) };
    check(&deep, Shape::dense(2, 2), table(&["a\nb", "c"], 0), include_str!("tests/deep.py"));
    let gelu = Configuration {
        activation: Some(Activation::Gelu),
        normalization: Normalization::Layer,
        input_dropout: 0.1,
        ..relu(&[8])
    };
    check(&gelu, Shape::image([8, 8, 1], 2), images(), include_str!("tests/gelu.py"));
    check(&relu(&[8]), Shape::sequence(5, 2, 2), table(&["a", "b"], 0), include_str!("tests/sequences.py"));
    check(
        &cnn(&[block, Block { filters: 6, ..block }], &[8]),
        Shape::image([8, 8, 1], 2),
        images(),
        include_str!("tests/cnn.py"),
    );
    // Seven rows by steps of two, four at a time: one row of zeros above, and two below.
    let uneven = Block { kernel: 4, stride: 2, pooling: Pooling::None, pool_size: 1, ..block };
    let uneven = Configuration { normalization: Normalization::Layer, ..cnn(&[uneven], &[]) };
    check(&uneven, Shape::image([7, 8, 3], 2), images(), include_str!("tests/cnn_uneven.py"));
    let lstm = rnn(Cell::Lstm, &[6], true, Summary::Last);
    check(&lstm, Shape::image([8, 8, 1], 2), images(), include_str!("tests/lstm.py"));
    let gru = rnn(Cell::Gru, &[6, 4], false, Summary::Mean);
    check(&gru, Shape::sequence(5, 2, 2), table(&["a", "b"], 0), include_str!("tests/gru.py"));
    let elman = rnn(Cell::Elman, &[6], false, Summary::Max);
    check(&elman, Shape::sequence(5, 2, 2), table(&["a", "b"], 0), include_str!("tests/elman.py"));
}

/// Two networks of a linear model's weight in a loop of their own, and a network that needs PyTorch.
#[test]
fn python_of_an_ensemble() {
    let (study, classes) = (study(Task::Classification), names(&["a", "b"]));
    let convolution = Block {
        filters: 4,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        pooling: Pooling::Max,
        pool_size: 2,
        dropout: 0.1,
    };
    let front = Front::Convolution(vec![convolution]);
    let [linear, cnn] = [relu(&[]), Configuration { front, activation: Some(Activation::Relu), ..relu(&[]) }];
    let member = |trial, weight, networks| EnsembleMember { trial, weight, score: 0.5, networks, epochs: 3 };
    let picked = Ensemble {
        members: vec![member(4, 3, 2), member(1, 1, 1)],
        candidates: 9,
        without_predictions: 0,
        picked_score: 0.75,
        size: EnsembleSize::default(),
        estimate: None,
    };
    let mut card = card(&study, &linear, Shape::image([8, 8, 1], 2), &classes, CardInputs::Images);
    card.ensemble = Some(CardEnsemble { picked: &picked, configurations: vec![&linear, &cnn] });
    assert_same(&example(&card).code(), include_str!("tests/ensemble.py"));
    let text = text(&card);
    for expected in [
        "An ensemble of 2 trials (convolutional networks and linear models) that classifies images.",
        "| 4 | 3 | 2 | `64-2` | 130 | 3 | `kind: linear` |",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

/// The guide shows the code of a card.
#[test]
fn the_guide_has_the_same_code() {
    let (study, classes) = (study(Task::Classification), names(&["Clinton", "Dole"]));
    let configuration = relu(&[8]);
    let code = example(&card(&study, &configuration, Shape::dense(2, 2), &classes, table(&["a", "b"], 0))).code();
    assert!(include_str!("../../../../../docs/model.md").contains(&code), "{code}");
}
