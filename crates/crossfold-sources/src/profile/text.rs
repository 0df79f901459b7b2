//! A profile as text for a terminal.

use std::io::{self, Write};

use crossfold_data::messages::{format_number, quoted};
use crossfold_network::{Task, counted};
use crossfold_study::{ColumnKind, visible_line};

use super::{ColumnProfile, Profile, Summary, TargetProfile};
use crate::csv::Compression;

/// The maximum number of classes that are shown.
const CLASSES: usize = 20;

/// The least number of characters for values; in a narrower terminal, the number of distinct values is left out.
const LEAST_ROOM: usize = 16;

impl Profile {
    /// Writes one line per column, the target's classes, suspicions and notes, in lines of about `width` characters.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_text(&self, mut out: impl Write, width: u16) -> io::Result<()> {
        writeln!(out, "{}", self.heading())?;
        let header = ["column", "kind", "missing", "distinct"].map(str::to_owned);
        let cells: Vec<[String; 4]> =
            [header].into_iter().chain(self.columns.iter().map(|column| self.line(column))).collect();
        let room_beside = |lines: &[String]| {
            let taken = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) + 2;
            usize::from(width).saturating_sub(taken)
        };
        let mut lines = aligned(&cells);
        if room_beside(&lines) < LEAST_ROOM {
            let without = |[name, kind, missing, _]: &[String; 4]| [name, kind, missing].map(String::clone);
            lines = aligned(&cells.iter().map(without).collect::<Vec<_>>());
        }
        let room = room_beside(&lines);
        let values = ["values".to_owned()].into_iter().chain(self.columns.iter().map(|column| column.values(room)));
        for (line, values) in lines.iter().zip(values) {
            writeln!(out, "{line}  {values}")?;
        }
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
        let found = &self.found;
        let compression = match found.compression {
            Compression::None => "",
            Compression::Gzip => ", gzip",
            Compression::Zstd => ", zstd",
        };
        format!(
            "{}: {}, {}\nread as {} between fields, decimal {}, {}{compression}, {} header\n",
            visible_line(&self.path.display().to_string()),
            counted(self.rows, "row"),
            counted(self.columns.len(), "column"),
            found.delimiter.name(),
            found.decimal.name(),
            found.encoding.name(),
            if found.header { "with a" } else { "without a" }
        )
    }

    fn line(&self, column: &ColumnProfile) -> [String; 4] {
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
        ]
    }

    fn write_target(&self, out: &mut impl Write, target: &TargetProfile) -> io::Result<()> {
        let TargetProfile { name, task, missing, classes, .. } = target;
        let rows: usize = classes.iter().map(|(_, rows)| rows).sum();
        let what = match task {
            Task::Classification if classes.len() == 1 => "1 class".to_owned(),
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
        aligned(&lines).iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
        if classes.len() > CLASSES {
            writeln!(out, "  and {} more", classes.len() - CLASSES)?;
        }
        Ok(())
    }
}

impl ColumnProfile {
    /// As many facts about the values as have room. A number is shown whole or not at all.
    fn values(&self, room: usize) -> String {
        let facts = self.facts();
        let mut text = String::new();
        for (place, fact) in facts.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let rest = if place + 1 < facts.len() { ", …".chars().count() } else { 0 };
            if place > 0 && text.chars().count() + comma.len() + fact.chars().count() + rest > room {
                text += ", …";
                break;
            }
            text += comma;
            text += fact;
        }
        // Only words are cut.
        match (text.char_indices().nth(room), &self.summary) {
            (Some((end, _)), Summary::Levels(_)) => text[..end].chars().take(room.max(1) - 1).chain(['…']).collect(),
            _ => text,
        }
    }

    /// Facts about the values, the most important first.
    fn facts(&self) -> Vec<String> {
        match &self.summary {
            Summary::Nothing => vec!["none".to_owned()],
            Summary::Numbers(numbers) => {
                let [low, middle, high] = numbers.quartiles.map(format_number);
                let [least, greatest, mean] = [numbers.least, numbers.greatest, numbers.mean].map(format_number);
                vec![
                    format!("{least} to {greatest}"),
                    format!("quartiles {low} {middle} {high}"),
                    format!("mean {mean}"),
                ]
            }
            Summary::Dates { first, last } => vec![format!("{} to {}", day(*first), day(*last))],
            Summary::Boolean { yes, no } => vec![format!("yes {yes}"), format!("no {no}")],
            Summary::Levels(levels) if matches!(self.kind, ColumnKind::Id | ColumnKind::Text) => {
                levels.commonest.first().map(|(level, _)| format!("such as {}", bare(level))).into_iter().collect()
            }
            Summary::Levels(levels) => {
                let shown = levels.commonest.iter().map(|(level, rows)| format!("{} {rows}", bare(level)));
                let more = (self.distinct > levels.commonest.len()).then(|| "…".to_owned());
                shown.chain(more).collect()
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

/// Lines of cells, each as wide as the widest of its column.
fn aligned<const N: usize>(lines: &[[String; N]]) -> Vec<String> {
    let wide = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(wide);
    let cells = |line: &[String; N]| {
        let cells = line.iter().zip(widths).map(|(cell, wide)| format!("{cell:<wide$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    lines.iter().map(cells).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Levels, Numbers};

    #[test]
    fn numbers_are_shown_whole() {
        let numbers =
            Numbers { least: 0.0, quartiles: [5446.0, 1.0, 2.0], greatest: 9.0, mean: 1174.5, deviation: 1.0 };
        let mut column = ColumnProfile {
            name: "x".to_owned(),
            kind: ColumnKind::Numeric,
            missing: 0,
            distinct: 9,
            summary: Summary::Numbers(numbers),
        };
        let all = "0 to 9, quartiles 5446 1 2, mean 1174";
        let check = |column: &ColumnProfile, room: usize, expected: &str| assert_eq!(column.values(room), expected);
        check(&column, 37, all);
        check(&column, 36, "0 to 9, quartiles 5446 1 2, …");
        check(&column, 28, "0 to 9, …");
        check(&column, 3, "0 to 9, …");
        let commonest = vec![("a long name".to_owned(), 720), ("b".to_owned(), 5)];
        column =
            ColumnProfile { summary: Summary::Levels(Levels { commonest }), kind: ColumnKind::Categorical, ..column };
        check(&column, 80, "a long name 720, b 5, …");
        check(&column, 22, "a long name 720, …");
        check(&column, 9, "a long n…");
    }

    /// In Python, `date(1970, 1, 1) + timedelta(days=19782)` is 2024-02-29.
    #[test]
    fn days_are_formatted_as_dates() {
        assert_eq!(
            [19_782.0, 19_782.75, -1.0, 1e12].map(day),
            ["2024-02-29", "2024-02-29", "1969-12-31", "1000000000000 days"]
        );
    }
}
