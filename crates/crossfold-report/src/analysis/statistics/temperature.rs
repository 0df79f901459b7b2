//! Temperature scaling of class probabilities (Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks").

/// The range of 1 / T. Beyond it, the probabilities are all but equal, or all but certain.
const RANGE: [f64; 2] = [1.0 / 64.0, 64.0];

/// The temperature T that minimises the log loss of softmax(ln(p) / T), for the class `probabilities` of rows, rows ×
/// `classes`, and the rows' `labels`. Above 1, the probabilities were too certain. Between 1/64 and 64; 1 where there are no
/// rows or a probability is no number.
///
/// The loss is convex in 1 / T, so its derivative has one zero, which Newton's method finds within a bracket that shrinks.
pub(crate) fn temperature(parts: &[(&[u32], &[f32])], classes: usize) -> f64 {
    let rows: usize = parts.iter().map(|(labels, _)| labels.len()).sum();
    let logits: Vec<(usize, Vec<f64>)> = parts
        .iter()
        .flat_map(|(labels, probabilities)| labels.iter().zip(probabilities.chunks_exact(classes)))
        .map(|(&label, row)| (label as usize, row.iter().map(|&probability| logarithm(probability)).collect()))
        .collect();
    if rows == 0 || logits.iter().any(|(_, row)| row.iter().any(|logit| logit.is_nan())) {
        return 1.0;
    }
    let [mut low, mut high] = RANGE;
    let mut inverse = 1.0;
    for _ in 0..200 {
        let [slope, curvature] = derivatives(&logits, inverse);
        if slope > 0.0 {
            high = inverse
        } else {
            low = inverse
        }
        let newton = inverse - slope / curvature;
        let next = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
        if (next - inverse).abs() <= 1e-12 * inverse {
            break;
        }
        inverse = next;
    }
    1.0 / inverse
}

/// The first two derivatives of the sum of the losses by 1 / T.
fn derivatives(logits: &[(usize, Vec<f64>)], inverse: f64) -> [f64; 2] {
    let mut sums = [0.0, 0.0];
    for (label, row) in logits {
        let greatest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let [mut total, mut first, mut second] = [0.0; 3];
        for &logit in row {
            let beyond = logit - greatest;
            let weight = libm::exp(inverse * beyond);
            total += weight;
            first += weight * beyond;
            second += weight * beyond * beyond;
        }
        let mean = first / total;
        sums[0] += mean - (row[*label] - greatest);
        sums[1] += second / total - mean * mean;
    }
    sums
}

/// Class probabilities at a temperature: softmax(ln(p) / T) per row.
pub(crate) fn at_temperature(probabilities: &[f32], classes: usize, temperature: f64) -> Vec<f32> {
    let mut scaled = Vec::with_capacity(probabilities.len());
    for row in probabilities.chunks_exact(classes) {
        let logits: Vec<f64> = row.iter().map(|&probability| logarithm(probability) / temperature).collect();
        let greatest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = logits.iter().map(|logit| libm::exp(logit - greatest)).collect();
        let total: f64 = powers.iter().sum();
        scaled.extend(powers.iter().map(|power| (power / total) as f32));
    }
    scaled
}

/// The logarithm of a probability, that of the least one for 0. Not a number for NaN.
fn logarithm(probability: f32) -> f64 {
    libm::log(f64::from(if probability < f32::MIN_POSITIVE { f32::MIN_POSITIVE } else { probability }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [u32; 12] = [0, 2, 2, 1, 2, 1, 0, 0, 2, 1, 1, 0];

    /// Multiples of 1/4096, which `f32` has exactly.
    fn probabilities() -> Vec<f32> {
        let even = [1366, 1365, 1365];
        let rows = [
            even,
            [360, 854, 2882],
            [2370, 512, 1214],
            even,
            [643, 10, 3443],
            [21, 1380, 2695],
            even,
            [3820, 245, 31],
            [146, 18, 3932],
            even,
            [114, 3072, 910],
            [292, 87, 3717],
        ];
        rows.as_flattened().iter().map(|&share| share as f32 / 4096.0).collect()
    }

    /// The temperature is where SciPy 1.18's `brentq` finds the zero of the derivative; scikit-learn 1.9's
    /// `CalibratedClassifierCV(method="temperature")` stops at 1.422934184513741. The probabilities are its.
    #[test]
    fn the_temperature_is_that_of_other_libraries() {
        let probabilities = probabilities();
        let found = temperature(&[(&LABELS, &probabilities)], 3);
        assert!((found - 1.422_934_198_976_580_5).abs() < 1e-10, "{found}");
        let [first, second] = [(&LABELS[..5], &probabilities[..15]), (&LABELS[5..], &probabilities[15..])];
        assert!((temperature(&[first, second], 3) - found).abs() < 1e-12);
        let scaled = at_temperature(&probabilities, 3, found);
        for (found, expected) in scaled[3..6].iter().zip([0.139_878_78, 0.256_685_29, 0.603_435_92]) {
            assert!((f64::from(*found) - expected).abs() < 1e-7, "{found} {expected}");
        }
    }

    #[test]
    fn a_temperature_without_a_minimum_is_at_the_end_of_the_range() {
        assert!((temperature(&[(&[0, 1], &[0.9, 0.1, 0.2, 0.8])], 2) - 1.0 / RANGE[1]).abs() < 1e-9);
        assert!((temperature(&[(&[1, 0], &[0.9, 0.1, 0.2, 0.8])], 2) - 1.0 / RANGE[0]).abs() < 1e-6);
        assert_eq!(temperature(&[], 2), 1.0);
        assert_eq!(temperature(&[(&[0], &[f32::NAN, 0.5])], 2), 1.0);
        assert!(temperature(&[(&[0, 0, 1], &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0])], 2) > 1.0);
    }
}
