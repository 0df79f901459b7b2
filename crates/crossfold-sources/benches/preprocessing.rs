//! The time of reading and preprocessing the repository's studies of tables, on one thread.
//!
//! `cargo bench -p crossfold-sources --bench preprocessing` prints one line per study: the number of its parts, and the
//! seconds to read its files and to make all parts.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

use std::path::Path;
use std::time::Instant;

use crossfold_data::Views;
use crossfold_sources::{Loaded, Request, load};
use crossfold_study::Part;

fn main() {
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    for name in ["anes96", "hitters", "california", "vowels"] {
        let text = std::fs::read(experiments.join(name).with_extension("yaml")).expect("the spec can be read");
        let study = crossfold_spec::read(&text, &[]).expect("the spec is valid");
        let start = Instant::now();
        let request = Request {
            folder: &experiments,
            splits: &study.splits,
            seed: study.seed,
            test: study.finish.test,
            memory: None,
        };
        let Loaded { data, .. } = load(&study.data, &request).expect("the data can be loaded");
        let folds = data.folds(&study.splits, study.seed).expect("the data can be split");
        let read = start.elapsed().as_secs_f64();
        let views =
            Views::new(data, folds, study.seed, study.class_weights, None).expect("weights are for existing classes");
        let parts: Vec<Part> = views.folds().ids().into_iter().map(Part::Fold).chain([Part::All]).collect();
        parts.iter().for_each(|&part| drop(views.part(part).clone()));
        let prepared = start.elapsed().as_secs_f64() - read;
        println!("{name}: {} parts, {read:.3} s to read and split, {prepared:.3} s to preprocess", parts.len());
    }
}
