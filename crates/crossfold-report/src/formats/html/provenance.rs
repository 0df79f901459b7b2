//! Where the results come from: what is needed to get them again, in words. The page has the whole of `study.json` beside it.

use crossfold_network::{counted, thousands};

use super::Page;
use super::about::{Fact, command, fact};
use super::preprocessing::sentences;
use super::record::{Record, time};
use crate::formats::markdown::code;

pub(super) fn facts(page: &Page<'_>, record: &Record) -> Vec<Fact> {
    let Record { versions, data, .. } = record;
    let text = |name, value: &Option<String>| Some(fact(name, value.as_deref()?.to_owned()));
    let lines = |name, values: &[String]| (!values.is_empty()).then(|| fact(name, values.join("\n")));
    let program = versions.crossfold.as_ref().map(|version| match &record.git_revision {
        Some(revision) => format!("version {version}, git revision {revision}"),
        None => format!("version {version}"),
    });
    let origin = |key: &str| {
        let mut lines = record.origin.iter().filter_map(|line| line.split_once(' '));
        lines.find_map(|(name, value)| (name == key).then(|| value.to_owned()))
    };
    let board = page.board();
    // The winner's, where steps are searched.
    let searched = board.winner().map(|winner| winner.configuration.steps.clone()).unwrap_or_default();
    let steps = board.study().data.source.table().map(|table| sentences(&table.preprocessing.with(&searched)));
    let facts = [
        command(record).map(|command| fact("command", command)),
        lines("changes to the spec", &record.overrides),
        record.started.as_deref().map(|started| fact("started", time(started))),
        record.finished.as_deref().map(|finished| fact("finished", time(finished))),
        fits(record),
        record.seed.map(|seed| fact("seed", seed.to_string())),
        data.rows.map(|rows| fact("rows", thousands(rows))),
        text("SHA-256 of these rows", &data.sha256),
        (data.test_rows > 0).then(|| fact("test rows", thousands(data.test_rows))),
        text("SHA-256 of the test rows", &data.test_sha256),
        record.features().map(|names| fact("features", names.join(", "))),
        steps.and_then(|steps| lines("preprocessing", &steps)),
        text("Crossfold", &program),
        text("device", &record.device.as_ref().map(|device| code(device).to_string())),
        text("arithmetic", &origin("arithmetic")),
        text(
            "numerical libraries",
            &origin("libraries").or_else(|| versions.burn.as_ref().map(|burn| format!("burn {burn}"))),
        ),
        text("compiler", &origin("compiler").or_else(|| versions.rustc.as_ref().map(|rustc| format!("rustc {rustc}")))),
        text("CPU", &origin("cpu")),
        text("SHA-256 of the code that trains", &origin("sources")),
        record.version.map(|version| fact("format of study.json", format!("version {version}"))),
    ];
    facts.into_iter().flatten().collect()
}

fn fits(record: &Record) -> Option<Fact> {
    let (trained, stored) = (record.fits_trained?, record.fits_stored?);
    let jobs = record.jobs.map(|jobs| format!(", {} at a time", thousands(jobs))).unwrap_or_default();
    let trained = format!("{} trained by this run{jobs}", thousands(trained));
    Some(match stored {
        0 => fact("fits", trained),
        stored => fact("fits", format!("{trained}; {} from the store", counted(stored as usize, "fit"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::leaderboard::Leaderboard;
    use crate::example;
    use crossfold_study::Metric;

    #[test]
    fn facts_have_names_and_no_json() {
        let text = r#"{"version": 4, "command": ["crossfold", "run", "a.yaml"], "overrides": ["seed=7"], "seed": 7,
            "device": "flex", "jobs": 2, "versions": {"crossfold": "0.1.0", "burn": "0.22.1", "rustc": "1.95.0"},
            "git_revision": "abc", "origin": ["data e3b0", "preprocessing {\"numeric\":{}} of [\"age\",\"income\"]", "seed 7", "device flex",
            "cpu x86_64 avx2", "libraries burn 0.22.1, gemm 0.19"],
            "data": {"sha256": "e3b0", "rows": 1220, "test_sha256": "c442", "test_rows": 305, "features": 9},
            "started": "2026-01-31T09:00:00Z", "finished": "2026-01-31T09:01:00Z", "fits": 6, "fits_trained": 4, "fits_stored": 2}"#;
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let inputs = example::inputs(&board, &results);
        let facts = facts(&Page { inputs: &inputs, summary: &[] }, &Record::read(Some(text)));
        let expected = [
            ("command", "`crossfold run a.yaml`"),
            ("changes to the spec", "seed=7"),
            ("started", "2026-01-31 09:00 UTC"),
            ("finished", "2026-01-31 09:01 UTC"),
            ("fits", "4 trained by this run, 2 at a time; 2 fits from the store"),
            ("seed", "7"),
            ("rows", "1,220"),
            ("SHA-256 of these rows", "e3b0"),
            ("test rows", "305"),
            ("SHA-256 of the test rows", "c442"),
            ("features", "age, income"),
            ("Crossfold", "version 0.1.0, git revision abc"),
            ("device", "`flex`"),
            ("numerical libraries", "burn 0.22.1, gemm 0.19"),
            ("compiler", "rustc 1.95.0"),
            ("CPU", "x86_64 avx2"),
            ("format of study.json", "version 4"),
        ];
        assert_eq!(facts, expected.map(|(name, value)| fact(name, value.to_owned())));
    }
}
