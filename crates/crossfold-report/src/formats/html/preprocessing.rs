//! How columns become inputs, in words.

use crossfold_network::{counted, joined, significant, thousands};
use crossfold_study::{
    CategoricalImpute, CategoricalSteps, ColumnSteps, Encode, NumericEncode, NumericImpute, NumericSteps,
    Preprocessing, Rare, Scale,
};

use crate::formats::markdown::code;

/// A sentence per kind of column, and per column with steps of its own.
pub(super) fn sentences(preprocessing: &Preprocessing) -> Vec<String> {
    let Preprocessing { numeric, ordinal, boolean, date, categorical, columns, select } = preprocessing;
    let alike: Vec<&str> = [("ordinal", ordinal), ("boolean", boolean), ("date", date)]
        .into_iter()
        .filter_map(|(kind, steps)| (steps == numeric).then_some(kind))
        .collect();
    let with_others = |alike: &[&str]| joined(&[&["numeric"], alike].concat(), "and");
    let mut sentences = vec![format!("{} columns: {}", with_others(&alike), describe_numeric(numeric))];
    for (kind, steps) in [("ordinal", ordinal), ("boolean", boolean), ("date", date)] {
        if steps != numeric {
            sentences.push(format!("{kind} columns: {}", describe_numeric(steps)));
        }
    }
    sentences.push(format!("categorical columns: {}", describe_categorical(categorical)));
    for (column, steps) in columns {
        let steps = match steps {
            ColumnSteps::Numeric(steps) => describe_numeric(steps),
            ColumnSteps::Categorical(steps) => describe_categorical(steps),
        };
        sentences.push(format!("{}: {steps}", code(column)));
    }
    if let Some(kept) = select {
        sentences.push(format!("inputs kept: {}, those with the highest F statistics", thousands((*kept).into())));
    }
    sentences
}

fn describe_numeric(NumericSteps { impute, indicator, log, scale, clip, encode }: &NumericSteps) -> String {
    let missing = match impute {
        NumericImpute::Mean => "missing values become the mean".to_owned(),
        NumericImpute::Median => "missing values become the median".to_owned(),
        NumericImpute::Mode => "missing values become the most frequent value".to_owned(),
        NumericImpute::Constant(number) => format!("missing values become {}", significant(*number, 4)),
    };
    let scaled = match scale {
        Scale::None => "not scaled",
        Scale::Standard => "standardised",
        Scale::MinMax => "scaled to 0 to 1",
        Scale::Robust => "scaled by median and interquartile range",
        Scale::Quantile => "replaced by their ranks, 0 to 1",
        Scale::Normal => "replaced by normal scores",
    };
    let encoded = match encode {
        NumericEncode::Value => None,
        NumericEncode::Piecewise { bins } => {
            Some(format!("encoded piecewise-linearly in {}", counted(*bins as usize, "bin")))
        }
    };
    let steps = [
        Some(missing),
        has_indicator(*indicator),
        log.then(|| "ln(1 + x) is taken".to_owned()),
        Some(scaled.to_owned()),
        clip.map(|bound| format!("smoothly clipped to ±{}", significant(bound, 4))),
        encoded,
    ];
    steps.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn describe_categorical(CategoricalSteps { impute, indicator, rare, encode }: &CategoricalSteps) -> String {
    let encoded = match encode {
        Encode::OneHot => "one-hot encoded".to_owned(),
        Encode::Ordinal => "encoded by the order of levels".to_owned(),
        Encode::Target(_) => "target encoded".to_owned(),
        Encode::Embedding(None) => "embedded".to_owned(),
        Encode::Embedding(Some(size)) => format!("embedded in {}", counted(*size as usize, "dimension")),
    };
    let missing = match impute {
        CategoricalImpute::Level => "missing values are a level of their own".to_owned(),
        CategoricalImpute::Mode => "missing values become the most frequent level".to_owned(),
        CategoricalImpute::Constant(level) => format!("missing values become {}", code(level)),
    };
    let rare = match rare {
        Rare::Rows(0 | 1) => None,
        Rare::Rows(rows) => {
            Some(format!("levels with fewer than {} are grouped", counted(*rows as usize, "training row")))
        }
        Rare::Share(share) => {
            Some(format!("levels with less than {} % of the training rows are grouped", significant(100.0 * share, 4)))
        }
    };
    [Some(missing), has_indicator(*indicator), rare, Some(encoded)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn has_indicator(has: bool) -> Option<String> {
    has.then(|| "an extra input says which were missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_steps_are_two_sentences() {
        assert_eq!(
            sentences(&Preprocessing::default()),
            [
                "numeric, ordinal, boolean and date columns: missing values become the median, standardised",
                "categorical columns: missing values are a level of their own, one-hot encoded",
            ]
        );
    }

    #[test]
    fn what_differs_is_said() {
        let steps = NumericSteps {
            impute: NumericImpute::Constant(0.5),
            indicator: true,
            log: true,
            scale: Scale::None,
            clip: Some(3.0),
            encode: NumericEncode::Piecewise { bins: 16 },
        };
        let grouped =
            CategoricalSteps { rare: Rare::Share(0.01), encode: Encode::Embedding(Some(3)), ..Default::default() };
        let preprocessing = Preprocessing {
            date: steps,
            columns: [("city".to_owned(), ColumnSteps::Categorical(grouped))].into(),
            select: Some(1),
            ..Preprocessing::default()
        };
        assert_eq!(
            sentences(&preprocessing),
            [
                "numeric, ordinal and boolean columns: missing values become the median, standardised",
                "date columns: missing values become 0.5, an extra input says which were missing, ln(1 + x) is taken, not scaled, \
                 smoothly clipped to ±3, encoded piecewise-linearly in 16 bins",
                "categorical columns: missing values are a level of their own, one-hot encoded",
                "`city`: missing values are a level of their own, levels with less than 1 % of the training rows are grouped, \
                 embedded in 3 dimensions",
                "inputs kept: 1, those with the highest F statistics",
            ]
        );
    }
}
