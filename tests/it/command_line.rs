//! Flags, exit codes and streams.

use std::fs;

use crate::harness::{Workplace, finish, number, root, snapshot, table};

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
        ("help_store", vec!["store", "--help"]),
        ("help_store_export", vec!["store", "export", "--help"]),
        ("help_store_import", vec!["store", "import", "--help"]),
        ("help_store_merge", vec!["store", "merge", "--help"]),
        ("help_store_verify", vec!["store", "verify", "--help"]),
        ("help_baseline", vec!["baseline", "--help"]),
        ("help_gate", vec!["gate", "--help"]),
        ("help_predict", vec!["predict", "--help"]),
        ("help_compare", vec!["compare", "--help"]),
        ("help_explain", vec!["explain", "--help"]),
        ("help_schema", vec!["schema", "--help"]),
        ("help_completions", vec!["completions", "--help"]),
        ("help_man", vec!["man", "--help"]),
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
            assert!(!script.contains("@barred@") && !script.contains("@spaced@"), "{shell}");
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
    assert_eq!(events[0]["version"], 4);
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

#[test]
fn the_results_folder_is_named_by_the_environment() {
    let here = Workplace::new();
    let folder = ("CROSSFOLD_RESULTS", "kept");
    let arguments = ["run", &smoke(), "--quiet", "--set", "search.space.epochs=[1]"];
    here.crossfold_with(folder.0, folder.1, &arguments).expect(0);
    assert!(here.path().join("kept/smoke/leaderboard.csv").exists() && !here.path().join("results").exists());
    let listed = here.crossfold_with(folder.0, folder.1, &["list"]).expect(0).stdout;
    assert!(listed.contains("smoke"), "{listed}");
    // The option takes precedence.
    let other = here.crossfold_with(folder.0, folder.1, &["list", "--results", "other"]).expect(0);
    assert!(other.stderr.contains("nothing is stored in"), "{}", other.stderr);
}

/// Each page that another page refers to is written, and only the main page has the options of all commands.
#[test]
fn manual_pages_are_one_per_command() {
    let here = Workplace::new();
    let main = here.crossfold(&["man"]).expect(0).stdout;
    here.crossfold(&["man", "pages/man1"]).expect(0);
    assert_eq!(here.read("pages/man1/crossfold.1"), main);
    let references: Vec<&str> = main.lines().filter(|line| line.starts_with("crossfold\\-")).collect();
    assert!(references.len() > 12, "{main}");
    for reference in references {
        let name = reference.replace('\\', "");
        let page = here.read(&format!("pages/man1/{}.1", name.strip_suffix("(1)").unwrap()));
        assert!(page.contains("\n.TH crossfold\\-") || page.contains("\n.TH crossfold-"), "{page}");
        assert_eq!(page.matches("\n.SH NAME").count(), 1, "{page}");
        assert!(page.contains("crossfold\\fR(1)"), "{page}");
        for option in ["\\-\\-log", "\\-\\-quiet", "\\-\\-help", "\\-\\-version"] {
            assert!(!page.contains(option), "{reference}: {option}");
            assert!(main.contains(option), "{option}");
        }
    }
}

/// In bash, after `crossfold show `.
#[cfg(unix)]
#[test]
fn completions_know_the_stored_studies() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--quiet", "--results", "kept", "--set", "search.space.epochs=[1]"]).expect(0);
    let script = r#"exec bash -c 'program="$0"; crossfold() { "$program" "$@"; }
        eval "$(crossfold completions bash)"
        complete_at() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _crossfold_studies "$1" "${*: -1}" "${*: -2:1}"; }
        complete_at crossfold show --results kept ""; echo "show: ${COMPREPLY[*]}"
        complete_at crossfold explain --results kept smo; echo "explain: ${COMPREPLY[*]}"
        complete_at crossfold show --results kept other; echo "other: ${COMPREPLY[*]}"
        complete_at crossfold sho; echo "command: ${COMPREPLY[*]}"
        complete_at crossfold show --to; echo "option: ${COMPREPLY[*]}"' "$0""#;
    let outcome = finish(here.start_shell_script(script)).expect(0);
    assert_eq!(
        outcome.stdout, "show: smoke\nexplain: smoke\nother: \ncommand: show\noption: --top\n",
        "{}",
        outcome.stderr
    );
}

#[test]
fn without_a_trial_the_winner_is_explained() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--quiet"]).expect(0);
    let best = table(&here.read("results/smoke/leaderboard.csv"))[0]["trial"].clone();
    let explained = here.crossfold(&["explain", "smoke"]).expect(0).stdout;
    assert_eq!(explained, here.crossfold(&["explain", "smoke", &best]).expect(0).stdout);
    assert!(explained.starts_with(&format!("trial      {best} of smoke: ")), "{explained}");
}

/// What `gc --forget` would remove is what it removes, and it removes nothing of a study that is running.
#[test]
fn a_study_is_forgotten_with_its_fits_unless_it_runs() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--quiet"]).expect(0);
    let would = here.crossfold(&["gc", "--forget", "smoke"]).expect(0);
    assert!(
        would
            .stdout
            .starts_with("would forget the study `smoke`\nwould remove 15 fits and 1 retrained network, about "),
        "{}",
        would.stdout
    );
    assert_eq!(would.stderr, "nothing removed; run again with `--yes`\n");
    let endless = ["run", &smoke(), "--json", "--set", "search.space.epochs=[1, 100000]"];
    let mut running = here.start(&endless);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(running.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("\"fit_started\"")));
    let refused = here.crossfold(&["gc", "--forget", "smoke", "--yes"]).expect(30);
    assert!(refused.stderr.contains("another run of this study is writing to"), "{}", refused.stderr);
    running.kill().unwrap();
    running.wait().unwrap();
    let removed = here.crossfold(&["gc", "--forget", "smoke", "--yes"]).expect(0).stdout;
    assert!(removed.starts_with("removed 15 fits and 1 retrained network, about "), "{removed}");
    assert_eq!(here.crossfold(&["list"]).expect(0).stdout.lines().count(), 1);
}

/// The figures are those of leaderboard.csv, rounded.
#[test]
fn a_leaderboard_is_shown_with_chosen_columns_and_in_latex() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--quiet"]).expect(0);
    let show = |more: &[&str]| here.crossfold(&[&["show", "smoke"], more].concat()).expect(0).stdout;
    let rows = table(&here.read("results/smoke/leaderboard.csv"));
    let chosen = table(&show(&["--columns", "epochs,mean,trial", "--format", "csv", "--top", "3"]));
    assert_eq!(chosen.len(), 3);
    for (chosen, row) in chosen.iter().zip(&rows) {
        assert_eq!((chosen.len(), &chosen["mean"], &chosen["trial"]), (3, &row["mean"], &row["trial"]));
    }
    let json = show(&["--columns", "epochs,mean,trial", "--format", "json"]);
    let order = ["\"epochs\"", "\"mean\"", "\"trial\""].map(|key| json.find(key).unwrap());
    assert!(order.is_sorted(), "{json}");
    let markdown = show(&["--columns", "trial,mean", "--digits", "2", "--format", "md", "--top", "1"]);
    let mean = format!("{:.2}", number(&rows[0], "mean"));
    assert_eq!(markdown, format!("| trial | mean |\n|---:|---:|\n| {} | {mean} |\n", rows[0]["trial"]));
    let plain = show(&["--columns", "trial,mean", "--digits", "2", "--top", "1"]);
    assert!(plain.contains(&mean) && !plain.contains("rank"), "{plain}");
    snapshot("command_line", "show_latex", &show(&["--format", "latex", "--digits", "3"]));
    // The name of a metric is that of the column of its means.
    assert_eq!(
        show(&["--sort", "-accuracy", "--format", "csv"]),
        show(&["--sort", "-mean_accuracy", "--format", "csv"])
    );
    let unknown = here.crossfold(&["show", "smoke", "--sort", "precision"]).expect(2).stderr;
    assert!(unknown.contains("no column `precision`") && unknown.contains("there are `rank`, `trial`, "), "{unknown}");
    let refused = here.crossfold(&["show", "smoke", "--columns", "epochs,meen"]).expect(2).stderr;
    assert!(refused.contains("no column `meen`") && refused.contains("did you mean `mean`?"), "{refused}");
}

/// `script` of util-linux gives a command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn text_is_wrapped_at_words_in_a_narrow_terminal() {
    let here = Workplace::new();
    here.crossfold(&["run", &smoke(), "--quiet"]).expect(0);
    let on_terminal = |columns: usize, command: &str| {
        let script = format!("script -qec \"stty rows 24 cols {columns} && '$0' {command}\" /dev/null");
        finish(here.start_shell_script(&script)).expect(0).stdout.replace('\r', "")
    };
    let piped = |arguments: &[&str]| here.crossfold(arguments).expect(0).stdout;
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let compared = on_terminal(60, "compare smoke smoke:0");
    assert!(compared.lines().all(|line| line.chars().count() <= 60), "{compared}");
    assert_eq!(words(&compared), words(&piped(&["compare", "smoke", "smoke:0"])));
    assert_eq!(on_terminal(160, "list"), piped(&["list"]));
    let listed = on_terminal(60, "list");
    assert!(listed.starts_with("study  state     trials  ") && !listed.contains("size"), "{listed}");
    assert!(piped(&["list"]).contains("  size    last run\n"));
    // Beside long names, a table's values have room without the number of distinct ones.
    let votes = format!("data {} --target vote", root().join("data/beps/beps.csv").display());
    let [narrow, wide] = [60, 100].map(|columns| on_terminal(columns, &votes));
    assert!(narrow.contains("  missing  values\n") && narrow.contains(" 1 to 11, "), "{narrow}");
    assert!(wide.contains("  missing  distinct  values\n"), "{wide}");
}
