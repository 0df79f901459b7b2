//! Records at build time what decides a fit's bits, for the keys of stored fits: the sources that train, the locked
//! versions of libraries, and the compiler.

#![expect(clippy::disallowed_methods, reason = "a build script isn't part of the crate, and reads its sources")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// All sources that decide a fit's bits: whole crates, and folders of `crossfold-study`. Changes of tests and comments
/// change the digest, too. That costs time for retraining; a change that isn't noticed would cost trust in every
/// result.
const SOURCES: [&str; 7] = [
    "crossfold-kernels/src",
    "crossfold-model/src",
    // Rows are identified by their digest; this crate splits them and turns them into inputs.
    "crossfold-data/src",
    "crossfold-network/src",
    "crossfold-study/src/fit",
    "crossfold-study/src/metric",
    "crossfold-study/src/rows",
];

/// The libraries that compute. Others (of the lockfile's several hundred) can change without retraining anything.
const ARITHMETIC: [&str; 16] = [
    "burn",
    "burn-autodiff",
    "burn-ndarray",
    "burn-tensor",
    "chacha20",
    "gemm",
    "gemm-common",
    "gemm-f32",
    "gemm-f64",
    "libm",
    "macerator",
    "matrixmultiply",
    "ndarray",
    "num-traits",
    "pulp",
    "sha2",
];

fn main() {
    let crates = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    println!("cargo:rustc-env=CROSSFOLD_SOURCES={}", sources(&crates));
    println!("cargo:rustc-env=CROSSFOLD_LIBRARIES={}", libraries(&crates));
    println!("cargo:rustc-env=CROSSFOLD_COMPILER={} for {}", compiler(), variable("TARGET"));
    println!("cargo:rerun-if-changed=build.rs");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// Returns the SHA-256 of all files' names and texts, each after its length.
fn sources(crates: &Path) -> String {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&watched(crates.join(source)), &mut files);
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(crates).expect("sources are within the crates' folder");
        let name = name.to_string_lossy().replace('\\', "/");
        // Line ends depend on the checkout, not on the program.
        let text = read(&file).replace("\r\n", "\n");
        for piece in [&name, &text] {
            hash.update((piece.len() as u64).to_le_bytes());
            hash.update(piece);
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String never fails");
        text
    })
}

/// Adds all files below `path`.
fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        entries.for_each(|entry| collect(&entry.expect("a folder can be listed").path(), files));
    } else {
        files.push(path.to_owned());
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns `burn 0.22.1, burn-autodiff 0.22.1, …`, as they are locked.
fn libraries(crates: &Path) -> String {
    let lock = read(&watched(crates.join("../Cargo.lock")));
    let locked = |package: &str| {
        let field = |key: &str| {
            let value = package.lines().find_map(|line| line.strip_prefix(key))?;
            Some(value.trim_matches('"').to_owned())
        };
        let name = field("name = ").filter(|name| ARITHMETIC.contains(&name.as_str()))?;
        Some(format!("{name} {}", field("version = ")?))
    };
    let found: Vec<String> = lock.split("[[package]]").filter_map(locked).collect();
    for name in ARITHMETIC {
        let is_locked = found.iter().any(|library| library.split(' ').next() == Some(name));
        assert!(is_locked, "Cargo.lock has no {name}: is there another library that computes?");
    }
    found.join(", ")
}

/// Runs this script again when the file changes.
fn watched(path: PathBuf) -> PathBuf {
    println!("cargo:rerun-if-changed={}", path.display());
    path
}

/// `rustc 1.95.0 (…)`.
fn compiler() -> String {
    let output = Command::new(variable("RUSTC")).arg("--version").output().expect("the compiler prints its version");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
