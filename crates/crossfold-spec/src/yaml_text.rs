//! YAML in block style that readers of YAML 1.1, such as PyYAML and Ruby's, and of YAML 1.2 understand alike.
//!
//! To a reader of YAML 1.1, `1e-7` is text, and `no`, `1:30`, `010`, `1_000` and `2003-04-01` are a boolean, three
//! numbers and a date (yaml.org/type).

use crossfold_study::yaml_scalar;
use serde_yaml::{Number, Value};

/// The text of `value`, whose last line ends.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write_block(&mut text, value, 0);
    text
}

/// Writes a value whose first line is indented already.
fn write_block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Mapping(entries) if !entries.is_empty() => {
            for (place, (key, value)) in entries.iter().enumerate() {
                if place > 0 {
                    write_indent(out, indent);
                }
                *out += &format!("{}:", scalar(key));
                match value {
                    Value::Mapping(entries) if !entries.is_empty() => {
                        out.push('\n');
                        write_indent(out, indent + 2);
                        write_block(out, value, indent + 2);
                    }
                    Value::Sequence(items) if !items.is_empty() => {
                        out.push('\n');
                        write_indent(out, indent);
                        write_block(out, value, indent);
                    }
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Sequence(_)
                    | Value::Mapping(_)
                    | Value::Tagged(_) => {
                        out.push(' ');
                        write_block(out, value, indent);
                    }
                }
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    write_indent(out, indent);
                }
                *out += "- ";
                write_block(out, item, indent + 2);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Tagged(_) => *out += &format!("{}\n", scalar(value)),
    }
}

fn write_indent(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(number),
        Value::String(text) => yaml_scalar(text),
        Value::Sequence(_) => "[]".to_owned(),
        Value::Mapping(_) => "{}".to_owned(),
        Value::Tagged(tagged) => scalar(&tagged.value),
    }
}

/// `1.0e-7`: YAML 1.1 asks for a point and a sign.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let point = if digits.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
            format!("{digits}{point}e{sign}{exponent}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_have_a_point_and_a_sign() {
        for (number, expected) in [
            (1e-7, "1.0e-7"),
            (-2.5e-10, "-2.5e-10"),
            (1e20, "1.0e+20"),
            (1.25e300, "1.25e+300"),
            (0.001, "0.001"),
            (3.0, "3.0"),
            (5e-324, "5.0e-324"),
        ] {
            let text = number_text(&Number::from(number));
            assert_eq!(text, expected);
            assert_eq!(text.parse::<f64>(), Ok(number));
        }
    }

    #[test]
    fn values_are_read_back() {
        let text_of = |yaml: &str| text(&serde_yaml::from_str(yaml).unwrap());
        let block = "a:\n  b: 1\n  'no':\n  - x\n  - - 1.5\n    - true\n  - c: []\n    d: {}\ne: null\n";
        assert_eq!(text_of(block), block);
        assert_eq!(text_of("{a: {b: [1, 2]}}"), "a:\n  b:\n  - 1\n  - 2\n");
        assert_eq!(text_of("text"), "text\n");
    }
}
