//! Names that a crate must not use, because they belong to another crate.

use super::paths::{imported, paths_in_code};
use super::source::{Source, Token};

/// Names, and paths such as `std::fs`, that the code in a folder must not use, and why.
pub(crate) struct Forbidden {
    pub(crate) place: &'static str,
    pub(crate) names: &'static [&'static str],
    pub(crate) reason: &'static str,
}

/// The forbidden uses in `sources`: a line for each name and file.
pub(crate) fn uses(sources: &[Source], forbidden: &Forbidden) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for name in forbidden.names {
            if let Some(line) = first_use(source, name) {
                found.push(format!("{}:{line} uses `{name}`: {}", source.path, forbidden.reason));
            }
        }
    }
    found
}

fn first_use(source: &Source, name: &str) -> Option<usize> {
    let parts: Vec<&str> = name.split("::").collect();
    if let [name] = parts[..] {
        let is_name = |token: &&Token| token.text == name;
        return source.tokens.iter().find(is_name).map(|token| token.line);
    }
    let imports = imported(&source.tokens).into_iter().map(|import| (import.line, import.path));
    let mut paths = imports.chain(paths_in_code(&source.tokens));
    paths
        .find(|(_, path)| path.len() >= parts.len() && path.iter().zip(&parts).all(|(a, b)| a == b))
        .map(|(line, _)| line)
}

#[test]
fn names_and_paths_are_found() {
    let code = "use std::{fs::File, io};\n// Layer\nstruct Layers;\nfn f(layer: \n Layer) {}";
    let source = Source { path: "a.rs".to_owned(), module: Vec::new(), tokens: super::source::tokens(code) };
    let find = |names| uses(std::slice::from_ref(&source), &Forbidden { place: "a", names, reason: "no" });
    assert_eq!(find(&["std::fs", "Layer", "std::net"]), ["a.rs:1 uses `std::fs`: no", "a.rs:5 uses `Layer`: no"]);
}
