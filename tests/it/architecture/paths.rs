//! Paths in code, such as `crate::fold::Folds`.

use super::source::Token;

pub(crate) type Path = Vec<String>;

/// One name, or all names, of a `use` declaration.
pub(crate) struct Import {
    pub(crate) line: usize,
    pub(crate) path: Path,
    /// None for all names.
    pub(crate) name: Option<String>,
}

/// The names that `use` declarations import or export.
pub(crate) fn imported(tokens: &[Token]) -> Vec<Import> {
    let mut imports = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        if tokens[index].text == "use" && (index == 0 || tokens[index - 1].text != "::") {
            index = read_tree(tokens, index + 1, &[], &mut imports);
        }
        index += 1;
    }
    imports
}

/// Reads a tree of imports that begins at `index`, and returns the index behind it.
fn read_tree(tokens: &[Token], mut index: usize, prefix: &[String], imports: &mut Vec<Import>) -> usize {
    let mut path = prefix.to_vec();
    let text = |index: usize| tokens.get(index).map_or("", |token| token.text.as_str());
    let line = tokens.get(index).map_or(0, |token| token.line);
    loop {
        match text(index) {
            "{" => {
                index += 1;
                while text(index) != "}" && index < tokens.len() {
                    index = read_tree(tokens, index, &path, imports);
                    index += usize::from(text(index) == ",");
                }
                return index + 1;
            }
            "*" => {
                imports.push(Import { line, path, name: None });
                return index + 1;
            }
            "::" => index += 1,
            "as" => {
                imports.push(Import { line, path, name: Some(text(index + 1).to_owned()) });
                return index + 2;
            }
            name if tokens.get(index).is_some_and(Token::is_identifier) => {
                // `a::{self}` is `a`.
                if name != "self" || path.is_empty() {
                    path.push(name.to_owned());
                }
                index += 1;
            }
            _ => {
                let name = path.last().cloned();
                imports.extend(name.map(|name| Import { line, path, name: Some(name) }));
                return index;
            }
        }
    }
}

/// Paths of at least two names outside `use` declarations, with their lines.
pub(crate) fn paths_in_code(tokens: &[Token]) -> Vec<(usize, Path)> {
    let mut paths = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        if tokens[index].text == "use" {
            index = read_tree(tokens, index + 1, &[], &mut Vec::new());
        } else if tokens[index].is_identifier() {
            let (line, mut path) = (tokens[index].line, vec![tokens[index].text.clone()]);
            while let Some([colons, name]) = tokens.get(index + 1..index + 3)
                && colons.text == "::"
                && name.is_identifier()
            {
                path.push(name.text.clone());
                index += 2;
            }
            if path.len() > 1 {
                paths.push((line, path));
            }
        }
        index += 1;
    }
    paths
}
