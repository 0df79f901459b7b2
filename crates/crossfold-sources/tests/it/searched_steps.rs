//! Searched steps of preprocessing: each distinct pipeline is fitted once, and the sizes of networks are known beforehand.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that can't go on fails, and writes its tables"
)]

use std::fs;
use std::sync::Arc;

use crossfold_data::Views;
use crossfold_network::{SearchedSteps, Settings, Shape};
use crossfold_sources::{Request, load};
use crossfold_study::{FoldId, Part, Seed};

/// Views of 60 rows, or of 20 sequences of three, for a spec with this `data` and this rest.
fn views(data: &str, encodings: &str, rest: &str) -> (Views, Vec<SearchedSteps>) {
    let text = format!(
        "version: 1\nname: steps\ndata: {{source: csv, path: rows.csv, target: y, task: regression{data}}}\n{rest}\
         training: {{epochs: 1}}\nsearch:\n  space:\n    numeric.log: [false, true]\n    numeric.scale: [none, normal]\n    \
         numeric.clip: [none, 3]\n    numeric.encode: [none, {{piecewise: {{bins: 3}}}}, {{piecewise: {{bins: 1}}}}]\n    \
         categorical.encode: [{encodings}]\n    preprocessing.select: [4, 9, 100]\ncross_validation: {{folds: 4}}\n"
    );
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{text}{mistakes:?}"));
    let folder = tempfile::tempdir().unwrap();
    let row = |row: usize| {
        let size = if row.is_multiple_of(7) { String::new() } else { (row * 5 % 17).to_string() };
        format!("{},{row},{},{size},{},{},{}\n", row / 3, row * 3 % 11, ["x", "y", "z"][row % 3], row % 5, row / 3)
    };
    let rows: String = (0..60).map(row).collect();
    fs::write(folder.path().join("rows.csv"), format!("case,step,age,size,city,own,y\n{rows}")).unwrap();
    let request = Request { folder: folder.path(), splits: &study.splits, seed: Seed(1), test: false, memory: None };
    let data = load(&study.data, &request).unwrap().data;
    let folds = data.folds(&study.splits, Seed(1)).unwrap();
    let views = Views::new(data, folds, Seed(1), None, None).unwrap();
    let searched = study.searched_steps();
    let mut points = vec![Settings::default()];
    for dimension in study.models[0].space.dimensions() {
        let values = dimension.domain.listed(dimension.param, 10).unwrap();
        let with = |point: Settings| values.iter().map(move |value| point.clone().with(value.clone()));
        points = points.into_iter().flat_map(with).collect();
    }
    let points = points.iter().map(Settings::steps).chain([SearchedSteps::default()]).collect();
    (views.with_searched_steps(searched).unwrap(), points)
}

const ROWS: &str = "preprocessing:\n  numeric: {indicator: true}\n  columns: {own: {numeric: {scale: robust}}}\n\
                    model: {kind: mlp, hidden: [2]}\n";
const FLAT: &str = ", columns: {case: drop, step: drop}";
const SEQUENCES: &str = ", sequence: {id: case, step: step}";

#[test]
fn shapes_are_known_before_anything_is_fitted() {
    let names = "one_hot, ordinal, target, {target: {smoothing: 2}}";
    for (data, encodings, rest) in [
        (FLAT, format!("{names}, embedding, {{embedding: {{size: 3}}}}"), ROWS.to_owned()),
        (SEQUENCES, names.to_owned(), ROWS.replace("kind: mlp", "kind: rnn")),
    ] {
        let (views, points) = views(data, &encodings, &rest);
        let shapes = views.shapes();
        let mut inputs = std::collections::BTreeSet::new();
        for steps in &points {
            let rows = &views.part_with(steps, Part::All).rows;
            // Which numbers are selected is not known before; networks that embed them have all inputs.
            let comparable = |shape: Shape| if steps.select != Some(100) { shape.without_numbers() } else { shape };
            assert_eq!(comparable(shapes.with(steps)), comparable(rows.shape()), "{steps:?}");
            let bytes = views.data().rows() * rows.features_per_row() * size_of::<f32>();
            assert!(bytes as u64 <= views.bytes_per_part(), "{steps:?}");
            inputs.insert(rows.shape().inputs);
        }
        assert!(inputs.len() > 4, "{inputs:?}");
    }
}

#[test]
fn equal_pipelines_are_fitted_once() {
    let (views, points) = views(FLAT, "one_hot, target", ROWS);
    let part = Part::Fold(FoldId { repeat: 0, fold: 1 });
    let parts: Vec<_> = points.iter().map(|steps| views.part_with(steps, part)).collect();
    for (steps, made) in points.iter().zip(&parts) {
        assert!(Arc::ptr_eq(made, &views.part_with(steps, part)), "{steps:?}");
    }
    // The study's own values, written out, are the same as none.
    let own: Settings = crossfold_study::Preprocessing::default().settings();
    assert!(Arc::ptr_eq(&views.part(part), &views.part_with(&own.steps(), part)));
    let distinct = (0..parts.len()).filter(|&at| !parts[..at].iter().any(|earlier| Arc::ptr_eq(earlier, &parts[at])));
    assert_eq!(distinct.count(), 2 * 2 * 2 * 3 * 2 * 3 + 1, "the last keeps all inputs");
}
