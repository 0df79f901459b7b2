//! Columns of CSV files. A column is one definition: the header, the cells and the documentation follow from it.

use std::fmt::{Display, LowerExp};
use std::io::{self, Write};

use crossfold_network::{Param, Plain, Setting, ValueForm, Values};
use crossfold_study::{FoldId, Metric, Study};

use super::cell;

/// A column of a CSV file whose rows are made from values of type `R`.
pub(in crate::formats) struct Column<'a, R> {
    pub(in crate::formats) name: String,
    pub(in crate::formats) values: ColumnType,
    /// What the values mean, as Markdown without a full stop.
    pub(in crate::formats) meaning: String,
    /// Whether the documentation describes it together with neighbours of the same kind, as `first … last`.
    pub(in crate::formats) is_one_of_many: bool,
    text: Box<dyn Fn(&R) -> String + 'a>,
}

/// The type of a column's values. Any cell may be empty, where its value is unknown or has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum ColumnType {
    Integer,
    Number,
    Text,
    /// The name of a class or a number, depending on the task.
    Outcome,
    /// `TRUE` or `FALSE`, which R reads as logical values, as pandas and DuckDB do.
    Boolean,
}

impl ColumnType {
    /// The name in documentation.
    pub(in crate::formats) fn name(self) -> &'static str {
        match self {
            ColumnType::Integer => "integer",
            ColumnType::Number => "number",
            ColumnType::Text => "text",
            ColumnType::Outcome => "text or number",
            ColumnType::Boolean => "boolean",
        }
    }
}

impl<'a, R> Column<'a, R> {
    pub(super) fn integer<T: Into<u64>>(
        name: impl Display,
        meaning: impl Into<String>,
        value: impl Fn(&R) -> Option<T> + 'a,
    ) -> Column<'a, R> {
        let text = move |row: &R| value(row).map_or_else(String::new, |value| cell::text(value.into()));
        Column::new(name, ColumnType::Integer, meaning, text)
    }

    pub(super) fn number<T: Copy + Display + LowerExp + Into<f64>>(
        name: impl Display,
        meaning: impl Into<String>,
        value: impl Fn(&R) -> Option<T> + 'a,
    ) -> Column<'a, R> {
        let text = move |row: &R| value(row).map_or_else(String::new, cell::number);
        Column::new(name, ColumnType::Number, meaning, text)
    }

    pub(super) fn text<T: Display>(
        name: impl Display,
        meaning: impl Into<String>,
        value: impl Fn(&R) -> Option<T> + 'a,
    ) -> Column<'a, R> {
        let text = move |row: &R| value(row).map_or_else(String::new, cell::text);
        Column::new(name, ColumnType::Text, meaning, text)
    }

    pub(super) fn boolean(
        name: impl Display,
        meaning: impl Into<String>,
        value: impl Fn(&R) -> Option<bool> + 'a,
    ) -> Column<'a, R> {
        let text = move |row: &R| value(row).map_or_else(String::new, cell::boolean);
        Column::new(name, ColumnType::Boolean, meaning, text)
    }

    /// A column of classes or numbers, depending on the task, whose cells are made by `text`.
    pub(super) fn outcome(
        name: impl Display,
        meaning: impl Into<String>,
        text: impl Fn(&R) -> String + 'a,
    ) -> Column<'a, R> {
        Column::new(name, ColumnType::Outcome, meaning, text)
    }

    /// The column of a hyperparameter, whose cells have the values as a spec has them, but for truth values.
    pub(super) fn hyperparameter(param: Param, value: impl Fn(&R) -> Option<Setting> + 'a) -> Column<'a, R> {
        let values = match (param.form(), param.values()) {
            (ValueForm::One, Values::Whole { .. }) => ColumnType::Integer,
            (ValueForm::One, Values::Real(_)) => ColumnType::Number,
            (ValueForm::One, Values::Switch) => ColumnType::Boolean,
            (ValueForm::One, Values::Text | Values::Step | Values::Words(_))
            | (ValueForm::OneOrEach | ValueForm::Each, _) => ColumnType::Text,
        };
        let cell = |setting: Setting| match setting.plain() {
            Plain::Flag(flag) => cell::boolean(flag),
            Plain::Text(_) | Plain::Real(_) | Plain::Count(_) | Plain::List(_) => cell::text(setting),
        };
        let text = move |row: &R| value(row).map_or_else(String::new, cell);
        Column::new(param.name(), values, param.about(), text)
    }

    fn new(
        name: impl Display,
        values: ColumnType,
        meaning: impl Into<String>,
        text: impl Fn(&R) -> String + 'a,
    ) -> Column<'a, R> {
        Column { name: cell::text(name), values, meaning: meaning.into(), is_one_of_many: false, text: Box::new(text) }
    }

    pub(super) fn one_of_many(self) -> Column<'a, R> {
        Column { is_one_of_many: true, ..self }
    }

    /// The cell of a row; empty where the value is not known.
    pub(in crate::formats) fn cell(&self, row: &R) -> String {
        (self.text)(row)
    }
}

/// The columns `repeat` and `fold`, both counted from 1.
pub(super) fn fold_columns<'a, R>(
    meaning_of_fold: &str,
    fold: impl Fn(&R) -> FoldId + Copy + 'a,
) -> [Column<'a, R>; 2] {
    [
        Column::integer("repeat", "from 1", move |row| Some(fold(row).repeat + 1)),
        Column::integer("fold", meaning_of_fold, move |row| Some(fold(row).fold + 1)),
    ]
}

/// A column for each of `metrics`: its name and meaning begin with the prefix given.
pub(super) fn metric_columns<'a, R>(
    name: &str,
    meaning: &str,
    metrics: &'static [Metric],
    value: impl Fn(&R, Metric) -> Option<f64> + Copy + 'a,
) -> Vec<Column<'a, R>> {
    let column = |&metric: &Metric| {
        let meaning = format!("{meaning} {}", metric.column_text());
        Column::number(format!("{name}{metric}"), meaning, move |row| value(row, metric))
    };
    metrics.iter().map(column).collect()
}

/// The last column of each file of a study that another run need not reproduce. Every row has the reason, because rows
/// are taken out of files.
pub(super) fn reproducibility_column<'a, R>(study: &Study) -> Option<Column<'a, R>> {
    let reason = study.irreproducible()?;
    let meaning = format!("why another run may have different results, in every row: `{reason}`");
    Some(Column::text("not_reproducible", meaning, move |_| Some(reason)))
}

/// Writes a header and rows. Lines end in `\n`.
pub(in crate::formats) fn write_rows<R>(
    out: impl Write,
    columns: &[Column<'_, R>],
    rows: impl IntoIterator<Item = R>,
) -> io::Result<()> {
    // The conversion by `?` would lose the kind of error, such as that of a closed pipe.
    let io_error = |error: csv::Error| {
        let kind = error.into_kind();
        if let csv::ErrorKind::Io(error) = kind { error } else { io::Error::other(format!("{kind:?}")) }
    };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out);
    writer.write_record(columns.iter().map(|column| &column.name)).map_err(io_error)?;
    for row in rows {
        writer.write_record(columns.iter().map(|column| column.cell(&row))).map_err(io_error)?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected lines by RFC 4180, but for `\n`.
    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let column = |name: &str, place: usize| Column::text(name, "", move |row: &[&'static str; 4]| Some(row[place]));
        let columns = [column("[256, 128]", 0), column("said \"no\"", 1), column("two\nlines", 2), column("", 3)];
        let mut out = Vec::new();
        write_rows(&mut out, &columns, [["=1,2", "a", "b", "c"]]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"[256, 128]\",\"said \"\"no\"\"\",\"two\nlines\",\n\"'=1,2\",a,b,c\n"
        );
    }

    #[test]
    fn unknown_values_are_empty_cells() {
        let columns: [Column<'_, ()>; 4] = [
            Column::integer("a", "", |()| None::<u32>),
            Column::number("b", "", |()| None::<f64>),
            Column::text("c", "", |()| None::<&str>),
            Column::boolean("d", "", |()| None),
        ];
        let mut out = Vec::new();
        write_rows(&mut out, &columns, [()]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a,b,c,d\n,,,\n");
    }

    #[test]
    fn truth_values_are_those_of_r() {
        let flag = Column::boolean("a", "", |flag: &bool| Some(*flag));
        assert_eq!([true, false].map(|value| flag.cell(&value)), ["TRUE", "FALSE"]);
        let nesterov = Column::hyperparameter(Param::Nesterov, |flag: &bool| Some(Setting::Nesterov(*flag)));
        assert_eq!([true, false].map(|value| nesterov.cell(&value)), ["TRUE", "FALSE"]);
        assert_eq!(nesterov.values, ColumnType::Boolean);
    }
}
