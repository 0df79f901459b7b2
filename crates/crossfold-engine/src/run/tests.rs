use std::num::NonZeroUsize;

use crossfold_store::MemoryStore;
use crossfold_study::{Event, NoCrashLog, Stop};

use super::*;
use crate::machine::Machine;
use crate::spec_file::SpecFile;

/// A machine on which no time passes.
struct FrozenMachine;

impl Machine for FrozenMachine {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn available_memory(&self) -> Option<u64> {
        None
    }
}

/// Two trials on two folds of a real table, with a test part and a refit.
fn study() -> PreparedStudy {
    let spec = "\
version: 1
name: votes
data: {source: csv, path: data/anes96/anes96.csv, target: vote, test_share: 0.2}
model: {kind: mlp, hidden: [4]}
training: {epochs: 2}
search: {space: {learning_rate: [0.001, 0.01]}}
cross_validation: {folds: 2}
final: {refit: best, test: true}
";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../votes.yaml");
    PreparedStudy::read(SpecFile::from_text(path.into(), spec.into()), Vec::new(), &FrozenMachine).unwrap()
}

fn milestone(notice: &Notice<'_>) -> Option<&'static str> {
    let milestones = [
        ("search began", matches!(notice, Notice::SearchBegan(_))),
        ("fit ended", matches!(notice, Notice::Fit { event: Event::FitEnded { .. }, .. })),
        ("search settled", matches!(notice, Notice::SearchSettled { .. })),
        ("search ended", matches!(notice, Notice::SearchEnded(_))),
        ("ranked", matches!(notice, Notice::Ranked(_))),
        ("leaderboard written", matches!(notice, Notice::FileWritten { name: "leaderboard.csv", .. })),
        ("refit began", matches!(notice, Notice::RefitBegan { .. })),
        ("weights written", matches!(notice, Notice::FileWritten { name: "model/weights.safetensors", .. })),
        ("refit ended", matches!(notice, Notice::RefitEnded { .. })),
        ("refit cancelled", matches!(notice, Notice::RefitCancelled)),
        ("tested", matches!(notice, Notice::Tested { .. })),
        ("page written", matches!(notice, Notice::FileWritten { name: "report.html", .. })),
        ("results written", matches!(notice, Notice::ResultsWritten { .. })),
    ];
    milestones.into_iter().find_map(|(name, is_it)| is_it.then_some(name))
}

/// Runs the study on a store, and returns its milestones in order.
fn run_milestones(
    prepared: &PreparedStudy,
    store: &MemoryStore,
    stop: &Stop,
) -> (Vec<&'static str>, Option<f64>, bool) {
    let root = tempfile::tempdir().unwrap();
    let folder = ResultsFolder::create(root.path(), &prepared.study.name, FrozenMachine.now()).unwrap();
    let engine = Engine { store, crash_log: &NoCrashLog, jobs: NonZeroUsize::MIN, stop, machine: &FrozenMachine };
    let options = RunOptions { fresh: false, retry: false, started: FrozenMachine.now(), command: Vec::new() };
    let mut milestones = Vec::new();
    let outcome =
        engine.run(prepared, &folder, &options, &mut |notice: &Notice<'_>| milestones.extend(milestone(notice)));
    let outcome = outcome.unwrap();
    let best = outcome.leaderboard().winner().and_then(|winner| winner.mean).map(|mean| mean.get());
    (milestones, best, outcome.is_stopped)
}

#[test]
fn each_milestone_is_sent_once_and_in_order() {
    let (prepared, store) = (study(), MemoryStore::default());
    let (milestones, best, _) = run_milestones(&prepared, &store, &Stop::default());
    let before = ["search began", "fit ended", "fit ended", "fit ended", "fit ended", "search settled", "search ended"];
    let ranked = ["ranked", "leaderboard written"];
    let refit = ["weights written", "refit ended", "tested"];
    let variables = ["search began", "fit ended", "fit ended", "search settled"];
    let last = ["page written", "results written"];
    assert_eq!(milestones, [&before[..], &ranked, &["refit began"], &refit, &variables, &last].concat());

    // Again: everything is stored.
    let (milestones, again, _) = run_milestones(&prepared, &store, &Stop::default());
    assert_eq!(milestones, [&["search began", "search settled", "search ended"][..], &ranked, &refit, &last].concat());
    assert_eq!(best, again);
}

#[test]
fn a_stop_is_an_outcome_and_not_an_error() {
    let stop = Stop::default();
    stop.request();
    let (milestones, best, is_stopped) = run_milestones(&study(), &MemoryStore::default(), &stop);
    let rest = ["ranked", "leaderboard written", "page written", "results written"];
    assert_eq!(milestones, [&["search began", "search settled", "search ended"][..], &rest].concat());
    assert_eq!((best, is_stopped), (None, true));
}
