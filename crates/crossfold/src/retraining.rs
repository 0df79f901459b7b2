//! A study trained once more, for a gate.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;

use crossfold_report::Progress;
use crossfold_search::Wanted;
use crossfold_study::{Configuration, Fingerprint, FoldId, Objective, Results, Store};

use crate::error::Error;
use crate::preparation::Prepared;
use crate::signals::Signals;
use crate::sweep::Sweep;
use crate::terminal::Terminal;
use crate::traced::Traced;

pub(crate) struct Retraining<'a> {
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
        let results = train(&Sweep { prepared, objective, store, jobs, stop: signals.stop() }, terminal)?;
        Ok(Retraining { results, traced: tracer })
    }

    /// What a configuration's weights were after each epoch on each fold, where the study was traced.
    pub(crate) fn weights(&self, configuration: &Configuration) -> BTreeMap<FoldId, Vec<Fingerprint>> {
        self.traced.weights(configuration)
    }
}

fn train(sweep: &Sweep<'_>, terminal: &Terminal) -> Result<Results, Error> {
    let Prepared { study, plan, .. } = sweep.prepared;
    let (_begun, _) = sweep.begin(true)?;
    let recalled = sweep.recall(Wanted { retry: true, ..Wanted::default() })?;
    let price = |planned: &_| sweep.prepared.price(planned);
    let began = Instant::now();
    let mut progress = Progress::new(study, plan, &recalled.results, &price, terminal.screen());
    terminal.write_through(progress.above(std::io::stderr()));
    let outcome = sweep.train(recalled, &mut |event, results| progress.observe(event, results, began.elapsed()));
    progress.finish(began.elapsed());
    Ok(outcome?.results)
}
