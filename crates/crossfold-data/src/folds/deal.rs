//! Rows dealt to folds like playing cards.

/// Cuts each stratum into one piece per fold, and joins the pieces of each fold, ascending.
///
/// Pieces are as long as if the strata were dealt like playing cards, each stratum from the fold after the last one
/// that got a row. Neither the pieces of a stratum nor whole folds therefore differ by more than one row. Sizes are
/// those of scikit-learn's `StratifiedKFold`, and with one stratum those of its `KFold`.
pub(crate) fn deal(strata: &[Vec<u32>], folds: usize) -> Vec<Vec<u32>> {
    let mut parts = vec![Vec::new(); folds];
    let mut dealt = 0;
    for stratum in strata {
        let mut rest = stratum.as_slice();
        for (fold, part) in parts.iter_mut().enumerate() {
            // The number of cards in `dealt..dealt + stratum.len()` that go to this fold.
            let turns_before = |card: usize| (card + folds - 1 - fold) / folds;
            let (piece, left) = rest.split_at(turns_before(dealt + stratum.len()) - turns_before(dealt));
            part.extend_from_slice(piece);
            rest = left;
        }
        dealt += stratum.len();
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts
}
