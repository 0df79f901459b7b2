//! Recognition of ordinal scales by their words.

use super::words::Words;

/// Scales, each from the lowest level to the highest.
const SCALES: [&[&str]; 31] = [
    &["very low", "low", "medium", "high", "very high"],
    &["low", "moderate", "high"],
    &["low", "mid", "high"],
    &["low", "normal", "high"],
    &["xs", "s", "m", "l", "xl", "xxl"],
    &["small", "medium", "large"],
    &["strongly disagree", "disagree", "neutral", "agree", "strongly agree"],
    &["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"],
    &["strongly disagree", "disagree", "neither", "agree", "strongly agree"],
    &["very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"],
    &["very bad", "bad", "neutral", "good", "very good"],
    &["poor", "fair", "good", "very good", "excellent"],
    &["never", "rarely", "sometimes", "often", "always"],
    &["never", "seldom", "sometimes", "often", "always"],
    &["never", "rarely", "sometimes", "often", "very often"],
    &["never", "almost never", "sometimes", "fairly often", "very often"],
    &["never", "hardly ever", "sometimes", "often", "always"],
    &["never", "some of the time", "about half the time", "most of the time", "always"],
    &["none of the time", "some of the time", "most of the time", "all of the time"],
    &["not at all", "a little", "a moderate amount", "a lot", "a great deal"],
    &["not at all", "a little bit", "moderately", "quite a bit", "extremely"],
    &["not at all", "slightly", "moderately", "very", "extremely"],
    &["not at all", "a little", "somewhat", "a lot"],
    &["none", "a little", "some", "a lot"],
    &["much worse", "somewhat worse", "about the same", "somewhat better", "much better"],
    &["worse", "about the same", "better"],
    &["less", "about the same", "more"],
    &["too little", "about right", "too much"],
    &["mild", "moderate", "severe"],
    &["primary", "secondary", "tertiary"],
    &["working class", "middle class", "upper class"],
];

/// What says how much of something there is, from the least to the most; of equal ones only one is in a scale. A word
/// without any is between `quite` and `very`.
const INTENSITIES: [(&str, u8); 22] = [
    ("not at all", 0),
    ("not", 1),
    ("not very", 2),
    ("not too", 2),
    ("not so", 2),
    ("not particularly", 2),
    ("slightly", 3),
    ("a little", 3),
    ("a bit", 3),
    ("tend to", 4),
    ("somewhat", 4),
    ("moderately", 5),
    ("fairly", 5),
    ("rather", 5),
    ("mostly", 6),
    ("pretty", 6),
    ("quite", 6),
    ("very", 8),
    ("strongly", 8),
    ("extremely", 9),
    ("completely", 9),
    ("totally", 9),
];
const PLAIN: u8 = 7;

/// What stands in the middle between two opposites.
const NEUTRAL: [&str; 4] = ["neutral", "neither", "undecided", "indifferent"];

/// The fewest distinct words that identify a scale: two words are often something else.
const MIN_WORDS: usize = 3;

/// The order of a column's words.
#[derive(Debug, PartialEq)]
pub(super) enum Order {
    /// The levels of a scale, from the lowest, in the spelling of the words.
    Scale(Vec<String>),
    /// Words that begin with numbers, in the order of these. They may be names all the same, such as `1. North`.
    Numbered(Vec<String>),
}

/// The order of words, if they have one. Of a listed scale, levels that don't occur take a similar case.
pub(super) fn order(words: &Words) -> Option<Order> {
    /// With more, numbers at the beginning are more likely those of a list.
    const MAX_NUMBERED: usize = 12;
    if words.len() < MIN_WORDS {
        return None;
    }
    let numbered: Option<Vec<(u32, &str)>> = words.iter().map(numbered).collect();
    let Some(mut numbered) = numbered.filter(|all| all.len() <= MAX_NUMBERED) else {
        let all: Vec<&str> = words.iter().collect();
        return listed(&all).or_else(|| by_intensity(&all)).map(Order::Scale);
    };
    let mut levels: Vec<(u32, &str)> = numbered.iter().map(|(number, _)| *number).zip(words.iter()).collect();
    levels.sort_by_key(|(number, _)| *number);
    if levels.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    let levels = levels.into_iter().map(|(_, word)| word.to_owned()).collect();
    // Labels are a scale in either direction.
    numbered.sort_by_key(|(number, _)| *number);
    let labels: Vec<&str> = numbered.iter().map(|(_, label)| *label).collect();
    let scale = listed(&labels).or_else(|| by_intensity(&labels)).unwrap_or_default();
    let seen = scale.iter().filter(|level| labels.contains(&level.as_str()));
    let is_scale = seen.clone().eq(labels.iter()) || seen.rev().eq(labels.iter()) || have_opposite_ends(&labels);
    Some(if is_scale { Order::Scale(levels) } else { Order::Numbered(levels) })
}

/// The number and the label of `1. Never`, `(1) Never`, `1: Never` and `1 - Never`.
fn numbered(word: &str) -> Option<(u32, &str)> {
    let word = word.strip_prefix('(').unwrap_or(word);
    let end = word.find(|c: char| !c.is_ascii_digit())?;
    let number = word[..end].parse().ok().filter(|_| end <= 2)?;
    let rest = word[end..].trim_start().strip_prefix(['.', ')', ':', '-', '='])?;
    // `1.5 km` is a number, and `3-4` a range.
    let label = rest.trim_start();
    (label.starts_with(char::is_alphabetic)).then_some((number, label))
}

/// The levels of the listed scale to which all words belong.
fn listed(words: &[&str]) -> Option<Vec<String>> {
    let place = |scale: &[&str], word: &str| scale.iter().position(|level| level.eq_ignore_ascii_case(word));
    let levels = |scale: &&[&str]| {
        let mut levels: Vec<Option<String>> = vec![None; scale.len()];
        for word in words {
            let level = &mut levels[place(scale, word)?];
            // Two spellings of a level would become two levels.
            if level.replace((*word).to_owned()).is_some() {
                return None;
            }
        }
        let is_upper = |word: &&str| word.chars().all(|letter| !letter.is_lowercase());
        let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
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

/// Words of the form `very likely`, or of two opposites such as `somewhat agree` and `disagree`, in their order.
fn by_intensity(words: &[&str]) -> Option<Vec<String>> {
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let is_neutral = |word: &str| NEUTRAL.contains(&word.split(' ').next().unwrap_or_default());
    let parts: Vec<(u8, &str)> = lower.iter().map(|word| split(word)).collect();
    let mut kinds: Vec<&str> =
        parts.iter().zip(&lower).filter(|(_, word)| !is_neutral(word)).map(|((_, of), _)| *of).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let neutral = lower.iter().filter(|word| is_neutral(word)).count();
    let has_intensity = |kind: &str| parts.iter().any(|(intensity, of)| *of == kind && *intensity != PLAIN);
    let (low, high) = match kinds.as_slice() {
        [kind] if neutral == 0 && !kind.is_empty() => (None, *kind),
        [a, b] if neutral <= 1 => {
            let is_negation =
                |of: &str, kind: &str| ["un", "dis", "in"].iter().any(|not| of.strip_prefix(not) == Some(kind));
            let are_opposite = is_negation(a, b) || is_negation(b, a);
            let have_intensities = has_intensity(a) && has_intensity(b);
            if !are_opposite && !have_intensities {
                return None;
            }
            if is_negation(b, a) { (Some(*b), *a) } else { (Some(*a), *b) }
        }
        _ => return None,
    };
    let rank = |(word, (intensity, of)): (&String, &(u8, &str))| match () {
        () if is_neutral(word) => 0,
        () if Some(*of) == low => -i32::from(*intensity) - 1,
        () if *of == high => i32::from(*intensity) + 1,
        () => unreachable!("there are two kinds at most"),
    };
    let mut ranked: Vec<(i32, &str)> = lower.iter().zip(&parts).map(rank).zip(words.iter().copied()).collect();
    ranked.sort_unstable();
    let are_distinct = ranked.windows(2).all(|pair| pair[0].0 != pair[1].0);
    are_distinct.then(|| ranked.into_iter().map(|(_, word)| word.to_owned()).collect())
}

/// The intensity of a word in lower case, and what it is of.
fn split(word: &str) -> (u8, &str) {
    let of = |prefix: &str| word.strip_prefix(prefix)?.strip_prefix(' ');
    let longest = INTENSITIES.iter().filter(|(prefix, _)| of(prefix).is_some()).max_by_key(|(prefix, _)| prefix.len());
    longest.map_or((PLAIN, word), |(prefix, intensity)| (*intensity, of(prefix).unwrap_or_default()))
}

/// Whether the first and the last label are as intense, such as `Extremely liberal` and `Extremely conservative`.
fn have_opposite_ends(labels: &[&str]) -> bool {
    let ends = [labels.first(), labels.last()].map(|label| label.map(|label| label.to_lowercase()).unwrap_or_default());
    let [(first, a), (last, b)] = [split(&ends[0]), split(&ends[1])];
    first == last && first > PLAIN && a != b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str]) -> Option<Order> {
        let mut all = Words::default();
        words.iter().for_each(|word| all.push(word));
        order(&all)
    }

    #[track_caller]
    fn check(words: &[&str], expected: Option<&[&str]>) {
        let expected = expected.map(|levels| levels.iter().map(|&level| level.to_owned()).collect());
        assert_eq!(found(words), expected.map(Order::Scale), "{words:?}");
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
        check(
            &["agree", "neither", "disagree"],
            Some(&["strongly disagree", "disagree", "neither", "agree", "strongly agree"]),
        );
        check(&["tend to agree", "neither", "disagree"], Some(&["disagree", "neither", "tend to agree"]));
        check(
            &["Very likely", "Not at all likely", "Somewhat likely", "Not very likely"],
            Some(&["Not at all likely", "Not very likely", "Somewhat likely", "Very likely"]),
        );
        check(
            &["very satisfied", "dissatisfied", "neither satisfied nor dissatisfied", "satisfied"],
            Some(&["dissatisfied", "neither satisfied nor dissatisfied", "satisfied", "very satisfied"]),
        );
        check(&["Not too happy", "Very happy", "Pretty happy"], Some(&["Not too happy", "Pretty happy", "Very happy"]));
        check(
            &["very conservative", "conservative", "liberal", "very liberal"],
            Some(&["very conservative", "conservative", "liberal", "very liberal"]),
        );
    }

    #[test]
    fn numbers_in_front_are_an_order() {
        check(
            &["4. Often", "1. Never", "2. Rarely", "3. Sometimes"],
            Some(&["1. Never", "2. Rarely", "3. Sometimes", "4. Often"]),
        );
        // In the other direction.
        check(
            &["3 - Disagree", "1 - Strongly agree", "2 - Agree"],
            Some(&["1 - Strongly agree", "2 - Agree", "3 - Disagree"]),
        );
        check(
            &["1. Extremely liberal", "2. Liberal", "10. Extremely conservative"],
            Some(&["1. Extremely liberal", "2. Liberal", "10. Extremely conservative"]),
        );
        let regions = ["3. South", "1. North", "2. East"];
        let expected = ["1. North", "2. East", "3. South"].map(str::to_owned).to_vec();
        assert_eq!(found(&regions), Some(Order::Numbered(expected)));
        for words in [["1.5 km", "2.5 km", "3 km"], ["1 - 2", "3 - 4", "5 - 6"], ["1. a", "1. b", "2. c"]] {
            assert_eq!(found(&words), None, "{words:?}");
        }
    }

    #[test]
    fn ambiguous_words_have_no_order() {
        check(&["low", "high"], None);
        check(&["low", "high", "red"], None);
        check(&["low", "Low", "high"], None);
        check(&["employed", "unemployed", "student"], None);
        check(&["somewhat likely", "fairly likely", "rather likely"], None);
        check(&["red", "green", "blue"], None);
        check(&["very red", "green", "red"], None);
        check(&["neutral", "neither", "agree"], None);
    }
}
