//! The bootstrap: rows drawn with replacement, and the scores of trials in each draw.

use crossfold_study::Generator;

/// Number of trials whose shares are copied at a time, so that they stay in the processor's cache.
const BLOCK: usize = 64;
/// Numbers of trials and of draws that are summed at a time: their sums stay in the processor's registers.
const TRIALS: usize = 4;
const DRAWS: usize = 8;

/// The number of times that each row is drawn, in as many draws with replacement as there are rows (Efron 1979, "Bootstrap methods:
/// another look at the jackknife", Annals of Statistics 7).
pub(crate) fn draw_rows(rows: usize, generator: &mut Generator) -> Vec<u8> {
    let mut counts = vec![0_u8; rows];
    for _ in 0..rows {
        // The probability of drawing a row 255 times is negligible for any number of rows.
        let count = &mut counts[generator.below(rows as u64) as usize];
        *count = count.saturating_add(1);
    }
    counts
}

/// The deviation of each trial's score in each draw: the sum over rows of (times drawn − 1)·share, draws ×
/// trials. `shares` has the rows of each trial, which sum to 0.
///
/// Plain additions in a fixed order give the same bits on every machine.
pub(crate) fn deviations(draws: &[Vec<u8>], shares: &[&[f32]]) -> Vec<Vec<f32>> {
    let rows = shares.first().map_or(0, |shares| shares.len());
    let by_row = |trials: &[&[f32]]| -> Vec<[f32; TRIALS]> {
        let share = |trial: usize, row: usize| trials.get(trial).map_or(0.0, |shares| shares[row]);
        (0..rows).map(|row| std::array::from_fn(|trial| share(trial, row))).collect()
    };
    let mut weights = vec![[0.0; DRAWS]; rows];
    let mut found = vec![vec![0.0; shares.len()]; draws.len()];
    for (block, trials) in shares.chunks(BLOCK).enumerate() {
        let tiles: Vec<Vec<[f32; TRIALS]>> = trials.chunks(TRIALS).map(by_row).collect();
        for (draws, found) in draws.chunks(DRAWS).zip(found.chunks_mut(DRAWS)) {
            for (place, draw) in draws.iter().enumerate() {
                weights.iter_mut().zip(draw).for_each(|(weights, &times)| weights[place] = f32::from(times) - 1.0);
            }
            for (tile, shares) in tiles.iter().enumerate() {
                let first = block * BLOCK + tile * TRIALS;
                for (found, sums) in found.iter_mut().zip(weighted_sums(&weights, shares)) {
                    found[first..].iter_mut().zip(sums).for_each(|(found, sum)| *found = sum);
                }
            }
        }
    }
    found
}

/// The sums over rows of weight·share, of each draw and trial.
fn weighted_sums(weights: &[[f32; DRAWS]], shares: &[[f32; TRIALS]]) -> [[f32; TRIALS]; DRAWS] {
    let mut sums = [[0.0; TRIALS]; DRAWS];
    for (weights, shares) in weights.iter().zip(shares) {
        for (sums, weight) in sums.iter_mut().zip(weights) {
            sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += weight * share);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Seed;

    #[test]
    fn as_many_rows_are_drawn_as_exist() {
        let mut generator = Seed(1).resampling();
        let draws: Vec<Vec<u8>> = (0..200).map(|_| draw_rows(50, &mut generator)).collect();
        assert!(draws.iter().all(|draw| draw.iter().map(|&times| u32::from(times)).sum::<u32>() == 50));
        // A row is left out with probability (1 − 1/50)⁵⁰ = 0.364.
        let left_out = draws.iter().flatten().filter(|&&times| times == 0).count() as f64 / 10_000.0;
        assert!((left_out - 0.364).abs() < 0.02, "{left_out}");
    }

    /// Numbers of trials and draws that are no multiples of a block and a group.
    #[test]
    fn deviations_are_weighted_sums() {
        let mut generator = Seed(2).resampling();
        let shares: Vec<Vec<f32>> = (0..131).map(|_| (0..33).map(|_| generator.normal() as f32).collect()).collect();
        let draws: Vec<Vec<u8>> = (0..7).map(|_| draw_rows(33, &mut generator)).collect();
        let found = deviations(&draws, &shares.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (draw, found) in draws.iter().zip(&found) {
            for (shares, found) in shares.iter().zip(found) {
                let weighted = |(&times, &share): (&u8, &f32)| (f64::from(times) - 1.0) * f64::from(share);
                let expected: f64 = draw.iter().zip(shares).map(weighted).sum();
                assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
        assert_eq!((found.len(), found[0].len()), (7, 131));
    }
}
