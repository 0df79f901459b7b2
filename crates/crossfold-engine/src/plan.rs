//! What a study would train, what that costs, and how long it takes: known without training it.

mod cost;
mod listed;
mod open;
mod study_text;
mod timing;

use std::num::NonZeroUsize;

use crossfold_study::Store;

use crate::error::Error;
use crate::machine::Machine;
use crate::prepared::PreparedStudy;
use listed::ListedPlan;
use open::OpenPlan;

/// What a study would train.
pub struct StudyPlan<'a> {
    jobs: NonZeroUsize,
    kind: PlanKind<'a>,
}

enum PlanKind<'a> {
    Listed(ListedPlan<'a>),
    Open(Box<OpenPlan<'a>>),
}

impl<'a> StudyPlan<'a> {
    /// Plans a study on `jobs` threads. Fits that are in the `store` need not be trained, where the study's fits can be
    /// [listed](PreparedStudy::lists_fits); other studies don't ask it.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn new(
        prepared: &'a PreparedStudy,
        store: Option<&dyn Store>,
        jobs: NonZeroUsize,
    ) -> Result<StudyPlan<'a>, Error> {
        let kind = if prepared.lists_fits() {
            PlanKind::Listed(ListedPlan::new(prepared, store)?)
        } else {
            PlanKind::Open(Box::new(OpenPlan::new(prepared)))
        };
        Ok(StudyPlan { jobs, kind })
    }

    /// The study, its search, its trials and their costs, in lines of text.
    pub fn text(&self) -> String {
        match &self.kind {
            PlanKind::Listed(plan) => plan.text(self.jobs),
            PlanKind::Open(plan) => plan.text(self.jobs),
        }
    }

    /// How long it takes, in words. Measures some networks on this machine first, for about two and a half seconds.
    pub fn time(&self, machine: &dyn Machine) -> String {
        match &self.kind {
            PlanKind::Listed(plan) => plan.time(self.jobs, machine),
            PlanKind::Open(plan) => plan.time(self.jobs, machine),
        }
    }
}
