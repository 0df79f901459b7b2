//! A command in a folder of its own, and what came of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the checkout has a root")
}

/// Every file with `extension` right in `folder` of the checkout, sorted.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} holds no *.{extension}");
    files
}

/// A folder to work in, gone at the end of the test.
pub(crate) struct Workplace {
    folder: TempDir,
}

/// How a command ended, and what it said.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workplace {
    pub(crate) fn new() -> Workplace {
        Workplace { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a spec here; `DATA` in it becomes the checkout's `data` folder.
    pub(crate) fn spec(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        let data = root().join("data");
        fs::write(&path, text.replace("DATA", data.to_str().expect("the checkout's path is UTF-8"))).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossfold"));
        command.args(arguments).current_dir(self.path());
        command
            .env_remove("CROSSFOLD_LOG")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env_remove("RUST_BACKTRACE")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs `crossfold` here to its end.
    pub(crate) fn crossfold(&self, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs `crossfold` here with an environment variable set.
    pub(crate) fn crossfold_with(&self, variable: &str, value: &str, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).env(variable, value).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs `crossfold` here with stdout going elsewhere.
    pub(crate) fn crossfold_into(&self, stdout: Stdio, arguments: &[&str]) -> Outcome {
        let child = self.command(arguments).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn();
        finish(child.unwrap())
    }

    /// Starts `crossfold` here and leaves it running.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts `crossfold` here as an argument of another program.
    pub(crate) fn start_by(&self, program: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new(program);
        command.arg(env!("CARGO_BIN_EXE_crossfold")).args(arguments).current_dir(self.path()).env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts `crossfold` here from a script of the shell, whose `$0` it is.
    pub(crate) fn start_by_shell(&self, script: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_crossfold")]).current_dir(self.path()).env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The text of a file that a run wrote.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The bytes of the *results* in a study's folder; records (timings, provenance, logs) may
    /// differ from run to run and are left out.
    pub(crate) fn results(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let files = [
            "leaderboard.csv",
            "folds.csv",
            "curves.csv",
            "predictions.csv",
            "test.csv",
            "best.yaml",
            "report.md",
            "README.md",
            "model/model.json",
            "model/weights.safetensors",
            "model/spec.yaml",
            "model/README.md",
        ];
        let read = |file: &str| fs::read(self.path().join(folder).join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut results: BTreeMap<_, _> = files.into_iter().map(|file| (file.to_owned(), read(file))).collect();
        // There from ten scored trials on.
        if self.path().join(folder).join("importance.csv").exists() {
            results.insert("importance.csv".to_owned(), read("importance.csv"));
        }
        results
    }

    /// The bytes of all files in a study's folder but its logs and its lock: what the store alone must come to again.
    pub(crate) fn all_but_logs(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = self.path().join(folder);
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.strip_prefix(&folder).expect("it is in the folder").to_str().expect("names are UTF-8");
                if path.is_dir() && name != "logs" {
                    folders.push(path);
                } else if path.is_file() && name != ".lock" {
                    files.insert(name.to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

/// Waits for a started command.
pub(crate) fn finish(child: Child) -> Outcome {
    outcome(child.wait_with_output().unwrap())
}

fn outcome(output: std::process::Output) -> Outcome {
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

impl Outcome {
    /// The outcome, once it is sure that the command ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Outcome {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// A row of a CSV file, by column name.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a CSV file.
pub(crate) fn table(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[track_caller]
pub(crate) fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is {:?}", row[column]))
}

/// Holds `shown` against the stored snapshot of `name` in `folder`.
pub(crate) fn snapshot(folder: &str, name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}
