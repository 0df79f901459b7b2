//! Values in a form that suits a Gaussian process.

/// The map from values to standardised values, and back. It keeps their order.
///
/// The worse half is compressed: above the median m of the values, v becomes m + u·log(1 + (v − m)/u), where u is half the
/// distance from the best value to m. How bad a bad point is says little about good ones, and one value that is off by orders
/// of magnitude would make all others indistinguishable. A value that is not finite counts as the worst finite one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outputs {
    worst: f64,
    median: f64,
    /// 0 where all of the better half is equal, and nothing is compressed.
    unit: f64,
    mean: f64,
    deviation: f64,
}

impl Outputs {
    /// `None` where no value is finite.
    pub(super) fn new(values: &[f64]) -> Option<Outputs> {
        let mut finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        let (best, worst) = (*finite.first()?, *finite.last()?);
        let median = finite[finite.len() / 2];
        let mut outputs = Outputs { worst, median, unit: 0.5 * (median - best), mean: 0.0, deviation: 1.0 };
        let compressed: Vec<f64> = values.iter().map(|value| outputs.standardised(*value)).collect();
        let count = compressed.len() as f64;
        let mean = compressed.iter().sum::<f64>() / count;
        let variance = compressed.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        outputs.mean = mean;
        outputs.deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Some(outputs)
    }

    fn is_compressed(&self, value: f64) -> bool {
        self.unit > 0.0 && value > self.median
    }

    pub(super) fn standardised(&self, value: f64) -> f64 {
        let value = if value.is_finite() { value } else { self.worst };
        let compressed = if self.is_compressed(value) {
            self.median + self.unit * libm::log1p((value - self.median) / self.unit)
        } else {
            value
        };
        (compressed - self.mean) / self.deviation
    }

    /// The slope of the map at a value, relative to the better half.
    pub(super) fn slope(&self, value: f64) -> f64 {
        if self.is_compressed(value) { 1.0 / (1.0 + (value - self.median) / self.unit) } else { 1.0 }
    }

    /// The value of a standardised value.
    pub(super) fn value(&self, standardised: f64) -> f64 {
        let compressed = self.mean + self.deviation * standardised;
        if self.is_compressed(compressed) {
            self.median + self.unit * libm::expm1((compressed - self.median) / self.unit)
        } else {
            compressed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 7] = [3.0, 1.0, 5.0, f64::INFINITY, 4.0, 1e6, 2.0];

    #[test]
    fn the_map_is_invertible_and_keeps_the_order() {
        let outputs = Outputs::new(&VALUES).unwrap();
        for value in [0.5, 1.0, 3.9, 4.0, 4.1, 5.0, 1e6] {
            assert!((outputs.value(outputs.standardised(value)) / value - 1.0).abs() < 1e-9, "{value}");
            assert!(outputs.standardised(value) < outputs.standardised(value.next_up().mul_add(1.0, 1e-6)));
            let difference = (outputs.standardised(value + 1e-5) - outputs.standardised(value)) / 1e-5;
            assert!((difference * outputs.deviation - outputs.slope(value)).abs() < 1e-3, "{value}");
        }
        assert_eq!(outputs.standardised(f64::INFINITY), outputs.standardised(1e6));
    }

    /// A million is 11 units from the median by logarithm, so it doesn't make the others one.
    #[test]
    fn an_outlier_leaves_other_values_distinct() {
        let outputs = Outputs::new(&VALUES).unwrap();
        assert!(outputs.standardised(3.0) - outputs.standardised(1.0) > 0.2);
    }

    #[test]
    fn equal_values_stay_finite() {
        let outputs = Outputs::new(&[2.0, 2.0, 2.0]).unwrap();
        assert_eq!((outputs.standardised(2.0), outputs.value(0.0)), (0.0, 2.0));
        assert_eq!(Outputs::new(&[f64::INFINITY]), None);
    }
}
