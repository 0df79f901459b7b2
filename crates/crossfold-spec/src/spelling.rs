//! Names that are nearly right.

/// The name most like `word`, if any is like it at all.
pub(super) fn nearest<'a>(word: &str, names: &'a [String]) -> Option<&'a str> {
    const ALIKE: f64 = 0.8;
    let word = word.to_lowercase().replace('-', "_");
    names
        .iter()
        .map(|name| (strsim::jaro_winkler(&word, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::Param;

    #[test]
    fn only_similar_names_are_suggested() {
        let names: Vec<String> = Param::ALL.iter().map(|param| param.name().to_owned()).collect();
        for (word, expected) in [
            ("epoch", Some("epochs")),
            ("learning-rate", Some("learning_rate")),
            ("Dropuot", Some("dropout")),
            ("batch", Some("batch_size")),
            ("colour", None),
        ] {
            assert_eq!(nearest(word, &names), expected, "{word}");
        }
    }
}
