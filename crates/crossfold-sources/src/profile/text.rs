//! A profile as text for a terminal.

use std::io::{self, Write};

use crossfold_data::messages::quoted;
use crossfold_network::Task;
use crossfold_study::{ColumnKind, visible_line};

use super::figure::format_number;
use super::{ColumnProfile, Profile, Summary, TargetProfile};
use crate::csv::Compression;

/// The maximum number of classes that are shown.
const CLASSES: usize = 20;

impl Profile {
    /// Writes one line per column, the target's classes, suspicions and notes, in lines of about `width` characters.
    ///
    /// # Errors
    /// If `out` can't be written to.
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
            visible_line(&self.path.display().to_string()),
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
    /// The values in a few words.
    fn values(&self) -> String {
        match &self.summary {
            Summary::Nothing => "none".to_owned(),
            Summary::Numbers(numbers) => {
                let [low, middle, high] = numbers.quartiles.map(format_number);
                let [least, greatest, mean] = [numbers.least, numbers.greatest, numbers.mean].map(format_number);
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

/// A date such as `2026-11-23`, without its time.
pub(super) fn day(days: f64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::Span::new().try_days(days.floor() as i64).and_then(|span| epoch.checked_add(span));
    date.map_or_else(|_| format!("{days} days"), |date| date.to_string())
}

pub(super) fn percent(count: usize, total: usize) -> String {
    format!("{:.1} %", count as f64 / total as f64 * 100.0)
}

/// Text from a file as one short line, without backticks.
fn bare(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].to_owned()
}

/// Writes columns as wide as their widest cell, and cuts lines at `width`.
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

    /// In Python, `date(1970, 1, 1) + timedelta(days=19782)` is 2024-02-29.
    #[test]
    fn days_are_formatted_as_dates() {
        assert_eq!(
            [19_782.0, 19_782.75, -1.0, 1e12].map(day),
            ["2024-02-29", "2024-02-29", "1969-12-31", "1000000000000 days"]
        );
    }
}
