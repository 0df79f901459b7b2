//! Files that the user names, and the standard streams: what is no regular file, what can't be replaced, and full disks.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{SPEC, contents, make_pipe, rows, shell, with_results, workplace};
use crate::harness::{Workplace, finish};

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
