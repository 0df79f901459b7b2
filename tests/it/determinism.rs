//! The same spec, data, seed and binary give the same bytes.

use crate::harness::{Workplace, root};

#[test]
fn results_have_the_same_bytes_at_any_number_of_jobs() {
    let here = Workplace::new();
    let spec = root().join("experiments/smoke.yaml");
    let results = |jobs: &str| {
        here.crossfold(&["run", spec.to_str().unwrap(), "--jobs", jobs, "--results", jobs]).expect(0);
        here.results(&format!("{jobs}/smoke"))
    };
    let one = results("1");
    for jobs in ["2", "5"] {
        for (file, bytes) in results(jobs) {
            assert!(one[&file] == bytes, "{file} differs between --jobs 1 and --jobs {jobs}");
        }
    }
}

#[test]
fn another_seed_gives_other_results() {
    let here = Workplace::new();
    let spec = root().join("experiments/smoke.yaml");
    for seed in ["1", "2"] {
        here.crossfold(&["run", spec.to_str().unwrap(), "--seed", seed, "--results", seed]).expect(0);
    }
    assert_ne!(here.read("1/smoke/leaderboard.csv"), here.read("2/smoke/leaderboard.csv"));
}
