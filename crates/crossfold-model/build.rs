//! Records at build time what decides a fit's bits, for the keys of stored fits: the sources that train, the locked versions
//! of libraries, and the compiler.

#![expect(clippy::disallowed_methods, reason = "a build script isn't part of the crate, and reads its sources")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// All sources that decide a fit's bits: whole crates, and folders of `crossfold-study`. Changes of tests and comments
/// change the digest, too. That costs time for retraining; a change that isn't noticed would cost trust in every result.
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
        write!(text, "{byte:02x}").expect("a string takes any text");
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

/// Returns `burn 0.22.1, burn-flex 0.22.1, …`: the locked versions of everything that this crate depends on, directly or
/// not, so that no library of the arithmetic can be missed. Dependencies of tests and benchmarks don't count.
fn libraries(crates: &Path) -> String {
    let lock = read(&watched(crates.join("../Cargo.lock")));
    let packages: Vec<Package> = lock.split("[[package]]").filter_map(Package::parse).collect();
    let mut found = BTreeSet::new();
    let mut pending = vec!["crossfold-model".to_owned()];
    while let Some(reference) = pending.pop() {
        let package = packages.iter().find(|package| package.is(&reference));
        let package = package.unwrap_or_else(|| panic!("Cargo.lock has {reference}"));
        if found.insert(format!("{} {}", package.name, package.version)) {
            pending.extend(package.dependencies(crates));
        }
    }
    found.retain(|library| !library.starts_with("crossfold-"));
    found.into_iter().collect::<Vec<_>>().join(", ")
}

/// A package of the lockfile.
struct Package {
    name: String,
    version: String,
    /// `name`, or `name version` where several versions are locked.
    dependencies: Vec<String>,
}

impl Package {
    fn parse(text: &str) -> Option<Package> {
        let field =
            |key: &str| text.lines().find_map(|line| Some(line.strip_prefix(key)?.trim_matches('"').to_owned()));
        let dependencies = text.lines().filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\","));
        Some(Package {
            name: field("name = ")?,
            version: field("version = ")?,
            dependencies: dependencies.map(str::to_owned).collect(),
        })
    }

    fn is(&self, reference: &str) -> bool {
        reference == self.name || reference == format!("{} {}", self.name, self.version)
    }

    /// The lockfile lists the dependencies of tests of this workspace's crates, too; their manifests tell them apart.
    fn dependencies(&self, crates: &Path) -> Vec<String> {
        if !self.name.starts_with("crossfold-") {
            return self.dependencies.clone();
        }
        let manifest = read(&watched(crates.join(&self.name).join("Cargo.toml")));
        let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n"));
        let names: Vec<&str> =
            section.into_iter().flat_map(str::lines).filter_map(|line| line.split(['.', ' ', '=']).next()).collect();
        let is_named = |dependency: &&String| dependency.split(' ').next().is_some_and(|name| names.contains(&name));
        self.dependencies.iter().filter(is_named).cloned().collect()
    }
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
