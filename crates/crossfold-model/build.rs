//! Notes what a fit's bits hang on at build time, for keys of stored fits: the sources that train,
//! the versions that are locked, and the compiler.

#![expect(clippy::disallowed_methods, reason = "a build script is no part of the crate: it reads what it describes")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Every source that decides a fit's bits. Of the words in `crossfold-study` these do: what is drawn,
/// what a configuration means, and what is counted. A test or a comment changes the digest, too: to
/// train again for nothing costs time, to miss a change would cost the trust in every result.
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

/// The packages that have a part in the arithmetic.
const ARITHMETIC: [&str; 17] = [
    "burn",
    "burn-autodiff",
    "burn-flex",
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
    println!("cargo:rustc-env=CROSSFOLD_LIBRARIES={}", libraries(&crates.join("../Cargo.lock")));
    println!("cargo:rustc-env=CROSSFOLD_COMPILER={} for {}", compiler(), variable("TARGET"));
    println!("cargo:rerun-if-changed=build.rs");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// SHA-256 of names and texts, each behind its length.
fn sources(crates: &Path) -> String {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", crates.join(source).display());
        collect(&crates.join(source), &mut files);
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(crates).expect("sources are in the crates' folder");
        let name = name.to_string_lossy().replace('\\', "/");
        // A checkout may end lines in its own way; that is no other program.
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

/// `burn 0.22.1, burn-flex 0.22.1, …`, as they are locked.
fn libraries(lock: &Path) -> String {
    println!("cargo:rerun-if-changed={}", lock.display());
    let lock = read(lock);
    let value = |line: &str, key: &str| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    let mut found = Vec::new();
    for package in lock.split("[[package]]") {
        let field = |key: &str| package.lines().find_map(|line| value(line, key));
        if let (Some(name), Some(version)) = (field("name = "), field("version = "))
            && ARITHMETIC.contains(&name.as_str())
        {
            found.push(format!("{name} {version}"));
        }
    }
    assert!(found.iter().any(|library| library.starts_with("gemm ")), "Cargo.lock names gemm");
    found.join(", ")
}

fn compiler() -> String {
    let output = Command::new(variable("RUSTC")).arg("--version").output().expect("the compiler tells its version");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
