//! How much room text takes in a figure. A figure holds no font, so widths are those of Helvetica and Arial, as far as layout
//! needs them.

use super::sheet::TEXT_SIZE;

/// The width of a text in hundredths of a millimetre.
pub(super) fn width(text: &str) -> i32 {
    let thousandths: u32 = text.chars().map(advance).sum();
    (f64::from(thousandths) / 1000.0 * TEXT_SIZE).ceil() as i32
}

/// The width of a character in thousandths of the font's size.
fn advance(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | '\'' => 222,
        'f' | 't' | 'I' | ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '/' | '|' | '!' | '·' => 278,
        'r' | '(' | ')' | '[' | ']' | '-' | '{' | '}' | '`' => 333,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 500,
        'm' | 'M' => 833,
        'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 722,
        'G' | 'O' | 'Q' => 778,
        '%' | 'W' | 'æ' | 'œ' | '@' | '…' | '—' => 1000,
        'A'..='Z' | '&' => 667,
        ' '..='\u{2e7f}' => 570,
        // Chinese, Japanese, Korean, emoji.
        _ => 1000,
    }
}

/// The text, cut at the end where it is wider than `most`.
pub(super) fn shortened(text: &str, most: i32) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let room = most - width("…");
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept) > room {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In Helvetica, digits are 556 thousandths wide and `Will` 944 + 222 + 222 + 222; a point is 0.3528 mm.
    #[test]
    fn widths_are_about_those_of_helvetica() {
        assert!((width("0123456789") - 1569).abs() < 60, "{}", width("0123456789"));
        assert!((width("Will") - 454).abs() < 20, "{}", width("Will"));
        assert!(width("漢字") > width("ab"));
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shortened("short", width("short")), "short");
        let cut = shortened("a rather long name of a class", 2000);
        assert!(cut.starts_with("a rather") && cut.ends_with('…') && width(&cut) <= 2000, "{cut}");
        assert_eq!(shortened("wide", 0), "…");
    }
}
