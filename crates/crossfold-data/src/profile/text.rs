//! A profile for a terminal.

use std::io::{self, Write};

use crossfold_network::Task;
use crossfold_study::ColumnKind;

use super::{ColumnProfile, Profile, Summary, TargetProfile};
use crate::mistake::quoted;
use crate::reading::Compression;

/// How many classes are shown.
const CLASSES: usize = 20;

impl Profile {
    /// Writes a line a column, the target's classes, what is suspicious and how the file was read, in lines
    /// of about `width` characters.
    ///
    /// # Errors
    /// Where `out` takes no more.
    pub fn write_text(&self, mut out: impl Write, width: u16) -> io::Result<()> {
        writeln!(out, "{}", self.heading())?;
        let header = ["column", "kind", "missing", "distinct", "values"].map(str::to_owned);
        let lines: Vec<[String; 5]> =
            [header].into_iter().chain(self.columns.iter().map(|column| self.line(column))).collect();
        write_aligned(&mut out, &lines, usize::from(width))?;
        if let Some(target) = &self.target {
            writeln!(out)?;
            self.write_target(&mut out, target)?;
        }
        if !self.suspicions.is_empty() {
            writeln!(out, "\nsuspicious:")?;
            for suspicion in &self.suspicions {
                writeln!(out, "  {suspicion}\n    hint: {}", suspicion.hint())?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(out, "\nin reading:")?;
            self.notes.iter().try_for_each(|note| writeln!(out, "  {note}"))?;
        }
        Ok(())
    }

    fn heading(&self) -> String {
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let found = &self.found;
        let compression = match found.compression {
            Compression::None => "",
            Compression::Gzip => ", gzip",
            Compression::Zstd => ", zstd",
        };
        format!(
            "{}: {}, {}\nread as {} between fields, decimal {}, {}{compression}, {} header\n",
            self.path.display(),
            count(self.rows, "row"),
            count(self.columns.len(), "column"),
            found.delimiter.name(),
            found.decimal.name(),
            found.encoding.name(),
            if found.header { "with a" } else { "without a" }
        )
    }

    fn line(&self, column: &ColumnProfile) -> [String; 5] {
        let is_target = self.target.as_ref().is_some_and(|target| target.name == column.name);
        let missing = match column.missing {
            0 => "0".to_owned(),
            missing => format!("{missing} ({})", percent(missing, self.rows)),
        };
        [
            format!("{}{}", bare(&column.name), if is_target { " (target)" } else { "" }),
            column.kind.name().to_owned(),
            missing,
            column.distinct.to_string(),
            column.values(),
        ]
    }

    fn write_target(&self, out: &mut impl Write, target: &TargetProfile) -> io::Result<()> {
        let TargetProfile { name, task, missing, classes, .. } = target;
        let rows: usize = classes.iter().map(|(_, rows)| rows).sum();
        let what = match task {
            Task::Classification => format!("{} classes", classes.len()),
            Task::Regression => "numbers".to_owned(),
        };
        writeln!(out, "target {}: {}, {what}", quoted(name), task.name())?;
        if *missing > 0 {
            writeln!(out, "  {missing} rows without a target: `data.missing_target: drop` leaves them out")?;
        }
        let line =
            |(class, count): &(String, usize)| [format!("  {}", bare(class)), count.to_string(), percent(*count, rows)];
        let lines: Vec<[String; 3]> = classes.iter().take(CLASSES).map(line).collect();
        write_aligned(out, &lines, usize::MAX)?;
        if classes.len() > CLASSES {
            writeln!(out, "  and {} more", classes.len() - CLASSES)?;
        }
        Ok(())
    }
}

impl ColumnProfile {
    /// Its values in a few words.
    fn values(&self) -> String {
        match &self.summary {
            Summary::Nothing => "none".to_owned(),
            Summary::Numbers(numbers) => {
                let [low, middle, high] = numbers.quartiles.map(figure);
                let [least, greatest, mean] = [numbers.least, numbers.greatest, numbers.mean].map(figure);
                format!("{least} to {greatest}, quartiles {low} {middle} {high}, mean {mean}")
            }
            Summary::Dates { first, last } => format!("{} to {}", day(*first), day(*last)),
            Summary::Boolean { yes, no } => format!("yes {yes}, no {no}"),
            Summary::Levels(levels) => {
                let shown: Vec<String> =
                    levels.commonest.iter().map(|(level, rows)| format!("{} {rows}", bare(level))).collect();
                let more = if self.distinct > shown.len() { ", …" } else { "" };
                match self.kind {
                    ColumnKind::Id | ColumnKind::Text => {
                        levels.commonest.first().map_or(String::new(), |(level, _)| format!("such as {}", bare(level)))
                    }
                    ColumnKind::Numeric
                    | ColumnKind::Categorical
                    | ColumnKind::Ordinal
                    | ColumnKind::Boolean
                    | ColumnKind::Date => shown.join(", ") + more,
                }
            }
        }
    }
}

/// A number to four digits, all of a whole one.
pub(super) fn figure(number: f64) -> String {
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

/// A date as `2026-11-23`, without its time.
pub(super) fn day(days: f64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::Span::new().try_days(days.floor() as i64).and_then(|span| epoch.checked_add(span));
    date.map_or_else(|_| format!("{days} days"), |date| date.to_string())
}

pub(super) fn percent(count: usize, of: usize) -> String {
    format!("{:.1} %", count as f64 / of as f64 * 100.0)
}

/// Foreign text as one short line, without the backticks.
fn bare(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

/// Columns as wide as their widest cell, the last cut at `width`.
fn write_aligned<const N: usize>(out: &mut impl Write, lines: &[[String; N]], width: usize) -> io::Result<()> {
    let wide = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(wide);
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, wide)| format!("{cell:<wide$}"));
        let text = cells.collect::<Vec<_>>().join("  ");
        let text = text.trim_end();
        match text.char_indices().nth(width) {
            Some(_) => writeln!(out, "{}…", text.chars().take(width.saturating_sub(1)).collect::<String>())?,
            None => writeln!(out, "{text}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
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
            let found = figure(number);
            assert_eq!(found, expected);
        }
    }

    /// Python: `date(1970, 1, 1) + timedelta(days=19782)` is 2024-02-29.
    #[test]
    fn days_are_dates() {
        assert_eq!(
            [19_782.0, 19_782.75, -1.0, 1e12].map(day),
            ["2024-02-29", "2024-02-29", "1969-12-31", "1000000000000 days"]
        );
    }
}
