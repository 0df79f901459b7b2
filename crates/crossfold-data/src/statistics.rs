//! Mean, spread and quantiles. For finite numbers all of them are finite, even if sums or squares overflow.

/// Fewer rows than this may agree by chance.
pub(crate) const FEW_ROWS: usize = 10;

/// The mean; 0 if there are no numbers.
pub fn mean(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = numbers.clone().count().max(1) as f64;
    let sum: f64 = numbers.clone().sum();
    if sum.is_finite() {
        return sum / count;
    }
    // If the sum overflows, numbers are divided before they are added.
    numbers.map(|number| number / count).sum::<f64>().clamp(f64::MIN, f64::MAX)
}

/// Pearson's coefficient over the rows where neither is missing; `None` if there are few rows or one column is
/// constant.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs = || a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let count = pairs().count();
    let mean_a = mean(pairs().map(|(&a, _)| a));
    let mean_b = mean(pairs().map(|(_, &b)| b));
    let mut products = [0.0; 3];
    for (a, b) in pairs() {
        let (a, b) = (a - mean_a, b - mean_b);
        products = [products[0] + a * a, products[1] + a * b, products[2] + b * b];
    }
    let [aa, ab, bb] = products;
    (count >= FEW_ROWS && aa > 0.0 && bb > 0.0).then(|| ab / (aa.sqrt() * bb.sqrt()))
}

/// The sum of (number − mean)².
pub(crate) fn sum_of_squares(numbers: impl Iterator<Item = f64>, mean: f64) -> f64 {
    numbers.map(|number| (number - mean).powi(2)).sum()
}

/// The variance of a population with this mean; 0 if there are no numbers.
pub fn variance(numbers: impl Iterator<Item = f64> + Clone, mean: f64) -> f64 {
    sum_of_squares(numbers.clone(), mean) / numbers.count().max(1) as f64
}

/// The standard deviation of a population with this mean; 0 if there are no numbers, or if they differ only by
/// rounding.
pub fn deviation(numbers: impl Iterator<Item = f64> + Clone, mean: f64) -> f64 {
    let count = numbers.clone().count() as f64;
    let variance = variance(numbers.clone(), mean);
    let deviation = if variance.is_finite() {
        variance.sqrt()
    } else {
        // Squares overflow, so distances are first divided by the greatest. Distances may overflow, too, so they are
        // halved.
        let distance = |number: f64| (number / 2.0 - mean / 2.0).abs();
        let greatest = numbers.clone().map(distance).fold(0.0, f64::max);
        let shares: f64 = numbers.map(|number| (distance(number) / greatest).powi(2)).sum();
        (greatest * (shares / count).sqrt() * 2.0).min(f64::MAX)
    };
    if deviation <= rounding(count as usize, mean.abs()) { 0.0 } else { deviation }
}

/// The largest spread of `count` numbers of about this `size` that rounding explains: the bound on the rounding error of
/// a variance in scikit-learn, without a term that is negligible beside it.
pub(crate) fn rounding(count: usize, size: f64) -> f64 {
    count as f64 * f64::EPSILON * size
}

/// The median of ascending numbers, at least one.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    sorted[(sorted.len() - 1) / 2].midpoint(sorted[sorted.len() / 2])
}

/// A quantile of ascending numbers, at least one, with linear interpolation (Hyndman and Fan 1996, type 7). `share` is
/// in [0, 1].
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() - 1) as f64 * share;
    let below = place.floor();
    let (low, high) = (sorted[below as usize], sorted[place.ceil() as usize]);
    interpolate(low, high, place - below)
}

/// Linear interpolation: `low` at `share` 0, `high` at 1.
pub(crate) fn interpolate(low: f64, high: f64, share: f64) -> f64 {
    let distance = high - low;
    if !distance.is_finite() {
        low * (1.0 - share) + high * share
    } else if share < 0.5 {
        low + distance * share
    } else {
        high - distance * (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(numbers: &[f64]) -> (f64, f64) {
        let mean = mean(numbers.iter().copied());
        (mean, deviation(numbers.iter().copied(), mean))
    }

    /// Expected values are from Python's `statistics`: for [1, 2, 4, 8, 16, 32], `mean` is 10.5, `pstdev`
    /// 10.828203913853857 and `quantiles(n=4, method='inclusive')` [2.5, 6, 14].
    #[test]
    fn statistics_match_python() {
        let numbers = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let (mean, deviation) = both(&numbers);
        assert_eq!(mean, 10.5);
        assert!((deviation - 10.828_203_913_853_857).abs() < 1e-12, "{deviation}");
        assert_eq!([0.25, 0.5, 0.75].map(|share| percentile(&numbers, share)), [2.5, 6.0, 14.0]);
        assert_eq!(median(&numbers), 6.0);
    }

    #[test]
    fn equal_numbers_have_no_spread_despite_rounding() {
        for number in [0.1, 1e15 + 0.3, 1e200, f64::MAX] {
            assert_eq!(both(&[number; 7]).1, 0.0, "{number}");
        }
        assert_eq!(both(&[1e300, 1e300, 1e300_f64.next_up()]).1, 0.0);
    }

    /// Expected values were computed by hand, in units of the greatest number.
    #[test]
    fn deviation_is_correct_where_squares_overflow() {
        const MAX: f64 = f64::MAX;
        for (numbers, mean, deviation) in [
            (&[MAX, 0.0, 0.0, 0.0][..], 0.25, 0.75_f64.sqrt() / 2.0),
            (&[MAX, -MAX], 0.0, 1.0),
            (&[MAX, -MAX, -MAX, -MAX], -0.5, 0.75_f64.sqrt()),
            (&[1e-100 * MAX, -1e-100 * MAX], 0.0, 1e-100),
        ] {
            let (found_mean, found_deviation) = both(numbers);
            assert!((found_mean / MAX - mean).abs() < 1e-15, "{numbers:?}: {found_mean}");
            assert!((found_deviation / MAX / deviation - 1.0).abs() < 1e-15, "{numbers:?}: {found_deviation}");
        }
        for (share, expected) in [(0.25, -0.5), (0.5, 0.0), (0.75, 0.5)] {
            assert!((percentile(&[-MAX, MAX], share) / MAX - expected).abs() < 1e-15, "{share}");
        }
    }
}
