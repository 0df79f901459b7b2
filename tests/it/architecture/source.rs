//! Rust sources of the workspace without comments, string literals and tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A source file that isn't compiled only for tests.
pub(crate) struct Source {
    /// Relative to the checkout.
    pub(crate) path: String,
    /// The path of its module from the root of the crate, which is empty.
    pub(crate) module: Vec<String>,
    pub(crate) tokens: Vec<Token>,
}

/// An identifier, `::` or another character, and its line.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_identifier(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// The sources of a crate, or of a folder of its sources, relative to `root`, without those of tests.
pub(crate) fn sources(root: &Path, folder: &str) -> Vec<Source> {
    let base = if folder.contains("/src") { root.join(folder) } else { root.join(folder).join("src") };
    let mut tests = BTreeSet::new();
    let mut found: Vec<Source> = rust_files(&base)
        .into_iter()
        .map(|path| {
            let module = module(path.strip_prefix(&base).unwrap());
            let tokens = without_tests(tokens(&fs::read_to_string(&path).unwrap()), &module, &mut tests);
            let path = path.strip_prefix(root).unwrap().display().to_string();
            Source { path, module, tokens }
        })
        .collect();
    found.retain(|source| !tests.iter().any(|test| source.module.starts_with(test)));
    found
}

/// All Rust files in a folder, sorted.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module of a file, given relative to `src`.
fn module(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let mut module: Vec<String> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| ["lib", "main", "mod"].contains(&last.as_str())) {
        module.pop();
    }
    module
}

/// Splits code into tokens. Comments and literals are left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied().unwrap_or('\0');
    let (mut tokens, mut index, mut line) = (Vec::new(), 0, 1);
    while index < characters.len() {
        let start = index;
        match at(index) {
            '/' if at(index + 1) == '/' => {
                while index < characters.len() && at(index) != '\n' {
                    index += 1;
                }
            }
            '/' if at(index + 1) == '*' => index = after_comment(&characters, index),
            '"' => index = after_text(&characters, index + 1),
            'r' | 'b' | 'c' if is_raw_text(&characters, index) => index = after_raw_text(&characters, index),
            // A character; otherwise a lifetime.
            '\'' if at(index + 1) == '\\' => {
                index += 3;
                while at(index) != '\'' {
                    index += 1;
                }
                index += 1;
            }
            '\'' if at(index + 2) == '\'' => index += 3,
            first if first.is_alphabetic() || first == '_' => {
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
                tokens.push(Token { text: characters[start..index].iter().collect(), line });
            }
            first if first.is_numeric() => {
                while at(index).is_alphanumeric() || at(index) == '_' {
                    index += 1;
                }
            }
            ':' if at(index + 1) == ':' => {
                index += 2;
                tokens.push(Token { text: "::".to_owned(), line });
            }
            other => {
                index += 1;
                if !other.is_whitespace() {
                    tokens.push(Token { text: other.to_string(), line });
                }
            }
        }
        line += characters[start..index.min(characters.len())].iter().filter(|&&character| character == '\n').count();
    }
    tokens
}

fn after_comment(characters: &[char], start: usize) -> usize {
    let (mut index, mut depth) = (start, 0);
    loop {
        match characters.get(index..index + 2) {
            Some(['/', '*']) => (depth, index) = (depth + 1, index + 2),
            Some(['*', '/']) => (depth, index) = (depth - 1, index + 2),
            Some(_) => index += 1,
            None => return characters.len(),
        }
        if depth == 0 {
            return index;
        }
    }
}

fn after_text(characters: &[char], mut index: usize) -> usize {
    while let Some(&character) = characters.get(index) {
        match character {
            '"' => return index + 1,
            '\\' => index += 2,
            _ => index += 1,
        }
    }
    index
}

/// Whether `r"`, `r#"`, `br"` or the like begins here.
fn is_raw_text(characters: &[char], index: usize) -> bool {
    let rest = &characters[index..];
    let prefix = rest.iter().take_while(|character| "brc".contains(**character)).count();
    let before_is_identifier = index > 0 && (characters[index - 1].is_alphanumeric() || characters[index - 1] == '_');
    let hashes = rest[prefix..].iter().take_while(|character| **character == '#').count();
    prefix <= 2 && rest[prefix - 1] == 'r' && !before_is_identifier && rest.get(prefix + hashes) == Some(&'"')
}

fn after_raw_text(characters: &[char], mut index: usize) -> usize {
    while characters[index] != '"' && characters[index] != '#' {
        index += 1;
    }
    let hashes = characters[index..].iter().take_while(|character| **character == '#').count();
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    index += hashes + 1;
    while index < characters.len() && !characters[index..].starts_with(&end) {
        index += 1;
    }
    index + end.len()
}

/// Leaves out items under `#[cfg(test)]`, and adds the modules among them that are files to `tests`.
fn without_tests(tokens: Vec<Token>, module: &[String], tests: &mut BTreeSet<Vec<String>>) -> Vec<Token> {
    const ATTRIBUTE: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while index < tokens.len() {
        let is_test = (0..7).all(|at| tokens.get(index + at).is_some_and(|token| token.text == ATTRIBUTE[at]));
        if !is_test {
            kept.push(tokens[index].clone());
            index += 1;
            continue;
        }
        let start = index;
        index = after_item(&tokens, index + 7);
        let item = &tokens[start..index];
        if let [.., keyword, name, end] = item
            && keyword.text == "mod"
            && end.text == ";"
        {
            tests.insert([module, std::slice::from_ref(&name.text)].concat());
        }
    }
    kept
}

/// The index after an item, which ends with a semicolon, a comma or a block.
fn after_item(tokens: &[Token], mut index: usize) -> usize {
    let mut depth = 0_u32;
    while let Some(token) = tokens.get(index) {
        index += 1;
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" if depth <= 1 => return index,
            "}" | ")" | "]" => depth -= 1,
            ";" | "," if depth == 0 => return index,
            _ => {}
        }
    }
    index
}

#[test]
fn tokens_exclude_comments_and_literals() {
    let code =
        "use a::b; // c::d\nlet x = 'y'; /* e /* f */ g */ fn h<'i>(j: &'i str) { r#\"k\"l\"#; \"m\\\"n\"; '\\'' }";
    let found: Vec<String> = tokens(code).into_iter().map(|token| token.text).collect();
    let found = found.join(" ");
    assert_eq!(found, "use a :: b ; let x = ; fn h < ' i > ( j : & ' i str ) { ; ; }");
}

#[test]
fn tests_are_left_out() {
    let code = "fn a() {}\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod more { fn b() { {} } }\nstruct C;";
    let mut tests = BTreeSet::new();
    let left = without_tests(tokens(code), &["m".to_owned()], &mut tests);
    let left: Vec<String> = left.into_iter().map(|token| token.text).collect();
    assert_eq!(left.join(" "), "fn a ( ) { } struct C ;");
    assert_eq!(tests, BTreeSet::from([vec!["m".to_owned(), "tests".to_owned()]]));
}
