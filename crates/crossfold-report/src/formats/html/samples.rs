//! Pages of made-up studies, for the page's tests in Rust and in a browser.

use std::time::Duration;

use crossfold_network::{Param, Setting, Settings, Shape, Task};
use crossfold_study::{
    ConfigurationNumber, Direction, Domain, EpochReport, Evaluation, Event, Failure, FitEnd, FoldId, Generator, Metric,
    Plan, PlannedConfiguration, Predictions, Results, Scores, Seed, Study, Tally, Trial, TrialNumber, Truth,
    ValidationRows,
};

use super::*;
use crate::analysis::exhibits::{Picture, Pictures};
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::test_score::TestScore;
use crate::analysis::variables::{CorrelatedPair, ShuffledFold, Variables};
use crate::example;

const IMAGES: &str = "\
version: 1
name: digits
data: {source: mnist, path: mnist}
model: {kind: mlp}
training: {optimizer: adam}
search:
  strategy: {random: {trials: 1000}}
  space:
    layers: [0, 1, 2, 3]
    nodes: {int: {low: 16, high: 256, step: 16}}
    activation: [relu, tanh, gelu]
    dropout: {uniform: {low: 0.0, high: 0.6}}
    learning_rate: {log_uniform: {low: 1e-4, high: 1e-1}}
    batch_size: [32, 64, 128]
    epochs: [5, 10, 20]
cross_validation: {folds: 5}
";

const TWO_CLASSES: &str = "\
version: 1
name: two-classes
data: {source: csv, path: table.csv, target: \"</script><b>x\"}   # a name that is no markup
model: {kind: mlp, layers: 1}
training: {epochs: 4}
search:
  space:
    nodes: [4, 8]
    dropout: [0.0, 0.1]
cross_validation: {folds: 3}
objective: {metric: log_loss}
";

const NUMBERS: &str = "\
version: 1
name: numbers
data: {source: csv, path: table.csv, target: price, task: regression}
model: {kind: mlp, layers: 1}
search:
  strategy: {random: {trials: 60}}
  space:
    nodes: [8, 16, 32, 64]
    weight_decay: {log_uniform: {low: 1e-5, high: 1e-1}}
    optimizer: [adam, sgd, adamw]
    epochs: [10, 30]
cross_validation: {folds: 4, repeats: 2}
objective: {metric: rmse}
";

/// A study with everything that a page can show.
pub(super) struct Sample {
    study: Study,
    plan: Plan,
    results: Results,
    shape: Shape,
    spec: &'static str,
    classes: Vec<String>,
    folds: Vec<(ValidationRows, Predictions)>,
    pictures: Option<Pictures>,
    test: Vec<TestScore>,
    record: String,
}

impl Sample {
    pub(super) fn images(trials: u32, rows: u32) -> Sample {
        let classes = (0..10).map(|digit: u32| digit.to_string()).collect();
        let mut sample = Sample::new(IMAGES, trials, 1, 5, classes, rows);
        let folds: Vec<_> = sample.folds.iter().map(|(rows, predictions)| (rows, predictions)).collect();
        let picture = |mistake: Mistake| {
            let ring = |at: u32| {
                let (x, y) = ((at % 28) as f64 - 13.5, (at / 28) as f64 - 13.5);
                let off = (x.hypot(y * 0.8) - 5.0 - f64::from(mistake.row % 5)).abs();
                (255.0 * (1.0 - off / 2.5)).max(0.0) as u8
            };
            Picture { row: mistake.row, pixels: (0..28 * 28).map(ring).collect() }
        };
        let images = worst_mistakes(&sample.classes, &folds, MISTAKES_SHOWN).into_iter().map(picture).collect();
        sample.pictures = Some(Pictures { height: 28, width: 28, images });
        sample
    }

    /// With names that would be markup if they were not escaped, and with characters that a terminal or browser obeys.
    pub(super) fn two_classes() -> Sample {
        let classes = [
            "<img src=x onerror=alert(1)>\u{1b}]0;title\u{7}",
            "\"yes\" & </script><script>alert(2)</script>\u{202e}gpj.exe\u{9b}31m",
        ];
        Sample::new(TWO_CLASSES, 4, 1, 3, classes.map(str::to_owned).to_vec(), 300)
    }

    pub(super) fn numbers() -> Sample {
        Sample::new(NUMBERS, 60, 2, 4, Vec::new(), 5000)
    }

    /// With more classes than a confusion matrix has, and long names.
    pub(super) fn many_classes() -> Sample {
        let classes = (0..40).map(|class| format!("a rather long name of class {class}")).collect();
        Sample::new(TWO_CLASSES, 4, 1, 3, classes, 3000)
    }

    fn new(text: &'static str, trials: u32, repeats: u32, folds: u32, classes: Vec<String>, rows: u32) -> Sample {
        let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap();
        let shape = Shape::dense(20, classes.len().max(1));
        let folds: Vec<FoldId> =
            (0..repeats).flat_map(|repeat| (0..folds).map(move |fold| FoldId { repeat, fold })).collect();
        let plan = plan(&study, trials, folds);
        let results = results(&plan, study.data.task());
        let board = Leaderboard::new(&study, &plan, &results, shape);
        let best = board.winner().unwrap().mean.unwrap().get();
        let per_repeat = rows / plan.folds.len() as u32 * repeats;
        let folds = plan.folds.iter().map(|&fold| predicted(fold, per_repeat, &classes)).collect();
        let test = Metric::all_for(board.metric().task()).iter().map(|&metric| {
            let interval = (metric == board.metric()).then_some([0.9 * best, 1.02 * best]);
            TestScore { metric, value: Some(0.96 * best), interval }
        });
        let test = test.collect();
        let record = format!(
            "{{\n  \"version\": 4,\n  \"name\": \"{}\",\n  \"command\": [\"crossfold\", \"run\", \"study\\u001b\u{202e}.yaml\"],\n  \"seed\": 42,\n  \
             \"versions\": {{ \"crossfold\": \"0.1.0\" }},\n  \"data\": {{ \"rows\": {rows}, \"sha256\": \"e3b0c442\" }},\n  \
             \"started\": \"2026-01-01T00:00:00Z\"\n}}\n",
            study.name
        );
        Sample { study, plan, results, shape, spec: text, classes, folds, pictures: None, test, record }
    }

    pub(super) fn html(&self) -> Vec<u8> {
        let mut board = Leaderboard::new(&self.study, &self.plan, &self.results, self.shape);
        let best = board.rows.first().and_then(|row| row.mean).unwrap().get();
        for row in &mut board.rows {
            let Some((mean, error)) = row.mean.zip(row.corrected_error) else { continue };
            let behind = (mean.get() - best).abs() / error;
            row.tied = Some(behind < 2.0);
            row.adjusted_p = Some((-behind).exp());
        }
        let importance = Importance::new(&board, Seed(1));
        let folds: Vec<_> = self.folds.iter().map(|(rows, predictions)| (rows, predictions)).collect();
        let price = |planned: &PlannedConfiguration| planned.configuration.parameters(self.shape) * 6;
        let variables = self.pictures.is_none().then(|| variables(&board));
        let summary = [
            "The best network is right more often than the others, but several can’t be told from it.".to_owned(),
            "Its learning rate matters most. This text stands in for the one that a study comes with.".to_owned(),
        ];
        let inputs = ReportInputs {
            importance: importance.as_ref(),
            variables: variables.as_ref(),
            out_of_fold: Some(&folds),
            pictures: self.pictures.as_ref(),
            test: &self.test,
            study_json: Some(&self.record),
            ..ReportInputs::new(&board, &self.results, &self.classes, [self.spec, ""], &price)
        };
        let mut html = Vec::new();
        write(&mut html, &Page { inputs: &inputs, summary: &summary }).unwrap();
        html
    }
}

/// Columns of which the first matter, and the last say the same.
fn variables(board: &Leaderboard<'_>) -> Variables {
    let metrics = Variables::metrics_for(board.metric());
    let base = vec![Some(0.5); metrics.len()];
    let fold = |(place, &fold): (usize, &FoldId)| {
        let column = |column: usize| {
            let loss = 0.2 / (1.0 + column as f64).powi(2) + 0.01 * (place as f64 - 1.0) * (column % 3) as f64;
            let scores = metrics.iter().map(|&metric| match metric.direction() {
                Direction::Maximize => Some(0.5 - loss),
                Direction::Minimize => Some(0.5 + loss),
            });
            vec![scores.collect()]
        };
        ShuffledFold::new(fold, 0.25, &metrics, &base, &(0..12).map(column).collect::<Vec<_>>())
    };
    let columns: Vec<String> = (0..12).map(|column| format!("a column <b>{column}</b>")).collect();
    let correlated = CorrelatedPair { columns: [columns[10].clone(), columns[11].clone()], r: -0.97 };
    Variables {
        of: String::new(),
        repetitions: 10,
        folds: board.folds().iter().enumerate().map(fold).collect(),
        columns,
        correlated: vec![correlated],
        metrics: metrics.clone(),
    }
}

/// A page without the optional parts, with failed trials.
pub(super) fn plain() -> Vec<u8> {
    let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let mut html = Vec::new();
    write(&mut html, &Page { inputs: &example::inputs(&board, &results), summary: &[] }).unwrap();
    html
}

/// A page with pruned trials, of a study that need not be reproducible.
pub(super) fn pruned() -> Vec<u8> {
    let (study, plan, results) = (example::pruning_study(Metric::Accuracy), example::pruned_plan(), example::results());
    let study = Study { pace: example::free_study(Metric::Accuracy).pace, ..study };
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let mut html = Vec::new();
    write(&mut html, &Page { inputs: &example::inputs(&board, &results), summary: &[] }).unwrap();
    html
}

/// A page of trials that were all cancelled before they began.
pub(super) fn nothing() -> Vec<u8> {
    let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), Results::default());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let mut html = Vec::new();
    write(&mut html, &Page { inputs: &example::inputs(&board, &results), summary: &[] }).unwrap();
    html
}

/// Draws from the study's space, each a trial with its own configuration, trained for as long as the longest.
fn plan(study: &Study, trials: u32, folds: Vec<FoldId>) -> Plan {
    let model = &study.models[0];
    let mut plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds };
    for number in 0..trials {
        let mut generator = Seed(1).search(u64::from(number));
        let draw = |settings: Settings, dimension: &crossfold_study::Dimension| {
            settings.with(drawn(dimension.param, &dimension.domain, &mut generator))
        };
        let settings = model.space.dimensions().iter().fold(model.fixed.clone(), draw);
        let (configuration, epochs) = settings.resolve().unwrap();
        let (number, configuration) = (ConfigurationNumber(number), configuration.into());
        plan.configurations.push(PlannedConfiguration { number, configuration, read_at: vec![epochs] });
        let trial = TrialNumber(number.0);
        plan.trials.push(Trial {
            number: trial,
            configuration: number,
            epochs,
            stands_for: vec![settings],
            pruned: None,
            cut: None,
        });
    }
    let longest = plan.trials.iter().map(|trial| trial.epochs).max().unwrap();
    for planned in &mut plan.configurations {
        planned.read_at.push(longest);
        planned.read_at.dedup();
    }
    plan
}

fn drawn(param: Param, domain: &Domain, generator: &mut Generator) -> Setting {
    let real = |value: f64| param.real(format!("{value:.3e}").parse().unwrap()).unwrap();
    match domain {
        Domain::Choice(values) => values[generator.below(values.len() as u64) as usize].clone(),
        Domain::Uniform { low, high } => real(generator.uniform(*low, *high)),
        Domain::LogUniform { low, high } => real(generator.uniform(low.ln(), high.ln()).exp()),
        Domain::LogInt { low, high } => param.count(low + generator.below(u64::from(high - low) + 1) as u32).unwrap(),
        Domain::Int { low, high, step } => {
            param.count(low + step * generator.below(u64::from((high - low) / step + 1)) as u32).unwrap()
        }
    }
}

/// Better with a learning rate near 0.003, with more parameters and more epochs; every fiftieth fails.
fn results(plan: &Plan, task: Task) -> Results {
    let mut results = Results::default();
    for planned in &plan.configurations {
        let number = planned.number.0;
        let mut generator = Seed(2).search(u64::from(number));
        let rate = (planned.configuration.learning_rate.log10() + 2.5).abs();
        let nodes: u32 = planned.configuration.hidden.iter().map(|layer| layer.nodes).sum();
        let level = 0.72 - 0.12 * rate + 0.05 * (f64::from(nodes) / 50.0).min(4.0) + 0.01 * generator.normal();
        for (place, &fold) in (0..).zip(&plan.folds) {
            let shift = 0.008 * generator.normal();
            let fails = number % 50 == 7 && place == 1;
            for epoch in 1..=planned.horizon() {
                if fails && epoch == 3 {
                    break;
                }
                let progress = 1.0 - 0.6 * (-0.4 * f64::from(epoch)).exp();
                let noise = 0.004 * generator.normal();
                let tally_at = |level: f64| tally(task, (level + shift + noise).clamp(0.05, 0.995) * progress);
                let (training, tallied) = (tally_at(level + 0.03), tally_at(level));
                let validation = Some(Evaluation { tally: tallied, scores: scores(tallied) });
                let report = EpochReport { epoch, training, validation, watched: None, predictions: None };
                results.apply(&Event::EpochDone { configuration: planned.number, fold, report });
            }
            let end = if fails { FitEnd::Failed(Failure::NotFinite { epoch: 3 }) } else { FitEnd::Complete };
            let elapsed = Duration::from_millis(200 + 3 * u64::from(nodes * planned.horizon()));
            results.apply(&Event::FitEnded { configuration: planned.number, fold, end, elapsed });
        }
    }
    results
}

fn tally(task: Task, quality: f64) -> Tally {
    const ROWS: u32 = 8000;
    let rows = f64::from(ROWS);
    match task {
        Task::Classification => {
            Tally::Classes { rows: ROWS, correct: (quality * rows) as u32, loss: -1.1 * quality.ln() * rows }
        }
        Task::Regression => Tally::Numbers {
            rows: ROWS,
            squared: (1.0 - quality) * 9e4 * rows,
            absolute: (1.0 - quality) * 250.0 * rows,
            spread: 9e4 * rows,
        },
    }
}

fn scores(tally: Tally) -> Scores {
    let Tally::Classes { rows, correct, .. } = tally else { return Scores::default() };
    let share = f64::from(correct) / f64::from(rows);
    let mut scores = Scores::uniform(Task::Classification, share * 0.99);
    scores.set(Metric::F1, Some(share * 0.985));
    scores.set(Metric::RocAuc, Some(0.5 + share / 2.0));
    scores.set(Metric::AveragePrecision, Some(share * 0.97));
    scores.set(Metric::Brier, Some(1.0 - share));
    scores.set(Metric::CalibrationError, Some(0.02));
    scores
}

/// A fold's rows, and predictions that are mostly right.
fn predicted(fold: FoldId, rows: u32, classes: &[String]) -> (ValidationRows, Predictions) {
    let mut generator = Seed(3).search(u64::from(fold.repeat * 100 + fold.fold));
    let numbers: Vec<u32> = (0..rows).map(|row| fold.fold * rows + row).collect();
    if classes.is_empty() {
        let truth: Vec<f64> = numbers.iter().map(|_| (5.0 + 0.6 * generator.normal()).exp()).collect();
        let predictions = truth.iter().map(|truth| (truth * (1.0 + 0.15 * generator.normal())) as f32).collect();
        return (
            ValidationRows { fold, rows: numbers, groups: None, truth: Truth::Numbers(truth) },
            Predictions(predictions),
        );
    }
    let count = classes.len() as u64;
    let labels: Vec<u32> = numbers.iter().map(|_| generator.below(count) as u32).collect();
    let mut probabilities: Vec<f32> = Vec::new();
    for &label in &labels {
        let mut row: Vec<f64> = classes.iter().map(|_| generator.normal().exp()).collect();
        row[label as usize] *= 12.0;
        // 4 and 9 are often confused.
        if count == 10 && (label == 4 || label == 9) {
            row[13 - label as usize] *= 4.0;
        }
        let sum: f64 = row.iter().sum();
        probabilities.extend(row.iter().map(|odds| (odds / sum) as f32));
    }
    (
        ValidationRows { fold, rows: numbers, groups: None, truth: Truth::Labels(labels) },
        Predictions(probabilities.into()),
    )
}

mod tests {
    use super::*;
    use crate::formats::html::block;

    /// The data of a page, as JSON.
    fn data(html: &[u8]) -> serde_json::Value {
        let html = std::str::from_utf8(html).unwrap();
        let (_, block) = html.split_once("id=\"data\">").unwrap();
        serde_json::from_slice(&block::decode(block.split_once('<').unwrap().0)).unwrap()
    }

    #[test]
    fn a_plain_page_has_the_leaderboards_rows() {
        let data = data(&plain());
        let trials: Vec<_> = data["trials"].as_array().unwrap().iter().map(|trial| trial["trial"].as_u64()).collect();
        assert_eq!(trials, [1, 2, 0, 3, 4, 5].map(Some));
        let [first, failed] = [0, 3].map(|at| &data["trials"][at]);
        let names: Vec<_> = data["hyperparameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["layers", "nodes", "epochs"]);
        assert_eq!(first["values"], serde_json::json!(["0", null, "2"]));
        // Both folds are trained on 1,024 rows for 2 epochs, at 100 a row.
        assert_eq!((&first["price"], &first["seconds"]), (&serde_json::json!(409_600), &serde_json::json!(1.5005)));
        assert_eq!(first["scores"], serde_json::json!([0.75, 0.75]));
        assert!(failed["error"].as_str().unwrap().starts_with("fold 2: the loss is not finite"));
        for absent in ["importance", "classes", "numbers", "pictures", "test", "record"] {
            assert!(data[absent].is_null(), "{absent}");
        }
    }

    /// By hand: the second trial was trained on 1,024 rows of both folds for an epoch, the fifth on one fold's.
    #[test]
    fn a_pruned_trial_is_shown_at_its_rung() {
        let data = data(&pruned());
        assert!(data["notice"].as_str().unwrap().starts_with("Not reproducible (`order: free`)"));
        assert_eq!((&data["tally"]["pruned"], &data["prunes"]), (&serde_json::json!(3), &serde_json::json!(true)));
        let trial = |number: u64| {
            let trial = data["trials"].as_array().unwrap().iter().find(|trial| trial["trial"] == number).unwrap();
            serde_json::json!([trial["state"], trial["rung"], trial["scores"], trial["mean"], trial["price"]])
        };
        let rung = |epochs, folds, mean| serde_json::json!({"epochs": epochs, "folds": folds, "mean": mean});
        assert_eq!(trial(1), serde_json::json!(["pruned", rung(1, 2, 0.375), [0.5, 0.25], null, 204_800]));
        assert_eq!(trial(4), serde_json::json!(["pruned", rung(1, 1, 0.125), [0.125, null], null, 102_400]));
        assert_eq!(trial(3)[1], serde_json::Value::Null);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        assert_eq!(Sample::two_classes().html(), Sample::two_classes().html());
    }

    /// The digests by `sha256` of the page's own text.
    #[test]
    fn the_policy_allows_the_pages_own_script_and_style_alone() {
        use base64::Engine;
        use sha2::Digest;
        let html = String::from_utf8(plain()).unwrap();
        let part = |from: &str, to: &str| html.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let digest = |text: &[u8]| {
            format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text)))
        };
        let [script, style] =
            [part("<script>", "</script>"), part("<style>", "</style>")].map(|own| digest(own.as_bytes()));
        let library = digest(&block::decode(part("id=\"library\">", "<")));
        assert_eq!(
            part("Content-Security-Policy\" content=\"", "\""),
            format!(
                "default-src 'none'; script-src {script} {library}; style-src {style}; img-src data:; base-uri 'none'; \
                 form-action 'none'"
            )
        );
    }

    #[test]
    fn names_are_never_markup() {
        let html = String::from_utf8(Sample::two_classes().html()).unwrap();
        assert!(!html.contains("onerror") && !html.contains("alert("));
        assert_eq!(html.matches("</script>").count(), 3);
        let data = data(html.as_bytes());
        assert_eq!(data["classes"]["names"][0], r"<img src=x onerror=alert(1)>\u{1b}]0;title\u{7}");
        assert!(data["classes"]["names"][1].as_str().unwrap().ends_with(r"</script>\u{202e}gpj.exe\u{9b}31m"));
        assert!(data["spec"].as_str().unwrap().contains("</script><b>x"));
    }

    #[test]
    fn a_page_matches_the_task() {
        let numbers = data(&Sample::numbers().html());
        assert_eq!((numbers["numbers"]["rows"].as_u64(), numbers["classes"].is_null()), (Some(10_000), true));
        assert_eq!(numbers["numbers"]["points"].as_array().unwrap().len(), 2000);
        let images = data(&Sample::images(20, 1000).html());
        assert_eq!((images["classes"]["rows"].as_u64(), images["numbers"].is_null()), (Some(1000), true));
        assert_eq!(images["pictures"]["pixels"][0].as_array().unwrap().len(), 28 * 28);
    }

    /// For `tests/browser`: `CROSSFOLD_PAGES=folder cargo test -p crossfold-report --lib pages -- --ignored`.
    #[test]
    #[ignore = "writes pages for the test in a browser"]
    #[expect(clippy::disallowed_methods, reason = "pages are written for another program to look at")]
    fn pages_are_written() {
        let folder = std::path::PathBuf::from(std::env::var_os("CROSSFOLD_PAGES").expect("a folder for the pages"));
        for (name, html) in [
            ("plain.html", plain()),
            ("nothing.html", nothing()),
            ("pruned.html", pruned()),
            ("many-classes.html", Sample::many_classes().html()),
            ("two-classes.html", Sample::two_classes().html()),
            ("numbers.html", Sample::numbers().html()),
            ("images.html", Sample::images(120, 10_000).html()),
            ("large.html", Sample::images(1000, 10_000).html()),
        ] {
            assert!(html.len() < 6_000_000, "{name} has {} bytes", html.len());
            std::fs::write(folder.join(name), html).unwrap();
        }
    }
}
