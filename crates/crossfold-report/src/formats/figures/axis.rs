//! Axes: their ranges, and ticks at round numbers.

use crossfold_network::{significant, thousands};

use crate::formats::figure::Precision;

/// An axis of a panel.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<Tick>,
    /// What it shows; nothing is said where this is empty.
    pub(super) name: String,
    /// Whether a line crosses the panel at each tick.
    pub(super) is_ruled: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

impl Axis {
    /// An axis of numbers with at most about `most` ticks.
    pub(super) fn numbers([low, high]: [f64; 2], most: usize, name: impl Into<String>) -> Axis {
        let values = round_numbers(low, high, most);
        let labels = alike(&values);
        let ticks = values.into_iter().zip(labels).map(|(value, label)| Tick { value, label }).collect();
        Axis { low, high, ticks, name: name.into(), is_ruled: true }
    }

    /// An axis of shares.
    pub(super) fn shares(name: impl Into<String>) -> Axis {
        Axis::numbers([0.0, 1.0], 5, name)
    }

    /// An axis of whole numbers, such as epochs, that begins at a number which is no multiple of others.
    pub(super) fn counts([low, high]: [f64; 2], values: Vec<u32>, name: impl Into<String>) -> Axis {
        let tick = |value: u32| Tick { value: f64::from(value), label: thousands(u64::from(value)) };
        Axis { low, high, ticks: values.into_iter().map(tick).collect(), name: name.into(), is_ruled: false }
    }

    /// A line per name, from the top down; the first is at 0, the second at -1.
    pub(super) fn names(names: Vec<String>) -> Axis {
        let low = 0.4 - names.len() as f64;
        let tick = |(place, label): (usize, String)| Tick { value: -(place as f64), label };
        let ticks = names.into_iter().enumerate().map(tick).collect();
        Axis { low, high: 0.6, ticks, name: String::new(), is_ruled: false }
    }
}

/// The least and the greatest of some numbers with room on both sides, for an axis that needn't begin at 0.
pub(super) fn extent(values: impl IntoIterator<Item = f64>, room: f64) -> [f64; 2] {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return [0.0, 1.0];
    }
    let margins = [(high - low) * room, high.abs() * room, 1.0];
    let margin = margins.into_iter().find(|margin| *margin > 0.0).unwrap_or(1.0);
    [low - margin, high + margin]
}

/// Round numbers from `low` to `high`, about `most` at the most.
pub(super) fn round_numbers(low: f64, high: f64, most: usize) -> Vec<f64> {
    if high <= low || !(high - low).is_finite() {
        return vec![low];
    }
    let rough = (high - low) / most as f64;
    let power = 10.0_f64.powi(libm::log10(rough).floor() as i32);
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let (from, to) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    // The decimal that is meant, not a sum that is a bit beside it.
    let exact = |value: f64| format!("{value:.11e}").parse().unwrap_or(value);
    (from..=to).map(|place| exact(place as f64 * step)).collect()
}

/// Whole numbers of which 1 is one: 1, 5, 10, 15, …
pub(super) fn count_ticks(last: u32, most: u32) -> Vec<u32> {
    let steps = (0..9).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_u32.pow(power)));
    let step = steps.into_iter().find(|step| last / step <= most).unwrap_or(last.max(1));
    let mut ticks: Vec<u32> = std::iter::once(1).chain((1..=last / step).map(|place| place * step)).collect();
    ticks.dedup();
    // The first and the second must not touch.
    if ticks.len() > 2 && f64::from(ticks[1] - 1) < f64::from(step) * 0.6 {
        ticks.remove(1);
    }
    ticks
}

/// Powers of ten between two numbers above 0; where these are few, twice and five times them as well.
pub(super) fn log_ticks(low: f64, high: f64) -> Vec<f64> {
    let powers = libm::log10(low).floor() as i32..=libm::log10(high).ceil() as i32;
    let inside = |factors: &[f64]| -> Vec<f64> {
        let all = powers.clone().flat_map(|power| factors.iter().map(move |factor| factor * 10.0_f64.powi(power)));
        all.filter(|value| (low..=high).contains(value)).collect()
    };
    let sets: [&[f64]; 3] = [&[1.0], &[1.0, 2.0, 5.0], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]];
    let ticks = sets.into_iter().map(inside).find(|ticks| ticks.len() >= 3);
    ticks.unwrap_or_else(|| round_numbers(low, high, 4))
}

/// The texts of ticks, all with as many decimals.
fn alike(values: &[f64]) -> Vec<String> {
    let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    if !step.is_finite() || step < 1e-7 || largest >= 1e7 {
        return values.iter().map(|&value| significant(value, 4)).collect();
    }
    // Steps are 1, 2, 2.5 or 5 times a power of ten.
    let is_exact = |decimals: &usize| {
        let scaled = step * 10.0_f64.powi(*decimals as i32);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    };
    let decimals = (0..10).find(is_exact).unwrap_or(10);
    values.iter().map(|&value| Precision::Decimals(decimals).show(value + 0.0).replace('-', "−")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, most: usize) -> Vec<String> {
        Axis::numbers([low, high], most, "").ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_have_equal_decimals() {
        assert_eq!(labels(0.873, 0.951, 6), ["0.88", "0.90", "0.92", "0.94"]);
        assert_eq!(labels(0.0, 1.0, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(0.0, 1.0, 4), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labels(-2.0, 2.5, 6), ["−2", "−1", "0", "1", "2"]);
        assert_eq!(labels(1200.0, 9100.0, 4), ["2,000", "4,000", "6,000", "8,000"]);
        assert_eq!(labels(0.000_012, 0.000_031, 4), ["0.000015", "0.000020", "0.000025", "0.000030"]);
        assert_eq!(labels(1e9, 5e9, 4), ["1000000000", "2000000000", "3000000000", "4000000000", "5000000000"]);
        assert_eq!(labels(1.0, 1.0, 4), ["1"]);
    }

    #[test]
    fn epochs_begin_at_1() {
        assert_eq!(count_ticks(1, 8), [1]);
        assert_eq!(count_ticks(3, 8), [1, 2, 3]);
        assert_eq!(count_ticks(25, 8), [1, 5, 10, 15, 20, 25]);
        assert_eq!(count_ticks(12, 8), [1, 4, 6, 8, 10, 12]);
        assert_eq!(count_ticks(1000, 8), [1, 200, 400, 600, 800, 1000]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten_where_there_are_enough() {
        assert_eq!(log_ticks(0.5, 2000.0), [1.0, 10.0, 100.0, 1000.0]);
        assert_eq!(log_ticks(15.0, 600.0), [20.0, 50.0, 100.0, 200.0, 500.0]);
        assert_eq!(log_ticks(1.1, 1.2), [1.1, 1.125, 1.15, 1.175, 1.2]);
    }

    #[test]
    fn an_extent_has_room_and_is_never_empty() {
        assert_eq!(extent([1.0, 2.0, f64::NAN], 0.5), [0.5, 2.5]);
        assert_eq!(extent([2.0, 2.0], 0.5), [1.0, 3.0]);
        assert_eq!(extent([0.0], 0.5), [-1.0, 1.0]);
        assert_eq!(extent([], 0.5), [0.0, 1.0]);
    }
}
