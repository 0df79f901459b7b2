//! Letters with accents, which Unicode has in two forms: as one character, or as a letter and a mark.

/// Marks, and the letters that have them as one character: first without, then with the mark.
const COMPOSED: [(char, &str, &str); 13] = [
    ('\u{300}', "AEIOUaeiouNn", "ÀÈÌÒÙàèìòùǸǹ"),
    ('\u{301}', "AEIOUYaeiouyCcLlNnRrSsZz", "ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹź"),
    ('\u{302}', "AEIOUaeiouCcGgHhJjSsWwYy", "ÂÊÎÔÛâêîôûĈĉĜĝĤĥĴĵŜŝŴŵŶŷ"),
    ('\u{303}', "ANOanoIiUu", "ÃÑÕãñõĨĩŨũ"),
    ('\u{304}', "AEIOUaeiou", "ĀĒĪŌŪāēīōū"),
    ('\u{306}', "AaEeGgIiOoUu", "ĂăĔĕĞğĬĭŎŏŬŭ"),
    ('\u{307}', "CcEeGgIZz", "ĊċĖėĠġİŻż"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{30a}', "AaUu", "ÅåŮů"),
    ('\u{30b}', "OoUu", "ŐőŰű"),
    ('\u{30c}', "CcDdEeNnRrSsTtZz", "ČčĎďĚěŇňŘřŠšŤťŽž"),
    ('\u{327}', "CcSsTtGKkLlNnRr", "ÇçŞşŢţĢĶķĻļŅņŖŗ"),
    ('\u{328}', "AaEeIiUu", "ĄąĘęĮįŲų"),
];

/// The text with each accented Latin letter as a letter and a mark (Unicode's form NFD).
pub(crate) fn decompose(text: &str) -> String {
    let mut decomposed = String::new();
    for c in text.chars() {
        let parts = COMPOSED.iter().find_map(|(mark, plain, composed)| {
            let letter = plain.chars().zip(composed.chars()).find(|(_, composed)| *composed == c);
            letter.map(|(plain, _)| [plain, *mark])
        });
        match parts {
            Some(parts) if !c.is_ascii() => decomposed.extend(parts),
            Some(_) | None => decomposed.push(c),
        }
    }
    decomposed
}

/// Whether the text has a mark of its own, as only text in decomposed form has.
pub(crate) fn has_marks(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{300}'..='\u{36f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected forms are those of Python's `unicodedata.normalize("NFD", text)`.
    #[test]
    fn accents_become_marks() {
        assert_eq!(decompose("Zürich, Île-de-France, Łódź"), "Zu\u{308}rich, I\u{302}le-de-France, Ło\u{301}dz\u{301}");
        for (_, plain, composed) in COMPOSED {
            assert_eq!(plain.chars().count(), composed.chars().count(), "{composed}");
        }
        assert!(has_marks("Zu\u{308}rich") && !has_marks("Zürich"));
    }
}
