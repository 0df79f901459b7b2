//! Dates whose months have names.

use super::calendar;
use super::day::{Day, Year, two_digits};

/// A date whose month has a name. Of two numbers beside it, one of four digits is the year; else the second is.
pub(super) fn day(text: &str) -> Option<Day> {
    const FILLERS: [&str; 7] = ["st", "nd", "rd", "th", "of", "de", "del"];
    let (mut month, mut numbers) = (None, Vec::new());
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit || !c.is_alphanumeric()).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        rest = after.trim_start_matches([' ', '-', '/', '.', ',', '\'']);
        match (is_digit, calendar::month(token)) {
            (true, _) => numbers.push(token),
            (false, Some(number)) if month.is_none() => month = Some(number),
            (false, _) if FILLERS.contains(&token) => {}
            (false, Some(_) | None) => return None,
        }
    }
    let (year, day) = match numbers.as_slice() {
        [year] if year.len() == 4 => (year, "1"),
        [year, day] if year.len() == 4 => (year, *day),
        [day, year] => (year, *day),
        _ => return None,
    };
    Some(Day { year: Year::read(year)?, month: month?, number: two_digits(day)? })
}
