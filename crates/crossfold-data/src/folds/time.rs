//! Folds that train on what was before.

/// A part that trains and a part that validates, both ascending.
pub(crate) type Split = (Vec<u32>, Vec<u32>);

/// How many periods there are: they are counted from 0 without holes.
pub(super) fn count(periods: &[u32]) -> u32 {
    periods.iter().max().map_or(0, |&last| last + 1)
}

/// Cuts the last `folds` equal stretches of periods off, each validated by what was before it: with
/// one row a period scikit-learn's `TimeSeriesSplit`. `None` where there are too few periods.
pub(super) fn series(periods: &[u32], folds: u32, gap: u32, window: Option<u32>) -> Option<Vec<Split>> {
    let count = count(periods);
    let stretch = count / (folds + 1);
    if stretch == 0 {
        return None;
    }
    (0..folds).map(|fold| split(periods, count - (folds - fold) * stretch, stretch, gap, window)).collect()
}

/// Validates `length` periods from `start`, and trains on those before the gap; `None` where there are
/// none.
pub(super) fn split(periods: &[u32], start: u32, length: u32, gap: u32, window: Option<u32>) -> Option<Split> {
    let end = start.checked_sub(gap).filter(|&end| end > 0)?;
    let begin = window.map_or(0, |window| end.saturating_sub(window));
    let rows = |wanted: std::ops::Range<u32>| {
        let of = |(row, period): (u32, &u32)| wanted.contains(period).then_some(row);
        (0..).zip(periods).filter_map(of).collect::<Vec<u32>>()
    };
    Some((rows(begin..end), rows(start..start + length)))
}
