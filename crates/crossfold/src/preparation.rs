//! What `plan` and `run` share: a spec, read and checked, with its plan, data and folds.

use crossfold_data::{Dataset, Folds, StudyData};
use crossfold_model::Trainer;
use crossfold_search::Schedule;
use crossfold_study::{Configuration, MAX_PARAMETERS, Plan, PlannedConfiguration, Refit, Shape, Study, Trial};

use crate::args::SpecArgs;
use crate::error::Error;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

pub(crate) struct Prepared {
    pub(crate) spec: SpecFile,
    pub(crate) study: Study,
    pub(crate) plan: Plan,
    pub(crate) data: StudyData,
    pub(crate) folds: Folds,
}

impl Prepared {
    pub(crate) fn new(args: &SpecArgs, terminal: &Terminal) -> Result<Prepared, Error> {
        let spec = SpecFile::read(&args.file)?;
        let study = spec.check(&args.overrides(), terminal)?;
        let plan = crossfold_search::plan(&study, Folds::ids_for(&study.splits));
        let data = crossfold_data::load(&study.data, spec.folder(), study.seed, study.finish.test)?;
        let folds = Folds::new(data.train.labels(), data.train.classes().len(), &study.splits, study.seed)?;
        let prepared = Prepared { spec, study, plan, data, folds };
        prepared.refuse_giants()?;
        Ok(prepared)
    }

    /// A network that memory can't hold would end the process and not its fit alone.
    fn refuse_giants(&self) -> Result<(), Error> {
        let parameters = |planned: &PlannedConfiguration| planned.configuration.parameters(self.shape());
        match self.plan.configurations.iter().max_by_key(|planned| parameters(planned)) {
            Some(planned) if parameters(planned) > MAX_PARAMETERS => Err(Error::NetworkTooLarge {
                network: name(&planned.configuration, self.shape()),
                parameters: parameters(planned),
            }),
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn shape(&self) -> Shape {
        self.data.train.shape()
    }

    pub(crate) fn trainer(&self) -> Trainer<'_> {
        Trainer::new(&self.data.train, &self.folds, self.study.seed, self.study.device)
    }

    /// What an epoch of a configuration costs, in floating-point operations a row.
    pub(crate) fn price(&self, planned: &PlannedConfiguration) -> u64 {
        planned.configuration.training_flops(self.shape())
    }

    pub(crate) fn schedule(&self) -> Schedule<'_> {
        Schedule::dearest_first(&self.plan, &|planned| self.price(planned))
    }

    /// Memory that the rows take, in bytes.
    pub(crate) fn data_bytes(&self) -> u64 {
        self.data.train.bytes() + self.data.test.as_ref().map_or(0, Dataset::bytes)
    }

    /// The mean over trials of what refitting each would `cost`, since nobody knows yet who wins; 0
    /// without a refit.
    pub(crate) fn average_refit(&self, cost: impl Fn(&Trial) -> f64) -> f64 {
        match self.study.finish.refit {
            Refit::Best => self.plan.trials.iter().map(cost).sum::<f64>() / self.plan.trials.len() as f64,
            Refit::None => 0.0,
        }
    }
}

/// A network by its widths: `784-256-128-10`.
pub(crate) fn name(configuration: &Configuration, shape: Shape) -> String {
    let widths: Vec<String> = configuration.widths(shape).iter().map(usize::to_string).collect();
    widths.join("-")
}
