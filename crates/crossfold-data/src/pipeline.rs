//! Pipelines from a table's columns to a network's inputs, fitted only to training rows.
//!
//! The number of inputs and their names depend on the table's columns, their levels and whether any value is missing,
//! but not on which rows train, so all folds of a study train networks of the same shape. The steps that determine the
//! values of inputs are fitted only to training rows. An input for a level, for rare levels or for missing values that
//! is 0 in all training rows stays 0 in all rows, because the network would never train its weights.

mod categorical;
mod cells;
mod clip;
mod indicator;
mod normal_quantile;
mod numeric;
mod piecewise;
mod quantile;
mod scaling;
mod select;
mod target_encoding;

use std::cell::LazyCell;
use std::ops::Deref;

use crossfold_network::{InputCount, NumberInputs};
use crossfold_study::{CategoricalSteps, ColumnKind, ColumnSteps, Generator, NumericSteps, Preprocessing};
use serde::{Deserialize, Serialize};

use crate::column::{Column, Table, Values};
use crate::dataset::Embedding;
use crate::view::TrainingView;
use categorical::Categorical;
use cells::Cells;
use indicator::Indicator;
use numeric::Numeric;
use target_encoding::CrossFitting;

/// Learnt steps from a table's columns to a network's inputs.
///
/// Deserialization refuses pipelines that fitting can't produce, so every value of this type can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Pipeline {
    columns: Vec<LearntColumn>,
    /// The indices of the dense inputs to keep, ascending; `None` keeps all.
    selected: Option<Vec<u32>>,
}

/// A value far outside the range of training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outlier {
    pub(crate) column: String,
    /// The row of the table with the greatest distance from the middle, in spreads of the training rows.
    pub(crate) row: usize,
    pub(crate) distance: f64,
    /// How many rows have such a value.
    pub(crate) rows: usize,
}

/// What a dense input is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseInput {
    /// The column.
    pub column: String,
    /// The level or class that it stands for, `bin 1`, `bin 2`, …, or `is missing`; `None` for a column's value.
    pub level: Option<String>,
    /// The shift and spread that its value, or the logarithm of 1 + the value, is scaled by; `None` where the input is no
    /// linear function of it.
    pub scale: Option<[f64; 2]>,
}

/// A pipeline that was read from JSON and isn't checked yet.
#[derive(Deserialize)]
struct Unchecked {
    columns: Vec<LearntColumn>,
    selected: Option<Vec<u32>>,
}

/// A pipeline with the data for transforming the rows that it was fitted on.
#[derive(Debug)]
pub struct Fitted<'a> {
    pub pipeline: Pipeline,
    /// The row numbers of the training rows, ascending.
    rows: &'a [u32],
    encodings: Vec<OwnEncodings>,
}

/// Training rows × outputs of a target-encoded column, encoded without the rows' own targets; `None` for other columns.
type OwnEncodings = Option<Vec<f64>>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LearntColumn {
    name: String,
    /// The levels in the training table; `None` for a column of numbers.
    levels: Option<Vec<String>>,
    steps: LearntSteps,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum LearntSteps {
    Numeric(Numeric),
    Categorical(Categorical),
}

/// The steps that the spec gives a column.
enum ColumnPlan<'a> {
    Numeric(&'a NumericSteps),
    Categorical(&'a CategoricalSteps),
}

impl Pipeline {
    /// Fits `steps` for the columns named by `features` to the view's rows. `generator` draws the parts for
    /// cross-fitting target encodings.
    ///
    /// Columns of ids and text get the steps for categorical columns. An ordinal column may have categorical steps of
    /// its own.
    ///
    /// # Panics
    /// If there is no training row, a feature doesn't exist, a column of numbers is given categorical steps, one of
    /// unordered levels numeric ones, or the logarithm is to be taken of missing values that become −1 or less.
    pub fn fit<'a>(
        view: &'a TrainingView<'_>,
        features: &[String],
        steps: &Preprocessing,
        generator: Generator,
    ) -> Fitted<'a> {
        assert!(!view.rows().is_empty(), "there is a training row");
        // Only target encoding needs them.
        let targets = LazyCell::new(|| CrossFitting::new(view, generator));
        let (columns, encodings): (_, Vec<OwnEncodings>) =
            features.iter().map(|name| LearntColumn::fit(view, name, steps, &targets)).unzip();
        let mut pipeline = Pipeline { columns, selected: None };
        if let Some(count) = steps.select {
            pipeline.selected = Some(pipeline.select(view, &encodings, count as usize));
        }
        Fitted { pipeline, rows: view.rows(), encodings }
    }

    /// Whether a table has the columns that the pipeline was fitted on, with numbers or names as in training. `kind` is
    /// the kind of a column of the table by its name.
    pub fn fits(&self, kind: impl Fn(&str) -> Option<ColumnKind>) -> bool {
        let fits = |learnt: &LearntColumn, kind: ColumnKind| kind.holds_numbers() == learnt.levels.is_none();
        self.columns.iter().all(|learnt| kind(&learnt.name).is_some_and(|kind| fits(learnt, kind)))
    }

    /// Whether any number is clipped or encoded after it is scaled.
    pub fn alters_numbers(&self) -> bool {
        let alters = |column: &LearntColumn| matches!(&column.steps, LearntSteps::Numeric(steps) if steps.alters());
        self.columns.iter().any(alters)
    }

    /// The number of inputs per row: the dense ones, then one code per embedding.
    pub fn inputs(&self) -> usize {
        self.selected.as_ref().map_or_else(|| self.dense(), Vec::len) + self.embeddings().len()
    }

    /// The names of the inputs, for display: `age`, `age is missing`, `age bin 1`, `league=A`, `league=(missing)`, `league=(other)`
    /// for rare and unseen levels, `city~yes` for the share of class `yes` in a row's city, `city~mean` for its mean
    /// target, and the column's name for an embedding.
    pub fn input_names(&self) -> Vec<String> {
        let dense: Vec<String> = self.columns.iter().flat_map(LearntColumn::input_names).collect();
        let mut names = match &self.selected {
            None => dense,
            Some(selected) => selected.iter().map(|&place| dense[place as usize].clone()).collect(),
        };
        names.extend(self.columns.iter().filter(|column| column.embedding().is_some()).map(|c| c.name.clone()));
        names
    }

    /// The places of each column's inputs among [`Pipeline::inputs`], in the order of columns; none where selection
    /// dropped them all.
    pub fn places(&self) -> Vec<(&str, Vec<usize>)> {
        let kept = |dense: usize| match &self.selected {
            None => Some(dense),
            Some(selected) => selected.binary_search(&(dense as u32)).ok(),
        };
        let (mut dense, mut code) = (0, self.inputs() - self.embeddings().len());
        let places = self.columns.iter().map(|column| {
            let first = dense;
            dense += column.dense();
            let mut places: Vec<usize> = (first..dense).filter_map(kept).collect();
            if column.embedding().is_some() {
                places.push(code);
                code += 1;
            }
            (column.name.as_str(), places)
        });
        places.collect()
    }

    /// How many inputs are numbers, and their places: those of each column that is encoded piecewise-linearly, then those of
    /// columns that are an input each. Columns with fewer bins than others, and those of which selection dropped a bin, don't
    /// count.
    pub fn numbers(&self) -> (NumberInputs, Vec<u32>) {
        let kept = |dense: usize| match &self.selected {
            None => Some(dense as u32),
            Some(selected) => selected.binary_search(&(dense as u32)).ok().map(|place| place as u32),
        };
        let (mut encoded, mut plain, mut dense) = (Vec::new(), Vec::new(), 0);
        for column in &self.columns {
            if let LearntSteps::Numeric(steps) = &column.steps {
                let places: Option<Vec<u32>> = (dense..dense + steps.value_inputs()).map(kept).collect();
                let group = if steps.is_encoded() { &mut encoded } else { &mut plain };
                group.extend(places);
            }
            dense += column.dense();
        }
        let bins = encoded.iter().map(Vec::len).max().unwrap_or_default();
        encoded.retain(|places| places.len() == bins);
        let numbers = NumberInputs { encoded: encoded.len(), bins, plain: plain.len() };
        (numbers, encoded.into_iter().chain(plain).flatten().collect())
    }

    /// What each dense input is made from, in the order of [`Pipeline::input_names`].
    pub fn dense_inputs(&self) -> Vec<DenseInput> {
        let all: Vec<DenseInput> = self.columns.iter().flat_map(LearntColumn::dense_inputs).collect();
        match &self.selected {
            None => all,
            Some(selected) => selected.iter().map(|&place| all[place as usize].clone()).collect(),
        }
    }

    /// The embeddings whose codes are the last inputs of a row.
    pub fn embeddings(&self) -> Vec<Embedding> {
        self.columns.iter().filter_map(LearntColumn::embedding).collect()
    }

    /// The inputs of all rows of a table that has these columns: rows × inputs, row by row, all finite.
    ///
    /// # Panics
    /// If a column doesn't exist, or holds names instead of numbers, or the reverse.
    pub fn transform(&self, table: &Table) -> Vec<f32> {
        let reader = Reader::new(self, table, &[]);
        self.collect(table.rows(), |row, inputs| reader.write(row, None, inputs))
    }

    /// The values furthest outside the range of training, the worst of each column: those more than a million spreads from
    /// the middle.
    pub(crate) fn outliers(&self, table: &Table) -> Vec<Outlier> {
        const FAR: f64 = 1e6;
        let of_column = |learnt: &LearntColumn| {
            let LearntSteps::Numeric(steps) = &learnt.steps else { return None };
            let cells = Cells::new(column(table, &learnt.name), learnt.levels.as_deref());
            let distances = (0..table.rows()).map(|row| (row, steps.distance(&cells, row)));
            let far: Vec<(usize, f64)> = distances.filter(|(_, distance)| *distance >= FAR).collect();
            let &(row, distance) = far.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some(Outlier { column: learnt.name.clone(), row, distance, rows: far.len() })
        };
        self.columns.iter().filter_map(of_column).collect()
    }

    /// How many inputs of each kind there are before selection.
    pub(crate) fn count_inputs(&self) -> InputCount {
        let embeddings = self.embeddings();
        let sum = |number: fn(&Embedding) -> usize| embeddings.iter().map(number).sum::<usize>() as i64;
        InputCount {
            dense: self.dense() as i64,
            codes: embeddings.len() as i64,
            looked_up: sum(|embedding| embedding.width),
            parameters: sum(|embedding| embedding.levels * embedding.width),
            numbers: self.numbers().0,
        }
    }

    /// The number of dense inputs before selection.
    fn dense(&self) -> usize {
        self.columns.iter().map(LearntColumn::dense).sum()
    }

    /// The `count` dense inputs with the highest scores.
    fn select(&self, view: &TrainingView<'_>, encodings: &[OwnEncodings], count: usize) -> Vec<u32> {
        let column = |learnt: &LearntColumn| training_column(view, &learnt.name);
        let training = Table::new(self.columns.iter().map(column).collect());
        let reader = Reader::new(self, &training, encodings);
        let write = |position: usize, inputs: &mut [f64]| {
            reader.write_dense(position, Some(position), inputs);
        };
        select::best(&select::scores(view.targets().known(), &view.cases(), self.dense(), write), count)
    }

    /// Rows × selected inputs. `write` puts all inputs of a row into a slice.
    fn collect(&self, rows: usize, mut write: impl FnMut(usize, &mut [f64])) -> Vec<f32> {
        let dense = self.dense();
        let mut inputs = vec![0.0; dense + self.embeddings().len()];
        let mut table = Vec::with_capacity(rows * self.inputs());
        for row in 0..rows {
            write(row, &mut inputs);
            match &self.selected {
                None => table.extend(inputs.iter().copied().map(narrow)),
                Some(selected) => {
                    table.extend(selected.iter().map(|&place| narrow(inputs[place as usize])));
                    table.extend(inputs[dense..].iter().copied().map(narrow));
                }
            }
        }
        table
    }
}

impl Fitted<'_> {
    /// The inputs of the table that the pipeline was fitted on, rows × inputs. Training rows are target-encoded without
    /// their own targets, other rows as by [`Pipeline::transform`].
    pub fn transform(&self, table: &Table) -> Vec<f32> {
        let reader = Reader::new(&self.pipeline, table, &self.encodings);
        let mut training = (0..).zip(self.rows).peekable();
        self.pipeline.collect(table.rows(), |row, inputs| {
            let position = training.next_if(|&(_, &training)| training as usize == row).map(|(position, _)| position);
            reader.write(row, position, inputs);
        })
    }
}

impl TryFrom<Unchecked> for Pipeline {
    type Error = String;

    fn try_from(Unchecked { columns, selected }: Unchecked) -> Result<Pipeline, String> {
        for column in &columns {
            column.check().map_err(|fault| format!("the steps of column `{}`: {fault}", column.name))?;
        }
        let pipeline = Pipeline { columns, selected };
        let dense = pipeline.dense();
        if let Some(selected) = &pipeline.selected {
            let ascend = selected.windows(2).all(|pair| pair[0] < pair[1]);
            if !ascend || selected.last().is_some_and(|&last| last as usize >= dense) {
                return Err(format!("`selected` is a list of ascending places below {dense}"));
            }
        }
        Ok(pipeline)
    }
}

/// The nearest finite 32-bit number.
fn narrow(number: f64) -> f32 {
    (number as f32).clamp(f32::MIN, f32::MAX)
}

fn column<'a>(table: &'a Table, name: &str) -> &'a Column {
    table.column(name).unwrap_or_else(|| panic!("the table has the column `{name}`"))
}

fn training_column(view: &TrainingView<'_>, name: &str) -> Column {
    view.column(name).unwrap_or_else(|| panic!("the table has the column `{name}`"))
}

impl LearntColumn {
    fn fit<'t>(
        view: &TrainingView<'_>,
        name: &str,
        steps: &Preprocessing,
        targets: &impl Deref<Target = CrossFitting<'t>>,
    ) -> (LearntColumn, OwnEncodings) {
        let column = training_column(view, name);
        let levels = match &column.values {
            Values::Numbers(_) => None,
            Values::Levels { levels, .. } => Some(levels.clone()),
        };
        let cells = Cells::new(&column, levels.as_deref());
        let (steps, encodings) = match (plan(&column, steps), &levels) {
            (ColumnPlan::Numeric(steps), _) => {
                let any_missing = view.any_missing(name, steps.log);
                (LearntSteps::Numeric(Numeric::fit(&cells, any_missing, steps)), None)
            }
            (ColumnPlan::Categorical(steps), Some(levels)) => {
                let any_missing = view.any_missing(name, false);
                let (steps, encodings) = Categorical::fit(&cells, levels, any_missing, steps, targets);
                (LearntSteps::Categorical(steps), encodings)
            }
            (ColumnPlan::Categorical(_), None) => panic!("column `{name}` holds numbers, not names"),
        };
        (LearntColumn { name: name.to_owned(), levels, steps }, encodings)
    }

    fn check(&self) -> Result<(), &'static str> {
        match (&self.steps, &self.levels) {
            (LearntSteps::Numeric(steps), _) => steps.check(),
            (LearntSteps::Categorical(steps), Some(known)) => steps.check(known),
            (LearntSteps::Categorical(_), None) => Err("steps for names are for columns with `levels`"),
        }
    }

    fn dense(&self) -> usize {
        match &self.steps {
            LearntSteps::Numeric(steps) => steps.inputs(),
            LearntSteps::Categorical(steps) => steps.inputs(),
        }
    }

    fn input_names(&self) -> Vec<String> {
        let (mut names, indicator) = match &self.steps {
            LearntSteps::Numeric(steps) => (steps.input_names(&self.name), steps.indicator),
            LearntSteps::Categorical(steps) => (steps.input_names(&self.name), steps.indicator),
        };
        names.extend((indicator.inputs() > 0).then(|| format!("{} is missing", self.name)));
        names
    }

    fn dense_inputs(&self) -> Vec<DenseInput> {
        let input = |level: Option<&str>, scale: Option<[f64; 2]>| DenseInput {
            column: self.name.clone(),
            level: level.map(str::to_owned),
            scale,
        };
        let (mut inputs, indicator): (Vec<DenseInput>, Indicator) = match &self.steps {
            LearntSteps::Numeric(steps) => {
                let inputs = steps.inputs_with_scales().into_iter().map(|(bin, scale)| input(bin.as_deref(), scale));
                (inputs.collect(), steps.indicator)
            }
            LearntSteps::Categorical(steps) => {
                let inputs = steps.inputs_with_scales().into_iter().map(|(level, scale)| input(level, scale));
                (inputs.collect(), steps.indicator)
            }
        };
        inputs.extend((indicator.inputs() > 0).then(|| input(Some("is missing"), Some([0.0, 1.0]))));
        inputs
    }

    fn embedding(&self) -> Option<Embedding> {
        match &self.steps {
            LearntSteps::Numeric(_) => None,
            LearntSteps::Categorical(steps) => steps.embedding(),
        }
    }
}

/// A column's own steps, or those for its kind.
fn plan<'a>(column: &Column, steps: &'a Preprocessing) -> ColumnPlan<'a> {
    match (steps.columns.get(&column.name), column.kind) {
        (Some(ColumnSteps::Categorical(steps)), _) => ColumnPlan::Categorical(steps),
        (Some(ColumnSteps::Numeric(steps)), kind) => {
            let ordered = !matches!(kind, ColumnKind::Categorical | ColumnKind::Id | ColumnKind::Text);
            assert!(ordered, "the names in column `{}` have an order", column.name);
            ColumnPlan::Numeric(steps)
        }
        (None, ColumnKind::Numeric) => ColumnPlan::Numeric(&steps.numeric),
        (None, ColumnKind::Ordinal) => ColumnPlan::Numeric(&steps.ordinal),
        (None, ColumnKind::Boolean) => ColumnPlan::Numeric(&steps.boolean),
        (None, ColumnKind::Date) => ColumnPlan::Numeric(&steps.date),
        (None, ColumnKind::Categorical | ColumnKind::Id | ColumnKind::Text) => {
            ColumnPlan::Categorical(&steps.categorical)
        }
    }
}

/// A pipeline with the columns of the table that it reads.
struct Reader<'a> {
    columns: Vec<ReadColumn<'a>>,
}

struct ReadColumn<'a> {
    learnt: &'a LearntColumn,
    cells: Cells<'a>,
    dense: usize,
    own: Option<&'a [f64]>,
}

impl<'a> Reader<'a> {
    /// `encodings` has one element per column for the table that the pipeline was fitted on, and is empty for any
    /// other.
    fn new(pipeline: &'a Pipeline, table: &'a Table, encodings: &'a [OwnEncodings]) -> Reader<'a> {
        let columns = pipeline.columns.iter().enumerate().map(|(place, learnt)| {
            let cells = Cells::new(column(table, &learnt.name), learnt.levels.as_deref());
            let own = encodings.get(place).and_then(|own| own.as_deref());
            ReadColumn { learnt, cells, dense: learnt.dense(), own }
        });
        Reader { columns: columns.collect() }
    }

    /// Writes a row's inputs. `position` is the row's index among the training rows, if it is one.
    fn write(&self, row: usize, position: Option<usize>, inputs: &mut [f64]) {
        let mut rest = self.write_dense(row, position, inputs).iter_mut();
        for ReadColumn { learnt, cells, .. } in &self.columns {
            if let LearntSteps::Categorical(steps) = &learnt.steps
                && let Some(code) = steps.code(cells, row)
                && let Some(place) = rest.next()
            {
                *place = code;
            }
        }
    }

    /// Writes the dense inputs, and returns the slice of the others.
    fn write_dense<'i>(&self, row: usize, position: Option<usize>, inputs: &'i mut [f64]) -> &'i mut [f64] {
        let mut rest = inputs;
        for ReadColumn { learnt, cells, dense, own } in &self.columns {
            let (inputs, others) = rest.split_at_mut(*dense);
            match &learnt.steps {
                LearntSteps::Numeric(steps) => steps.write(cells, row, inputs),
                LearntSteps::Categorical(steps) => {
                    let own = position.and_then(|position| steps.own((*own)?, position));
                    steps.write(cells, row, own, inputs);
                }
            }
            rest = others;
        }
        rest
    }
}

#[cfg(test)]
mod tests;
