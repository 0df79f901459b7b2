//! A study trained once more, for a gate.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use crossfold_report::{Outlook, Progress};
use crossfold_search::{Beginning, Course, Entry, Outcome, Wanted};
use crossfold_study::{Configuration, Fingerprint, FoldId, MAX_TRIALS, Objective, Plan, Results, Store};

use crate::error::Error;
use crate::signals::Signals;
use crate::terminal::Terminal;
use crossfold_engine::Prepared;
use crossfold_engine::Sweep;
use crossfold_engine::Traced;

pub(crate) struct Retraining<'a> {
    pub(crate) plan: Plan,
    pub(crate) results: Results,
    traced: Traced<'a>,
}

impl<'a> Retraining<'a> {
    /// Trains what `store` lacks, and keeps fingerprints of weights where the study is to be `traced`.
    pub(crate) fn carry_out(
        prepared: &'a Prepared,
        store: &dyn Store,
        jobs: NonZeroUsize,
        traced: bool,
        signals: &Signals,
        terminal: &Terminal,
    ) -> Result<Retraining<'a>, Error> {
        let tracer = Traced::new(&prepared.trainer);
        let objective: &dyn Objective = if traced { &tracer } else { &prepared.trainer };
        let (_begun, suspects) = crossfold_engine::begin(store, &prepared.study.name, jobs, true)?;
        let sweep = Sweep {
            prepared,
            objective,
            store,
            jobs,
            stop: signals.stop(),
            wanted: Wanted { retry: true, ..Wanted::default() },
            suspects: &suspects,
            refers: false,
            keeps_journal: false,
            deadline: None,
            began: Instant::now(),
        };
        let (plan, results) = watched(&sweep, Vec::new(), terminal)?.course.into_parts();
        Ok(Retraining { plan, results, traced: tracer })
    }

    /// What a configuration's weights were after each epoch on each fold, where the study was traced.
    pub(crate) fn weights(&self, configuration: &Configuration) -> BTreeMap<FoldId, Vec<Fingerprint>> {
        self.traced.weights(configuration)
    }
}

/// Carries a search out, with its progress on the screen.
pub(crate) fn watched<'a>(sweep: &Sweep<'a>, journal: Vec<Entry>, terminal: &Terminal) -> Result<Outcome<'a>, Error> {
    let Prepared { study, .. } = sweep.prepared;
    let price = |configuration: &Configuration| sweep.prepared.price(configuration);
    let began = Instant::now();
    let progress = RefCell::new(Progress::new(study, &price, terminal.screen()));
    terminal.write_through(progress.borrow().above(std::io::stderr()));
    let outcome = sweep.search(
        journal,
        &mut |course, beginning| {
            progress.borrow_mut().begin(course.plan(), course.results(), outlook(course, beginning, None));
        },
        &mut |event, course| {
            progress.borrow_mut().observe(event, course.plan(), course.results(), began.elapsed());
        },
    );
    let mut progress = progress.into_inner();
    if let Ok(outcome) = &outcome {
        progress.settle(outcome.course.plan(), outcome.course.results());
    }
    progress.finish(began.elapsed());
    Ok(outcome?)
}

/// What is ahead of a run.
pub(crate) fn outlook(course: &Course<'_>, beginning: Beginning, deadline: Option<Duration>) -> Outlook {
    let most = course.most_trials();
    Outlook {
        missing: beginning.missing,
        is_all: course.is_over(),
        trials: (most < MAX_TRIALS).then_some(most),
        deadline,
    }
}
