//! The contents of files in messages.

use crossfold_study::yaml_scalar;

/// The name that `name` is most likely a misspelling of: one that differs only in case, or by an edit distance of at
/// most a third of its letters.
pub fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let name = name.to_lowercase();
    let distance = |other: &&String| strsim::osa_distance(&name, &other.to_lowercase());
    names.iter().min_by_key(distance).filter(|other| distance(other) <= name.chars().count() / 3)
}

/// The first eight of `names`, and how many more there are.
pub fn listed(names: &[String]) -> String {
    const MAX_SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(MAX_SHOWN).map(|name| quoted(name)).collect();
    shorten(&shown, names.len())
}

/// The value of `data.missing` for `new` markers. The list replaces the default one, so it needs the `others` that the
/// table has as well.
pub fn missing_list(new: &[String], others: &[String]) -> String {
    let others = others.iter().filter(|other| !new.contains(other));
    let markers: Vec<String> = new.iter().chain(others).map(|marker| yaml_scalar(marker)).collect();
    format!("[{}]", markers.join(", "))
}

/// The first of `all` items, and how many more there are.
pub fn shorten(shown: &[String], all: usize) -> String {
    let text = shown.join(", ");
    match all.saturating_sub(shown.len()) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Text from a file between backticks: at most 40 characters. Characters that can't be seen, or that move a terminal's
/// cursor, are escaped; all others are as they are in the file, so that they can be copied into a spec.
pub fn quoted(text: &str) -> String {
    const MAX_SHOWN: usize = 40;
    let mut short = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        match c {
            '\\' | '\'' | '"' => short.push(c),
            c => short.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
