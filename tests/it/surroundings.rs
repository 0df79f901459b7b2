//! The surroundings of a command: links, devices, pipes, folders that move, limits of the system. Nothing is lost in any of
//! them, and nothing of others is touched.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::harness::{Outcome, Workplace, finish};

mod limits;
mod named_files;

const SPEC: &str = "version: 1\nname: tiny\ndata: {source: csv, path: rows.csv, target: y}\n\
     model: {kind: mlp, hidden: [4]}\ntraining: {epochs: 2}\ncross_validation: {folds: 2}\n";

/// Two numbers and a class in each row.
fn rows(count: u32) -> String {
    (0..count).fold("a,b,y\n".to_owned(), |text, row| text + &format!("{}.5,{},{}\n", row * 7 % 13, row % 3, row % 2))
}

fn workplace() -> Workplace {
    let here = Workplace::new();
    here.spec("tiny.yaml", SPEC);
    fs::write(here.path().join("rows.csv"), rows(40)).unwrap();
    here
}

/// A place where the study has been run.
fn with_results() -> Workplace {
    let here = workplace();
    here.crossfold(&["run", "tiny.yaml"]).expect(0);
    here
}

/// All files below a folder, with their bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), fs::read(path).unwrap());
            }
        }
    }
    files
}

fn remove(path: &Path) {
    if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { drop(fs::remove_file(path)) }
}

fn shell(here: &Workplace, script: &str) -> Outcome {
    finish(here.start_shell_script(script))
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Case 55: whatever name in a results folder is a link, no command writes or removes anything elsewhere.
#[test]
fn a_link_in_a_results_folder_is_refused() {
    let here = with_results();
    let all: &[&[&str]] =
        &[&["run", "tiny.yaml", "--fresh"], &["report", "tiny"], &["gc", "--yes", "--forget", "tiny"]];
    let run = &all[..1];
    let places: [(&str, bool, &[&[&str]]); 9] = [
        ("tiny/.lock", false, all),
        ("tiny/leaderboard.csv", false, all),
        ("tiny/report.html", false, all),
        ("tiny/.in-flight", false, run),
        ("tiny/logs", true, all),
        ("tiny/model", true, all),
        ("tiny", true, all),
        ("crossfold.db", false, all),
        ("crossfold.db-wal", false, all),
    ];
    let whole = here.path().join("whole");
    fs::rename(here.path().join("results"), &whole).unwrap();
    for (name, is_folder, commands) in places {
        for command in commands {
            let (results, elsewhere) = (here.path().join("results"), here.path().join("elsewhere"));
            [&results, &elsewhere].into_iter().filter(|folder| folder.exists()).for_each(|folder| remove(folder));
            assert!(Command::new("cp").args(["-r"]).args([&whole, &results]).status().unwrap().success());
            let (target, place) = (elsewhere.join("target"), results.join(name));
            fs::create_dir(&elsewhere).unwrap();
            // What is there already is planted elsewhere, so that it would be taken for ours.
            if place.exists() {
                fs::rename(&place, &target).unwrap();
            } else {
                fs::write(&target, "precious").unwrap();
            }
            if is_folder {
                fs::write(target.join(".unfinished-aaaaaa"), "precious").unwrap();
                (10..40)
                    .for_each(|n| fs::write(target.join(format!("2020-01-02T03-{n}-00Z.log")), "precious").unwrap());
            }
            symlink(&target, &place).unwrap();
            let before = contents(&elsewhere);
            let refused = here.crossfold(command).expect(30);
            assert!(refused.stderr.contains("is a link"), "{name} {command:?}: {}", refused.stderr);
            assert!(refused.stderr.contains("hint: "), "{name} {command:?}: {}", refused.stderr);
            assert!(contents(&elsewhere) == before, "{name} {command:?} changed what it leads to");
            assert!(place.is_symlink(), "{name} {command:?}");
        }
    }
}

/// A second name of a file elsewhere is a link as well. A file that is replaced as a whole does that one no harm.
#[test]
fn a_hard_link_in_a_results_folder_is_not_written_through() {
    for (name, code) in [("tiny/.lock", 30), ("crossfold.db", 30), ("tiny/.in-flight", 30), ("tiny/report.html", 0)] {
        let here = with_results();
        let (place, other) = (here.path().join("results").join(name), here.path().join("other"));
        if !place.exists() {
            fs::write(&place, "precious").unwrap();
        }
        fs::hard_link(&place, &other).unwrap();
        let before = fs::read(&other).unwrap();
        let ended = here.crossfold(&["run", "tiny.yaml", "--fresh"]).expect(code);
        assert_eq!(ended.stderr.contains("a hard link"), code == 30, "{name}: {}", ended.stderr);
        assert!(fs::read(&other).unwrap() == before, "{name}");
    }
}

/// Folders, pipes and sockets in the place of a file are reported before anything is trained.
#[test]
fn something_else_in_the_place_of_a_file_is_refused_at_once() {
    for name in ["tiny/.lock", "tiny/report.html", "tiny/model", "tiny/logs", "tiny/.in-flight"] {
        let here = with_results();
        let place = here.path().join("results").join(name);
        remove(&place);
        make_pipe(&place);
        let refused = here.crossfold(&["run", "tiny.yaml", "--fresh"]).expect(30);
        assert!(refused.stderr.contains("move it away"), "{name}: {}", refused.stderr);
        assert!(!refused.stderr.contains("training"), "{name}: {}", refused.stderr);
        assert!(fs::symlink_metadata(&place).unwrap().file_type().is_fifo());
        // What was stored has not been removed.
        remove(&place);
        let again = here.crossfold(&["run", "tiny.yaml", "--json"]).expect(0);
        assert!(!again.stdout.contains("\"fit_started\""), "{name}: {}", again.stdout);
    }
}

#[test]
fn files_that_others_put_into_a_results_folder_stay() {
    let here = with_results();
    let study = here.path().join("results/tiny");
    fs::create_dir_all(study.join("mine")).unwrap();
    let mine =
        ["logs/notes.txt", "logs/0.log", "notes.md", ".unfinished-symphony", "mine/.unfinished-aaaaaa", "model/x"];
    for name in mine {
        fs::write(study.join(name), "mine").unwrap();
    }
    (0..30).for_each(|n| fs::write(study.join(format!("logs/0{n}.log")), "mine").unwrap());
    for command in [&["run", "tiny.yaml", "--fresh"][..], &["report", "tiny"], &["gc", "--yes", "--forget", "tiny"]] {
        here.crossfold(command).expect(0);
    }
    mine.iter().for_each(|name| assert_eq!(fs::read_to_string(study.join(name)).unwrap(), "mine", "{name}"));
    (0..30).for_each(|n| assert!(study.join(format!("logs/0{n}.log")).exists(), "{n}"));
}

/// Files of a results folder stay as private as they were made.
#[test]
fn files_of_a_results_folder_keep_their_modes() {
    let here = with_results();
    let study = here.path().join("results/tiny");
    let names = ["leaderboard.csv", "predictions.csv", "best.yaml"];
    for name in names {
        fs::set_permissions(study.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    for command in [&["report", "tiny"][..], &["run", "tiny.yaml", "--fresh"]] {
        here.crossfold(command).expect(0);
        for name in names {
            assert_eq!(fs::metadata(study.join(name)).unwrap().mode() & 0o777, 0o600, "{command:?} {name}");
        }
    }
}

/// A run that can't end before its events are read, and its next event.
fn endless(here: &Workplace, name: &str) -> (Child, impl Iterator<Item = String> + use<>) {
    let text = SPEC.replace("tiny", name).replace("epochs: 2", "epochs: 3000");
    let spec = here.spec(&format!("{name}.yaml"), &text);
    let mut child = here.start(&["run", spec.to_str().unwrap(), "--json", "--jobs", "1"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(|line| line.unwrap());
    lines.find(|line| line.contains("\"epoch\"")).unwrap();
    (child, lines)
}

/// Case 59.
#[test]
fn results_that_are_moved_or_deleted_under_a_run_are_noticed() {
    type Change = fn(&Path);
    let results = |at: &Path| at.join("results");
    let changes: [(&str, Change); 6] = [
        ("results moved", |at| fs::rename(at.join("results"), at.join("moved")).unwrap()),
        ("results deleted", |at| fs::remove_dir_all(at.join("results")).unwrap()),
        ("store deleted", |at| fs::remove_file(at.join("results/crossfold.db")).unwrap()),
        ("store replaced", |at| {
            fs::rename(at.join("results/crossfold.db"), at.join("old.db")).unwrap();
            fs::write(at.join("results/crossfold.db"), "").unwrap();
        }),
        ("log deleted", |at| fs::remove_file(at.join("results/crossfold.db-wal")).unwrap()),
        ("study moved", |at| fs::rename(at.join("results/long"), at.join("long")).unwrap()),
    ];
    for (what, change) in changes {
        let here = workplace();
        let (child, lines) = endless(&here, "long");
        change(here.path());
        lines.for_each(drop);
        let ended = finish(child).expect(30);
        assert!(ended.stderr.contains("moved or deleted"), "{what}: {}", ended.stderr);
        assert!(ended.stderr.contains("hint: "), "{what}: {}", ended.stderr);
        // What is known is written where it can be.
        let leaderboard = fs::read_to_string(results(here.path()).join("long/leaderboard.csv")).unwrap();
        assert!(leaderboard.lines().count() > 1, "{what}: {leaderboard}");
        // What was moved can be moved back.
        if what == "results moved" {
            fs::remove_dir_all(results(here.path())).unwrap();
            fs::rename(here.path().join("moved"), results(here.path())).unwrap();
            here.crossfold(&["run", "long.yaml"]).expect(0);
        }
    }
}

/// Case 54: names of folders are bytes, and needn't be text.
#[cfg(target_os = "linux")]
#[test]
fn results_may_be_in_a_folder_that_is_not_utf_8() {
    let here = workplace();
    let folder = here.path().join(OsStr::from_bytes(b"ren\xe9 %41?#"));
    fs::create_dir(&folder).unwrap();
    for file in ["tiny.yaml", "rows.csv"] {
        fs::copy(here.path().join(file), folder.join(file)).unwrap();
    }
    let within = |arguments: &str, code: i32| shell(&here, &format!("cd ren*; exec \"$0\" {arguments}")).expect(code);
    within("run tiny.yaml", 0);
    for command in
        ["list", "show tiny", "report tiny", "explain tiny 0", "baseline tiny -o kept.json", "gc", "gc --yes"]
    {
        within(command, 0);
    }
    within("gate kept.json --allow-inconclusive", 0);
    within("run results/tiny/best.yaml", 0);
    within("predict results/tiny/model rows.csv", 0);
    // Such a name can't be in a spec, which is text.
    let refused = shell(&here, "exec \"$0\" init ren*/rows.csv --target y -o spec.yaml").expect(2);
    assert!(refused.stderr.contains("a spec is UTF-8"), "{}", refused.stderr);
    within("init rows.csv --target y -o spec.yaml", 0);
    // Named from outside, by the same bytes.
    let named = shell(&here, "exec \"$0\" show tiny --results ren*/results").expect(0);
    assert!(named.stdout.contains("trial"), "{}", named.stdout);
    // As one who may not write there: root may always, and shows it all the same.
    let results = folder.join("results");
    fs::set_permissions(&results, fs::Permissions::from_mode(0o555)).unwrap();
    within("show tiny", 0);
    fs::set_permissions(&results, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Case 60: Ctrl-Z stops a process between two transactions, however often it is pressed.
#[cfg(target_os = "linux")]
#[test]
fn a_suspended_run_keeps_no_other_from_the_store() {
    let here = workplace();
    // Each epoch of a fit is short, so it is nearly always in a transaction.
    let text = SPEC.replace("tiny", "busy").replace("folds: 2", "folds: 2, repeats: 1000");
    let spec = here.spec("busy.yaml", &text.replace("epochs: 2", "epochs: 1"));
    let mut child = here.start(&["run", spec.to_str().unwrap(), "--jobs", "1", "--log", "info"]);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("fit complete") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0);
    }
    let reader = std::thread::spawn(move || drop(stderr.read_to_end(&mut Vec::new())));
    let send = |signal: &str| {
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    };
    let state = || fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    for round in 0..10 {
        send("-TSTP");
        while !state().contains(") T ") {
            std::thread::yield_now();
        }
        let other = here.crossfold(&["run", "tiny.yaml", "--fresh"]).expect(0);
        assert!(!other.stderr.contains("waiting for"), "{round}: {}", other.stderr);
        send("-CONT");
    }
    send("-INT");
    finish(child).expect(130);
    reader.join().unwrap();
}
