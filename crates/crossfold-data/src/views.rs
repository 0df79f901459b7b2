//! What a fit sees of a study's rows.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

use crossfold_network::Shape;
use crossfold_study::{ClassWeights, FoldId, Part, Seed, SequenceColumns, TableFormat, TableSource, Tally};
use serde::{Deserialize, Serialize};

use crate::study_data::{Source, TableRows};
use crate::{
    Adapter, DataError, Dataset, Fitted, Folds, Pipeline, Schema, StudyData, Targets, TrainingTargets, TrainingView,
    memory, statistics,
};

/// What each part of a study's rows is to networks: rows go through a pipeline that has seen none but
/// the part's training rows.
///
/// A part is made when it is first asked for and then shared by all fits on it. That takes memory:
/// [`Views::bytes_per_part`].
#[derive(Debug)]
pub struct Views {
    data: StudyData,
    folds: Folds,
    seed: Seed,
    class_weights: Option<ClassWeights>,
    parts: BTreeMap<FoldId, OnceLock<Arc<FitData>>>,
    all: OnceLock<Arc<FitData>>,
}

/// A part of a study's rows as networks see it.
#[derive(Debug)]
pub struct FitData {
    /// All of the study's rows.
    pub rows: Arc<Dataset>,
    /// Which of them train, ascending.
    pub training: Vec<u32>,
    /// Which of them validate, ascending.
    pub validation: Vec<u32>,
    /// What turns a network's number into the target's unit.
    pub scaling: TargetScaling,
    /// How much a row of each class counts in the loss; all alike where it is `None`.
    pub class_weights: Option<Arc<[f32]>>,
    /// What made the rows' features; `None` where they are the data's own.
    pub pipeline: Option<Pipeline>,
}

/// Mean and (population) standard deviation of the training rows' numbers: networks learn
/// (target − mean) / deviation. Of equal numbers the deviation is taken as 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetScaling {
    #[serde(with = "crate::exact::number")]
    pub mean: f64,
    #[serde(with = "crate::exact::number")]
    pub deviation: f64,
}

impl TargetScaling {
    /// Of targets that stay as they are.
    pub const NONE: TargetScaling = TargetScaling { mean: 0.0, deviation: 1.0 };

    /// Of classes there is nothing to learn.
    pub fn learn(targets: &TrainingTargets) -> TargetScaling {
        let Targets::Numbers(numbers) = targets.known() else { return TargetScaling::NONE };
        let mean = statistics::mean(numbers.iter().copied());
        let deviation = statistics::deviation(numbers.iter().copied(), mean);
        TargetScaling { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    }

    /// A network's number in the target's unit.
    pub fn unscale(&self, output: f32) -> f32 {
        (f64::from(output) * self.deviation + self.mean) as f32
    }

    /// What was counted in the scale that is learnt, in the target's unit; `spread` is that of the same
    /// rows' targets.
    pub fn unscale_tally(&self, tally: Tally, spread: f64) -> Tally {
        match tally {
            classes @ Tally::Classes { .. } => classes,
            Tally::Numbers { rows, squared, absolute, spread: _ } => Tally::Numbers {
                rows,
                squared: squared * self.deviation * self.deviation,
                absolute: absolute * self.deviation,
                spread,
            },
        }
    }
}

impl Views {
    /// Views of `data`, which `folds` split; `seed` draws what preprocessing leaves to chance.
    ///
    /// # Errors
    /// If a weight is given to a class that there isn't.
    pub fn new(
        data: StudyData,
        folds: Folds,
        seed: Seed,
        class_weights: Option<ClassWeights>,
    ) -> Result<Views, DataError> {
        if let Some(ClassWeights::Given(weights)) = &class_weights {
            let classes = data.targets().classes();
            if let Some(class) = weights.keys().find(|class| !classes.contains(class)) {
                return Err(DataError::NoSuchClass { class: class.clone(), classes: classes.to_vec() });
            }
        }
        let parts = folds.ids().into_iter().map(|id| (id, OnceLock::new())).collect();
        let views = Views { data, folds, seed, class_weights, parts, all: OnceLock::new() };
        views.refuse_giants()?;
        Ok(views)
    }

    /// What all parts take together is refused before any of it is taken.
    fn refuse_giants(&self) -> Result<(), DataError> {
        /// Cells that any machine has room for, each as a hundred inputs.
        const FEW: usize = 2_000_000;
        let Source::Table(table) = &self.data.train else { return Ok(()) };
        let parts = self.parts.len() + 1;
        if table.table.rows() * self.data.features.len() * parts < FEW {
            return Ok(());
        }
        let all: Vec<u32> = (0..self.data.rows() as u32).collect();
        let inputs = self.learn(table, &all, Part::All, |fitted| fitted.pipeline.inputs());
        let rows = self.data.longest().map_or(table.table.rows(), |longest| self.data.rows() * longest as usize);
        let bytes = (parts * rows * inputs * size_of::<f32>()) as u64;
        match memory::available() {
            Some(available) if bytes > available => Err(DataError::PartsTooLarge { parts, inputs, bytes, available }),
            Some(_) | None => Ok(()),
        }
    }

    pub fn data(&self) -> &StudyData {
        &self.data
    }

    pub fn folds(&self) -> &Folds {
        &self.folds
    }

    /// What everything left to chance is drawn from.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// What is done to the rows within each fold, in one line; `none` where networks see them as they are.
    ///
    /// Part of what stored fits are found by.
    pub fn preprocessing(&self) -> String {
        let steps = match &self.data.train {
            Source::Images(_) => "none".to_owned(),
            Source::Table(_) => {
                let steps = serde_json::to_string(&self.data.preprocessing).expect("steps are plain values");
                let features = serde_json::to_string(&self.data.features).expect("names are plain values");
                format!("{steps} of {features}")
            }
        };
        match &self.class_weights {
            None => steps,
            Some(weights) => {
                let weights = serde_json::to_string(weights).expect("weights are plain values");
                format!("{steps}, class weights {weights}")
            }
        }
    }

    /// Memory that a part takes beyond the rows themselves.
    pub fn bytes_per_part(&self) -> u64 {
        match &self.data.train {
            Source::Images(_) => 0,
            Source::Table(_) => {
                (self.data.rows() * self.part(Part::All).rows.features_per_row() * size_of::<f32>()) as u64
            }
        }
    }

    /// What a fit on `part` sees.
    ///
    /// # Panics
    /// If `part` is of a fold that there isn't.
    pub fn part(&self, part: Part) -> &Arc<FitData> {
        match part {
            Part::All => self.all.get_or_init(|| Arc::new(self.make(part))),
            Part::Fold(id) => self.parts[&id].get_or_init(|| Arc::new(self.make(part))),
        }
    }

    /// The same for all parts: what a column comes to hangs on its kind and levels, not on which of its
    /// rows train.
    pub fn shape(&self) -> Shape {
        self.part(Part::All).rows.shape()
    }

    /// The test rows, through the pipeline that has seen all of the study's.
    pub fn test(&self) -> Option<Dataset> {
        match self.data.test.as_ref()? {
            Source::Images(images) => Some(images.as_ref().clone()),
            Source::Table(table) => {
                let all = self.part(Part::All);
                let pipeline = all.pipeline.as_ref().expect("tables come with a pipeline");
                Some(table.dataset(pipeline, pipeline.transform(&table.table), self.data.longest()))
            }
        }
    }

    /// What a network trained on all rows needs to be used on other ones; `None` where rows are images.
    pub fn adapter(&self, source: &TableSource) -> Option<Adapter> {
        let all = self.part(Part::All);
        let (pipeline, schema) = (all.pipeline.clone()?, self.data.schema()?);
        let places = source.sequence.iter().flat_map(SequenceColumns::names);
        let read: HashSet<&str> = self.data.features.iter().map(String::as_str).chain(places).collect();
        let (read, ignored): (Vec<_>, Vec<_>) =
            schema.columns.iter().cloned().partition(|column| read.contains(&column.name.as_str()));
        Some(Adapter {
            target: source.target.clone(),
            classes: self.data.targets().classes().to_vec(),
            scaling: all.scaling,
            format: TableFormat { rows: None, ..source.format.clone() },
            sequence: source.sequence.clone(),
            longest: self.data.longest(),
            ignored: ignored.into_iter().map(|column| column.name).chain(schema.dropped.iter().cloned()).collect(),
            schema: Schema { columns: read, ..schema.clone() },
            pipeline,
        })
    }

    fn make(&self, part: Part) -> FitData {
        let (training, validation) = match part {
            Part::Fold(id) => (self.folds.training(id), self.folds.validation(id).to_vec()),
            Part::All => ((0..self.data.rows() as u32).collect(), Vec::new()),
        };
        let (rows, pipeline) = match &self.data.train {
            Source::Images(images) => (images.clone(), None),
            Source::Table(table) => {
                let transform = |fitted: Fitted<'_>| (fitted.transform(&table.table), fitted.pipeline);
                let (features, pipeline) = self.learn(table, &training, part, transform);
                (Arc::new(table.dataset(&pipeline, features, self.data.longest())), Some(pipeline))
            }
        };
        let targets = TrainingTargets::new(self.data.targets(), &training);
        let scaling = TargetScaling::learn(&targets);
        let class_weights = self.class_weights.as_ref().map(|weights| weigh(weights, &targets));
        FitData { rows, training, validation, scaling, class_weights, pipeline }
    }

    /// What `take` makes of steps that are learnt from some of the rows.
    fn learn<T>(&self, table: &TableRows, training: &[u32], part: Part, take: impl FnOnce(Fitted<'_>) -> T) -> T {
        let steps = table.steps(training);
        let mut view = TrainingView::new(&table.table, &table.row_targets, &steps);
        if table.series.is_some() {
            view = view.with_sequences(training.iter().map(|&row| table.steps_of(row).len()));
        }
        if let Some(groups) = &table.keys.groups {
            view = view.with_groups(training.iter().map(|&row| groups[row as usize]).collect());
        }
        let generator = self.seed.encoding(part);
        take(Pipeline::fit(&view, &self.data.features, &self.data.preprocessing, generator))
    }
}

/// A weight a class.
fn weigh(weights: &ClassWeights, targets: &TrainingTargets) -> Arc<[f32]> {
    let Targets::Classes { labels, names } = targets.known() else { panic!("numbers have no classes to weigh") };
    match weights {
        ClassWeights::Given(given) => {
            names.iter().map(|name| given.get(name).map_or(1.0, |&weight| weight as f32)).collect()
        }
        ClassWeights::Balanced => {
            let mut counts = vec![0.0; names.len()];
            labels.iter().for_each(|&label| counts[label as usize] += 1.0);
            let even = labels.len() as f64 / names.len() as f64;
            counts.iter().map(|&count: &f64| if count > 0.0 { (even / count) as f32 } else { 1.0 }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand; the last one's squares are past all numbers.
    #[test]
    fn targets_are_scaled_by_their_mean_and_deviation() {
        let learn = |numbers: &[f64], training: &[u32]| {
            let TargetScaling { mean, deviation } =
                TargetScaling::learn(&TrainingTargets::new(&Targets::Numbers(numbers.to_vec()), training));
            (mean, deviation)
        };
        assert_eq!(learn(&[1.0, 1e9, 5.0], &[0, 2]), (3.0, 2.0));
        assert_eq!(learn(&[0.1; 7], &[0, 1, 2, 3, 4, 5, 6]).1, 1.0);
        assert_eq!(learn(&[1e200, 3e200], &[0, 1]), (2e200, 1e200));
    }
}
