//! Folds whose training rows are earlier than their validation rows.

use super::Division;

/// The number of periods. They are numbered from 0 without gaps.
pub(super) fn count(periods: &[u32]) -> u32 {
    periods.iter().max().map_or(0, |&last| last + 1)
}

/// Cuts the periods into `folds` + 1 stretches, the last `folds` of which have equal length. Each of these validates
/// one fold, and all periods before it train. With one row per period, the splits are those of scikit-learn's
/// `TimeSeriesSplit`. `None` if there are too few periods.
pub(super) fn series(periods: &[u32], folds: u32, gap: u32, window: Option<u32>) -> Option<Vec<Division>> {
    let count = count(periods);
    let stretch = count / (folds + 1);
    if stretch == 0 {
        return None;
    }
    (0..folds).map(|fold| split(periods, count - (folds - fold) * stretch, stretch, gap, window)).collect()
}

/// Validates `length` periods from `start`, and trains on at most `window` periods before the `gap`. `None` if no
/// period is left to train on.
pub(super) fn split(periods: &[u32], start: u32, length: u32, gap: u32, window: Option<u32>) -> Option<Division> {
    let end = start.checked_sub(gap).filter(|&end| end > 0)?;
    let begin = window.map_or(0, |window| end.saturating_sub(window));
    let rows = |wanted: std::ops::Range<u32>| {
        let select = |(row, period): (u32, &u32)| wanted.contains(period).then_some(row);
        (0..).zip(periods).filter_map(select).collect::<Vec<u32>>()
    };
    Some((rows(begin..end), rows(start..start + length)))
}
