//! Folds that keep groups of rows together.

use crossfold_study::Generator;

use crate::statistics;

/// The rows of each group, ascending, in the order of the groups' codes.
pub(super) fn rows_by_group(groups: &[u32]) -> Vec<Vec<u32>> {
    let count = groups.iter().max().map_or(0, |&last| last as usize + 1);
    let mut members = vec![Vec::new(); count];
    for (row, &group) in (0..).zip(groups) {
        members[group as usize].push(row);
    }
    members.retain(|rows: &Vec<u32>| !rows.is_empty());
    members
}

/// Assigns each group to the fold with the fewest rows so far. Without shuffling, larger groups come first, as in
/// scikit-learn's `GroupKFold`. With shuffling, groups are in random order, so that repeats differ.
pub(super) fn deal_groups(groups: &[u32], folds: usize, generator: Option<Generator>) -> Vec<Vec<u32>> {
    let mut members = rows_by_group(groups);
    match generator {
        // Of equally large groups the last comes first, as in NumPy's reversed `argsort`.
        None => {
            members.reverse();
            members.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
        }
        Some(mut generator) => generator.shuffle(&mut members),
    }
    let mut parts = vec![Vec::new(); folds];
    for rows in members {
        let smallest = (0..folds).min_by_key(|&fold| parts[fold].len()).expect("there is a fold");
        parts[smallest].extend(rows);
    }
    parts.iter_mut().for_each(|part: &mut Vec<u32>| part.sort_unstable());
    parts
}

/// Assigns each group to the fold that makes the folds' shares of each class most even. Groups with uneven class counts
/// come first, as in scikit-learn's `StratifiedGroupKFold`.
pub(super) fn deal_stratified_groups(
    groups: &[u32],
    strata: &[u32],
    folds: usize,
    generator: Option<Generator>,
) -> Vec<Vec<u32>> {
    let mut members = rows_by_group(groups);
    if let Some(mut generator) = generator {
        generator.shuffle(&mut members);
    }
    let classes = strata.iter().max().map_or(0, |&last| last as usize + 1);
    let counts = |rows: &[u32]| {
        let mut counts = vec![0.0; classes];
        rows.iter().for_each(|&row| counts[strata[row as usize] as usize] += 1.0);
        counts
    };
    let mut dealt: Vec<(Vec<u32>, Vec<f64>)> = members
        .into_iter()
        .map(|rows| {
            let counts = counts(&rows);
            (rows, counts)
        })
        .collect();
    // The sort is stable: equally uneven groups stay in their order.
    dealt.sort_by(|(_, a), (_, b)| deviation(b).total_cmp(&deviation(a)));
    let all: Vec<u32> = (0..strata.len() as u32).collect();
    let totals = counts(&all);
    let mut parts = vec![(Vec::new(), vec![0.0; classes]); folds];
    for (rows, counts) in dealt {
        let unevenness = |fold: usize| {
            let share = |other: usize, class: usize| {
                let more = if other == fold { counts[class] } else { 0.0 };
                (parts[other].1[class] + more) / totals[class]
            };
            let spread = |class: usize| deviation(&(0..folds).map(|other| share(other, class)).collect::<Vec<_>>());
            (0..classes).filter(|&class| totals[class] > 0.0).map(spread).sum::<f64>()
        };
        let scores: Vec<f64> = (0..folds).map(unevenness).collect();
        let size = |fold: usize| parts[fold].1.iter().sum::<f64>();
        // The order of addition changes the last bits of a sum, so nearly equal values count as ties.
        let better = |a: usize, b: usize| {
            let tied = (scores[a] - scores[b]).abs() <= 1e-9 * scores[a].abs().max(1e-12);
            if tied { size(a) < size(b) } else { scores[a] < scores[b] }
        };
        let best = (1..folds).fold(0, |best, fold| if better(fold, best) { fold } else { best });
        parts[best].0.extend(rows);
        parts[best].1.iter_mut().zip(&counts).for_each(|(sum, count)| *sum += count);
    }
    let sorted = |(mut rows, _): (Vec<u32>, _)| {
        rows.sort_unstable();
        rows
    };
    parts.into_iter().map(sorted).collect()
}

fn deviation(values: &[f64]) -> f64 {
    statistics::deviation(values.iter().copied(), statistics::mean(values.iter().copied()))
}

/// Draws random groups with about `share` of each stratum's rows. A group is taken if it reduces the total distance of
/// the strata from their shares.
pub(super) fn draw_groups(groups: &[u32], strata: &[u32], share: f64, generator: &mut Generator) -> Vec<u32> {
    let mut members = rows_by_group(groups);
    generator.shuffle(&mut members);
    let drawn = draw_first(&members, strata, share);
    if drawn.is_empty() {
        // Strata of one or two rows are nearest to their shares with no row drawn. All rows then become one stratum.
        draw_first(&members, &vec![0; strata.len()], share)
    } else {
        drawn
    }
}

fn draw_first(members: &[Vec<u32>], strata: &[u32], share: f64) -> Vec<u32> {
    let stratum = |row: u32| strata[row as usize] as usize;
    let mut totals = vec![0.0; strata.iter().max().map_or(0, |&last| last as usize + 1)];
    strata.iter().for_each(|&stratum| totals[stratum as usize] += 1.0);
    let (mut drawn, mut counts) = (Vec::new(), vec![0.0; totals.len()]);
    for rows in members {
        let mut more = vec![0.0; totals.len()];
        rows.iter().for_each(|&row| more[stratum(row)] += 1.0);
        // The change of a stratum's distance from its share.
        let further = |stratum: usize| {
            let distance = |count: f64| (count - share * totals[stratum]).abs() / totals[stratum];
            distance(counts[stratum] + more[stratum]) - distance(counts[stratum])
        };
        if (0..totals.len()).filter(|&stratum| more[stratum] > 0.0).map(further).sum::<f64>() < 0.0 {
            drawn.extend(rows);
            counts.iter_mut().zip(&more).for_each(|(count, more)| *count += more);
        }
    }
    drawn.sort_unstable();
    drawn
}
