//! Recognition of ordinal scales by their words.

use super::words::Words;

/// Scales, each from the lowest level to the highest.
const SCALES: [&[&str]; 14] = [
    &["very low", "low", "medium", "high", "very high"],
    &["low", "moderate", "high"],
    &["low", "mid", "high"],
    &["low", "normal", "high"],
    &["xs", "s", "m", "l", "xl", "xxl"],
    &["small", "medium", "large"],
    &["strongly disagree", "disagree", "neutral", "agree", "strongly agree"],
    &["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"],
    &["very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"],
    &["very bad", "bad", "neutral", "good", "very good"],
    &["poor", "fair", "good", "very good", "excellent"],
    &["never", "rarely", "sometimes", "often", "always"],
    &["mild", "moderate", "severe"],
    &["primary", "secondary", "tertiary"],
];

/// The fewest distinct words that identify a scale: two words are often something else.
const MIN_WORDS: usize = 3;

/// The levels of the scale to which all words belong, in order and in the spelling of the words. Levels that don't
/// occur take a similar case. `None` if there is no such scale.
pub(super) fn order(words: &Words) -> Option<Vec<String>> {
    if words.len() < MIN_WORDS {
        return None;
    }
    let place = |scale: &[&str], word: &str| scale.iter().position(|level| level.eq_ignore_ascii_case(word));
    let levels = |scale: &&[&str]| {
        let mut levels: Vec<Option<String>> = vec![None; scale.len()];
        for word in words.iter() {
            let level = &mut levels[place(scale, word)?];
            // Two spellings of a level would become two levels.
            if level.replace(word.to_owned()).is_some() {
                return None;
            }
        }
        let is_upper = |word: &str| word.chars().all(|letter| !letter.is_lowercase());
        let is_capital = |word: &str| word.starts_with(char::is_uppercase);
        let unseen = |level: &str| {
            if words.iter().all(is_upper) {
                level.to_uppercase()
            } else if words.iter().all(is_capital) {
                level[..1].to_uppercase() + &level[1..]
            } else {
                level.to_owned()
            }
        };
        Some(levels.into_iter().zip(*scale).map(|(word, level)| word.unwrap_or_else(|| unseen(level))).collect())
    };
    SCALES.iter().find_map(levels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: Option<&[&str]>) {
        let mut found = Words::default();
        words.iter().for_each(|word| found.push(word));
        let expected = expected.map(|levels| levels.iter().map(|&level| level.to_owned()).collect());
        assert_eq!(order(&found), expected, "{words:?}");
    }

    #[test]
    fn scale_words_are_ordered() {
        check(&["high", "low", "medium"], Some(&["very low", "low", "medium", "high", "very high"]));
        check(&["High", "Low", "Mid"], Some(&["Low", "Mid", "High"]));
        check(&["XL", "S", "M"], Some(&["XS", "S", "M", "L", "XL", "XXL"]));
        check(
            &["Agree", "Disagree", "Strongly agree", "Neutral"],
            Some(&["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]),
        );
    }

    #[test]
    fn ambiguous_words_have_no_order() {
        check(&["low", "high"], None);
        check(&["low", "high", "red"], None);
        check(&["low", "Low", "high"], None);
    }
}
