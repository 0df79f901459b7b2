//! Runs `crossfold` in a temporary folder, and reads its output and files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Once};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use tempfile::TempDir;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the checkout has a root")
}

/// The files with `extension` directly in `folder` of the checkout, sorted.
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

/// A temporary folder to run commands in, removed at the end of the test.
pub(crate) struct Workplace {
    folder: TempDir,
}

/// The exit code and output of a command.
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
        let mut command = self.program(env!("CARGO_BIN_EXE_crossfold"));
        command.args(arguments);
        command
    }

    /// A program to run here that inherits nothing that changes what `crossfold` does: neither environment variables, nor
    /// stdin, nor ignored signals.
    fn program(&self, name: &str) -> Command {
        stop_ignoring_signals();
        let mut command = Command::new(name);
        command.current_dir(self.path()).stdin(Stdio::null()).env("NO_COLOR", "1");
        command.env("XDG_CONFIG_HOME", self.path().join("config"));
        for variable in [
            "CROSSFOLD_CACHE",
            "CROSSFOLD_CONFIG",
            "CROSSFOLD_LOG",
            "CROSSFOLD_RESULTS",
            "GITHUB_ACTIONS",
            "GITHUB_STEP_SUMMARY",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs `crossfold` here to its end.
    pub(crate) fn crossfold(&self, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).output().unwrap())
    }

    /// Runs `crossfold` here with an environment variable set.
    pub(crate) fn crossfold_with(&self, variable: &str, value: &str, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).env(variable, value).output().unwrap())
    }

    /// Runs `crossfold` here with `stdout` as its stdout.
    pub(crate) fn crossfold_into(&self, stdout: Stdio, arguments: &[&str]) -> Outcome {
        finish(self.start_into(stdout, arguments))
    }

    /// Starts `crossfold` here.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.start_into(Stdio::piped(), arguments)
    }

    /// Starts `crossfold` here with `stdout` as its stdout.
    pub(crate) fn start_into(&self, stdout: Stdio, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts another program here, with the path of `crossfold` and then `arguments` as its arguments.
    pub(crate) fn start_program(&self, program: &str, stdout: Stdio, arguments: &[&str]) -> Child {
        let mut command = self.program(program);
        command.arg(env!("CARGO_BIN_EXE_crossfold")).args(arguments);
        command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Starts a shell script here, in which `$0` is `crossfold`.
    pub(crate) fn start_shell_script(&self, script: &str) -> Child {
        let mut command = self.program("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_crossfold")]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The text of a file that a run wrote.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The bytes of the *results* in a study's folder. Records (timings, provenance, logs) differ from run to run and are
    /// left out.
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
        // The first is written when at least ten trials have a score, the others of tables, linear winners and test rows.
        for file in ["importance.csv", "baselines.csv", "variables.csv", "coefficients.csv", "test_predictions.csv"] {
            if self.path().join(folder).join(file).exists() {
                results.insert(file.to_owned(), read(file));
            }
        }
        results
    }

    /// The bytes of all files in a study's folder except logs and lock: those that `report` must recreate from the store.
    pub(crate) fn all_but_logs(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = self.path().join(folder);
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.strip_prefix(&folder).expect("it is in the folder").to_str().expect("names are UTF-8");
                if path.is_dir() && name != "logs" {
                    folders.push(path);
                } else if path.is_file() && name != ".lock" && name != ".progress" {
                    files.insert(name.to_owned(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

/// Gives started programs the default action for every signal, also where this process was started with some of them
/// ignored, as `nohup` and a shell's `&` do.
///
/// A program inherits ignored signals, but a signal with a handler is reset to its default action. The handler here does
/// nothing, so the tests themselves still ignore these signals.
fn stop_ignoring_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if is_ignored(signal) {
                signal_hook::flag::register(signal, Arc::default()).unwrap();
            }
        }
    });
}

/// Whether this process ignores a signal; only Linux shows that.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).unwrap() >> (signal - 1) & 1 == 1)
}

/// A full stdout, and the end to read it from. A program's first write to it blocks until the other end is read. So the
/// program cannot end before, however fast the machine is.
#[cfg(unix)]
pub(crate) fn full_stdout() -> (std::os::unix::net::UnixStream, Stdio) {
    use std::io::{ErrorKind, Write};

    let (reader, mut writer) = std::os::unix::net::UnixStream::pair().unwrap();
    writer.set_nonblocking(true).unwrap();
    // The last bytes one by one, so that there is no room for the shortest line.
    for filler in [&[b'\n'; 4096][..], b"\n"] {
        let error = loop {
            if let Err(error) = writer.write(filler) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }
    writer.set_nonblocking(false).unwrap();
    (reader, Stdio::from(std::os::fd::OwnedFd::from(writer)))
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
    /// Asserts that the command exited with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Outcome {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// Uniform numbers from 0 to 1 (Lehmer 1951, with the multiplier 16807).
pub(crate) struct Uniform(pub(crate) u64);

impl Iterator for Uniform {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        self.0 = self.0 * 16807 % 2_147_483_647;
        Some(self.0 as f64 / 2_147_483_647.0)
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

/// Compares `shown` with the stored snapshot `name` in `folder`.
pub(crate) fn snapshot(folder: &str, name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}
