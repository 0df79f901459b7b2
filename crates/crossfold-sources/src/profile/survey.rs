//! What is suspicious in the tables of surveys: codes read as amounts, answers that say nothing, weights, totals.

use crossfold_data::{Column, MissingCode, Table, Values, statistics};
use crossfold_study::{ColumnKind, MissingMarkers};

use super::summary::Sorted;
use super::suspicion::Suspicion;
use crate::csv::{ParsedTable, name_words};

/// Columns of whole numbers that are most likely names, by the column's name and their number.
pub(super) fn find_few_numbers<'a>(columns: impl Iterator<Item = &'a Column>) -> Option<Suspicion> {
    /// Two have the same meaning as an amount and as a name, and with more than these they may be counts.
    const DISTINCT: std::ops::RangeInclusive<usize> = 3..=25;
    /// With fewer rows per number, they may be measured.
    const ROWS_EACH: usize = 5;
    let are_names = |column: &Column| {
        if column.kind != ColumnKind::Numeric || !names_kinds(&column.name) {
            return None;
        }
        let sorted = Sorted::new(&column.values);
        let Sorted::Numbers(numbers) = &sorted else { return None };
        let are_codes = numbers.iter().all(|number| number.fract() == 0.0 && (0.0..100.0).contains(number));
        let distinct = sorted.distinct();
        (are_codes && DISTINCT.contains(&distinct) && numbers.len() >= ROWS_EACH * distinct)
            .then(|| (column.name.clone(), distinct))
            .filter(|_| numbers[numbers.len() - 1] - numbers[0] < 2.0 * distinct as f64)
    };
    let columns: Vec<(String, usize)> = columns.filter_map(are_names).collect();
    (!columns.is_empty()).then_some(Suspicion::FewNumbers { columns })
}

/// Whether a column's name says that it holds names of kinds, which surveys write as numbers.
fn names_kinds(name: &str) -> bool {
    const KINDS: [&str; 61] = [
        "area",
        "arm",
        "blood",
        "brand",
        "branch",
        "category",
        "center",
        "centre",
        "city",
        "class",
        "clinic",
        "cluster",
        "cntry",
        "colour",
        "color",
        "county",
        "country",
        "denom",
        "denomination",
        "department",
        "dept",
        "diagnosis",
        "district",
        "division",
        "ethnic",
        "ethnicity",
        "ethnie",
        "gender",
        "industry",
        "job",
        "kind",
        "lang",
        "language",
        "marital",
        "marstat",
        "method",
        "nation",
        "nationality",
        "occ",
        "occupation",
        "origin",
        "party",
        "partyid",
        "product",
        "province",
        "race",
        "region",
        "relig",
        "religion",
        "reltrad",
        "sector",
        "sex",
        "site",
        "species",
        "state",
        "status",
        "treatment",
        "trt",
        "type",
        "wrkstat",
        "zone",
    ];
    /// What makes an amount of it: `YearsCodedJob`.
    const AMOUNTS: [&str; 10] = ["years", "days", "number", "num", "n", "count", "level", "score", "rate", "opinion"];
    let words = name_words(name);
    let is_amount = words.iter().any(|word| AMOUNTS.contains(&word.as_str()));
    !is_amount && words.iter().any(|word| KINDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
}

/// Names that only weights have.
const SURE_WEIGHTS: [&str; 22] = [
    "pweight",
    "pwt",
    "pspwght",
    "pspwt",
    "dweight",
    "dwght",
    "anweight",
    "pweights",
    "wtssall",
    "wtssnr",
    "wtssps",
    "fnlwgt",
    "finalwgt",
    "finalwt",
    "sampwt",
    "sampweight",
    "svyweight",
    "svywt",
    "iweight",
    "fweight",
    "aweight",
    "perwt",
];

/// Names that weights of bodies have as well.
const LIKELY_WEIGHTS: [&str; 12] = [
    "weight",
    "weights",
    "wt",
    "wgt",
    "wght",
    "gewicht",
    "gewichte",
    "gewichtung",
    "poids",
    "ponderation",
    "peso",
    "ponderacion",
];

/// What weights are said to be of.
const OF_WEIGHTS: [&str; 8] = ["survey", "sample", "sampling", "final", "person", "design", "post", "pop"];

fn has_word(name: &str, words: &[&str]) -> bool {
    name_words(name).iter().any(|word| words.contains(&word.as_str()))
}

/// Whether a column holds sampling weights: by a name that nothing else has, or by one that weights of bodies have as well
/// and their sum.
pub(super) fn are_weights(column: &Column, sorted: &Sorted) -> bool {
    let (Sorted::Numbers(numbers), ColumnKind::Numeric) = (sorted, column.kind) else { return false };
    if numbers.first().is_none_or(|least| *least < 0.0) {
        return false;
    }
    // Weights sum up to about the rows or to the population; bodies weigh less than these, or whole grams.
    let is_sum = || {
        let mean = statistics::mean(numbers.iter().copied());
        let fractions = numbers.iter().filter(|number| number.fract() != 0.0).count();
        (2 * fractions > numbers.len() && ((0.5..2.0).contains(&mean) || mean > 300.0)) || mean > 10_000.0
    };
    let name = &column.name;
    has_word(name, &SURE_WEIGHTS) || (has_word(name, &LIKELY_WEIGHTS) && (has_word(name, &OF_WEIGHTS) || is_sum()))
}

/// The columns of a study's table that hold sampling weights.
pub(crate) fn find_weights(table: &Table) -> Vec<String> {
    let are_weights = |column: &&Column| {
        // Most columns need not be sorted.
        (has_word(&column.name, &SURE_WEIGHTS) || has_word(&column.name, &LIKELY_WEIGHTS))
            && are_weights(column, &Sorted::new(&column.values))
    };
    table.columns().iter().filter(are_weights).map(|column| column.name.clone()).collect()
}

/// Answers of surveys that say nothing.
pub(super) fn find_non_response<'a>(
    columns: impl Iterator<Item = &'a Column>,
    given: &MissingMarkers,
) -> Option<Suspicion> {
    let answers = |column: &Column| {
        if !matches!(column.kind, ColumnKind::Categorical) {
            return None;
        }
        let Values::Levels { levels, .. } = &column.values else { return None };
        let Sorted::Levels(counts) = Sorted::new(&column.values) else { return None };
        let codes: Vec<MissingCode> = levels
            .iter()
            .zip(counts)
            .filter(|(level, rows)| *rows > 0 && is_non_response(level))
            .map(|(level, rows)| MissingCode { text: level.clone(), rows })
            .collect();
        // `DK` is a country among other countries.
        let are_short = levels.iter().all(|level| level.chars().count() <= 3);
        (!codes.is_empty() && !are_short).then(|| (column.name.clone(), codes))
    };
    let columns: Vec<(String, Vec<MissingCode>)> = columns.filter_map(answers).collect();
    (!columns.is_empty()).then(|| Suspicion::NonResponse { columns, given: given.clone() })
}

fn is_non_response(level: &str) -> bool {
    const ANSWERS: [&str; 27] = [
        "don't know",
        "dont know",
        "do not know",
        "dk",
        "dk/na",
        "dk/nr",
        "don't know/refused",
        "don't know/no answer",
        "refused",
        "refusal",
        "refused to answer",
        "no answer",
        "no response",
        "nonresponse",
        "not answered",
        "not stated",
        "not applicable",
        "not asked",
        "not ascertained",
        "inapplicable",
        "inap",
        "iap",
        "prefer not to say",
        "prefer not to answer",
        "rather not say",
        "web skip",
        "skipped",
    ];
    // `-9. Refused`
    let label =
        level.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | ')' | '(' | ':' | ' '));
    ANSWERS.contains(&label.to_lowercase().replace('’', "'").trim_end_matches('.'))
}

/// A last row that sums up the others: one that is named so, or has the sums of all columns of numbers.
pub(super) fn find_total(found: &ParsedTable) -> Option<Suspicion> {
    const NAMES: [&str; 10] =
        ["total", "totals", "sum", "grand total", "all", "overall", "summe", "gesamt", "insgesamt", "totale"];
    /// With fewer, a number may be the sum of the others by chance.
    const FEW_ROWS: usize = 3;
    const FEW_COLUMNS: usize = 3;
    let last = found.table.rows().checked_sub(1).filter(|&last| last >= FEW_ROWS)?;
    let is_named = found.table.columns().iter().any(|column| match &column.values {
        Values::Levels { codes, levels } => {
            let name = levels.get(codes[last] as usize).map(|level| level.to_lowercase());
            name.is_some_and(|name| NAMES.contains(&name.trim_end_matches(':')))
        }
        Values::Numbers(_) => false,
    });
    let is_sum = |column: &&Column| {
        let Values::Numbers(numbers) = &column.values else { return false };
        let sum: f64 = numbers[..last].iter().filter(|number| !number.is_nan()).sum();
        let size: f64 = numbers[..last].iter().filter(|number| !number.is_nan()).map(|number| number.abs()).sum();
        sum != 0.0 && (numbers[last] - sum).abs() <= 1e-9 * size
    };
    let amounts = || found.table.columns().iter().filter(|column| column.kind == ColumnKind::Numeric);
    let sums: Vec<&Column> = amounts().filter(is_sum).collect();
    let are_all = sums.len() >= FEW_COLUMNS && sums.len() == amounts().count();
    let column = sums.first().filter(|_| is_named || are_all)?.name.clone();
    Some(Suspicion::TotalRow { line: found.line(last), column })
}
