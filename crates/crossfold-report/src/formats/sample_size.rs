//! Sample sizes in words.

use crossfold_network::thousands;

use crate::analysis::sample_size::SampleSizeNeeded;

/// The additional rows, and the repeats, that a study of `rows` rows would need.
pub(super) fn words(needed: &SampleSizeNeeded, rows: u64) -> String {
    let more = (needed.rows - 1.0) * rows as f64;
    // The estimate supports no more than two digits.
    let unit = libm::pow(10.0, (libm::log10(more).floor() - 1.0).max(0.0));
    let more = (more / unit).ceil() * unit;
    match needed.repeats {
        Some(repeats) => format!("about {} more rows or {} repeats", thousands(more as u64), thousands(repeats.into())),
        None => format!("about {} more rows", thousands(more as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_two_digits() {
        let needed = |rows, repeats| SampleSizeNeeded { rows, repeats };
        assert_eq!(words(&needed(6.1826, Some(7)), 1000), "about 5,200 more rows or 7 repeats");
        assert_eq!(words(&needed(6.1826, None), 10), "about 52 more rows");
    }
}
