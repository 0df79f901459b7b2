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
use std::process::{Child, Command, Stdio};

use crate::harness::{Outcome, Workplace, finish};

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

/// The commands that write a file that the user names, without that name.
const WRITERS: [&[&str]; 5] = [
    &["predict", "results/tiny/model", "rows.csv", "-o"],
    &["predict", "results/tiny/model", "rows.csv", "-o", "predicted.csv", "--inputs"],
    &["baseline", "tiny", "-o"],
    &["init", "rows.csv", "--target", "y", "--force", "-o"],
    &["gate", "kept.json", "--allow-inconclusive", "--junit"],
];

fn with_baseline() -> Workplace {
    let here = with_results();
    here.crossfold(&["baseline", "tiny", "-o", "kept.json"]).expect(0);
    here
}

/// Whatever name a file has that a command reads, no command writes to it, and nothing is lost before that is known.
#[test]
fn a_file_that_is_read_is_never_written_to() {
    let here = with_baseline();
    symlink("rows.csv", here.path().join("link.csv")).unwrap();
    fs::hard_link(here.path().join("rows.csv"), here.path().join("hard.csv")).unwrap();
    symlink("results/tiny/model", here.path().join("model")).unwrap();
    here.spec(
        "over.yaml",
        &SPEC.replace("rows.csv", "results/tiny/predictions.csv").replace("target: y", "target: truth"),
    );
    // The database's own files come and go.
    let kept = || -> BTreeMap<PathBuf, Vec<u8>> {
        let all = contents(here.path()).into_iter();
        let is_changed =
            |path: &Path| path.to_string_lossy().contains("/logs/") || path.to_string_lossy().contains(".db-");
        all.filter(|(path, _)| !is_changed(path) && !path.ends_with(".lock")).collect()
    };
    let before = kept();
    let predict = ["predict", "model", "rows.csv", "-o"];
    let commands: [(&[&str], i32); 19] = [
        (&["gate", "kept.json", "--junit", "kept.json"], 2),
        (&["gate", "kept.json", "--junit", "rows.csv"], 2),
        (&["gate", "kept.json", "--junit", "link.csv"], 2),
        (&["gate", "kept.json", "--junit", "hard.csv"], 2),
        (&["gate", "kept.json", "--summary", "rows.csv"], 2),
        (&["gate", "kept.json", "--summary", "./kept.json"], 2),
        (&["gate", "kept.json", "--junit", "results/crossfold.db"], 30),
        (&["gate", "kept.json", "--set", "data.path=other.csv", "--junit", "kept.json"], 2),
        (&[predict[0], predict[1], predict[2], predict[3], "results/tiny/model/model.json"], 2),
        (&[predict[0], predict[1], predict[2], predict[3], "model/weights.safetensors"], 2),
        (&[predict[0], predict[1], predict[2], predict[3], "hard.csv"], 2),
        (&["predict", "model", "rows.csv", "--inputs", "link.csv"], 2),
        (&["predict", "model", "rows.csv", "-o", "results/crossfold.db"], 30),
        (&["init", "rows.csv", "--target", "y", "--force", "-o", "link.csv"], 2),
        (&["init", "link.csv", "--target", "y", "--force", "-o", "hard.csv"], 2),
        (&["baseline", "tiny", "-o", "link.csv"], 2),
        (&["baseline", "tiny", "-o", "results/crossfold.db"], 30),
        (&["run", "over.yaml"], 2),
        (&["run", "results/tiny/best.yaml", "--set", "name=tiny"], 2),
    ];
    for (command, code) in commands {
        let refused = here.crossfold(command).expect(code);
        let reason = if code == 2 { "is read, so it can't be written to" } else { "a database file" };
        assert!(refused.stderr.contains(reason), "{command:?}: {}", refused.stderr);
        let changed: Vec<_> = kept().into_iter().filter(|(path, text)| before.get(path) != Some(text)).collect();
        assert!(changed.is_empty() && kept().len() == before.len(), "{command:?} changed {:?}", changed.first());
    }
    let refused = shell(&here, "exec \"$0\" predict model - -o rows.csv < rows.csv").expect(2);
    assert!(refused.stderr.contains("is read"), "{}", refused.stderr);
    let twice = here.crossfold(&["gate", "kept.json", "--junit", "new", "--summary", "./new"]).expect(2);
    assert!(
        twice.stderr.contains("two outputs would be written") && !here.path().join("new").exists(),
        "{}",
        twice.stderr
    );
}

/// An earlier verdict is not taken for that of a gate which reaches none.
#[test]
fn a_gate_without_a_verdict_says_so_in_an_earlier_file() {
    let here = with_baseline();
    here.crossfold(&["gate", "kept.json", "--allow-inconclusive", "--junit", "junit.xml"]).expect(0);
    let verdict = here.read("junit.xml");
    fs::write(here.path().join("torn.json"), "{").unwrap();
    for (gate, code) in [
        (&["gate", "none.json"][..], 10),
        (&["gate", "torn.json"], 10),
        (&["gate", "kept.json", "--exact"], 10),
        (&["gate", "kept.json", "--set", "data.path=none.csv"], 11),
        (&["gate", "kept.json", "--set", "data.path=[1"], 10),
    ] {
        fs::write(here.path().join("junit.xml"), &verdict).unwrap();
        let refused = here.crossfold(&[gate, &["--junit", "junit.xml"]].concat()).expect(code);
        let junit = here.read("junit.xml");
        assert!(junit.contains("errors=\"1\"") && junit.contains(": no verdict: "), "{gate:?}: {junit}");
        here.crossfold(&[gate, &["--junit", "new.xml"]].concat()).expect(code);
        assert_eq!(here.read("new.xml"), junit, "{gate:?}");
        let is_of_baseline = gate[1] != "kept.json";
        assert_eq!(refused.stderr.contains("can't read the baseline"), is_of_baseline || gate.contains(&"--exact"));
        let hint = "hint: `crossfold baseline NAME -o FILE` writes one";
        assert_eq!(refused.stderr.contains(hint), is_of_baseline, "{}", refused.stderr);
    }
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

/// A file with two names, a mount point, and one in a folder that takes no files can't be replaced, and are written in place.
#[test]
fn a_file_that_can_not_be_replaced_is_written_in_place() {
    let here = with_baseline();
    let [file, other] = ["file", "other"].map(|name| here.path().join(name));
    for writer in WRITERS {
        fs::write(&file, "a text that is older and longer".repeat(1000)).unwrap();
        let _ = fs::remove_file(&other);
        fs::hard_link(&file, &other).unwrap();
        here.crossfold(&[writer, &["file"]].concat()).expect(0);
        let text = here.read("file");
        assert!(text == here.read("other") && !text.contains("older and longer"), "{writer:?}");
        fs::remove_file(&other).unwrap();
        here.crossfold(&[writer, &["file"]].concat()).expect(0);
        assert_eq!(here.read("file"), text, "{writer:?}");
    }
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if cfg!(target_os = "linux") && is_root && shell(&here, "unshare -m true").code == 0 {
        let script = "umask 0; touch mounted; chmod 777 .; mkdir shut; touch shut/file; cp \"$0\" crossfold; chmod 755 shut; \
             unshare -m sh -c 'mount --bind other mounted && exec ./crossfold init rows.csv --target y --force -o mounted' || exit; \
             exec setpriv --reuid=65533 --clear-groups ./crossfold init rows.csv --target y --force -o shut/file";
        fs::write(&other, "old").unwrap();
        shell(&here, script).expect(0);
        let written = [here.read("other"), here.read("shut/file")];
        assert!(written.iter().all(|text| text.starts_with('#') || text.contains("version: 1")), "{written:?}");
        assert_eq!(fs::read_dir(here.path().join("shut")).unwrap().count(), 1);
    }
}

/// Cases 52 and 56: as root a device was replaced by a file, too.
#[test]
fn what_is_no_regular_file_is_written_into() {
    let here = with_baseline();
    let [pipe, link] = ["pipe", "link"].map(|name| here.path().join(name));
    make_pipe(&pipe);
    symlink("pipe", &link).unwrap();
    for writer in WRITERS {
        here.crossfold(&[writer, &["file"]].concat()).expect(0);
        let expected = here.read("file");
        for name in ["pipe", "link"] {
            let written = pipe.clone();
            let reader = std::thread::spawn(move || fs::read_to_string(written).unwrap());
            here.crossfold(&[writer, &[name]].concat()).expect(0);
            assert_eq!(reader.join().unwrap(), expected, "{writer:?}");
            assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo() && link.is_symlink());
        }
        fs::remove_file(here.path().join("file")).unwrap();
    }
}

/// Text that the shell has written before stays, and what it writes after comes after.
#[test]
fn standard_output_and_descriptors_are_continued() {
    let here = with_baseline();
    for writer in [WRITERS[0], WRITERS[2], WRITERS[3], WRITERS[4]] {
        let line = writer.join(" ");
        here.crossfold(&[writer, &["file"]].concat()).expect(0);
        let expected = format!("before\n{}after\n", here.read("file"));
        for name in ["-", "/dev/stdout", "/dev/fd/1"] {
            let script = format!("{{ echo before; \"$0\" {line} {name}; echo after; }} > out");
            shell(&here, &script).expect(0);
            // A spec on standard output has its table's path as it was given.
            assert_eq!(here.read("out").replace("path: ./", "path: "), expected, "{script}");
        }
        let script = format!("{{ echo before >&3; \"$0\" {line} /dev/fd/3; echo after >&3; }} 3>> out3");
        shell(&here, &script).expect(0);
        assert_eq!(here.read("out3"), expected, "{script}");
        fs::remove_file(here.path().join("out3")).unwrap();
    }
    let twice = here.crossfold(&["predict", "results/tiny/model", "rows.csv", "--inputs", "-"]).expect(2);
    assert!(twice.stderr.contains("two outputs would be written"), "{}", twice.stderr);
    let inputs =
        here.crossfold(&["predict", "results/tiny/model", "rows.csv", "--inputs", "-", "-o", "p.csv"]).expect(0);
    assert!(inputs.stdout.lines().count() == 41 && here.read("p.csv").lines().count() == 41, "{}", inputs.stdout);
}

#[test]
fn a_file_keeps_its_mode_its_owner_and_the_links_to_it() {
    let here = with_baseline();
    let [folder, file, link] = ["private", "private/file", "link"].map(|name| here.path().join(name));
    fs::create_dir(&folder).unwrap();
    symlink("private/file", &link).unwrap();
    for writer in WRITERS {
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        // Only root may give a file away.
        let _ = std::os::unix::fs::chown(&file, Some(1234), Some(4321));
        let old = fs::metadata(&file).unwrap();
        here.crossfold(&[writer, &["link"]].concat()).expect(0);
        let new = fs::metadata(&file).unwrap();
        assert!(link.is_symlink() && new.len() > 3, "{writer:?}");
        assert_eq!((new.mode(), new.uid(), new.gid()), (old.mode(), old.uid(), old.gid()), "{writer:?}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}

/// A limit on file size simulates a full disk.
#[test]
fn a_full_disk_leaves_the_old_file() {
    let here = workplace();
    fs::write(here.path().join("rows.csv"), rows(16_000)).unwrap();
    here.crossfold(&["run", "tiny.yaml"]).expect(0);
    fs::create_dir(here.path().join("out")).unwrap();
    here.crossfold(&["baseline", "tiny", "-o", "kept.json"]).expect(0);
    // The store's own files take 64 blocks; a spec and a verdict are shorter.
    for (writer, blocks) in WRITERS.iter().zip([80, 80, 80, 0, 0]) {
        fs::write(here.path().join("out/file"), "old").unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {} out/file", writer.join(" "));
        let refused = shell(&here, &script).expect(30);
        assert!(refused.stderr.contains("can't write `out/file`"), "{}", refused.stderr);
        assert_eq!(here.read("out/file"), "old");
        assert_eq!(fs::read_dir(here.path().join("out")).unwrap().count(), 1);
    }
}

/// Case 51: reading a pipe may wait for ever, and a device may never end.
#[test]
fn only_regular_files_are_read() {
    let here = with_baseline();
    make_pipe(&here.path().join("pipe"));
    let mut sources = vec!["pipe", "results"];
    if cfg!(target_os = "linux") {
        sources.extend(["/dev/zero", "/proc/kmsg", "/proc/self/status"]);
    }
    fs::create_dir(here.path().join("model")).unwrap();
    for source in sources {
        here.spec("odd.yaml", &SPEC.replace("rows.csv", source));
        let _ = fs::remove_file(here.path().join("model/model.json"));
        symlink(here.path().join(source), here.path().join("model/model.json")).unwrap();
        let commands: [(&[&str], i32); 8] = [
            (&["run", source], 10),
            (&["plan", source], 10),
            (&["check", source], 10),
            (&["gate", source], 10),
            (&["data", source], 11),
            (&["init", source, "--target", "y"], 11),
            (&["predict", "model", "rows.csv"], 11),
            (&["run", "odd.yaml"], 11),
        ];
        for (command, code) in commands {
            let refused = here.crossfold(command).expect(code);
            assert!(refused.stderr.contains("not a regular file"), "{command:?}: {}", refused.stderr);
        }
    }
}

#[test]
fn a_dash_reads_standard_input() {
    let here = with_baseline();
    let same = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|script| shell(&here, script).expect(0));
        assert_eq!(one.stdout.replace("rows.csv", "-"), other.stdout);
    };
    same("\"$0\" data rows.csv", "cat rows.csv | \"$0\" data -");
    same("\"$0\" data rows.csv --rows 5", "cat rows.csv | \"$0\" data - --rows 5");
    same("\"$0\" predict results/tiny/model rows.csv", "cat rows.csv | \"$0\" predict results/tiny/model -");
    same("\"$0\" predict results/tiny/model rows.csv", "\"$0\" predict results/tiny/model /dev/stdin -o - < rows.csv");
    same("\"$0\" gate kept.json --allow-inconclusive", "cat kept.json | \"$0\" gate - --allow-inconclusive");
    same("\"$0\" run tiny.yaml", "cat tiny.yaml | \"$0\" run - --results results");
    shell(&here, "\"$0\" check - < tiny.yaml").expect(0);
    let nameless = shell(&here, "\"$0\" init - --target y < rows.csv").expect(2);
    assert!(nameless.stderr.contains("standard input has none"), "{}", nameless.stderr);
    // In a spec it is a file of that name.
    here.spec("odd.yaml", &SPEC.replace("rows.csv", "'-'"));
    here.crossfold(&["run", "odd.yaml"]).expect(11);
}

/// Case 63: all files are written, and worth more than the table that doesn't arrive.
#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_costs_no_file() {
    let here = with_baseline();
    let full = || -> Stdio { fs::File::options().write(true).open("/dev/full").unwrap().into() };
    let whole = here.all_but_logs("results/tiny");
    let assert_is_whole = |folder: &str| {
        let files = here.all_but_logs(folder);
        assert!(files.keys().eq(whole.keys()), "{:?}", files.keys());
        for file in ["leaderboard.csv", "predictions.csv", "model/weights.safetensors"] {
            assert_eq!(files[file], whole[file], "{file}");
        }
    };
    for json in [&[][..], &["--json"]] {
        let run = [&["run", "tiny.yaml", "--results", "other"][..], json].concat();
        let refused = finish(here.start_into(full(), &run)).expect(30);
        assert!(refused.stderr.contains("can't write `stdout`"), "{}", refused.stderr);
        assert!(refused.stderr.contains("hint: all result files are written"), "{}", refused.stderr);
        assert_is_whole("other/tiny");
        fs::remove_dir_all(here.path().join("other")).unwrap();
    }
    let gate = ["gate", "kept.json", "--junit", "junit.xml", "--summary", "summary.md", "--allow-inconclusive"];
    finish(here.start_into(full(), &gate)).expect(30);
    assert!(here.read("junit.xml").contains("<testsuite") && here.read("summary.md").contains("tiny"));
    finish(here.start_into(full(), &["predict", "results/tiny/model", "rows.csv"])).expect(30);
    shell(&here, "\"$0\" run tiny.yaml --results closed >&-").expect(0);
    assert_is_whole("closed/tiny");
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

/// SQLite opens no path of more than some 500 bytes: that is said at once, by every command.
#[test]
fn a_store_with_too_long_a_path_is_refused_by_its_length() {
    let here = workplace();
    let long = vec!["x".repeat(200); 15].join("/");
    fs::create_dir_all(here.path().join(&long)).unwrap();
    let results = format!("{long}/results");
    for command in [&["run", "tiny.yaml"][..], &["list"], &["show", "tiny"], &["report", "tiny"], &["gc"]] {
        let refused = here.crossfold(&[command, &["--results", &results]].concat()).expect(30);
        assert!(refused.stderr.contains("SQLite opens at most 504"), "{command:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("--results DIR"), "{command:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains("training"), "{}", refused.stderr);
    }
    // One that is just short enough is used by all.
    let room = 504 - here.path().canonicalize().unwrap().as_os_str().len() - "//crossfold.db".len();
    let results = format!("{}/{}/{}", "x".repeat(200), "y".repeat(100), "z".repeat(room - 302));
    for command in [&["run", "tiny.yaml"][..], &["list"], &["show", "tiny"], &["report", "tiny"], &["gc"]] {
        here.crossfold(&[command, &["--results", &results]].concat()).expect(0);
    }
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

/// Case 61: what the process may take counts, not only what the machine has free.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_memory_counts_as_memory() {
    let here = Workplace::new();
    let row = format!("{}1\n", "0.123456789,".repeat(19));
    let header = (0..19).map(|column| format!("c{column},")).collect::<String>() + "y\n";
    fs::write(here.path().join("big.csv"), header + &row.repeat(200_000)).unwrap();
    let limited = |kilobytes: u32| shell(&here, &format!("ulimit -v {kilobytes}; exec \"$0\" data big.csv"));
    let refused = limited(120_000).expect(11);
    assert!(refused.stderr.contains("of memory that are left"), "{}", refused.stderr);
    limited(4_000_000).expect(0);
    let refused = shell(&here, "cat big.csv | (ulimit -v 120000; exec \"$0\" data -)").expect(11);
    assert!(refused.stderr.contains("memory"), "{}", refused.stderr);
}

/// Case 53: a command has a stack of its own.
#[test]
fn a_small_stack_is_enough() {
    let here = workplace();
    shell(&here, "ulimit -s 128; exec \"$0\" run tiny.yaml").expect(0);
    shell(&here, "ulimit -s 128; exec \"$0\" man").expect(0);
}

#[test]
fn too_few_files_or_threads_are_an_error_that_says_so() {
    let here = workplace();
    // Without root's privileges, which no limit of threads binds.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let limits: &[&str] = if is_root {
        fs::set_permissions(here.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_crossfold"), here.path().join("crossfold")).unwrap();
        &["exec prlimit --nproc=1 setpriv --reuid=65533 --clear-groups ./crossfold"]
    } else {
        &["exec prlimit --nproc=1 \"$0\""]
    };
    let files = (4..14).map(|count| format!("ulimit -n {count}; exec \"$0\""));
    for limit in limits.iter().map(|&limit| limit.to_owned()).chain(files) {
        let _ = fs::remove_dir_all(here.path().join("limited"));
        for command in ["run tiny.yaml", "plan tiny.yaml", "list"] {
            let ended = shell(&here, &format!("{limit} {command} --results limited"));
            assert!(!ended.stderr.contains("panicked"), "{limit} {command}: {}", ended.stderr);
            let is_told = ["Too many open files", "can't be started", "temporarily unavailable", "unable to open"];
            let is_told = ended.code == 0 || is_told.iter().any(|words| ended.stderr.contains(words));
            assert!(is_told, "{limit} {command}: {} {}", ended.code, ended.stderr);
            assert!([0, 1, 10, 11, 30].contains(&ended.code), "{limit} {command}: {} {}", ended.code, ended.stderr);
            assert_eq!(ended.code == 0, !ended.stderr.contains("error: "), "{limit} {command}: {}", ended.stderr);
        }
    }
}

/// A clock that shows no time that a record can have.
#[cfg(target_os = "linux")]
#[test]
fn a_clock_past_the_year_9999_is_told_of() {
    let here = workplace();
    let source = "#include <time.h>\n#include <unistd.h>\n#include <sys/syscall.h>\n\
                  int clock_gettime(clockid_t clock, struct timespec *time) {\n\
                  int done = syscall(SYS_clock_gettime, clock, time);\n\
                  if (clock == CLOCK_REALTIME) time->tv_sec = 253402300800; return done; }\n";
    fs::write(here.path().join("clock.c"), source).unwrap();
    // Building this program takes a C compiler, so there is one.
    shell(&here, "cc -shared -fPIC -o clock.so clock.c").expect(0);
    here.crossfold(&["run", "tiny.yaml"]).expect(0);
    for command in ["run tiny.yaml", "run tiny.yaml --until 07:00", "report tiny"] {
        let told = shell(&here, &format!("LD_PRELOAD=$PWD/clock.so exec \"$0\" {command}")).expect(30);
        assert!(told.stderr.contains("this machine's clock shows"), "{command}: {}", told.stderr);
    }
}
