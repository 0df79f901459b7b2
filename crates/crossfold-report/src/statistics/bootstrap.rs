//! Rows drawn again and again, and what trials' scores become.

use crossfold_study::Generator;

/// Trials that are added up at a time: their sums stay in a core's nearest memory.
const BLOCK: usize = 64;
/// Draws that are added up at a time, so that a row's shares are fetched once for all of them.
const DRAWS: usize = 4;

/// How often each row is drawn: as many draws with replacement as there are rows (Efron 1979, "Bootstrap methods:
/// another look at the jackknife", Annals of Statistics 7).
pub(crate) fn draw(rows: usize, generator: &mut Generator) -> Vec<u8> {
    let mut counts = vec![0_u8; rows];
    for _ in 0..rows {
        // No row of a million is drawn 255 times in all the age of the universe.
        let count = &mut counts[generator.below(rows as u64) as usize];
        *count = count.saturating_add(1);
    }
    counts
}

/// By how much each trial's score differs in each draw: the sum over rows of (times drawn − 1)·share, draws ×
/// trials. `shares` are rows by trial; a trial's sum to 0.
///
/// Plain additions in a fixed order, so the same bits on every machine.
pub(crate) fn deviations(draws: &[Vec<u8>], shares: &[&[f32]]) -> Vec<Vec<f32>> {
    let mut found = vec![vec![0.0; shares.len()]; draws.len()];
    for (block, trials) in shares.chunks(BLOCK).enumerate() {
        let rows = trials[0].len();
        let mut by_row = vec![[0.0_f32; BLOCK]; rows];
        for (place, trial) in trials.iter().enumerate() {
            by_row.iter_mut().zip(*trial).for_each(|(row, share)| row[place] = *share);
        }
        for (group, draws) in draws.chunks(DRAWS).enumerate() {
            let mut sums = [[0.0_f32; BLOCK]; DRAWS];
            for (row, shares) in by_row.iter().enumerate() {
                for (sums, draw) in sums.iter_mut().zip(draws) {
                    let weight = f32::from(draw[row]) - 1.0;
                    for (sum, share) in sums.iter_mut().zip(shares) {
                        *sum += weight * share;
                    }
                }
            }
            for (place, sums) in sums.iter().enumerate().take(draws.len()) {
                found[group * DRAWS + place][block * BLOCK..][..trials.len()].copy_from_slice(&sums[..trials.len()]);
            }
        }
    }
    found
}
