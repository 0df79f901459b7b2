//! Everything that people read is plain technical English: some turns of phrase of earlier versions must not come back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Workplace, root};

/// What must not be written, and what to write instead. Words between which there may be a line end.
const BANNED: &[(&[&str], &str)] = &[
    (&["hang", "on"], "depend on"),
    (&["hangs", "on"], "depends on"),
    (&["hung", "on"], "depended on"),
    (&["told", "apart"], "distinguished, or statistically tied"),
    (&["so", "many"], "N, or that number"),
    (&["come", "to"], "reach, be, or amount to"),
    (&["comes", "to"], "reaches, is, or amounts to"),
    (&["came", "to"], "reached, was, or amounted to"),
    (&["came", "out"], "was, or differed"),
    (&["whoever"], "a noun: `who` is for people"),
    (&["default", "found"], "default: detected"),
];

/// The files that people read, with the folders of sources, whose comments are read, too.
fn places() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "justfile"]
        .map(|file| root().join(file))
        .into();
    for folder in ["docs", "experiments", "crates", "tests", "benches", "fuzz"] {
        collect(&root().join(folder), &mut files);
    }
    files.retain(|file| !file.ends_with("it/language.rs"));
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_read = path.extension().is_some_and(|extension| {
            let known = ["rs", "md", "yaml", "html", "css", "js", "mjs", "json", "snap", "toml", "py", "sh", "c", "R"];
            known.iter().any(|known| extension == *known)
        });
        // Of others: the plotting library, and what tools leave behind.
        let foreign = ["echarts", "target", "node_modules", "__pycache__"];
        let is_foreign = path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            foreign.iter().any(|foreign| name.starts_with(foreign))
        });
        if is_foreign {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if is_read {
            files.push(path);
        }
    }
}

/// The words of a text in lower case, with their lines from 1. Markers of comments and of lines that go on are no words.
fn words(text: &str) -> Vec<(String, usize)> {
    let mut words = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for word in line.split(|letter: char| letter.is_whitespace() || "/\\\"()[]*#>`".contains(letter)) {
            let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
            if !word.is_empty() {
                words.push((word.to_lowercase(), number));
            }
        }
    }
    words
}

/// Each banned phrase in a text, with its line.
fn hits(text: &str) -> Vec<(usize, String)> {
    let words = words(text);
    let mut hits = Vec::new();
    for start in 0..words.len() {
        for (phrase, instead) in BANNED {
            let found = words[start..].iter().map(|(word, _)| word.as_str()).take(phrase.len());
            if found.eq(phrase.iter().copied()) {
                hits.push((words[start].1, format!("`{}`: write {instead}", phrase.join(" "))));
            }
        }
    }
    hits
}

#[test]
fn no_banned_phrase_is_in_sources_documents_and_pages() {
    let mut found = Vec::new();
    let places = places();
    assert!(places.len() > 300, "{}", places.len());
    for file in places {
        // Specs of tests may be malformed.
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        let shown = file.strip_prefix(root()).unwrap().display();
        found.extend(hits(&text).into_iter().map(|(line, hit)| format!("{shown}:{line}: {hit}")));
    }
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

/// Help is wrapped, so phrases are looked for across lines.
#[test]
fn no_banned_phrase_is_in_help() {
    let here = Workplace::new();
    let help = here.crossfold(&["--help"]).expect(0).stdout;
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    let mut found: Vec<String> = hits(&help).into_iter().map(|(line, hit)| format!("--help:{line}: {hit}")).collect();
    for command in commands.into_iter().filter(|command| *command != "help") {
        let help = here.crossfold(&[command, "--help"]).expect(0).stdout;
        found.extend(hits(&help).into_iter().map(|(line, hit)| format!("{command} --help:{line}: {hit}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn phrases_are_found_across_lines_and_marks() {
    let text = "/// What its bits hang\n/// on; (whoever reads) can't be told apart.\n`so many` \\\n  come to, [default: found]";
    let lines: Vec<usize> = hits(text).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2, 2, 3, 4, 4]);
    assert_eq!(hits("income to hold on, some found: whose"), []);
}
