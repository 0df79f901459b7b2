//! Settings of a study in words.

use crossfold_network::{Kind, counted};
use crossfold_study::{Metric, Splits, Strategy, TestRows};

use crate::formats::markdown::code;

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Linear => "linear model",
        Kind::Mlp => "multilayer perceptron",
        Kind::Cnn => "convolutional network",
        Kind::Rnn => "recurrent network",
    }
}

pub(super) fn metric(metric: Metric) -> String {
    metric.name().replace('_', " ")
}

/// How trials were chosen.
pub(in crate::formats) fn strategy(strategy: Strategy) -> String {
    match (strategy.sampler.definition().trials, strategy.trials) {
        (Some(words), Some(trials)) => format!("{} {}", counted(trials, words.noun), words.source),
        (Some(_) | None, Some(_) | None) => "every combination of a grid".to_owned(),
    }
}

/// How rows were split for cross-validation.
pub(in crate::formats) fn splits(splits: &Splits) -> String {
    let together =
        |groups: &Option<String>| groups.as_ref().map(|column| format!("rows with the same {} together", code(column)));
    let joined = |first: String, rest: [Option<String>; 3]| {
        [Some(first)].into_iter().chain(rest).flatten().collect::<Vec<_>>().join(", ")
    };
    let word_if = |is: bool, word: &str| is.then(|| word.to_owned());
    let gap = |gap: u32| (gap > 0).then(|| format!("{} before it left out", counted(gap, "period")));
    match splits {
        Splits::KFold { folds, repeats, stratified, shuffle, groups } => {
            let times = if *repeats > 1 { format!(", repeated {repeats} times") } else { String::new() };
            let shuffled = word_if(!*shuffle, "in the file's order");
            joined(format!("{folds} folds{times}"), [word_if(*stratified, "stratified"), shuffled, together(groups)])
        }
        Splits::HoldOut { share, stratified, groups } => joined(
            format!("a validation set with a share of {share}"),
            [word_if(*stratified, "stratified"), together(groups), None],
        ),
        Splits::LatestHoldOut { share, time, gap: periods } => joined(
            format!("a validation set with the last {share} of the periods of {}", code(time)),
            [gap(*periods), None, None],
        ),
        Splits::LeaveOneGroupOut { groups } => format!("leave-one-group-out over {}", code(groups)),
        Splits::TimeSeries { folds, time, gap: periods, window } => joined(
            format!("{folds} folds by {}, each with training rows from before it only", code(time)),
            [gap(*periods), window.map(|window| format!("trained on at most {}", counted(window, "period"))), None],
        ),
        Splits::Predefined { column, groups: _, time: _ } => format!("predefined by the column {}", code(column)),
    }
}

/// The source of a table's test rows.
pub(super) fn test_rows(rows: &TestRows) -> String {
    match rows {
        TestRows::None => "none".to_owned(),
        // Without the folder of this machine.
        TestRows::File(path) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            format!("of {}", code(&name.unwrap_or_else(|| "a file of their own".to_owned())))
        }
        TestRows::Share(share) => format!("a share of {share}, set aside before the search"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::SamplerKind;

    #[test]
    fn splits_in_words() {
        let column = || Some("village".to_owned());
        let (time, groups) = ("year".to_owned(), "village".to_owned());
        for (asked, expected) in [
            (
                Splits::KFold { folds: 5, repeats: 4, stratified: true, shuffle: true, groups: column() },
                "5 folds, repeated 4 times, stratified, rows with the same `village` together",
            ),
            (
                Splits::KFold { folds: 3, repeats: 1, stratified: false, shuffle: false, groups: None },
                "3 folds, in the file's order",
            ),
            (
                Splits::HoldOut { share: 0.2, stratified: true, groups: column() },
                "a validation set with a share of 0.2, stratified, rows with the same `village` together",
            ),
            (
                Splits::LatestHoldOut { share: 0.2, time: time.clone(), gap: 1 },
                "a validation set with the last 0.2 of the periods of `year`, 1 period before it left out",
            ),
            (Splits::LeaveOneGroupOut { groups }, "leave-one-group-out over `village`"),
            (
                Splits::TimeSeries { folds: 6, time, gap: 2, window: Some(20) },
                "6 folds by `year`, each with training rows from before it only, 2 periods before it left out, trained on at most \
                 20 periods",
            ),
            (
                Splits::Predefined { column: "part".to_owned(), groups: None, time: None },
                "predefined by the column `part`",
            ),
        ] {
            assert_eq!(splits(&asked), expected);
        }
        assert_eq!(strategy(Strategy::new(SamplerKind::Random, 40)), "40 draws of a random search");
        assert_eq!(test_rows(&TestRows::Share(0.25)), "a share of 0.25, set aside before the search");
    }
}
