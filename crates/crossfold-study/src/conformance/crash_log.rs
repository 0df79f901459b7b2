//! The contract of every [`CrashLog`].

use crate::conformance::store::{fit, key, name};
use crate::{CrashLog, Failure, FitEnd, FitKey, FitRecord, LoggedRun, Store};

/// Checks a crash log against its contract. Each call of `open` opens the same store and log, as consecutive processes
/// do. Both are empty at the first call.
///
/// # Panics
/// If the contract is broken.
pub fn check_crash_log(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>)) {
    fit_running_during_consecutive_crashes_is_suspect(open);
    ended_run_is_not_a_crash(open);
    committed_fit_is_not_suspect(open);
}

/// Begins a run that crashes while it trains `running`. Returns the suspects at its beginning.
fn crash(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>), study: &str, running: &[FitKey]) -> Vec<FitKey> {
    let (_store, log) = open();
    let run = log.begin_run(&name(study), 4).expect("a run can begin");
    for (thread, key) in running.iter().enumerate() {
        run.running.mark(thread, Some(&key_of_another_fit()));
        run.running.mark(thread, Some(key));
    }
    // A fit that has been marked as ended is not running.
    run.running.mark(3, Some(&key_of_another_fit()));
    run.running.mark(3, None);
    let LoggedRun { suspects, running } = run;
    std::mem::forget(running);
    suspects.into_iter().collect()
}

fn key_of_another_fit() -> FitKey {
    key(255)
}

fn suspects(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>), study: &str) -> Vec<FitKey> {
    let (_store, log) = open();
    log.begin_run(&name(study), 1).expect("a run can begin").suspects.into_iter().collect()
}

fn fit_running_during_consecutive_crashes_is_suspect(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>)) {
    let [fatal, early, late] = [1, 2, 3].map(key);
    assert_eq!(crash(open, "crashes", &[fatal, early]), []);
    assert_eq!(crash(open, "crashes", &[fatal, early]), []);
    assert_eq!(crash(open, "crashes", &[fatal, late]), []);
    assert_eq!(crash(open, "crashes", &[late]), [fatal]);
    assert_eq!(suspects(open, "other"), [], "crashes of another study don't count");
    assert_eq!(crash(open, "crashes", &[]), [], "it wasn't running at the last crash");
    assert_eq!(suspects(open, "crashes"), []);
}

fn ended_run_is_not_a_crash(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>)) {
    let fatal = key(4);
    for _ in 0..2 {
        crash(open, "ends", &[fatal]);
    }
    let (_store, log) = open();
    let run = log.begin_run(&name("ends"), 1).expect("a run can begin");
    run.running.mark(0, Some(&fatal));
    assert!(run.suspects.is_empty());
    drop(run);
    assert_eq!(crash(open, "ends", &[fatal]), [], "two crashes, and a run that ended while it was marked");
    assert_eq!(crash(open, "ends", &[fatal]), [fatal]);
}

fn committed_fit_is_not_suspect(open: &dyn Fn() -> (Box<dyn Store>, Box<dyn CrashLog>)) {
    let [healed, suspect] = [5, 6].map(key);
    for _ in 0..2 {
        crash(open, "commits", &[healed, suspect]);
    }
    let (store, _log) = open();
    let refused = FitRecord { end: FitEnd::Failed(Failure::Suspect), ..fit(6, FitEnd::Cancelled, 0, &[]) };
    store.commit(&[fit(5, FitEnd::Complete, 1, &[]), refused]).expect("fits can be stored");
    crash(open, "commits", &[healed, suspect]);
    assert_eq!(suspects(open, "commits"), [suspect]);
}
