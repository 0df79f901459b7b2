//! Folds that keep groups of rows together.

use crossfold_study::Generator;

use super::Shortage;

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

/// Draws random groups with about `share` of each stratum's rows. A group is taken if it reduces the total distance of
/// the strata from their shares. To fill a shortage, the smallest group goes to the empty side.
pub(super) fn draw_groups(
    groups: &[u32],
    strata: &[u32],
    share: f64,
    shortage: Shortage,
    generator: &mut Generator,
) -> Vec<u32> {
    let mut members = rows_by_group(groups);
    generator.shuffle(&mut members);
    let mut drawn = draw_first(&members, strata, share);
    if drawn.is_empty() {
        // Strata of one or two rows are nearest to their shares with no row drawn. All rows then become one stratum.
        drawn = draw_first(&members, &vec![0; strata.len()], share);
    }
    let smallest = members.iter().min_by_key(|rows| rows.len());
    match (shortage, smallest) {
        (Shortage::Fill, Some(smallest)) if drawn.is_empty() => smallest.clone(),
        (Shortage::Fill, Some(smallest)) if drawn.len() == groups.len() => {
            drawn.retain(|row| smallest.binary_search(row).is_err());
            drawn
        }
        (Shortage::Refuse | Shortage::Fill, _) => drawn,
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
