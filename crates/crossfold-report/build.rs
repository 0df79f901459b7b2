//! Deflates the page's plot library once, since doing it in each report took a quarter of a small study's time.

#![expect(clippy::disallowed_methods, reason = "a build script isn't part of the crate, and reads its sources")]

use std::path::Path;
use std::{env, fs, io};

#[path = "src/formats/html/block.rs"]
mod block;

fn main() -> io::Result<()> {
    let library = "assets/library/echarts.partial.min.js";
    println!("cargo:rerun-if-changed={library}");
    println!("cargo:rerun-if-changed=src/formats/html/block.rs");
    let folder = env::var_os("OUT_DIR").expect("cargo names the folder");
    fs::write(Path::new(&folder).join("library.txt"), block::encode(&fs::read(library)?)?)
}
