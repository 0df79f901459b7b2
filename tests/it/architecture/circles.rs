//! Circles of files: files of a crate that use each other, directly or through others.
//!
//! A file may use its parents' items, so a child's use of its parent does not count.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::{Modules, Target};
use super::paths::{imported, paths_in_code};
use super::source::Source;

/// A use of one file by another: the line and the path in the file that uses.
#[derive(Clone, Debug)]
struct Use {
    line: usize,
    path: String,
}

/// The uses of each file by each other file.
type Uses = BTreeMap<usize, BTreeMap<usize, Use>>;

/// Describes one circle of each group of files that use each other.
pub(crate) fn circles(sources: &[Source]) -> Vec<String> {
    let modules = Modules::new(sources);
    let uses = uses(&modules);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for start in 0..sources.len() {
        if seen.contains(&start) {
            continue;
        }
        if let Some(circle) = shortest_circle(&uses, start) {
            let steps = circle.iter().zip(circle.iter().cycle().skip(1)).map(|(from, to)| {
                let Use { line, path } = &uses[from][to];
                format!("    {}:{line} uses `{path}` of {}\n", sources[*from].path, sources[*to].path)
            });
            let group = group(&uses, start);
            found.push(format!("  in a group of {} files:\n{}", group.len(), steps.collect::<String>()));
            seen.extend(group);
        }
    }
    found
}

/// The shortest way from a file back to itself, by breadth-first search.
fn shortest_circle(uses: &Uses, start: usize) -> Option<Vec<usize>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut reached = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in uses.get(&way[way.len() - 1]).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if reached.insert(next) {
                ways.push_back([way.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

/// The files that a file uses and that use it, directly or through others.
fn group(uses: &Uses, start: usize) -> BTreeSet<usize> {
    let reachable = |from: usize| {
        let (mut reached, mut left) = (BTreeSet::new(), vec![from]);
        while let Some(file) = left.pop() {
            for &next in uses.get(&file).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(next) {
                    left.push(next);
                }
            }
        }
        reached
    };
    reachable(start).into_iter().filter(|&file| reachable(file).contains(&start)).collect()
}

/// All uses, except those of parents by their children.
fn uses(modules: &Modules<'_>) -> Uses {
    let mut uses = Uses::new();
    for (from, source) in modules.sources.iter().enumerate() {
        let paths = imported(&source.tokens).into_iter().map(|import| (import.line, import.path));
        for (line, path) in paths.chain(paths_in_code(&source.tokens)) {
            let Some(Target::Module(to) | Target::Item(to)) = modules.resolve(from, &path) else { continue };
            let is_parent = source.module.starts_with(&modules.sources[to].module);
            if !is_parent {
                let path = path.join("::");
                uses.entry(from).or_default().entry(to).or_insert(Use { line, path });
            }
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::*;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let sources: Vec<Source> = files
            .iter()
            .map(|(module, code)| Source {
                path: format!("{module}.rs"),
                module: module.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
                tokens: tokens(code),
            })
            .collect();
        assert_eq!(circles(&sources), expected);
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        check(
            &[
                ("", "mod a; mod b;"),
                ("a", "use crate::b::B;\nstruct A;"),
                ("b", "struct B;\nfn f(a: &crate::a::A) {}"),
            ],
            &[
                "  in a group of 2 files:\n    a.rs:1 uses `crate::b::B` of b.rs\n    b.rs:2 uses `crate::a::A` of a.rs\n",
            ],
        );
    }

    #[test]
    fn exports_of_the_root_belong_to_the_file_that_defines_them() {
        check(
            &[
                ("", "mod a; mod b; pub use a::A; pub use b::*;"),
                ("a", "use crate::B; struct A;"),
                ("b", "use crate::{self as all, A}; pub struct B;"),
            ],
            &["  in a group of 2 files:\n    a.rs:1 uses `crate::B` of b.rs\n    b.rs:1 uses `crate::A` of a.rs\n"],
        );
    }

    #[test]
    fn parents_and_children_may_use_each_other() {
        check(
            &[
                ("", "mod a; struct S;"),
                ("a", "mod b; use b::B; struct A;"),
                ("a/b", "use super::A; use crate::S; struct B;"),
            ],
            &[],
        );
    }

    #[test]
    fn a_circle_through_a_parent_is_found() {
        check(
            &[
                ("", "mod a; mod c;"),
                ("a", "mod b; use self::b::B; struct A;"),
                ("a/b", "use crate::c; fn f() { c::f() }"),
                ("c", "use crate::a::A; fn f() {}"),
            ],
            &[
                "  in a group of 3 files:\n    a.rs:1 uses `self::b::B` of a/b.rs\n    a/b.rs:1 uses `crate::c` of c.rs\n    \
               c.rs:1 uses `crate::a::A` of a.rs\n",
            ],
        );
    }
}
