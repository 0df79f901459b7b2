//! The text of a CSV cell, safe to open in a spreadsheet.

use std::fmt::{Display, LowerExp};

use crossfold_study::is_hidden;

/// The text of a cell that no spreadsheet takes for a formula.
///
/// Text that begins like one gets a `'` in front (OWASP, "CSV injection"), also after white space, which some spreadsheets
/// drop, and in the full-width forms that Excel reads like the others. So does what follows a `;` or a tab, where
/// spreadsheets of many languages begin a new cell. A number, negative or not, stays as it is.
pub(super) fn text(value: impl Display) -> String {
    let text = value.to_string();
    let is_text = |cell: &str| {
        let begins = cell.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c));
        let is_formula = begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        let is_number = || cell.trim_end_matches([';', '\t']).parse().is_ok_and(f64::is_finite);
        !is_formula || is_number()
    };
    let defused = |cell: &str| if is_text(cell) { cell.to_owned() } else { format!("'{cell}") };
    if text.starts_with(['\t', '\r', '\n']) {
        return format!("'{text}");
    }
    text.split_inclusive([';', '\t']).map(defused).collect()
}

/// A truth value as R writes it: base R's `read.csv` takes `true` for text.
pub(super) fn boolean(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

/// A number as the shortest text that is read back as the same bits. Large numbers have an exponent: in digits alone
/// readers would take them for integers, or for text if they are too large for one.
pub(super) fn number<T: Copy + Display + LowerExp + Into<f64>>(value: T) -> String {
    /// From here on all 64-bit numbers are integers.
    const INTEGERS: f64 = 1e16;
    if value.into().abs() < INTEGERS { text(value) } else { text(format!("{value:e}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_escaped_and_numbers_are_not() {
        let defused = [
            "=1+1",
            "+A1",
            "-A1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tx",
            "-1+cmd|' /C calc'!A0",
            "-inf",
            "＝1+1",
            "＋A1",
            "－A1",
            "＠SUM(A1)",
            " =1",
            "\u{feff}=1",
            "\u{3000}＝1",
            "-",
            "=1;2",
        ];
        for formula in defused {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        assert_eq!(text("x;=cmd|'/C calc'!A0"), "x;'=cmd|'/C calc'!A0");
        assert_eq!(text("x\t＝1; @a;-1;b"), "x\t'＝1;' @a;-1;b");
        for harmless in ["a=1", "a;b", "a;-1;2", "[256, 128]", "", "'=1", " a", "1-2", "a＝1", "-1e5", "+3"] {
            assert_eq!(text(harmless), harmless);
        }
        assert_eq!(text(-0.5), "-0.5");
        assert_eq!(text(1e-7), "0.0000001");
    }

    #[test]
    fn large_numbers_have_an_exponent() {
        for (value, expected) in [
            (0.1, "0.1"),
            (-1.5e-10, "-0.00000000015"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (1.030_274_699_994_341_2e27, "1.0302746999943412e27"),
            (-6e48, "-6e48"),
        ] {
            assert_eq!(number(value), expected);
        }
        assert_eq!(number(3.5e20_f32), "3.5e20");
    }
}
