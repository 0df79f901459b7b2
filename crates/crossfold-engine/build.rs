//! Notes the git revision and the compiler that the engine is built with, for `study.json`.

#![expect(clippy::disallowed_methods, reason = "a build script is no part of the crate: it reads what it describes")]

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=CROSSFOLD_RUSTC={}", rustc_version());
    // A source archive is in no git repository, or in another project's: the build goes on without a revision.
    let Some(top) = git(&["rev-parse", "--show-toplevel"]) else { return };
    if Path::new(&top).join("crates/crossfold-engine/build.rs").exists()
        && let Some(revision) = git(&["rev-parse", "--short=12", "HEAD"])
    {
        println!("cargo:rustc-env=CROSSFOLD_REVISION={revision}");
    }
    // This file grows with every commit and checkout. Naming one that isn't there would run this
    // script at every build.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]).filter(|log| Path::new(log).exists()) {
        println!("cargo:rerun-if-changed={log}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").expect("cargo names the compiler");
    let output = Command::new(rustc).arg("--version").output().expect("the compiler tells its version");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
