//! Records at build time what decides a fit's bits, for the keys of stored fits: the sources that train, the locked
//! versions and the features of libraries, and the compiler.

#![expect(clippy::disallowed_methods, reason = "a build script isn't part of the crate, and reads its sources")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// All sources that decide a fit's bits. Changes of tests and comments change the digest, too. That costs time for
/// retraining; a change that isn't noticed would cost trust in every result.
const SOURCES: &[&str] = &include!("identity_sources.rs");

/// The libraries that compute. Others (of the lockfile's several hundred) can change without retraining anything.
const ARITHMETIC: [&str; 12] = [
    "burn",
    "burn-autodiff",
    "burn-ndarray",
    "burn-tensor",
    "chacha20",
    "forust-ml",
    "libm",
    "macerator",
    "matrixmultiply",
    "ndarray",
    "num-traits",
    "sha2",
];

fn main() {
    let crates = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    println!("cargo:rustc-env=CROSSFOLD_SOURCES={}", sources(&crates));
    println!("cargo:rustc-env=CROSSFOLD_LIBRARIES={}", libraries(&crates));
    println!("cargo:rustc-env=CROSSFOLD_COMPILER={}", compiler());
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

/// Returns `burn 0.22.1 (std, autodiff, ndarray), burn-autodiff 0.22.1, …`, as they are locked, with the features that the
/// workspace asks for: these select kernels, such as those for AVX-512.
fn libraries(crates: &Path) -> String {
    let lock = read(&watched(crates.join("../Cargo.lock")));
    let workspace = read(&watched(crates.join("../Cargo.toml")));
    let locked = |package: &str| {
        let field = |key: &str| {
            let value = package.lines().find_map(|line| line.strip_prefix(key))?;
            Some(value.trim_matches('"').to_owned())
        };
        let name = field("name = ").filter(|name| ARITHMETIC.contains(&name.as_str()))?;
        Some(format!("{name} {}{}", field("version = ")?, features(&workspace, &name)))
    };
    let found: Vec<String> = lock.split("[[package]]").filter_map(locked).collect();
    for name in ARITHMETIC {
        let is_locked = found.iter().any(|library| library.split(' ').next() == Some(name));
        assert!(is_locked, "Cargo.lock has no {name}: is there another library that computes?");
    }
    found.join(", ")
}

/// Returns ` (std, x86-v4)`; nothing for a library that is only a dependency of other libraries.
fn features(workspace: &str, library: &str) -> String {
    let declared = |line: &str| Some(line.strip_prefix(library)?.strip_prefix(" = ")?.to_owned());
    let Some(declaration) = workspace.lines().find_map(declared) else { return String::new() };
    assert!(declaration.ends_with(['"', '}']), "{library} must be declared on one line of Cargo.toml");
    let listed = declaration.split_once("features = [").and_then(|(_, list)| list.split_once(']'));
    let listed = listed.map(|(list, _)| list.replace('"', "")).unwrap_or_default();
    let default = if declaration.contains("default-features = false") { "" } else { "default" };
    let all: Vec<&str> = [default, &listed].into_iter().filter(|features| !features.is_empty()).collect();
    format!(" ({})", all.join(", "))
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
