//! Rows dealt out to folds like cards.

/// Cuts each stratum into a piece a fold, and puts the pieces of a fold together, ascending.
///
/// A piece is as long as if the strata, one behind another, were dealt out like cards: what is left
/// of one stratum when all folds have equally many goes on where the deal stopped, so that neither
/// a stratum's pieces nor whole folds differ by more than one row. These are the sizes of
/// scikit-learn's `StratifiedKFold`, and with one stratum those of its `KFold`.
pub(crate) fn deal(strata: &[Vec<u32>], folds: usize) -> Vec<Vec<u32>> {
    let mut parts = vec![Vec::new(); folds];
    let mut dealt = 0;
    for stratum in strata {
        let mut rest = stratum.as_slice();
        for (fold, part) in parts.iter_mut().enumerate() {
            // Cards `dealt..dealt + stratum.len()` of the deal that are this fold's turn.
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
