//! The values of YAML scalars, by a strict reading of the core schema of YAML 1.2.

use serde_yaml::Value;

/// The value of a scalar. Where other readers guess (`007`, `0x1F`, `1_000`, `yes`), it is text, and a key that needs another
/// type reports that.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Nothing,
    Bool(bool),
    /// A whole number in the range of `u64`.
    Natural(u64),
    /// A negative whole number in the range of `i64`.
    Negative(i64),
    /// Any other number. It isn't finite if it is written so or too large (`1e400`).
    Real(f64),
    Text(String),
}

impl Scalar {
    /// The value of `text` without quotes.
    pub(super) fn plain(text: &str) -> Scalar {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Scalar::Nothing,
            "true" | "True" | "TRUE" => Scalar::Bool(true),
            "false" | "False" | "FALSE" => Scalar::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Scalar::Real(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Real(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Scalar::Real(f64::NEG_INFINITY),
            _ => Scalar::number(text).unwrap_or_else(|| Scalar::Text(text.to_owned())),
        }
    }

    fn number(text: &str) -> Option<Scalar> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let leading_zero = digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit());
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
        if leading_zero || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.chars().all(allowed)
        {
            return None;
        }
        None.or_else(|| text.parse().map(Scalar::Natural).ok())
            .or_else(|| text.parse().map(Scalar::Negative).ok())
            .or_else(|| text.parse().map(Scalar::Real).ok())
    }

    /// The value that types are read from.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Scalar::Nothing => Value::Null,
            Scalar::Bool(on) => Value::from(*on),
            Scalar::Natural(n) => Value::from(*n),
            Scalar::Negative(n) => Value::from(*n),
            Scalar::Real(x) => Value::from(*x),
            Scalar::Text(text) => Value::from(text.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Scalar) {
        assert_eq!(Scalar::plain(text), expected, "{text}");
    }

    /// Numbers as in the YAML 1.2.2 specification, section 10.3.2, but for octal and hexadecimal.
    #[test]
    fn numbers() {
        check("1e-3", Scalar::Real(0.001));
        check("1e3", Scalar::Real(1000.0));
        check(".5", Scalar::Real(0.5));
        check("1.", Scalar::Real(1.0));
        check("-0", Scalar::Negative(0));
        check("+12", Scalar::Natural(12));
        check("12e03", Scalar::Real(12000.0));
        check("18446744073709551615", Scalar::Natural(u64::MAX));
        check("18446744073709551616", Scalar::Real(18446744073709551616.0));
        check("1e400", Scalar::Real(f64::INFINITY));
        check("-.inf", Scalar::Real(f64::NEG_INFINITY));
    }

    #[test]
    fn ambiguous_numbers_are_text() {
        for text in ["007", "0x1F", "0o14", "1_000", "nan", "inf", "infinity", "1e", ".", "..", "+", "-", "e5", "1.2.3"]
        {
            check(text, Scalar::Text(text.to_owned()));
        }
    }

    #[test]
    fn yes_is_text() {
        check("yes", Scalar::Text("yes".to_owned()));
        check("TRUE", Scalar::Bool(true));
        check("tRUE", Scalar::Text("tRUE".to_owned()));
    }
}
