//! Validation rows have no effect on the inputs of training rows, for all steps of preprocessing.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that can't go on fails, and writes its tables"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crossfold_data::{FitData, StudyData, Targets, Views};
use crossfold_network::SearchedSteps;
use crossfold_sources::{Request, load};
use crossfold_study::{Part, Seed, Study};

/// A study with every step that learns from rows.
const STEPS: &str = "
preprocessing:
  numeric: {impute: mean, indicator: true, scale: quantile}
  ordinal: {scale: robust}
  categorical: {rare: 2, encode: target}
  columns:
    plain: {numeric: {impute: median}}
    range: {numeric: {impute: mode, scale: min_max}}
    city: {categorical: {impute: mode, rare: 2, encode: one_hot}}
    shop: {categorical: {rare: 2, encode: ordinal}}
  select: 8
";

const HEADER: &str = "plain,range,rank,size,city,shop,street,target\n";

fn study(task: &str) -> Study {
    let text = format!(
        "version: 1\nname: leaks\ndata:\n  source: csv\n  path: rows.csv\n  target: target\n  task: {task}\n  columns:\n    \
         size: {{ordinal: [s, m, l]}}\n    city: categorical\n    shop: categorical\n    street: categorical\n{STEPS}\
         model: {{kind: mlp, hidden: [2]}}\n{}cross_validation: {{folds: 4}}\n",
        if task == "classification" {
            "training: {epochs: 1, class_weights: balanced}\n"
        } else {
            "training: {epochs: 1}\n"
        },
    );
    crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// A row of small whole numbers as text; `wild` rows are unlike all others.
fn row(number: u64, target: u64, wild: bool) -> String {
    // SplitMix64 (Steele et al. 2014), seeded by the row.
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut draw = |below: u64| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) % below
    };
    let size = ["s", "m", "l"][draw(3) as usize];
    let (plain, range, rank) = (draw(90), draw(50), draw(1000));
    let plain = if draw(6) == 0 { String::new() } else { plain.to_string() };
    let (city, shop, street) = (draw(5), draw(6), draw(12));
    if wild {
        format!("{},-700,{},l,nowhere,none,elsewhere,{target}\n", 1_000_000 + number, 90_000 + number)
    } else {
        format!("{plain},{range},{rank},{size},c{city},s{shop},r{street},{target}\n")
    }
}

/// The rows of a study whose spec is in `folder`.
fn read(study: &Study, folder: &Path, seed: Seed) -> StudyData {
    let request = Request { folder, splits: &study.splits, seed, test: false, memory: None };
    load(&study.data, &request).unwrap().data
}

/// Views of 80 rows, some of which are `wild` and have another target.
fn views(study: &Study, wild: &[u32]) -> Views {
    let mut text = HEADER.to_owned();
    for number in 0..80 {
        let is_wild = wild.contains(&(number as u32));
        let target = match study.data.task() {
            // Each class keeps its rows, so that the folds stay the same.
            crossfold_network::Task::Classification => number % 2,
            crossfold_network::Task::Regression => number * 7 % 80 + if is_wild { 5000 } else { 0 },
        };
        write!(text, "{}", row(number, target, is_wild)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), text).unwrap();
    let data = read(study, folder.path(), Seed(1));
    // Wild targets must not move rows between folds, which are therefore unstratified for a regression.
    let folds = data.folds(&study.splits, Seed(1)).unwrap();
    Views::new(data, folds, Seed(1), study.class_weights.clone(), None).unwrap()
}

fn inputs(part: &FitData, rows: &[u32]) -> Vec<u32> {
    let mut inputs = vec![0.0; rows.len() * part.rows.features_per_row()];
    part.rows.gather(rows, &mut inputs);
    inputs.into_iter().map(f32::to_bits).collect()
}

/// Values of searched steps of preprocessing: the study's own, and two that replace them.
fn steps() -> [SearchedSteps; 3] {
    let values = ["normal", "{piecewise: {bins: 4}}", "{target: {smoothing: 3}}"];
    let [normal, piecewise, target] = values.map(|value| Some(value.to_owned()));
    let own = SearchedSteps::default;
    [
        own(),
        SearchedSteps { numeric_scale: normal, categorical_encode: target, select: Some(6), ..own() },
        SearchedSteps { numeric_encode: piecewise, numeric_clip: Some("2".to_owned()), ..own() },
    ]
}

/// For any values in validation rows, the inputs of training rows have the same bits.
#[test]
fn validation_rows_have_no_effect_on_training_rows() {
    for task in ["classification", "regression"] {
        let mut study = study(task);
        if task == "regression" {
            study.splits = crossfold_spec::read(
                b"version: 1\nname: s\ndata: {source: csv, path: rows.csv, target: target, task: regression}\n\
                  model: {kind: mlp, hidden: [2]}\ntraining: {epochs: 1}\ncross_validation: {folds: 4, stratified: false}\n",
                &[],
            )
            .unwrap()
            .splits;
        }
        let tame = views(&study, &[]);
        for (fold, steps) in tame.folds().ids().into_iter().flat_map(|fold| steps().map(|steps| (fold, steps))) {
            let before = tame.part_with(&steps, Part::Fold(fold));
            let wild = views(&study, &before.validation);
            let after = wild.part_with(&steps, Part::Fold(fold));
            assert_eq!(before.validation, after.validation, "{task}: the folds are the same");
            let [one, other] = [&before, &after].map(|part| inputs(part, &part.training));
            assert_eq!(one, other, "{task}, {fold:?}, {steps:?}");
            assert_eq!(before.scaling, after.scaling);
            assert_eq!(before.class_weights, after.class_weights);
            // The validation rows themselves do change.
            assert_ne!(inputs(&before, &before.validation), inputs(&after, &after.validation), "{steps:?}");
        }
        // Training rows have an effect on validation rows.
        let fold = tame.folds().ids()[0];
        for steps in steps() {
            let part = tame.part_with(&steps, Part::Fold(fold));
            let wild = views(&study, &part.training[..20]).part_with(&steps, Part::Fold(fold));
            assert_ne!(inputs(&part, &part.validation), inputs(&wild, &part.validation), "{task}, {steps:?}");
        }
    }
}

/// A study whose rows are clustered by keys of `data` or of the splits.
fn joined(data: &str, splits: &str) -> Study {
    let text = format!(
        "version: 1\nname: joined\ndata:\n  source: csv\n  path: rows.csv\n  target: y\n  task: regression\n  \
         columns: {{name: categorical}}\n{data}\
         preprocessing: {{numeric: {{scale: quantile}}, categorical: {{encode: target}}}}\n\
         model: {{kind: mlp, hidden: [2]}}\ntraining: {{epochs: 1}}\n\
         cross_validation: {{folds: 4, stratified: false{splits}}}\n",
    );
    crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Views of 40 cases with 2 to 5 rows each. Cases with a `wild` number are unlike all others. Each case has a target
/// and a name of its own.
fn joined_views(study: &Study, wild: &[u32]) -> Views {
    let mut text = "case,step,name,x,z,y\n".to_owned();
    for case in 0..40 {
        let is_wild = wild.contains(&case);
        for step in 0..2 + case % 4 {
            let name = if is_wild { "nobody".to_owned() } else { format!("n{case}") };
            let far = if is_wild { 1e6 } else { 0.0 };
            let (x, z, y) = (case * 7 % 13 + step, case * 11 % 17 * step, case * 17 % 41);
            let [x, z, y] = [x, z, y].map(|number| f64::from(number) + far);
            writeln!(text, "c{case},{step},{name},{x},{z},{y}").unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), text).unwrap();
    let data = read(study, folder.path(), Seed(1));
    let folds = data.folds(&study.splits, Seed(1)).unwrap();
    Views::new(data, folds, Seed(1), None, None).unwrap()
}

const SEQUENCES: &str = "  sequence: {id: case, step: step}\n";

#[test]
fn validation_sequences_have_no_effect_on_training_sequences() {
    let study = joined(SEQUENCES, "");
    let tame = joined_views(&study, &[]);
    for fold in tame.folds().ids() {
        let before = tame.part(Part::Fold(fold));
        assert_eq!(before.training.len() + before.validation.len(), 40);
        let wild = joined_views(&study, &before.validation);
        let after = wild.part(Part::Fold(fold));
        assert_eq!(inputs(&before, &before.training), inputs(&after, &after.training), "{fold:?}");
        assert_eq!(before.scaling, after.scaling);
        assert_ne!(inputs(&before, &before.validation), inputs(&after, &after.validation));
    }
}

/// Each case has a name of its own, whose mean target would be that of the case. Rows must be encoded by the mean of
/// the other four parts of the training rows.
#[test]
fn rows_of_a_cluster_do_not_reveal_their_target() {
    for (data, splits) in [(SEQUENCES, ""), ("", ", groups: case")] {
        let study = joined(data, splits);
        let views = joined_views(&study, &[]);
        let fold = views.folds().ids()[0];
        let part = views.part(Part::Fold(fold));
        let pipeline = part.pipeline.as_ref().unwrap();
        let names = pipeline.input_names();
        let place = names.iter().position(|name| name == "name~mean").unwrap_or_else(|| panic!("{names:?}"));
        let mut encodings = Vec::new();
        for &row in &part.training {
            let steps = part.rows.lengths().map_or(1, |lengths| lengths[row as usize] as usize);
            let inputs = inputs(&part, &[row]);
            encodings.extend(inputs.chunks(names.len()).take(steps).map(|step| step[place]));
        }
        assert!(encodings.len() > 50, "rows or steps");
        encodings.sort_unstable();
        encodings.dedup();
        assert!(encodings.len() <= 5, "{} different encodings", encodings.len());
    }
}

/// If a column is scaled without a row, the row's mean square is (n + 1) / (n − 3) for n training rows of a normal
/// distribution. If it is scaled with all rows, their mean square is exactly 1.
#[test]
fn scalers_are_not_fitted_on_validation_rows() {
    const SEEDS: u64 = 400;
    let text = "version: 1\nname: scaler\ndata: {source: csv, path: rows.csv, target: y, task: regression}\n\
                model: {kind: mlp, hidden: [2]}\ntraining: {epochs: 1}\ncross_validation: {folds: 4, stratified: false}\n";
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut squares = Vec::new();
    for seed in 0..SEEDS {
        let mut generator = Seed(seed).subset();
        let mut normal = || (0..12).map(|_| generator.unit()).sum::<f64>() - 6.0;
        let rows: String = (0..12).map(|row| format!("{},{row}\n", normal())).collect();
        fs::write(folder.path().join("rows.csv"), format!("x,y\n{rows}")).unwrap();
        let data = read(&study, folder.path(), Seed(seed));
        let Targets::Numbers(_) = &**data.targets() else { panic!("numbers") };
        let folds = data.folds(&study.splits, Seed(seed)).unwrap();
        let views = Views::new(data, folds, Seed(seed), None, None).unwrap();
        for fold in views.folds().ids() {
            let part = views.part(Part::Fold(fold));
            let scaled = inputs(&part, &part.validation).into_iter().map(f32::from_bits);
            squares.extend(scaled.map(|x| f64::from(x).powi(2)));
        }
    }
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    let variance = squares.iter().map(|square| (square - mean).powi(2)).sum::<f64>() / (squares.len() - 1) as f64;
    // Rows of the same seed are dependent, so the standard error is that of independent seeds.
    let error = (variance / SEEDS as f64).sqrt();
    let expected = 10.0 / 6.0;
    assert!((mean - expected).abs() < 2.0 * error, "{mean} ± {error}");
    assert!(mean - 1.0 > 2.0 * error, "the interval excludes the value that a leak would give: {mean} ± {error}");
}
