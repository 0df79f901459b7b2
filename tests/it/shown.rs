//! Foreign text in everything that is shown: on the terminal, in logs, pages, Markdown, CSV and JUnit files.

use std::fs;
use std::path::Path;

use crate::harness::{Outcome, Workplace, root, table};

/// Sets a terminal's title, colours text, moves the cursor, turns text round; ends a line and a cell; is markup.
const HOSTILE: &str = "\u{1b}]0;T\u{7}\u{9b}31m\u{202e}x\r|<img src=x onerror=alert(1)>";

/// The text of a file or of an output has nothing that is obeyed or not seen.
#[track_caller]
fn check_visible(what: &str, text: &str) {
    let is_hidden = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ffff}')
    };
    if let Some(line) = text.lines().find(|line| line.contains(is_hidden)) {
        panic!("{what}: {line:?}");
    }
}

#[track_caller]
fn check_shown(what: &str, outcome: &Outcome) {
    check_visible(what, &outcome.stdout);
    check_visible(what, &outcome.stderr);
}

/// Two classes, two columns, one of which and one class are named by `name`.
fn hostile_table(here: &Workplace, file: &str, name: &str) {
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let rows: String = (0..60)
        .map(|row| {
            let class = if row % 3 == 0 { &quoted } else { "plain" };
            format!("{},{},{class}\n", (row * 7) % 13, (row * 5) % 11 + 4 * usize::from(row % 3 == 0))
        })
        .collect();
    fs::write(here.path().join(file), format!("{quoted},b,y\n{rows}")).unwrap();
}

fn hostile_spec(here: &Workplace, name: &str, path: &str) -> String {
    let text = format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: {path}, target: y}}\nmodel: {{kind: mlp, hidden: [3]}}\n\
         training: {{epochs: 2}}\nsearch: {{space: {{learning_rate: [0.1, 0.05]}}}}\n\
         cross_validation: {{folds: 2}}\n"
    );
    here.spec(&format!("{name}.yaml"), &text).to_str().unwrap().to_owned()
}

/// Case 57, first part: what a person or a program hands over on the command line and in specs.
#[test]
fn arguments_and_specs_reach_no_terminal_raw() {
    let here = Workplace::new();
    let arguments = [
        vec![HOSTILE],
        vec!["run", HOSTILE],
        vec!["run", "a.yaml", HOSTILE],
        vec!["check", HOSTILE, "a\nerror: b"],
        vec!["data", HOSTILE],
        vec!["init", "a.csv", "--target", HOSTILE],
        vec!["show", HOSTILE],
        vec!["show", "a", "--sort", HOSTILE],
        vec!["report", HOSTILE, "--results", HOSTILE],
        vec!["list", "--results", HOSTILE],
        vec!["gc", "--forget", HOSTILE],
        vec!["gate", HOSTILE],
        vec!["baseline", HOSTILE, "-o", HOSTILE],
        vec!["compare", HOSTILE, "b:x"],
        vec!["explain", "a", HOSTILE],
        vec!["predict", HOSTILE, HOSTILE],
        vec!["completions", HOSTILE],
        vec!["plan", "a.yaml", "--jobs", HOSTILE],
        vec!["plan", "a.yaml", "--log", HOSTILE],
    ];
    for arguments in arguments {
        check_shown(&format!("{arguments:?}"), &here.crossfold(&arguments));
    }
    // A name with a line end in it is no line of ours.
    let forged = "a\n  hint: run evil\n  error: b";
    hostile_table(&here, forged, "a");
    fs::write(here.path().join("torn\n  hint: run evil"), "a,b\n1\n\"x\n").unwrap();
    for arguments in [
        vec!["show", forged],
        vec!["check", forged],
        vec!["run", forged],
        vec!["gate", forged],
        vec!["data", "a\n  hint: run evil"],
        vec!["data", "torn\n  hint: run evil"],
        vec!["init", forged, "--target", forged],
        vec!["predict", forged, forged],
        vec!["gc", "--forget", forged],
        vec!["compare", forged, forged],
        vec!["list", "--results", forged],
    ] {
        let shown = here.crossfold(&arguments);
        let is_forged =
            |line: &str| ["hint: run evil", "error: b"].iter().any(|text| line.trim_start().starts_with(text));
        assert!(!shown.stderr.lines().any(is_forged), "{arguments:?}: {}", shown.stderr);
    }
    let escaped = r#""\e]0;T\a\x9b31m\u202e\r""#;
    let specs = [
        "version: 1\nname: a\nBAD: 1\n",
        "version: 1\nname: BAD\n",
        "version: BAD\n",
        "version: 1\nname: a\ndata: {source: BAD}\n",
        "version: 1\nname: a\ndata: {source: csv, path: BAD, target: y}\nmodel: {kind: linear}\ncross_validation: {folds: 2}\n",
        "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: BAD}\nmodel: {kind: linear}\ncross_validation: {folds: 2}\n",
        "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: y, columns: {BAD: drop}}\nmodel: {kind: linear}\n\
         cross_validation: {folds: 2}\n",
        "version: 1\nname: a\nmodels: {BAD: {kind: linear}}\n",
        "version: 1\nname: a # BAD\nmodel: {kind: x}\n",
    ];
    hostile_table(&here, "a.csv", HOSTILE);
    for text in specs {
        for bad in [escaped, "'\u{202e}\u{ad}'", "'\u{85}x\u{2028}'"] {
            let spec = here.spec("a.yaml", &text.replace("BAD", bad));
            let spec = spec.to_str().unwrap();
            for command in ["check", "plan", "run"] {
                check_shown(&format!("{command} {text:?}"), &here.crossfold(&[command, spec]));
            }
        }
    }
    let spec = hostile_spec(&here, "a", "a.csv");
    for set in ["name", "data.path", "data.target", "search.space", "\u{1b}]0;T\u{7}", "model.kind"] {
        let set = format!("{set}=\"\u{202e}\\e]0;T\\a\"");
        check_shown(&set, &here.crossfold(&["plan", &spec, "--set", &set]));
    }
}

/// Carets stand under what they mean, though it is shown longer than it is written.
#[test]
fn carets_stand_under_escapes() {
    let here = Workplace::new();
    here.spec("a.yaml", "version: 1 # \u{202e}\nname: \"\u{202e}\"\n");
    let shown = here.crossfold(&["check", "a.yaml"]).expect(10).stderr;
    let (_, shown) = shown.split_once("`name`").unwrap();
    let mut lines = shown.lines().skip_while(|line| !line.starts_with(" 2 "));
    let (line, carets) = (lines.next().unwrap(), lines.next().unwrap());
    let place = |text: &str, of: &str| text.find(of).map(|at| text[..at].chars().count());
    assert_eq!(place(line, "\"\\u{202e}\""), place(carets, "─"), "{shown}");
    assert_eq!(carets.matches('─').count(), "\"\\u{202e}\"".len(), "{shown}");
}

/// Case 57, second part: what tables, models, stores, locks and baselines say.
#[test]
fn names_in_files_reach_no_terminal_raw() {
    let here = Workplace::new();
    hostile_table(&here, "a.csv", HOSTILE);
    let spec = hostile_spec(&here, "a", "a.csv");
    for arguments in [
        vec!["data", "a.csv"],
        vec!["data", "a.csv", "--target", "y"],
        vec!["data", "a.csv", "--format", "json"],
        vec!["init", "a.csv", "--target", "y"],
        vec!["plan", &spec],
        vec!["run", &spec, "--log", "debug"],
        vec!["run", &spec, "--json"],
        vec!["run", &spec],
        vec!["list"],
        vec!["show", "a"],
        vec!["show", "a", "--format", "md"],
        vec!["show", "a", "--format", "json"],
        vec!["explain", "a", "0"],
        vec!["compare", "a:0", "a:1"],
        vec!["compare", "a:0", "a:1", "--json"],
        vec!["report", "a"],
        vec!["baseline", "a", "-o", "base.json"],
        vec!["gate", "base.json", "--allow-inconclusive", "--junit", "junit.xml", "--summary", "summary.md"],
        vec!["gate", "base.json", "--allow-inconclusive", "--json"],
        vec!["predict", "results/a/model", "a.csv", "-o", "p.csv"],
    ] {
        let outcome = here.crossfold(&arguments).expect(0);
        check_shown(&format!("{arguments:?}"), &outcome);
        if arguments.contains(&"json") || arguments.contains(&"--json") {
            let values = serde_json::Deserializer::from_str(&outcome.stdout).into_iter::<serde_json::Value>();
            let values = values.collect::<Result<Vec<_>, _>>().unwrap();
            assert!(!values.is_empty(), "{arguments:?}");
        }
    }
    for file in ["junit.xml", "summary.md", "results/a/report.md", "results/a/README.md", "results/a/model/README.md"] {
        let text = here.read(file);
        check_visible(file, &text);
        // As code or as `\<`, and not as a tag.
        for line in text.lines().filter(|line| line.contains("<img")) {
            assert!(line.contains('`') || line.contains("\\<img") || line.contains("[\""), "{file}: {line}");
        }
    }
    for log in fs::read_dir(here.path().join("results/a/logs")).unwrap() {
        let text = fs::read_to_string(log.unwrap().path()).unwrap();
        check_visible("log", &text);
        assert!(text.lines().all(|line| line.starts_with("20")), "each line of a log is an event: {text}");
    }

    // As version 2 had it, without a digest that would tell of the change.
    let model = here.path().join("results/a/model/model.json");
    let written = fs::read_to_string(&model).unwrap().replacen("\"version\": 3", "\"version\": 2", 1);
    let written: String = written.split_inclusive('\n').filter(|line| !line.contains("\"digest\"")).collect();
    let escape = |text: &str| serde_json::to_string(text).unwrap();
    for (from, to) in [("\"y\"", escape(HOSTILE)), ("\"b\"", escape("\u{1b}[2J\n"))] {
        fs::write(&model, written.replace(from, &to)).unwrap();
        let outcome = here.crossfold(&["predict", "results/a/model", "a.csv", "-o", "p.csv"]);
        check_shown(&format!("a model with {to} in place of {from}"), &outcome);
        assert!(outcome.stderr.contains("\\u{1b}"), "{from} is shown: {}", outcome.stderr);
    }

    fs::write(here.path().join("results/a/.lock"), "process 1\u{1b}]0;T\u{7}, started \u{202e}now\nerror: x").unwrap();
    check_shown("a lock", &here.crossfold(&["run", &spec]));
    // A store of version 6, which has no digests either.
    fs::create_dir(here.path().join("older")).unwrap();
    let older = root().join("crates/crossfold-store/fixtures/version-6.db");
    fs::copy(older, here.path().join("older/crossfold.db")).unwrap();
    change_store(&here.path().join("older"), b"Z", b"\x1b");
    let listed = here.crossfold(&["list", "--results", "older"]).expect(0);
    check_shown("an older store", &listed);
    assert!(listed.stdout.contains("\\u{1b}"), "{}", listed.stdout);
    change_store(&here.path().join("results"), b"Z", b"\x1b");
    for arguments in
        [vec!["list"], vec!["show", "a"], vec!["report", "a"], vec!["explain", "a", "0"], vec!["run", &spec]]
    {
        check_shown(&format!("a changed store, {arguments:?}"), &here.crossfold(&arguments));
    }
}

/// Files that are written to stdout keep such characters, because programs read them, unless stdout is a terminal.
#[cfg(target_os = "linux")]
#[test]
fn files_for_stdout_reach_no_terminal_raw() {
    use crate::harness::finish;
    let here = Workplace::new();
    hostile_table(&here, "a.csv", HOSTILE);
    let spec = hostile_spec(&here, "a", "a.csv");
    here.crossfold(&["run", &spec, "--quiet"]).expect(0);
    for line in [
        "predict results/a/model a.csv -o - --quiet",
        "predict results/a/model a.csv -o /dev/stdout --quiet",
        "predict results/a/model a.csv -o /dev/tty --quiet",
        "predict results/a/model a.csv -o p.csv --inputs - --quiet",
        "predict results/a/model a.csv -o - --inputs /dev/tty --quiet",
        "init a.csv --target y -o -",
    ] {
        // A pseudo-terminal of util-linux, which ends lines with a carriage return.
        let script = format!("script --quiet --return --command \"$0 {line}\" /dev/null");
        let shown = finish(here.start_shell_script(&script)).expect(0).stdout.replace("\r\n", "\n");
        check_visible(line, &shown);
        assert!(["\\u{202e}", "\\u202E"].iter().any(|escape| shown.contains(escape)), "{line}: {shown}");
    }
    let piped = here.crossfold(&["predict", "results/a/model", "a.csv", "-o", "-", "--quiet"]).expect(0).stdout;
    assert!(piped.contains(HOSTILE), "{piped}");
}

/// Puts a byte in place of the last of each time stamp that a store has.
fn change_store(results: &Path, from: &[u8], to: &[u8]) {
    for file in ["crossfold.db", "crossfold.db-wal"] {
        let path = results.join(file);
        let Ok(mut bytes) = fs::read(&path) else { continue };
        for at in 0..bytes.len().saturating_sub(20) {
            let is_stamp =
                bytes[at..].starts_with(b"20") && bytes[at + 10] == b'T' && &bytes[at + 19..=at + 19] == from;
            if is_stamp {
                bytes[at + 19] = to[0];
            }
        }
        fs::write(path, bytes).unwrap();
    }
}

/// Case 58.
#[test]
fn a_baselines_name_is_checked_as_a_specs_is() {
    let here = Workplace::new();
    hostile_table(&here, "a.csv", "a");
    let spec = hostile_spec(&here, "a", "a.csv");
    here.crossfold(&["run", &spec]).expect(0);
    here.crossfold(&["baseline", "a", "-o", "base.json"]).expect(0);
    let mut baseline: serde_json::Value = serde_json::from_str(&here.read("base.json")).unwrap();
    // Version 3 has no digest.
    (baseline["version"], baseline["digest"]) = (3.into(), "".into());
    let long = "a".repeat(65);
    let names = ["x|y\n\n# heading\n<img src=x>", "x\u{ffff}", "", "A", "a b", "x\u{1b}[1m", "..", long.as_str()];
    for name in names {
        baseline["name"] = name.into();
        fs::write(here.path().join("bad.json"), baseline.to_string()).unwrap();
        let gate = ["gate", "bad.json", "--junit", "junit.xml", "--summary", "summary.md"];
        let refused = here.crossfold(&gate).expect(10);
        check_shown(name, &refused);
        assert!(refused.stderr.contains("expected 1 to 64 letters `a-z`, digits and `-`"), "{}", refused.stderr);
        ["summary.md", "junit.xml"].iter().for_each(|file| check_visible(file, &here.read(file)));
    }
    // The lines of the origin are text of the baseline as well.
    baseline["name"] = "a".into();
    baseline["origin"].as_array_mut().unwrap().insert(0, "<b>|\u{1b}[1m\u{ffff}&\"' x".into());
    fs::write(here.path().join("odd.json"), baseline.to_string()).unwrap();
    let gate = ["gate", "odd.json", "--allow-inconclusive", "--junit", "junit.xml", "--summary", "summary.md"];
    check_shown("odd.json", &here.crossfold(&gate).expect(0));
    let (junit, summary) = (here.read("junit.xml"), here.read("summary.md"));
    check_visible("junit.xml", &junit);
    check_visible("summary.md", &summary);
    assert!(junit.contains("&lt;b&gt;|\\u{1b}[1m\\u{ffff}&amp;&quot;&apos;"), "{junit}");
    assert!(summary.contains("\\<b>"), "{summary}");
    assert!(!junit.contains("<b>") && !summary.contains(" <b>"), "{junit}{summary}");
}

/// Case 66: text cells that a spreadsheet would take for formulas, in all files that hold names.
#[test]
fn formulas_are_defused_in_every_csv_file() {
    let here = Workplace::new();
    for formula in ["=1+1", "＝1+1", "＋1+A1", "－A1", "＠SUM(A1)", "+A1", "-A1", "@A1", " =A1", "\t=A1"] {
        hostile_table(&here, "a.csv", formula);
        let spec = hostile_spec(&here, "a", "a.csv");
        here.crossfold(&["run", &spec, "--quiet"]).expect(0);
        let predict = ["predict", "results/a/model", "a.csv", "-o", "p.csv", "--inputs", "i.csv"];
        here.crossfold(&predict).expect(0);
        let mut files: Vec<String> = vec!["p.csv".to_owned(), "i.csv".to_owned()];
        for file in fs::read_dir(here.path().join("results/a")).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            files.extend(name.ends_with(".csv").then(|| format!("results/a/{name}")));
        }
        let mut defused = 0;
        for file in &files {
            let text = here.read(file);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            for cell in
                reader.records().flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            {
                let begins = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                assert!(!begins || cell.parse::<f64>().is_ok(), "{file}: {cell:?}");
                defused += usize::from(cell.starts_with('\''));
            }
        }
        assert!(defused > 20, "{formula}: {defused} cells in {files:?}");
        assert!(files.len() >= 7, "{files:?}");
    }
}

/// Case 43: the argument is shown, with one cause and what is expected.
#[test]
fn wrong_arguments_say_what_is_expected() {
    let here = Workplace::new();
    hostile_table(&here, "a.csv", "a");
    let spec = hostile_spec(&here, "a", "a.csv");
    let run = |option: &[&str]| here.crossfold(&[&["run", spec.as_str()][..], option].concat());
    let check = |option: &[&str], code: i32, expected: &str| {
        let refused = run(option).expect(code).stderr;
        assert!(refused.contains(expected), "{option:?}: {refused}");
        assert_eq!(refused.matches("error: ").count(), 1 + usize::from(code == 10), "{refused}");
        for jargon in ["nonzero", "non-zero", "invalid digit", "number would be", "tip:", "a.yaml:"] {
            assert!(!refused.contains(jargon), "{option:?}: {refused}");
        }
    };
    for jobs in ["-1", "0", "two", "1.5", "", "99999999999999999999999"] {
        let expected = "for '--jobs <N>': expected a whole number of at least 1, or `all` for all cores";
        check(&[&format!("--jobs={jobs}")], 2, expected);
    }
    check(&["--jobs", "-1"], 2, "invalid value '-1' for '--jobs <N>': expected a whole number of at least 1, or `all`");
    let seed = "invalid value '-1' for '--seed <N>': expected a whole number from 0 to 18446744073709551615";
    check(&["--seed", "-1"], 2, seed);
    check(&["--seed", "x"], 2, "invalid value 'x' for '--seed <N>': expected a whole number from 0 to");
    check(
        &["--until", "7:00"],
        2,
        "error: `--until 7:00`: expected a time of day with two digits each, such as `07:00`",
    );
    check(&["--until", "7:00"], 2, "hint: did you mean `07:00`?");
    for time in ["soon", "-1", "25:00", "7"] {
        check(&["--until", time], 2, &format!("error: `--until {time}`: expected a time of day"));
    }
    check(&["--until", "2020-01-01 07:00"], 2, "error: `--until 2020-01-01 07:00` is past: it is 20");
    check(&["--set", "training.epochs="], 10, " 1 │ --set training.epochs=\n   ·       ────────────────\n");
    check(&["--set", "training.epochs=# ten"], 10, "expected a whole number from 1 to 100000, found nothing");
    for key in ["training.epochs", "data.path", "training", "model.hidden[0]", "search.space.learning_rate[1]", "seed"]
    {
        let expected = format!(" 1 │ --set {key}=");
        check(&["--set", &format!("{key}=")], 10, &expected);
        check(&["--set", &format!("{key}= ")], 10, &expected);
    }
    check(&["--set", "training.epochs"], 2, "expected `path=value`, such as `training.epochs=5`");
    let refused = here.crossfold(&["show", "a", "--top", "-1"]).expect(2);
    assert!(refused.stderr.contains("expected a whole number from 0"), "{}", refused.stderr);
    let refused = here.crossfold(&["data", "a.csv", "--rows", "0"]).expect(2);
    assert!(refused.stderr.contains("expected a whole number from 1"), "{}", refused.stderr);
    let refused = here.crossfold(&["explain", "a", "x"]).expect(2);
    assert!(refused.stderr.contains("expected a whole number from 0"), "{}", refused.stderr);
    let first = run(&["--jobs", "all", "--quiet"]).expect(0);
    assert_eq!(first.stderr, "");
    let leaderboard = here.read("results/a/leaderboard.csv");
    run(&["--jobs", "auto", "--fresh", "--quiet"]).expect(0);
    assert_eq!(here.read("results/a/leaderboard.csv"), leaderboard);
}

/// Case 44: the expected text is what PyYAML reads as the same values (`tests/readers/best_yaml.py` has PyYAML read it).
#[test]
fn best_yaml_means_the_same_in_yaml_1_1() {
    let here = Workplace::new();
    let rows: String = (0..60)
        .map(|row| format!("{},{},{}\n", row % 7, ["010", "1:30", "2003-04-01"][row % 3], ["no", "y", "1_0"][row % 3]))
        .collect();
    fs::write(here.path().join("a.csv"), format!("on,b,yes\n{rows}")).unwrap();
    let spec = "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: 'yes', \
         columns: {'on': numeric, b: {ordinal: ['010', '1:30', '2003-04-01']}}}\n\
         model: {kind: linear}\ntraining: {epochs: 2, learning_rate: 1e-7, l2: 2.5e-10, class_weights: {'no': 1, y: 2, '1_0': 1e20}}\n\
         cross_validation: {folds: 2}\n";
    let spec = here.spec("a.yaml", spec);
    here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]).expect(0);
    let best = here.read("results/a/best.yaml");
    for line in [
        "  target: 'yes'",
        "    'on': numeric",
        "      - '010'",
        "      - '1:30'",
        "      - '2003-04-01'",
        "  learning_rate: 1.0e-7",
        "  l2: 2.5e-10",
        "    'no': 1.0",
        "    'y': 2.0",
        "    '1_0': 1.0e+20",
    ] {
        assert!(best.lines().any(|found| found == line), "{line}\n{best}");
    }
    let leaderboard = here.read("results/a/leaderboard.csv");
    here.crossfold(&["run", "results/a/best.yaml", "--quiet"]).expect(0);
    let again = table(&here.read("results/a-best/leaderboard.csv"));
    assert_eq!(again[0]["mean"], table(&leaderboard)[0]["mean"]);
}

/// Case 45.
#[test]
fn ranges_and_pruners_without_effect_are_noted() {
    let here = Workplace::new();
    hostile_table(&here, "a.csv", "a");
    let spec = hostile_spec(&here, "a", "a.csv");
    let step = "`batch_size`: steps of 8 from 4 end at 28 and miss `high: 30`; write `high: 28`, or another `step`";
    let pruner = "`pruner: median` has no rung below the whole of a trial (1 epochs on 2 folds), so nothing is pruned";
    for (search, epochs, expected) in [
        ("{space: {batch_size: {int: {low: 4, high: 30, step: 8}}}}", 2, Some(step)),
        ("{space: {batch_size: {int: {low: 4, high: 28, step: 8}}}}", 2, None),
        ("{strategy: {random: {trials: 2}}, pruner: median, space: {learning_rate: [0.1, 0.2]}}", 1, Some(pruner)),
        ("{strategy: {random: {trials: 2}}, pruner: median, space: {learning_rate: [0.1, 0.2]}}", 4, None),
    ] {
        let sets = [format!("search={search}"), format!("training.epochs={epochs}")];
        for command in ["plan", "run"] {
            let shown = here.crossfold(&[command, &spec, "--set", &sets[0], "--set", &sets[1]]).expect(0).stderr;
            match expected {
                Some(note) => assert!(shown.contains(&format!("note: {note}")), "{search}: {shown}"),
                None => assert!(!shown.contains("note: `"), "{search}: {shown}"),
            }
        }
    }
}

/// Case 46: 0 or a range.
#[test]
fn zero_is_searched_beside_a_range() {
    let here = Workplace::new();
    hostile_table(&here, "a.csv", "a");
    let spec = hostile_spec(&here, "a", "a.csv");
    let set = |search: &str| format!("search={search}");
    let space = "{l2: {log_uniform: {low: 1e-6, high: 1e-2, zero: 0.3}}}";
    for strategy in ["random", "sobol", "tpe", "gp"] {
        let search = set(&format!(
            "{{strategy: {{{strategy}: {{trials: 24}}}}, enqueue: [{{l2: 0}}, {{l2: 1e-3}}], space: {space}}}"
        ));
        let arguments = ["run", &spec, "--set", &search, "--set", "training.epochs=1", "--quiet", "--fresh"];
        here.crossfold(&arguments).expect(0);
        let rows = table(&here.read("results/a/leaderboard.csv"));
        let values: Vec<f64> = rows.iter().map(|row| row["l2"].parse().unwrap()).collect();
        assert_eq!(
            values.iter().filter(|value| **value == 0.0).count(),
            1,
            "{strategy}: equal trials are one: {values:?}"
        );
        let within = values.iter().filter(|value| (1e-6..1e-2).contains(*value)).count();
        assert_eq!(within, values.len() - 1, "{strategy}: {values:?}");
        assert!(within >= 6, "{strategy}: {values:?}");
        let importance = here.read("results/a/importance.csv");
        assert!(importance.contains("l2"), "{importance}");
    }
    for (space, expected) in [
        (
            "{l2: {log_uniform: {low: 0, high: 0.01}}}",
            "hint: for 0 or a range: `{log_uniform: {low: 1e-6, high: 0.01, zero: 0.2}}`",
        ),
        ("{learning_rate: {log_uniform: {low: 0.001, high: 0.01, zero: 0.2}}}", "`learning_rate` can't be 0"),
        ("{l2: {uniform: {low: 0, high: 0.01, zero: 0.2}}}", "0 is in the range already"),
        ("{l2: {log_uniform: {low: 0.001, high: 0.01, zero: 1}}}", "zero"),
        ("{l2: {log_uniform: {low: 0.001, high: 0.01, zero: true}}}", "zero"),
        ("{batch_size: {int: {low: 2, high: 8, zero: 0.2}}}", "zero"),
    ] {
        let refused = here.crossfold(&[
            "plan",
            &spec,
            "--set",
            &set(&format!("{{strategy: {{random: {{trials: 3}}}}, space: {space}}}")),
        ]);
        assert!(refused.expect(10).stderr.contains(expected), "{space}");
    }
    let outside = set(&format!("{{strategy: {{random: {{trials: 3}}}}, enqueue: [{{l2: 0.5}}], space: {space}}}"));
    let refused = here.crossfold(&["plan", &spec, "--set", &outside]).expect(10).stderr;
    assert!(refused.contains("0 or a number from 0.000001 to 0.01"), "{refused}");
}
