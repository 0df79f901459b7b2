//! A study that is ready to run: its spec checked, its rows read and split, its first trials planned.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::SystemTime;

use crossfold_data::{Folds, Remark, StudyData, Views, find_absent_classes, leaks};
use crossfold_model::{Trainer, trainer_identity};
use crossfold_network::{Configuration, MAX_PARAMETERS, Param, Shape, Shapes};
use crossfold_report::{Exhibits, RowIds, lists_probabilities, only_one_probability};
use crossfold_search::{Course, DataSize, KeptPredictions, Schedule};
use crossfold_sources::{Loaded, Request, TableReader};
use crossfold_study::{
    ConfigurationNumber, FoldId, Origin, Override, Plan, PlannedConfiguration, Predictions, Refit, Retention, Study,
    StudyRecord, Trial, ValidationRows,
};

use crate::check::lists_fits;
use crate::error::Error;
use crate::files::{absolute, path_to_text};
use crate::machine::{Machine, timestamp};
use crate::spec_file::SpecFile;

/// Trials that are drawn as examples of a search whose trials depend on results or on a budget.
const EXAMPLES: u32 = 256;

/// A study that is ready to run: its spec checked, its rows read and split, its first trials planned. Nothing is trained
/// yet.
pub struct PreparedStudy {
    pub spec: SpecFile,
    pub overrides: Vec<Override>,
    pub study: Study,
    /// All trials, where they depend on neither results nor a budget; else examples, for prices.
    pub plan: Arc<Plan>,
    pub(crate) trainer: Trainer,
    shapes: Shapes,
    pub origin: Origin,
    /// How other tables are read like the study's; `None` where rows are images.
    pub(crate) reader: Option<TableReader>,
    /// What users should know about the rows and the search.
    pub remarks: Vec<Remark>,
}

impl PreparedStudy {
    /// Checks a spec, and reads and splits its rows.
    ///
    /// # Errors
    /// Where the spec has mistakes, its data can't be read or split, its metric is undefined on a fold, or a network that it
    /// asks for doesn't fit the data.
    pub fn read(spec: SpecFile, overrides: Vec<Override>, machine: &dyn Machine) -> Result<PreparedStudy, Error> {
        let study = spec.check(&overrides)?;
        let Study { seed, splits, device, .. } = &study;
        let request = Request {
            folder: spec.folder(),
            splits,
            seed: *seed,
            test: study.finish.test,
            memory: machine.available_memory(),
        };
        let Loaded { mut data, reader, groups } = crossfold_sources::load(&study.data, &request)?;
        let folds = data.folds(splits, *seed)?;
        let mut remarks = std::mem::take(&mut data.remarks);
        remarks.extend(leaks::find_in_folds(&data, &folds, splits));
        remarks.extend(leaks::find_divided_groups(&data, &folds, splits, groups));
        remarks.extend(find_absent_classes(&data, &folds, splits));
        let notes = crossfold_search::search_notes(&study, folds.ids().len() as u32);
        remarks.extend(notes.into_iter().map(Remark::Search));
        let idle = study.searched().into_iter().filter(|&param| param.is_step() && !data.has_columns_for(param));
        remarks.extend(idle.map(|step| Remark::Search(without_columns(step))));
        if study.finish.nested {
            // Before anything is trained, so that no work is lost where a fold's rows can't be split again.
            folds
                .ids()
                .into_iter()
                .try_for_each(|id| inner_folds(&data.select_rows(&folds.training(id)), &study, id).map(|_| ()))?;
        }
        let plan = crossfold_search::example_plan(&study, folds.ids(), data.rows(), EXAMPLES);
        let views = Views::new(data, folds, *seed, study.class_weights.clone(), machine.available_memory())?
            .with_searched_steps(study.searched_steps())?;
        if plan.configurations.iter().any(|planned| planned.configuration.has_inner_part()) {
            remarks.extend(views.divided_inner_parts());
        }
        let identity = trainer_identity(*device);
        let origin = Origin::new(&views.data().digest, &views.preprocessing(), *seed, splits, &identity);
        let (shapes, trainer) = (views.shapes(), Trainer::new(views, *device));
        let mut prepared = PreparedStudy { spec, overrides, study, plan, trainer, shapes, origin, reader, remarks };
        prepared.refuse_incompatible_networks()?;
        prepared.refuse_oversized_networks()?;
        let truth = |fold: &FoldId| prepared.data().targets().truth(prepared.folds().validation(*fold));
        prepared.study.metric.check_defined(prepared.plan.folds.iter().map(truth))?;
        let (rows, classes) = (prepared.validation_rows(), prepared.data().targets().classes().len());
        if !lists_probabilities(rows, classes) {
            prepared.remarks.push(Remark::Reading(only_one_probability(rows, classes)));
        }
        Ok(prepared)
    }

    /// The same study on the training rows of a fold alone.
    pub(crate) fn within(&self, fold: FoldId, machine: &dyn Machine) -> Result<PreparedStudy, Error> {
        let mut study = self.study.clone();
        // Predictions are not needed: only the winner and its score are.
        study.predictions = Retention { megabytes: 0, best: 0 };
        let data = self.data().select_rows(&self.folds().training(fold));
        let folds = inner_folds(&data, &study, fold)?;
        let plan = crossfold_search::example_plan(&study, folds.ids(), data.rows(), EXAMPLES);
        let views = Views::new(data, folds, study.seed, study.class_weights.clone(), machine.available_memory())?
            .with_searched_steps(study.searched_steps())?;
        let identity = trainer_identity(study.device);
        let origin = Origin::new(&views.data().digest, &views.preprocessing(), study.seed, &study.splits, &identity);
        let (shapes, trainer) = (views.shapes(), Trainer::new(views, study.device));
        let (spec, overrides) = (self.spec.clone(), self.overrides.clone());
        Ok(PreparedStudy {
            spec,
            overrides,
            study,
            plan,
            trainer,
            shapes,
            origin,
            reader: self.reader.clone(),
            remarks: Vec::new(),
        })
    }

    /// Refuses networks that don't fit the data: shapes are known before anything is trained.
    fn refuse_incompatible_networks(&self) -> Result<(), Error> {
        let PreparedStudy { plan, study, .. } = self;
        let misfit = |trial: &Trial| {
            let configuration = &plan.configuration(trial.configuration).configuration;
            let fitted = configuration.layers(self.shape_of(configuration));
            fitted.err().map(|misfit| Error::Misfit { trial: trial.number, misfit })
        };
        let asked_for = if study.strategy.learns() { study.enqueued.len() } else { plan.trials.len() };
        let (asked_for, drawn) = plan.trials.split_at(asked_for.min(plan.trials.len()));
        if let Some(misfit) = asked_for.iter().find_map(misfit) {
            return Err(misfit);
        }
        // A search that learns skips networks that don't fit, as long as some do.
        let misfits: Vec<Error> = drawn.iter().filter_map(misfit).collect();
        let all = misfits.len() == drawn.len();
        misfits.into_iter().next().filter(|_| all).map_or(Ok(()), Err)
    }

    /// Refuses networks that don't fit into memory: training one would end the whole process, not just its fit.
    fn refuse_oversized_networks(&self) -> Result<(), Error> {
        if self.study.strategy.learns() {
            // They are skipped.
            return Ok(());
        }
        let finish = self.study.finish;
        let networks = |planned: &PlannedConfiguration| match finish.refit {
            Refit::Best | Refit::OneSe | Refit::Folds => {
                finish.most_networks(&planned.configuration, self.plan.folds.len())
            }
            Refit::None => 1,
        };
        let parameters = |planned: &PlannedConfiguration| {
            let shape = self.shape_of(&planned.configuration);
            u64::from(networks(planned)) * planned.configuration.parameters(shape)
        };
        match self.plan.configurations.iter().max_by_key(|planned| parameters(planned)) {
            Some(planned) if parameters(planned) > MAX_PARAMETERS => {
                let sketch = planned.configuration.sketch(self.shape_of(&planned.configuration));
                let network = match networks(planned) {
                    1 => sketch,
                    networks => format!("{networks} times {sketch}"),
                };
                Err(Error::NetworkTooLarge { network, parameters: parameters(planned) })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The rows that are searched on, and the test rows.
    pub fn data(&self) -> &StudyData {
        self.trainer.views().data()
    }

    /// The rows of each fold.
    pub fn folds(&self) -> &Folds {
        self.trainer.views().folds()
    }

    /// The sizes of the networks' inputs and outputs.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The size of the inputs and outputs of a configuration's networks.
    pub fn shape_of(&self, configuration: &Configuration) -> Shape {
        self.shapes.of(configuration)
    }

    /// Whether all fits are known before the first: they depend on neither results nor a budget.
    pub fn lists_fits(&self) -> bool {
        lists_fits(&self.study)
    }

    /// The floating-point operations per row of an epoch of a configuration.
    pub(crate) fn price(&self, configuration: &Configuration) -> u64 {
        configuration.training_flops(self.shape_of(configuration))
    }

    /// The search before its first decision.
    pub(crate) fn course(&self) -> Course<'_> {
        if self.lists_fits() {
            return Course::of_plan(&self.study, &self.plan, self.data_size());
        }
        Course::new(&self.study, self.plan.folds.clone(), self.data_size())
    }

    /// What decisions need to know about the rows.
    pub(crate) fn data_size(&self) -> DataSize {
        let validation = self.plan.folds.first().map_or(0, |&fold| self.folds().validation(fold).len());
        DataSize::new(self.shapes.clone(), self.data().rows() as u64, validation as u64)
    }

    /// The fits that are `missing`, in the order in which they are trained.
    pub(crate) fn schedule(&self, missing: &dyn Fn(ConfigurationNumber, FoldId) -> bool) -> Schedule<'_> {
        Schedule::longest_first(&self.plan, &|planned| self.price(&planned.configuration), missing)
    }

    /// The memory in bytes of the rows and of each fold's inputs, once for each preprocessing. If memory is short, the run
    /// takes less.
    pub(crate) fn data_bytes(&self) -> u64 {
        let configurations = self.plan.configurations.iter();
        let steps: BTreeSet<_> = configurations.map(|planned| &planned.configuration.steps).collect();
        let parts = (self.plan.folds.len() as u64 + 1) * steps.len().max(1) as u64;
        self.data().bytes() + parts * self.trainer.views().bytes_per_part()
    }

    /// The size in bytes of a trial's out-of-fold predictions.
    pub(crate) fn prediction_bytes(&self) -> u64 {
        self.validation_rows() as u64 * Predictions::bytes_per_row(self.shapes.own().outputs)
    }

    /// The number of rows in `predictions.csv`.
    fn validation_rows(&self) -> usize {
        self.plan.folds.iter().map(|&fold| self.folds().validation(fold).len()).sum()
    }

    /// Which trials keep their predictions.
    pub(crate) fn kept(&self) -> KeptPredictions {
        KeptPredictions::for_study(&self.study, &self.plan, self.prediction_bytes())
    }

    /// The columns that identify rows, in all rows that are searched on.
    pub(crate) fn row_ids(&self) -> Option<RowIds> {
        let data = self.data();
        let rows: Vec<u32> = (0..data.rows() as u32).collect();
        RowIds::new(&data.places(&rows), data.identifiers())
    }

    /// The shapes, where they differ.
    pub(crate) fn searched_shapes(&self) -> Option<Shapes> {
        self.shapes.are_searched().then(|| self.shapes.clone())
    }

    /// What the store needs to know about the study for its files to be made again.
    pub(crate) fn record(&self, started: SystemTime) -> StudyRecord {
        let data = self.data();
        let validation = |&fold: &FoldId| {
            let rows = self.folds().validation(fold);
            ValidationRows {
                fold,
                truth: data.targets().truth(rows),
                groups: data.groups(rows),
                rows: data.places(rows),
            }
        };
        StudyRecord {
            name: self.study.name.clone(),
            spec: self.spec.text().to_vec(),
            overrides: self.overrides.clone(),
            folder: path_to_text(&absolute(self.spec.folder())),
            origin: self.origin.text().to_owned(),
            // As in earlier versions, where nothing depends on it.
            shape: if self.study.embeds_numbers() { self.shapes.own() } else { self.shapes.own().without_numbers() },
            classes: data.targets().classes().to_vec(),
            rows: data.rows() as u64,
            test_digest: data.test_digest(),
            validation: self.plan.folds.iter().map(validation).collect(),
            started: timestamp(started),
            record: None,
            model: None,
            exhibits: Exhibits::before_training(self.row_ids(), self.searched_shapes()).map(|exhibits| exhibits.text()),
        }
    }

    /// The mean over trials of what refitting each would `cost`, since the winner isn't known yet; 0 without a refit. Of folds,
    /// all networks are counted.
    pub(crate) fn average_refit(&self, cost: impl Fn(&Trial) -> f64) -> f64 {
        match self.study.finish.refit {
            Refit::Best | Refit::OneSe | Refit::Folds => {
                self.plan.trials.iter().map(cost).sum::<f64>() / self.plan.trials.len() as f64
            }
            Refit::None => 0.0,
        }
    }

    /// The number of rows that the winner is retrained on: all, or those of a fold.
    pub(crate) fn refit_rows(&self) -> usize {
        match self.study.finish.refit {
            Refit::Folds => self.folds().training(self.plan.folds[0]).len(),
            Refit::Best | Refit::OneSe | Refit::None => self.data().rows(),
        }
    }

    /// The mean over trials of what retraining each on all folds would `cost` with `jobs` at a time, given the cost of a
    /// fit, and of scoring it with shuffled columns, about half as much again; 0 where that isn't done. Networks of folds that
    /// predict together are not retrained for it.
    pub(crate) fn average_variables(&self, jobs: NonZeroUsize, cost: impl Fn(&Trial) -> f64) -> f64 {
        if !self.study.finish.scores_variables(self.data().features().len()) {
            return 0.0;
        }
        let rounds = self.plan.folds.len().div_ceil(jobs.get()) as f64;
        let per_fold = if self.study.finish.refit == Refit::Folds { 0.5 } else { 1.5 };
        per_fold * rounds * self.plan.trials.iter().map(cost).sum::<f64>() / self.plan.trials.len() as f64
    }
}

/// The note that a searched step has no columns, so that its values make the same inputs.
fn without_columns(step: Param) -> String {
    format!("no column takes `{}`, so its values give the same networks several times: remove it", step.path())
}

/// Splits the training rows of a fold again; the metric must be defined on some part.
fn inner_folds(data: &StudyData, study: &Study, fold: FoldId) -> Result<Folds, Error> {
    let in_fold = |error| Error::Nested { repeat: fold.repeat + 1, fold: fold.fold + 1, error };
    let folds = data.folds(&study.splits, study.seed).map_err(in_fold)?;
    study.metric.check_defined(folds.ids().iter().map(|&id| data.targets().truth(folds.validation(id))))?;
    Ok(folds)
}
