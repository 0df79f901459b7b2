//! Suspicions about single columns.

use crossfold_data::{AbsurdValue, Column, MissingCode, Table, Values};
use crossfold_study::{ColumnKind, MissingMarkers};

use super::summary::{Sorted, skewness};
use super::{Suspicion, TargetProfile, survey};
use crate::csv::{ParsedTable, names_subjects, names_time};

/// With fewer rows than this, values may be in order, distinct or of one length by chance.
const FEW_ROWS: usize = 20;
/// A class with fewer rows than this is missing from at least one of five folds.
const RARE_CLASS: usize = 5;
/// Fewer values than these are a feature of rows, whatever the name of their column.
pub(super) const FEWEST_GROUPS: usize = 5;
const MANY_LEVELS: usize = 50;
/// The skewness of an exponential distribution is 2.
const HIGH_SKEWNESS: f64 = 3.0;

/// Suspicions about a column. `given` are the markers of missing values that a spec would give.
pub(super) fn find_in_column(
    column: &Column,
    sorted: &Sorted,
    is_target: bool,
    found: &ParsedTable,
    given: &MissingMarkers,
) -> Vec<Suspicion> {
    let name = || column.name.clone();
    let other_case = || {
        let may_be_wrong = matches!(column.kind, ColumnKind::Categorical | ColumnKind::Ordinal);
        let (names, spelling) = column.values.names_of_other_spelling().filter(|_| may_be_wrong)?;
        Some(Suspicion::OtherSpelling { column: name(), names: names.map(str::to_owned), spelling, is_target })
    };
    let (rows, present, distinct) = (column.values.len(), sorted.present(), sorted.distinct());
    let codes = MissingCode::find(column);
    let has_codes = !codes.is_empty();
    let codes = has_codes.then(|| Suspicion::MissingMarker { column: name(), codes, given: given.clone() });
    let absurd = AbsurdValue::find(column).filter(|_| !has_codes).map(|absurd| Suspicion::AbsurdValue {
        column: name(),
        line: found.line(absurd.row),
        absurd,
        given: given.clone(),
    });
    let is_absurd = absurd.is_some();
    if is_target {
        let constant = distinct == 1 && present > 1;
        let constant = constant.then(|| Suspicion::ConstantTarget { target: name() });
        return constant.into_iter().chain(codes).chain(absurd).chain(other_case()).collect();
    }
    if present == 0 {
        return vec![Suspicion::OnlyMissing { column: name() }];
    }
    if distinct == 1 && present == rows && rows > 1 {
        return vec![Suspicion::Constant { column: name() }];
    }
    let mut found: Vec<Suspicion> = other_case().into_iter().collect();
    if (rows - present) * 2 > rows {
        let share = (rows - present) as f64 / rows as f64;
        found.push(Suspicion::MostlyMissing { column: name(), kind: column.kind, share });
    }
    let groups = are_groups(column, present, distinct);
    if groups {
        found.push(Suspicion::Groups { column: name(), groups: distinct, rows: present, one_target: false });
    } else if identifies_rows(column, sorted, present, distinct) {
        let instead = match sorted {
            Sorted::Numbers(_) => ColumnKind::Numeric,
            Sorted::Levels(_) => ColumnKind::Categorical,
        };
        let is_certain = is_dense(sorted);
        found.push(Suspicion::Id { column: name(), is_feature: column.kind.is_feature(), is_certain, instead });
        return found;
    }
    if survey::are_weights(column, sorted) {
        found.push(Suspicion::Weights { column: name() });
        return found;
    }
    // Subjects are often numbered in the order of rows.
    if is_time(column, distinct) && (!groups || column.kind == ColumnKind::Date) {
        found.push(Suspicion::Time { column: name() });
    }
    match (column.kind, sorted) {
        (ColumnKind::Categorical, Sorted::Levels(_)) => {
            if !groups && (distinct > MANY_LEVELS || (present >= FEW_ROWS && distinct * 2 > present)) {
                found.push(Suspicion::ManyLevels { column: name(), levels: distinct, rows: present, is_feature: true });
            }
        }
        (ColumnKind::Text, Sorted::Levels(_)) if !groups && distinct * 2 <= present => {
            found.push(Suspicion::ManyLevels { column: name(), levels: distinct, rows: present, is_feature: false });
        }
        // Codes are no tail, and neither is a typo.
        (ColumnKind::Numeric, Sorted::Numbers(sorted)) if !has_codes && !is_absurd => {
            let skewness = find_high_skewness(sorted, distinct);
            found.extend(skewness.map(|skewness| Suspicion::Skewed { column: name(), skewness }));
        }
        (_, Sorted::Levels(_) | Sorted::Numbers(_)) => {}
    }
    found.extend(codes);
    found.extend(absurd);
    found
}

/// Classes that have too few rows for every fold to have one.
pub(super) fn find_rare_classes(target: &TargetProfile) -> Option<Suspicion> {
    let rare: Vec<_> = target.classes.iter().filter(|(_, rows)| *rows < RARE_CLASS).cloned().collect();
    (!rare.is_empty()).then(|| Suspicion::RareClasses { target: target.name.clone(), classes: rare })
}

/// Whether a column identifies rows.
fn identifies_rows(column: &Column, sorted: &Sorted, present: usize, distinct: usize) -> bool {
    match (column.kind, sorted) {
        (ColumnKind::Id, _) => true,
        (ColumnKind::Categorical, _) => distinct == present && present > 2,
        (ColumnKind::Numeric, Sorted::Numbers(sorted)) => {
            let consecutive = || sorted[present - 1] - sorted[0] == (present - 1) as f64;
            let whole = || sorted.iter().all(|number| number.fract() == 0.0);
            // Ids are often given in the order of rows.
            let ascending = || is_in_order(&column.values, |a, b| a <= b);
            let are_ids = present > FEW_ROWS && distinct == present && (consecutive() || ascending()) && whole();
            are_ids && !names_time(&column.name)
        }
        (_, Sorted::Numbers(_) | Sorted::Levels(_)) => false,
    }
}

/// Whether numbers leave out few of those between them, as numbers of cases do; those of amounts, such as the population in
/// each year, are far apart. Names are always dense.
fn is_dense(sorted: &Sorted) -> bool {
    const MOST_GAPS: f64 = 3.0;
    match sorted {
        Sorted::Numbers(sorted) => match sorted.as_slice() {
            [first, .., last] => last - first < MOST_GAPS * sorted.len() as f64,
            _ => true,
        },
        Sorted::Levels(_) => true,
    }
}

/// Whether a column identifies subjects with several rows each.
pub(super) fn are_groups(column: &Column, present: usize, distinct: usize) -> bool {
    const SUBJECTS: [&str; 10] = [
        "subject",
        "patient",
        "user",
        "participant",
        "respondent",
        "person",
        "customer",
        "household",
        "session",
        "group",
    ];
    let name = column.name.to_lowercase();
    let named_so = names_subjects(&column.name) || SUBJECTS.contains(&name.as_str());
    let may_name = match &column.values {
        Values::Levels { levels, .. } => {
            let is_code = |level: &String| level.contains(|c: char| c.is_ascii_digit()) && !level.contains(' ');
            named_so || (column.kind == ColumnKind::Text && levels.iter().all(is_code))
        }
        Values::Numbers(numbers) => {
            let whole = numbers.iter().all(|number| number.is_nan() || number.fract() == 0.0);
            named_so && whole && !matches!(column.kind, ColumnKind::Date | ColumnKind::Boolean)
        }
    };
    may_name && distinct >= FEWEST_GROUPS && present >= 2 * distinct && present > FEW_ROWS
}

/// Whether rows are in the order of dates, of numbers whose column has the name of a time, or of numbers that rise from each
/// row to the next. Others, such as a household's number, may be sorted for another reason.
fn is_time(column: &Column, distinct: usize) -> bool {
    /// Fewer numbers may rise by chance, or by the design of an experiment.
    const LONG: usize = 100;
    let Values::Numbers(numbers) = &column.values else { return false };
    let enough = match column.kind {
        ColumnKind::Date => 2,
        ColumnKind::Numeric if names_time(&column.name) => 3,
        ColumnKind::Numeric => {
            return numbers.len() >= LONG
                && distinct == numbers.len()
                && is_in_order(&column.values, |earlier, later| earlier < later);
        }
        ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Boolean | ColumnKind::Id | ColumnKind::Text => {
            return false;
        }
    };
    let in_order = || is_in_order(&column.values, |a, b| a <= b) || is_in_order(&column.values, |a, b| a >= b);
    numbers.len() > FEW_ROWS && distinct >= enough && in_order()
}

/// Leaves out columns by which rows are sorted if there are others that are dates or have the name of a time.
pub(super) fn keep_likeliest_time(suspicions: &mut Vec<Suspicion>, table: &Table) {
    let is_likely = |suspicion: &Suspicion| {
        let Suspicion::Time { column } = suspicion else { return false };
        names_time(column) || table.column(column).is_some_and(|column| column.kind == ColumnKind::Date)
    };
    if suspicions.iter().any(is_likely) {
        suspicions.retain(|suspicion| !matches!(suspicion, Suspicion::Time { .. }) || is_likely(suspicion));
    }
}

/// Whether numbers that aren't missing follow each other as `may_follow` says.
fn is_in_order(values: &Values, may_follow: impl Fn(f64, f64) -> bool) -> bool {
    let Values::Numbers(numbers) = values else { return false };
    numbers.iter().filter(|number| !number.is_nan()).is_sorted_by(|a, b| may_follow(**a, **b))
}

/// The skewness, if that of the logarithms is less than half of it.
fn find_high_skewness(sorted: &[f64], distinct: usize) -> Option<f64> {
    if sorted[0] < 0.0 || distinct <= FEW_ROWS {
        return None;
    }
    let before = skewness(sorted.iter().copied());
    let after = skewness(sorted.iter().map(|number| libm::log1p(*number)));
    (before > HIGH_SKEWNESS && after.abs() < before / 2.0).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skewness_is_reported_where_a_logarithm_helps() {
        let powers: Vec<f64> = (0..40).map(|power| 1.4_f64.powi(power)).collect();
        assert!(find_high_skewness(&powers, 40).is_some());
        let even: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(find_high_skewness(&even, 40), None);
        // A single outlier remains one after the logarithm.
        let outlier: Vec<f64> = (0..40).map(|_| 0.0).chain([1e9]).collect();
        assert_eq!(find_high_skewness(&outlier, 41), None);
    }
}
