//! The keys of tables: how they are read, and the mistakes in them.

use super::*;
use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ClassWeights, ColumnKind, ColumnSteps, DecimalMark, Delimiter, Encode,
    GivenKind, Metric, MissingMarkers, NumericEncode, NumericImpute, NumericSteps, Rare, Scale, SequenceColumns,
    Smoothing, TextEncoding,
};

/// All keys of a table, but those that exclude each other.
const FULL: &str = "\
version: 1
name: full
data:
  source: csv
  path: a.tsv.gz
  target: y
  task: regression
  missing_target: drop
  test_share: 0.25
  delimiter: tab
  header: false
  encoding: latin-1
  decimal: comma
  missing: [NA, -9, '', 9.5, no]
  rows: 1000
  columns:
    a: categorical
    b: {ordinal: [low, 2, high]}
    c: drop
    'd.e': id
  sequence: {id: series, step: t}
  train_rows: 500
preprocessing:
  numeric: {impute: {constant: -0.5}, indicator: true, log: true, scale: robust, clip: 3, encode: {piecewise: {bins: 8}}}
  date: {scale: none}
  categorical: {impute: mode, rare: 7%, encode: {target: {smoothing: 10}}}
  columns:
    a: {categorical: {impute: {constant: none}, encode: {embedding: {size: 4}}, rare: 3}}
    f: {numeric: {impute: mean, clip: none, encode: none}}
  select: 12
model: {kind: mlp, layers: 0}
training: {epochs: 3}
cross_validation: {folds: 4, time: t, gap: 2, window: 9}
objective: {metric: r2}
final: {test: true}
";

fn source(study: &Study) -> &CsvSource {
    match &study.data.source {
        DataSource::Csv(source) => source,
        DataSource::Mnist(_) => panic!("a table"),
    }
}

#[test]
fn the_keys_of_a_table_are_read() {
    let study = read_with(FULL, &[]).unwrap();
    let CsvSource { format: found, table, .. } = source(&study);
    assert_eq!((table.task, table.drop_missing_target), (Task::Regression, true));
    assert_eq!(table.test, TestRows::Share(0.25));
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let format = TableFormat {
        delimiter: Some(Delimiter::Tab),
        header: Some(false),
        encoding: Some(TextEncoding::Latin1),
        decimal: Some(DecimalMark::Comma),
        missing: MissingMarkers::list(texts(&["NA", "-9", "", "9.5", "no"])),
        rows: Some(1000),
    };
    assert_eq!(*found, format);
    let kinds = [
        ("a", GivenKind::Kind(ColumnKind::Categorical)),
        ("b", GivenKind::Ordinal(texts(&["low", "2", "high"]))),
        ("c", GivenKind::Drop),
        ("d.e", GivenKind::Kind(ColumnKind::Id)),
    ];
    assert_eq!(table.kinds, kinds.map(|(name, kind)| (name.to_owned(), kind)).into());
    assert_eq!(table.sequence, Some(SequenceColumns { id: "series".to_owned(), step: Some("t".to_owned()) }));
    let numeric = NumericSteps {
        impute: NumericImpute::Constant(-0.5),
        indicator: true,
        log: true,
        scale: Scale::Robust,
        clip: Some(3.0),
        encode: NumericEncode::Piecewise { bins: 8 },
    };
    let categorical = CategoricalSteps {
        impute: CategoricalImpute::Mode,
        indicator: false,
        rare: Rare::Share(0.07),
        encode: Encode::Target(Smoothing::Rows(10.0)),
    };
    // Steps of a single column take precedence over those of its kind.
    let of_a = CategoricalSteps {
        impute: CategoricalImpute::Constant("none".to_owned()),
        indicator: false,
        rare: Rare::Rows(3),
        encode: Encode::Embedding(Some(4)),
    };
    let of_f =
        NumericSteps { impute: NumericImpute::Mean, clip: None, encode: NumericEncode::Value, ..numeric.clone() };
    let columns = [("a", ColumnSteps::Categorical(of_a)), ("f", ColumnSteps::Numeric(of_f))];
    let preprocessing = Preprocessing {
        numeric,
        ordinal: NumericSteps::default(),
        boolean: NumericSteps::default(),
        date: NumericSteps { scale: Scale::None, ..NumericSteps::default() },
        categorical,
        columns: columns.map(|(name, steps)| (name.to_owned(), steps)).into(),
        select: Some(12),
    };
    assert_eq!(table.preprocessing, preprocessing);
    assert_eq!(study.splits, Splits::TimeSeries { folds: 4, time: "t".to_owned(), gap: 2, window: Some(9) });
    assert_eq!(study.metric, Metric::R2);
}

fn spec(data: &str, rest: &str) -> String {
    format!(
        "version: 1\nname: a\ndata: {{source: csv, path: a.csv, target: y{data}}}\n\
         model: {{kind: mlp, layers: 0}}\ntraining: {{epochs: 1}}\n{rest}\n"
    )
}

#[test]
fn defaults_depend_on_the_task() {
    let check = |data: &str, metric: Metric, splits: Splits| {
        let study = read_with(&spec(data, ""), &[]).unwrap();
        assert_eq!((study.metric, study.splits), (metric, splits), "{data}");
    };
    let folds = |stratified| Splits::KFold { folds: 5, repeats: 1, stratified, shuffle: true, groups: None };
    check("", Metric::Accuracy, folds(true));
    check(", task: regression", Metric::Rmse, folds(false));
    let study = read_with(&spec(", task: regression", "cross_validation: none"), &[]).unwrap();
    assert_eq!(study.splits, Splits::HoldOut { share: 0.2, stratified: false, groups: None });
    let CsvSource { format, table, .. } = source(&study);
    assert_eq!((&table.test, table.drop_missing_target), (&TestRows::None, false));
    assert_eq!((&table.preprocessing, format), (&Preprocessing::default(), &TableFormat::default()));
}

/// Each kind of split is read, written and read again.
#[test]
fn every_split_round_trips() {
    let owned = |text: &str| text.to_owned();
    let of = |text: &str| Some(owned(text));
    let check = |written: &str, expected: Splits| {
        let study = read_with(&spec("", &format!("cross_validation: {written}")), &[]).unwrap();
        assert_eq!(study.splits, expected, "{written}");
        assert_eq!(again(&study).splits, expected, "{written}");
    };
    check(
        "{folds: 3, repeats: 2, groups: g}",
        Splits::KFold { folds: 3, repeats: 2, stratified: true, shuffle: true, groups: of("g") },
    );
    check(
        "{folds: 3, shuffle: false, stratified: false}",
        Splits::KFold { folds: 3, repeats: 1, stratified: false, shuffle: false, groups: None },
    );
    check("{hold_out: 0.3, groups: g}", Splits::HoldOut { share: 0.3, stratified: true, groups: of("g") });
    check("{hold_out: 0.3, time: t, gap: 1}", Splits::LatestHoldOut { share: 0.3, time: owned("t"), gap: 1 });
    check("{leave_out: '1e5'}", Splits::LeaveOneGroupOut { groups: owned("1e5") });
    check("{folds: 3, time: t}", Splits::TimeSeries { folds: 3, time: owned("t"), gap: 0, window: None });
    check(
        "{predefined: p, groups: g, time: t}",
        Splits::Predefined { column: owned("p"), groups: of("g"), time: of("t") },
    );
    check("{predefined: p}", Splits::Predefined { column: owned("p"), groups: None, time: None });
}

/// The study that the `best.yaml` of `study` describes.
fn again(study: &Study) -> Study {
    let (configuration, epochs) = study.models[0].fixed.resolve().unwrap();
    let text = write_single(study, &study.data, &configuration, epochs);
    read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

#[test]
fn a_written_table_round_trips() {
    let study = read_with(FULL, &[]).unwrap();
    assert_eq!(again(&study).data, study.data);
    for rest in
        ["training: {epochs: 1, class_weights: balanced}", "training: {epochs: 1, class_weights: {yes: 2, '1': 0.5}}"]
    {
        let study = read_with(&spec("", "").replace("training: {epochs: 1}", rest), &[]).unwrap();
        assert!(study.class_weights.is_some());
        assert_eq!(again(&study).class_weights, study.class_weights);
    }
    // Shares whose percentages are easily read as other bits.
    for tenths in 1..1000 {
        let rare = format!("{}.{}%", tenths / 10, tenths % 10);
        let study = read_with(FULL, &[("preprocessing.categorical.rare", &rare)]).unwrap();
        assert_eq!(again(&study).data, study.data, "{rare}");
    }
}

#[test]
fn missing_markers_may_be_given_by_column() {
    let check = |written: &str, expected: MissingMarkers| {
        let study = read_with(&spec(&format!(", missing: {written}"), ""), &[]).unwrap();
        assert_eq!(source(&study).format.missing, expected, "{written}");
        assert_eq!(again(&study).data, study.data, "{written}");
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let own = [("age", texts(&["999"])), ("Europe", texts(&["-9"]))].map(|(name, texts)| (name.to_owned(), texts));
    check("{age: [999], Europe: [-9]}", MissingMarkers { everywhere: None, columns: own.clone().into() });
    let everywhere = Some(texts(&["NA", ""]));
    check("{Europe: [-9], \"*\": [NA, ''], age: [999]}", MissingMarkers { everywhere, columns: own.into() });
    check("{\"*\": [x]}", MissingMarkers::list(texts(&["x"])));
}

#[test]
fn class_weights_are_read_by_name() {
    let text = spec("", "").replace("epochs: 1", "epochs: 1, class_weights: {yes: 2, 1: 0.5}");
    let weights = [("1", 0.5), ("yes", 2.0)].map(|(class, weight)| (class.to_owned(), weight));
    assert_eq!(read_with(&text, &[]).unwrap().class_weights, Some(ClassWeights::Given(weights.into())));
}

/// The spec that lines of `mistakes.txt` describe: they replace the lines with the same keys.
fn with_lines(lines: &[&str]) -> String {
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let base = spec("", "");
    let kept = base.lines().filter(|old| lines.iter().all(|new| key(new) != key(old)));
    let lines: Vec<&str> = kept.chain(lines.iter().copied()).collect();
    lines.join("\n").replace('…', "source: csv, path: a.csv, target: y")
}

/// The path, marked text, message and hint of each mistake.
fn describe_mistakes(text: &str) -> String {
    let mistakes = read_with(text, &[]).expect_err(text);
    let line = |mistake: &Mistake| {
        let Place::File(range) = &mistake.place else { panic!("nothing is set on the command line") };
        let hint = mistake.hint.as_ref().map(|hint| format!("  hint: {hint}\n")).unwrap_or_default();
        format!("{} at `{}`: {}\n{hint}", mistake.path, &text[range.clone()], mistake.message)
    };
    mistakes.iter().map(line).collect()
}

#[test]
fn each_mistake_is_reported_at_its_place() {
    let stored = include_str!("mistakes.txt");
    let mut found = String::new();
    for block in stored.split("\n\n") {
        let lines: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        lines.iter().for_each(|line| found += &format!("## {line}\n"));
        found += &format!("{}\n", describe_mistakes(&with_lines(&lines)));
    }
    assert!(found.trim() == stored.trim(), "mistakes.txt should be\n{found}");
}
