//! The contents of files in messages.

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

/// The first of `all` items, and how many more there are.
pub fn shorten(shown: &[String], all: usize) -> String {
    let text = shown.join(", ");
    match all.saturating_sub(shown.len()) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// Text from a file between backticks: at most 40 characters, escaped so that it can't move a terminal's cursor.
pub fn quoted(text: &str) -> String {
    const MAX_SHOWN: usize = 40;
    let mut short: String = text.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
