//! Rounding of numbers for display.

/// Formats a number with four significant digits, whole numbers in full.
pub(super) fn format_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number}");
    }
    let magnitude = number.abs().log10().floor();
    if !(-4.0..15.0).contains(&magnitude) {
        return format!("{number:.3e}");
    }
    let decimals = (3.0 - magnitude).max(0.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_significant_digits() {
        for (number, expected) in [
            (0.0, "0"),
            (7300.0, "7300"),
            (-12.5, "-12.5"),
            (306.4194, "306.4"),
            (0.001_234_56, "0.001235"),
            (123_456.7, "123457"),
            (1.0 / 3.0, "0.3333"),
            (1.5e-9, "1.500e-9"),
            (2.5e20, "2.500e20"),
        ] {
            let found = format_number(number);
            assert_eq!(found, expected);
        }
    }
}
