//! Selection bias: how much the best score is inflated by having been selected.

/// The score of the best trial, corrected for having been selected: the bootstrap bias corrected cross-validation of
/// Tsamardinos, Greasidou and Borboudakis (2018, "Bootstrapping the out-of-sample predictions for efficient and
/// accurate cross-validation", Machine Learning 107). In each draw the best trial is selected on the drawn rows and
/// scored on the others; the result is the mean over draws. Nothing is trained.
///
/// `means` are the trials' scores, `shares` those of their rows, `draws` the number of times each row was drawn, and
/// `deviations` those of scores, draws × trials. Greater is better. `None` without trials, and where every draw has all
/// rows, as with a single row.
pub(crate) fn correct_for_selection(
    means: &[f64],
    shares: &[&[f32]],
    draws: &[Vec<u8>],
    deviations: &[Vec<f32>],
) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for (draw, deviations) in draws.iter().zip(deviations) {
        let left_out = draw.iter().filter(|&&times| times == 0).count();
        if left_out == 0 || means.is_empty() {
            continue;
        }
        let score = |trial: usize| means[trial] + f64::from(deviations[trial]);
        let best = (1..means.len()).fold(0, |best, trial| if score(trial) > score(best) { trial } else { best });
        let left_out_share: f64 =
            draw.iter().zip(shares[best]).filter(|(times, _)| **times == 0).map(|(_, &share)| f64::from(share)).sum();
        sum += means[best] + left_out_share * draw.len() as f64 / left_out as f64;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four rows; the first trial is right on the first two and the second on the last two. By hand: where the first two
    /// are drawn, the first trial is selected and wrong on the others, and conversely.
    #[test]
    fn the_best_is_scored_on_rows_that_did_not_select_it() {
        let shares: [&[f32]; 2] = [&[0.125, 0.125, -0.125, -0.125], &[-0.125, -0.125, 0.125, 0.125]];
        let draws = [vec![2, 2, 0, 0], vec![0, 0, 1, 3], vec![1, 1, 1, 1]];
        let deviations = crate::analysis::statistics::deviations(&draws, &shares);
        assert_eq!(correct_for_selection(&[0.5; 2], &shares, &draws, &deviations), Some(0.0));
        // Without the first trial, the second is scored on the first rows, then on the last.
        let second = crate::analysis::statistics::deviations(&draws, &shares[1..]);
        assert_eq!(correct_for_selection(&[0.5], &shares[1..], &draws, &second), Some(0.5));
        assert_eq!(correct_for_selection(&[], &[], &draws, &deviations), None);
        assert_eq!(correct_for_selection(&[0.5; 2], &shares, &draws[2..], &deviations[2..]), None);
    }
}
