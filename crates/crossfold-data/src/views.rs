//! The rows of a study as a fit reads them.

use std::sync::Arc;

use crossfold_network::{InputCount, InputCounts, SearchedSteps, Shape, Shapes};
use crossfold_study::{ClassWeights, FoldId, Part, Preprocessing, Seed, Tally};
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::folds::Folds;
use crate::parts::{Parts, Weigh};
use crate::pipeline::{Fitted, Pipeline};
use crate::remark::Remark;
use crate::split_keys::SplitKeys;
use crate::statistics;
use crate::study_data::{Rows, StudyData, TableRows};
use crate::targets::Targets;
use crate::view::{TrainingTargets, TrainingView};

/// A study's rows as networks read them in each fold: all rows go through a pipeline that is fitted only to the fold's
/// training rows.
///
/// A part (a fold, or all rows) is made on first use, once for each preprocessing, and then shared by all its fits. It stays
/// in memory (see [`Views::bytes_per_part`]) unless many preprocessings are searched and memory is short.
#[derive(Debug)]
pub struct Views {
    data: StudyData,
    folds: Folds,
    seed: Seed,
    class_weights: Option<ClassWeights>,
    /// The number of available bytes, if known.
    memory: Option<u64>,
    parts: Parts<FitData>,
    /// `None` if no step of preprocessing is searched.
    searched: Option<InputCounts>,
}

/// A study's rows as the networks of one fold read them.
#[derive(Debug)]
pub struct FitData {
    /// All of the study's rows.
    pub rows: Arc<Dataset>,
    /// The training rows, ascending.
    pub training: Vec<u32>,
    /// The validation rows, ascending.
    pub validation: Vec<u32>,
    /// What the study's splits keep together, for all rows.
    pub(crate) keys: Arc<SplitKeys>,
    /// The scaling that converts a network's output to the target's unit.
    pub scaling: TargetScaling,
    /// The weight of each class in the loss; `None` for equal weights.
    pub class_weights: Option<Arc<[f32]>>,
    /// The pipeline that made the features; `None` for images.
    pub pipeline: Option<Pipeline>,
}

/// Mean and population standard deviation of the training rows' targets: networks learn (target − mean) / deviation.
/// The deviation of equal numbers is taken as 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetScaling {
    #[serde(with = "crate::exact::number")]
    pub mean: f64,
    #[serde(with = "crate::exact::number")]
    pub deviation: f64,
}

impl TargetScaling {
    /// The scaling that leaves targets unchanged.
    pub const NONE: TargetScaling = TargetScaling { mean: 0.0, deviation: 1.0 };

    /// Learns the scale of numbers. Classes aren't scaled.
    pub fn learn(targets: &TrainingTargets) -> TargetScaling {
        let Targets::Numbers(numbers) = targets.known() else { return TargetScaling::NONE };
        let mean = statistics::mean(numbers.iter().copied());
        let deviation = statistics::deviation(numbers.iter().copied(), mean);
        TargetScaling { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    }

    /// A network's output in the target's unit.
    pub fn unscale(&self, output: f32) -> f32 {
        (f64::from(output) * self.deviation + self.mean) as f32
    }

    /// A tally of scaled outputs in the target's unit; `spread` is [`Targets::spread`] of the same rows.
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
    /// Views of `data`, which `folds` split. `seed` is that of random steps of preprocessing. `memory` is the number of
    /// available bytes, if known.
    ///
    /// # Errors
    /// If a weight is given for a class that doesn't exist, or if the parts together take more than `memory`.
    pub fn new(
        data: StudyData,
        folds: Folds,
        seed: Seed,
        class_weights: Option<ClassWeights>,
        memory: Option<u64>,
    ) -> Result<Views, DataError> {
        if let Some(ClassWeights::Given(weights)) = &class_weights {
            let classes = data.targets().classes();
            if let Some(class) = weights.keys().find(|class| !classes.contains(class)) {
                return Err(DataError::NoSuchClass { class: class.clone(), classes: classes.to_vec() });
            }
        }
        let parts = Parts::new(None);
        let views = Views { data, folds, seed, class_weights, memory, parts, searched: None };
        views.refuse_oversized_parts(|table, all| {
            views.learn(table, all, Part::All, &views.data.preprocessing, |fitted| fitted.pipeline.inputs())
        })?;
        Ok(views)
    }

    /// The same views for a study that searches steps of preprocessing over these values, one at a time.
    ///
    /// # Errors
    /// If the parts of one preprocessing together may take more than the available memory.
    pub fn with_searched_steps(self, searched: Vec<SearchedSteps>) -> Result<Views, DataError> {
        let Rows::Table(table) = &self.data.train else { return Ok(self) };
        if searched.is_empty() {
            return Ok(self);
        }
        let all: Vec<u32> = (0..self.data.rows() as u32).collect();
        let count = |steps: &SearchedSteps| {
            let unselected = Preprocessing { select: None, ..self.data.preprocessing.with(steps) };
            self.learn(table, &all, Part::All, &unselected, |fitted| fitted.pipeline.count_inputs())
        };
        let own = count(&SearchedSteps::default());
        let others: Vec<(SearchedSteps, InputCount)> =
            searched.into_iter().map(|steps| (steps.clone(), count(&steps))).collect();
        let counts = InputCounts { steps: 1, own, select: self.data.preprocessing.select, others };
        self.refuse_oversized_parts(|_, _| counts.most_features())?;
        // The rest is for fits and results.
        let limit = self.memory.map(|memory| (memory / 2).max(self.bytes_of_parts(counts.most_features())));
        let steps = self.data.longest().map_or(1, |longest| longest as usize);
        Ok(Views { parts: Parts::new(limit), searched: Some(InputCounts { steps, ..counts }), ..self })
    }

    /// Refuses data whose parts together would take more than the available memory. `inputs` returns the inputs of a row of a
    /// table, given all rows of the study.
    fn refuse_oversized_parts(&self, inputs: impl FnOnce(&TableRows, &[u32]) -> usize) -> Result<(), DataError> {
        /// Every machine has memory for this many cells, even with a hundred inputs per cell.
        const FEW_CELLS: usize = 2_000_000;
        let Rows::Table(table) = &self.data.train else { return Ok(()) };
        let parts = self.folds.ids().len() + 1;
        if table.table.rows() * self.data.features.len() * parts < FEW_CELLS {
            return Ok(());
        }
        let all: Vec<u32> = (0..self.data.rows() as u32).collect();
        let inputs = inputs(table, &all);
        let bytes = self.bytes_of_parts(inputs);
        match self.memory {
            Some(available) if bytes > available => Err(DataError::PartsTooLarge { parts, inputs, bytes, available }),
            Some(_) | None => Ok(()),
        }
    }

    /// Memory of all parts with one preprocessing that makes this many `inputs` of a row of the table.
    fn bytes_of_parts(&self, inputs: usize) -> u64 {
        let rows = match (&self.data.train, self.data.longest()) {
            (Rows::Table(table), None) => table.table.rows(),
            (_, longest) => self.data.rows() * longest.map_or(1, |longest| longest as usize),
        };
        ((self.folds.ids().len() + 1) * rows * inputs * size_of::<f32>()) as u64
    }

    /// The remark that the inner validation part of some folds can't keep what the splits keep; `None` if it can.
    pub fn divided_inner_parts(&self) -> Option<Remark> {
        let keys = self.data.train.keys();
        let is_divided = |id: &FoldId| keys.is_indivisible(&self.folds.training(*id));
        let folds: Vec<FoldId> = self.folds.ids().into_iter().filter(is_divided).collect();
        (!folds.is_empty()).then_some(Remark::DividedInnerParts { folds })
    }

    /// The rows, before preprocessing.
    pub fn data(&self) -> &StudyData {
        &self.data
    }

    pub fn folds(&self) -> &Folds {
        &self.folds
    }

    /// The study's seed.
    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The study's own preprocessing within each fold, on one line; `none` for images. Keys of stored fits depend on it.
    pub fn preprocessing(&self) -> String {
        self.preprocessing_with(&SearchedSteps::default())
    }

    /// The same with these values of the searched steps.
    pub fn preprocessing_with(&self, steps: &SearchedSteps) -> String {
        let steps = match &self.data.train {
            Rows::Images(_) => "none".to_owned(),
            Rows::Table(_) => {
                let steps = self.data.preprocessing.with(steps);
                let steps = serde_json::to_string(&steps).expect("steps can be serialized");
                let features = serde_json::to_string(&self.data.features).expect("names can be serialized");
                format!("{steps} of {features}")
            }
        };
        match &self.class_weights {
            None => steps,
            Some(weights) => {
                let weights = serde_json::to_string(weights).expect("weights can be serialized");
                format!("{steps}, class weights {weights}")
            }
        }
    }

    /// Memory of each part besides the rows themselves, in bytes. If steps are searched, that of the largest.
    pub fn bytes_per_part(&self) -> u64 {
        match &self.data.train {
            Rows::Images(_) => 0,
            Rows::Table(_) => {
                let searched = self.searched.as_ref().map(InputCounts::most_features);
                let features = searched.unwrap_or_else(|| self.part(Part::All).rows.features_per_row());
                (self.data.rows() * features * size_of::<f32>()) as u64
            }
        }
    }

    /// The rows as a fit on `part` reads them with the study's own preprocessing.
    ///
    /// # Panics
    /// If `part` is a fold that doesn't exist.
    pub fn part(&self, part: Part) -> Arc<FitData> {
        self.part_with(&SearchedSteps::default(), part)
    }

    /// The rows as a fit on `part` reads them with these values of the searched steps of preprocessing.
    ///
    /// # Panics
    /// If `part` is a fold that doesn't exist.
    pub fn part_with(&self, steps: &SearchedSteps, part: Part) -> Arc<FitData> {
        self.parts.get(self.preprocessing_with(steps), part, || self.make(steps, part))
    }

    /// The sizes of the inputs and outputs of networks with the study's own preprocessing. They are the same for all parts,
    /// because the inputs of a column depend on its kind and levels, not on which rows train.
    pub fn shape(&self) -> Shape {
        self.part(Part::All).rows.shape()
    }

    /// The sizes of the inputs and outputs of each network.
    pub fn shapes(&self) -> Shapes {
        let own = self.shape();
        self.searched.as_ref().map_or_else(|| own.into(), |counts| Shapes::searched(own, counts.clone()))
    }

    /// The test rows after the pipeline with these values of the searched steps that is fitted to the training rows of `part`.
    ///
    /// # Panics
    /// If `part` is a fold that doesn't exist.
    pub fn test(&self, steps: &SearchedSteps, part: Part) -> Option<Dataset> {
        match self.data.test.as_ref()? {
            Rows::Images(images) => Some(images.as_ref().clone()),
            Rows::Table(table) => {
                let fitted = self.part_with(steps, part);
                let pipeline = fitted.pipeline.as_ref().expect("tables come with a pipeline");
                Some(table.dataset(pipeline, pipeline.transform(&table.table), self.data.longest()))
            }
        }
    }

    fn make(&self, steps: &SearchedSteps, part: Part) -> FitData {
        let (training, validation) = match part {
            Part::Fold(id) => (self.folds.training(id), self.folds.validation(id).to_vec()),
            Part::All => ((0..self.data.rows() as u32).collect(), Vec::new()),
        };
        let (rows, pipeline) = match &self.data.train {
            Rows::Images(images) => (images.clone(), None),
            Rows::Table(table) => {
                let transform = |fitted: Fitted<'_>| (fitted.transform(&table.table), fitted.pipeline);
                let steps = self.data.preprocessing.with(steps);
                let (features, pipeline) = self.learn(table, &training, part, &steps, transform);
                (Arc::new(table.dataset(&pipeline, features, self.data.longest())), Some(pipeline))
            }
        };
        let targets = TrainingTargets::new(self.data.targets(), &training);
        let scaling = TargetScaling::learn(&targets);
        let class_weights = self.class_weights.as_ref().map(|weights| weigh(weights, &targets));
        FitData { rows, training, validation, keys: self.data.train.keys(), scaling, class_weights, pipeline }
    }

    /// Fits a pipeline to the given rows, and returns the result of `take`.
    fn learn<T>(
        &self,
        table: &TableRows,
        training: &[u32],
        part: Part,
        steps: &Preprocessing,
        take: impl FnOnce(Fitted<'_>) -> T,
    ) -> T {
        let rows = table.steps(training);
        let mut view = TrainingView::new(&table.table, &table.row_targets, &rows);
        if table.series.is_some() {
            view = view.with_sequences(training.iter().map(|&row| table.steps_of_row(row).len()));
        }
        view = view.with_keys(table.keys.select_rows(training));
        let generator = self.seed.encoding(part);
        take(Pipeline::fit(&view, &self.data.features, steps, generator))
    }
}

/// Images are shared by all parts.
impl Weigh for FitData {
    fn bytes(&self) -> u64 {
        self.pipeline.as_ref().map_or(0, |_| self.rows.bytes())
    }
}

/// One weight per class.
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

    /// Expected values were computed by hand. Squares of the last numbers overflow.
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
