//! Comparison with scikit-learn's forests and Optuna on the same studies (`tests/fixtures/fanova/make.py`).

use serde::Deserialize;

use super::*;
use crate::analysis::importance::axis::{Axis, Place, Span};

#[derive(Deserialize)]
struct Study {
    name: String,
    axes: Vec<Described>,
    points: Vec<Vec<serde_json::Value>>,
    scores: Vec<f64>,
    alone: Seeds,
    spread: Seeds,
    together: Seeds,
    effects: Seeds,
}

#[derive(Deserialize)]
struct Described {
    kind: String,
    low: Option<f64>,
    high: Option<f64>,
    values: Option<Vec<serde_json::Value>>,
    grid: Vec<serde_json::Value>,
}

/// The mean and standard deviation of each estimate over seeds of the forest.
#[derive(Deserialize)]
struct Seeds {
    mean: Vec<f64>,
    sd: Vec<f64>,
}

const SEEDS: u64 = 20;

impl Described {
    fn axis(&self, column: &[&serde_json::Value]) -> (Axis, Vec<Option<u32>>) {
        let listed = |value: &serde_json::Value| self.values.as_ref()?.iter().position(|other| other == value);
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        match &self.kind[..] {
            "words" => {
                let values = column.iter().map(|value| Some(listed(value).unwrap() as u32));
                (Axis::Categories(self.values.as_ref().unwrap().len() as u32), values.collect())
            }
            kind => {
                let mut places: Vec<f64> = column.iter().map(|value| number(value)).collect();
                places.sort_by(f64::total_cmp);
                places.dedup();
                let at = |value: &&serde_json::Value| places.iter().position(|&place| place == number(value)).unwrap();
                let values = column.iter().map(|value| Some(at(value) as u32)).collect();
                let range = |low, high| Span::Range { low, high };
                let span = if kind == "range" { range(self.low.unwrap(), self.high.unwrap()) } else { Span::Values };
                (Axis::Line { places, span }, values)
            }
        }
    }

    fn place(&self, value: &serde_json::Value) -> Place {
        match (value, &self.values) {
            (serde_json::Value::String(_), Some(words)) => {
                Place::Category(words.iter().position(|word| word == value).unwrap() as u32)
            }
            (number, _) => Place::Number(number.as_f64().unwrap()),
        }
    }
}

/// Means and standard deviations over seeds.
fn summary(found: &[Vec<f64>]) -> Seeds {
    let count = found.len() as f64;
    let summarize = |at: usize| {
        let mean = found.iter().map(|figures| figures[at]).sum::<f64>() / count;
        let squares: f64 = found.iter().map(|figures| (figures[at] - mean).powi(2)).sum();
        (mean, (squares / (count - 1.0)).sqrt())
    };
    let (mean, sd) = (0..found[0].len()).map(summarize).unzip();
    Seeds { mean, sd }
}

/// Two means over 20 seeds of a forest, drawn by different generators, differ by chance, with a standard error of
/// √((s² + t²) / 20), s and t being the standard deviations between seeds. The limit here is four standard errors, which
/// one in ten thousand exceeds where the forests are equivalent.
fn compare(study: &str, what: &str, ours: &Seeds, theirs: &Seeds) {
    assert_eq!(ours.mean.len(), theirs.mean.len());
    let mut worst: f64 = 0.0;
    for (at, (mean, expected)) in ours.mean.iter().zip(&theirs.mean).enumerate() {
        let error = ((ours.sd[at].powi(2) + theirs.sd[at].powi(2)) / SEEDS as f64).sqrt();
        let distance = (mean - expected).abs();
        worst = worst.max(distance / error);
        println!("{study}, {what} {at}: {mean:.5}, expected {expected:.5}: {:.2} errors", distance / error);
    }
    assert!(worst < 4.0, "{study}, {what}: {worst:.2} standard errors");
}

#[test]
fn forests_agree_with_scikit_learn_and_optuna() {
    let text = include_str!("../../../../../tests/fixtures/fanova/importance.json");
    let studies: Vec<Study> = serde_json::from_str(text).unwrap();
    assert_eq!(studies.len(), 6);
    for study in &studies {
        let unit = ScoreScale::from_scores(&study.scores).unwrap();
        let column = |at: usize| study.points.iter().map(|point| &point[at]).collect::<Vec<_>>();
        let (axes, values): (Vec<Axis>, Vec<_>) =
            (0..).zip(&study.axes).map(|(at, axis)| axis.axis(&column(at))).unzip();
        let scores: Vec<f64> = study.scores.iter().map(|&score| unit.scale(score)).collect();

        let [mut alone, mut spread, mut together, mut effects] = [const { Vec::new() }; 4];
        for seed in 0..SEEDS {
            let forest = Forest::grow(&axes, &values, &scores, Seed(seed));
            let all = 0..axes.len();
            let shares: Vec<ForestEstimate> = all.clone().map(|axis| forest.main_effect(axis).unwrap()).collect();
            alone.push(shares.iter().map(|share| share.mean).collect());
            spread.push(shares.iter().map(|share| share.sd).collect());
            let pairs = all.clone().flat_map(|one| (one + 1..axes.len()).map(move |other| [one, other]));
            together.push(pairs.map(|pair| forest.interaction(pair).unwrap().mean).collect());
            let places = (0..).zip(&study.axes);
            let places = places.flat_map(|(at, axis)| axis.grid.iter().map(move |value| (at, axis.place(value))));
            effects.push(places.map(|(at, place)| unit.unscale(forest.effect_at(at, place)).mean).collect());
        }
        compare(&study.name, "alone", &summary(&alone), &study.alone);
        compare(&study.name, "spread", &summary(&spread), &study.spread);
        compare(&study.name, "together", &summary(&together), &study.together);
        compare(&study.name, "effect", &summary(&effects), &study.effects);
    }
}
