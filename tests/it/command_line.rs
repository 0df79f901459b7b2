//! Flags, exit codes and streams.

use std::fs;

use crate::harness::{Workplace, root, snapshot};

fn smoke() -> String {
    root().join("experiments/smoke.yaml").display().to_string()
}

#[test]
fn help_texts_match_their_snapshots() {
    for (name, arguments) in [
        ("help", vec!["--help"]),
        ("help_data", vec!["data", "--help"]),
        ("help_init", vec!["init", "--help"]),
        ("help_run", vec!["run", "--help"]),
        ("help_plan", vec!["plan", "--help"]),
        ("help_check", vec!["check", "--help"]),
        ("help_list", vec!["list", "--help"]),
        ("help_show", vec!["show", "--help"]),
        ("help_status", vec!["status", "--help"]),
        ("help_report", vec!["report", "--help"]),
        ("help_gc", vec!["gc", "--help"]),
        ("help_baseline", vec!["baseline", "--help"]),
        ("help_gate", vec!["gate", "--help"]),
        ("help_predict", vec!["predict", "--help"]),
        ("help_compare", vec!["compare", "--help"]),
    ] {
        snapshot("command_line", name, &Workplace::new().crossfold(&arguments).expect(0).stdout);
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in [
        vec!["fly"],
        vec!["run"],
        vec!["run", "a.yaml", "--jobs", "0"],
        vec!["run", "a.yaml", "--set", "no-value"],
        vec!["run", "a.yaml", "--seed", "-1"],
    ] {
        Workplace::new().crossfold(&arguments).expect(2);
    }
    Workplace::new().crossfold(&["run", &smoke(), "--log", "a=b=c"]).expect(2);
}

#[test]
fn a_missing_spec_exits_with_10() {
    let refused = Workplace::new().crossfold(&["run", "nowhere.yaml"]).expect(10);
    assert!(refused.stderr.contains("`nowhere.yaml`"), "{}", refused.stderr);
}

/// Overrides get the same errors as the file, with the caret under the text of the flag.
#[test]
fn mistakes_in_overrides_are_shown_like_those_in_the_file() {
    let here = Workplace::new();
    let refused = here.crossfold(&[
        "plan",
        &smoke(),
        "--set",
        "training.batch_size=64.0",
        "--set",
        "training.learnin_rate=0.1",
        "--set",
        "search.space.nodes=[16, -1]",
    ]);
    snapshot("command_line", "bad_overrides", &refused.expect(10).stderr.replace(&root().display().to_string(), "…"));
}

#[test]
fn unwritable_results_exit_with_30_before_training() {
    let here = Workplace::new();
    fs::write(here.path().join("file"), "in the way").unwrap();
    let refused = here.crossfold(&["run", &smoke(), "--results", "file"]).expect(30);
    assert!(refused.stderr.contains("file"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("training"), "{}", refused.stderr);
}

#[test]
fn quiet_prints_nothing() {
    let here = Workplace::new();
    let outcome = here.crossfold(&["run", &smoke(), "--quiet", "--set", "search.space.epochs=[1]"]).expect(0);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", ""));
    assert!(here.path().join("results/smoke/leaderboard.csv").exists());
}

#[test]
fn a_run_keeps_its_log() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--set", "search.space.epochs=[1]"]).expect(0);
    let logs: Vec<_> = fs::read_dir(here.path().join("results/smoke/logs")).unwrap().collect();
    assert_eq!(logs.len(), 1);
    let text = fs::read_to_string(logs[0].as_ref().unwrap().path()).unwrap();
    assert!(text.contains("INFO"), "{text}");
}

#[test]
fn the_printed_schema_is_the_one_checked_in() {
    let printed = Workplace::new().crossfold(&["schema"]).expect(0).stdout;
    let stored = fs::read_to_string(root().join("crates/crossfold-spec/schema/experiment.schema.json")).unwrap();
    assert!(printed == stored, "run `just schema`");
}

#[test]
fn completions_and_the_manual_page_name_every_command() {
    let here = Workplace::new();
    let help = here.crossfold(&["--help"]).expect(0).stdout;
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    let man = here.crossfold(&["man"]).expect(0).stdout;
    assert!(man.contains(".TH"), "{man}");
    for shell in ["bash", "zsh", "fish"] {
        let script = here.crossfold(&["completions", shell]).expect(0).stdout;
        for command in commands.iter().filter(|command| **command != "help") {
            assert!(script.contains(command), "{shell}: {command}");
            assert!(man.contains(command), "man: {command}");
        }
    }
}

/// With `--json`, each line of stdout is an object: the first is the plan, the last the folder of results.
#[test]
fn events_are_json_lines() {
    let here = Workplace::new();
    let outcome = here.crossfold(&["run", &smoke(), "--json"]).expect(0);
    let events: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((names[0], *names.last().unwrap()), ("plan", "results"));
    assert_eq!(events[0]["version"], 3);
    for (name, count) in [("fit_started", 15), ("epoch", 45), ("fit_ended", 15), ("search_ended", 1), ("test", 1)] {
        assert_eq!(names.iter().filter(|found| **found == name).count(), count, "{name}");
    }
}

/// Without a terminal, progress is plain lines, and stdout has only the leaderboard.
#[test]
fn without_a_terminal_there_are_no_control_characters() {
    let here = Workplace::new();
    let outcome = here.crossfold(&["run", &smoke()]).expect(0);
    for text in [&outcome.stdout, &outcome.stderr] {
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
    }
}

#[test]
fn the_log_is_written_to_stderr_on_request() {
    let here = Workplace::new();
    let short = "search.space.epochs=[1]";
    let silent = here.crossfold(&["run", &smoke(), "--set", short]).expect(0);
    assert!(!silent.stderr.contains("fit complete"), "{}", silent.stderr);
    let output = here.crossfold(&["run", &smoke(), "--set", short, "--fresh", "--log", "info"]).expect(0);
    assert_eq!(output.stderr.matches("fit complete").count(), 15, "{}", output.stderr);
    let output = here.crossfold_with("CROSSFOLD_LOG", "info", &["run", &smoke(), "--set", short, "--fresh"]).expect(0);
    assert_eq!(output.stderr.matches("fit complete").count(), 15, "{}", output.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_is_not() {
    let here = Workplace::new();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    here.crossfold_into(full.into(), &["schema"]).expect(30);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    here.crossfold_into(writer.into(), &["schema"]).expect(0);
}
