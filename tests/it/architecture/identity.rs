//! The identity of fits: code that decides their bits uses no code of ours outside the sources in their keys.

use std::collections::BTreeMap;

use super::modules::{Modules, Target};
use super::paths::{imported, paths_in_code};
use super::source::Source;

/// The sources in the keys of fits.
pub(crate) const SOURCES: &[&str] = &include!("../../../crates/crossfold-model/identity_sources.rs");

/// The uses of other code by code in the folders `identity`: a line for each. `crates` are the sources of all our crates.
pub(crate) fn uses_outside(crates: &BTreeMap<String, Vec<Source>>, identity: &[&str]) -> Vec<String> {
    let modules: BTreeMap<&str, Modules<'_>> =
        crates.iter().map(|(krate, sources)| (krate.as_str(), Modules::new(sources))).collect();
    let is_inside = |source: &Source| identity.iter().any(|place| source.path.starts_with(&format!("crates/{place}/")));
    let mut found = Vec::new();
    for own in modules.values() {
        for (file, source) in own.sources.iter().enumerate().filter(|(_, source)| is_inside(source)) {
            let imports = imported(&source.tokens).into_iter();
            let imports = imports.map(|import| (import.line, import.path, import.name.is_none()));
            let in_code = paths_in_code(&source.tokens).into_iter().map(|(line, path)| (line, path, false));
            for (line, path, is_glob) in imports.chain(in_code) {
                let Some((used, target)) = follow(&modules, own, file, &path) else { continue };
                let at = match target {
                    // A parent, of which another path names an item.
                    Target::Module(at)
                        if !is_glob
                            && std::ptr::eq(used, own)
                            && source.module.starts_with(&used.sources[at].module) =>
                    {
                        continue;
                    }
                    Target::Module(at) | Target::Item(at) => &used.sources[at],
                };
                if !is_inside(at) {
                    found.push(format!("    {}:{line} uses `{}` of {}", source.path, path.join("::"), at.path));
                }
            }
        }
    }
    found
}

/// The target of a path in a file of the crate `own`, and the crate that has it; `None` for code that isn't ours.
fn follow<'m, 'a>(
    modules: &'m BTreeMap<&str, Modules<'a>>,
    own: &'m Modules<'a>,
    file: usize,
    path: &[String],
) -> Option<(&'m Modules<'a>, Target)> {
    let (first, rest) = path.split_first()?;
    match modules.get(first.replace('_', "-").as_str()) {
        Some(other) => {
            let from_root = [&["crate".to_owned()], rest].concat();
            Some((other, other.resolve(0, &from_root)?))
        }
        None => Some((own, own.resolve(file, path)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::*;

    fn check(code: &str, expected: &[&str]) {
        let source = |krate: &str, path: &str, module: &[&str], code: &str| Source {
            path: format!("crates/{krate}/src/{path}.rs"),
            module: module.iter().map(|part| (*part).to_owned()).collect(),
            tokens: tokens(code),
        };
        let study = vec![
            source(
                "our-study",
                "lib",
                &[],
                "mod fit; mod plan; pub use fit::*; pub use plan::Plan; const MOST: u32 = 1;",
            ),
            source("our-study", "fit/mod", &["fit"], "pub struct Fit; use crate::plan::Plan;"),
            source("our-study", "plan", &["plan"], "pub struct Plan; use crate::Fit;"),
        ];
        let model = vec![source("our-model", "lib", &[], code)];
        let crates = [("our-model", model), ("our-study", study)].map(|(krate, sources)| (krate.to_owned(), sources));
        let inside = "    crates/our-study/src/fit/mod.rs:1 uses `crate::plan::Plan` of crates/our-study/src/plan.rs";
        let found = uses_outside(&crates.into(), &["our-model/src", "our-study/src/fit"]);
        assert_eq!(found, expected.iter().copied().chain([inside]).collect::<Vec<_>>(), "{code}");
    }

    #[test]
    fn code_outside_is_found_in_other_crates_and_in_the_same() {
        check("use our_study::Fit; use std::fs;", &[]);
        check(
            "use our_study::{Fit,\nPlan};",
            &["    crates/our-model/src/lib.rs:2 uses `our_study::Plan` of crates/our-study/src/plan.rs"],
        );
        check(
            "fn f() { our_study::MOST; }",
            &["    crates/our-model/src/lib.rs:1 uses `our_study::MOST` of crates/our-study/src/lib.rs"],
        );
        check(
            "use our_study::*;",
            &["    crates/our-model/src/lib.rs:1 uses `our_study` of crates/our-study/src/lib.rs"],
        );
    }
}
