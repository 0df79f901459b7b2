//! Detection of the field delimiter from a sample.

use crossfold_study::{DecimalMark, Delimiter};

use super::cells;
use super::quoting::{Quoting, delimits};

/// Common delimiters, in order of preference for files that can be read with several.
const COMMON: [Delimiter; 4] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Pipe];

/// Delimiters of files that no common one splits.
const RARE: [Delimiter; 8] = [
    Delimiter::Space,
    Delimiter::Character(' '),
    Delimiter::Character(':'),
    Delimiter::Character('~'),
    Delimiter::Character('^'),
    Delimiter::Character('\u{1}'),
    Delimiter::Character('\u{1f}'),
    Delimiter::Character('¦'),
];

/// How well a delimiter splits a sample. Later fields break ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// Of 1000.
    quality: usize,
    fields: usize,
}

/// A rare delimiter must split at least this well, because text without any delimiter has spaces and colons as well.
const MIN_RARE_QUALITY: usize = 600;

/// Where commas split at least this well, a rare delimiter must split better than otherwise; other common delimiters rule
/// it out.
const GOOD_QUALITY: usize = 500;
const GOOD_RARE_QUALITY: usize = 800;

/// The delimiter that splits the first line of a sample into the most `names`. Of several it is the `preferred` one, or
/// the one that splits the sample best.
pub(super) fn detect(sample: &str, preferred: Option<Delimiter>, names: &dyn Fn(&str) -> bool) -> Delimiter {
    let best_of = |delimiters: &[Delimiter]| {
        let mut best = (Score::default(), delimiters[0]);
        for &delimiter in delimiters {
            let found = score(sample, delimiter, None);
            if found > best.0 {
                best = (found, delimiter);
            }
        }
        best
    };
    let ((common_score, common), (rare_score, rare)) = (best_of(&COMMON), best_of(&RARE));
    let least = if common_score.quality < GOOD_QUALITY {
        Some(MIN_RARE_QUALITY)
    } else {
        (common == Delimiter::Comma).then_some(GOOD_RARE_QUALITY)
    };
    // Decimal commas split numbers evenly, and leave the true delimiter within the halves.
    let is_rare = least.is_some_and(|least| rare_score.quality >= least)
        && rare_score.quality > score(sample, common, Some(rare)).quality;
    let best = preferred.unwrap_or(if is_rare { rare } else { common });
    let named = |delimiter: Delimiter| {
        let mut named = 0;
        each_record(sample, delimiter, &mut |record| {
            named = record.iter().filter(|field| names(field)).count();
            false
        });
        named
    };
    let mut most = (named(best), best);
    for delimiter in COMMON.into_iter().chain(RARE) {
        let found = named(delimiter);
        if found > most.0 {
            most = (found, delimiter);
        }
    }
    most.1
}

/// Calls `take` with the trimmed fields of each record of a sample until it returns false.
pub(super) fn each_record(sample: &str, delimiter: Delimiter, take: &mut dyn FnMut(&[&str]) -> bool) {
    each_record_quoted(Quoting::detect(sample, delimiter, true), sample, delimiter, take);
}

fn each_record_quoted(quoting: Quoting, sample: &str, delimiter: Delimiter, take: &mut dyn FnMut(&[&str]) -> bool) {
    let Some((text, separator)) = quoting.separate(sample, delimiter) else { return };
    let mut reader = quoting.reader(text.as_bytes(), separator);
    let mut record = csv::StringRecord::new();
    // The last record of a sample may be cut off.
    while reader.read_record(&mut record).unwrap_or(false) {
        let fields: Vec<&str> = record.iter().map(cells::trim).collect();
        if !take(&fields) {
            break;
        }
    }
}

/// A delimiter is good if most lines have the same number of fields, at least two, the first line has it as well, and
/// its fields look whole, also if a `rival` might delimit them.
fn score(sample: &str, delimiter: Delimiter, rival: Option<Delimiter>) -> Score {
    let (mut counts, mut whole) = (Vec::new(), Vec::new());
    let quoting = Quoting::detect(sample, delimiter, true);
    each_record_quoted(quoting, sample, delimiter, &mut |record| {
        counts.push(record.len());
        let is_whole = |field: &&&str| is_whole(field, delimiter, rival);
        whole.push(if has_delimiters(record, delimiter) { 0 } else { record.iter().filter(is_whole).count() });
        true
    });
    let mut sorted = counts.clone();
    sorted.sort_unstable();
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0]));
    let Some((lines, fields)) = runs.filter(|&(_, fields)| fields > 1).max() else { return Score::default() };
    let regular = counts.iter().zip(&whole).filter(|&(&count, _)| count == fields);
    let whole: usize = regular.map(|(_, whole)| whole).sum();
    // Quoted fields are whole whatever they contain. With the wrong delimiter, text stands behind the quotation marks.
    let (quoted, is_bad) = quoting.count(sample, delimiter);
    let whole = (whole + quoted).min(lines * fields);
    let quality = 1000 * lines / counts.len() * whole / (lines * fields);
    // The header may have an empty field at its end, or no name for a column of row names.
    let first_fits = counts[0].abs_diff(fields) <= 1 && counts[0] > 1;
    Score { quality: if first_fits && !is_bad { quality } else { quality / 4 }, fields }
}

/// Whether a field doesn't look like several, as `5;0` does if fields are split at commas. Text often has commas, and a
/// number may have one.
fn is_whole(field: &str, delimiter: Delimiter, rival: Option<Delimiter>) -> bool {
    let is_suspicious = |c: char| match c {
        ';' | '\t' | '|' => true,
        ',' => matches!(delimiter, Delimiter::Space | Delimiter::Character(' ' | ':')),
        _ => rival.is_some_and(|rival| delimits(c, rival)),
    };
    let is_number = || [DecimalMark::Point, DecimalMark::Comma].iter().any(|&mark| cells::is_number(field, mark));
    !field.contains(is_suspicious) || is_number() || ends_with_time(field)
}

/// Whether fields that were split at spaces still end with their delimiter: `5:` and `7` of `5: 7`.
fn has_delimiters(record: &[&str], delimiter: Delimiter) -> bool {
    let [fields @ .., _] = record else { return false };
    let ends_all = |end: Delimiter| fields.iter().all(|field| field.ends_with(|c| delimits(c, end)));
    matches!(delimiter, Delimiter::Space | Delimiter::Character(' '))
        && !fields.is_empty()
        && RARE.into_iter().any(ends_all)
}

/// Whether a field ends with a time of day, which has colons, and a space before it if a date precedes it.
fn ends_with_time(field: &str) -> bool {
    let time = field.rsplit([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = time.split(':').collect();
    let is_below =
        |part: &str, most: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) && part < most;
    let whole = |part: &&str| is_below(part.split_once('.').map_or(*part, |(seconds, _)| seconds), "60");
    (2..=3).contains(&parts.len()) && is_below(parts[0], "24") && parts[1..].iter().all(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_detected() {
        use Delimiter::{Character, Comma, Pipe, Semicolon, Space, Tab};
        for (sample, expected) in [
            ("a,b\n1,2\n", Comma),
            ("0,5;0,25;0\n1,5;2,25;1\n2,5;4,25;0\n", Semicolon),
            ("a;b\n0,5;0,25\n1,5;2,25\n", Semicolon),
            ("1,5\t2,5\n2,5\t3,5\n", Tab),
            ("1,5|2,5\n2,5|3,5\n", Pipe),
            ("pair,x\n1;2,5\n3;4,6\n5;6,7\n", Comma),
            ("tags,x\na;b;c,1\nd;e;f,2\n", Comma),
            ("name\tx\nSmith, John\t1\nMiller, Ann\t2\n", Tab),
            ("year  month   co2\n1958    1    315.70\n1958   10    315.80\n", Space),
            ("  x  y\n  1  2\n 10  3\n", Space),
            // R names rows, but not their column.
            ("x y\n1 0.5 a\n2 0.7 b\n3 0.9 a\n", Space),
            ("x y\n1,5 a\n2,5 b\n3,5 a\n", Space),
            ("x y z\n1  3\n1 2 3\n 2 3\n", Character(' ')),
            ("root:0\nbin:1\n", Character(':')),
            ("a~b\n1~2\n", Character('~')),
            ("a\u{1}b\n1\u{1}2\n", Character('\u{1}')),
            ("a¦b\n1¦2\n", Character('¦')),
            ("25,5 3 x\n4,5 NA y\n3,5 7 x\n", Space),
            ("25,5~3~x\n4,5~NA~y\n3,5~7~x\n", Character('~')),
            ("\"25,5\":\"3\"\n\"4,5\":\"7\"\n", Character(':')),
            ("a: b: c\n1: : 2\n: 3: 4\n", Character(':')),
            ("a^ b^ c\n1^ x^ 2\n5^ 3^ 4\n", Character('^')),
            ("time level n\n12:00 INFO: 5\n12:30 WARN: 7\n", Space),
            ("12:30,5\n13:40,6\n", Comma),
            ("2020-01-01 12:30,5\n2020-01-01 13:40:20.5,6\n", Comma),
            ("a:1,b:2\na:3,b:4\n", Comma),
            ("name x\ty z\na b\t1 2\nc d\t3 4\n", Tab),
            ("name x\n\"a, b\" 1\n\"c, d\" 2\n", Space),
            ("full name,x\nJohn Smith,1\nAnn Lee,2\n", Comma),
            ("time\n12:30\n13:45\n", Comma),
            ("note\none two\nthree four five\nsix\n", Comma),
            ("\"TV 50\\\"\",\"a;b\"\n\"Radio\",\"c;d\"\n", Comma),
            ("", Comma),
        ] {
            assert_eq!(detect(sample, None, &|_| false), expected, "{sample:?}");
        }
    }

    #[test]
    fn known_names_decide() {
        let known = |name: &str| ["full name", "x"].contains(&name);
        assert_eq!(detect("full name\nAnn Lee\nJohn Smith\n", None, &known), Delimiter::Comma);
        assert_eq!(detect("x;b\n1,5;2\n", Some(Delimiter::Comma), &known), Delimiter::Semicolon);
    }
}
