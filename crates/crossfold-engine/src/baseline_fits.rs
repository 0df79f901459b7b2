//! Fits of baseline methods: found in the store, or made and put there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use crossfold_report::BaselineFits;
use crossfold_study::{
    BaselineMethod, EpochRecord, EpochReport, Evaluation, FitEnd, FitKey, FitRecord, FoldId, Origin, Part, Predictions,
    Store, StoreError,
};

use crate::engine::Engine;
use crate::notice::{Notice, Watch};
use crate::prepared::PreparedStudy;

/// The share of `budget.wall` after which no more baselines are fitted, so that the networks have most of the time.
const SHARE_OF_BUDGET: f64 = 0.2;

/// The keys of all fits of `methods`, method by method.
pub(crate) fn keys<'a>(
    methods: &'a [BaselineMethod],
    folds: &'a [FoldId],
    origin: &'a Origin,
) -> impl Iterator<Item = FitKey> + 'a {
    methods.iter().flat_map(move |&method| folds.iter().map(move |&fold| origin.baseline_key(method, Part::Fold(fold))))
}

/// The stored fits of a method; `None` unless there is one for each of `folds`, of as many predictions as `sizes` says.
///
/// # Errors
/// Where the store can't be read.
pub(crate) fn stored(
    method: BaselineMethod,
    folds: &[FoldId],
    sizes: &[usize],
    origin: &Origin,
    store: &dyn Store,
) -> Result<Option<BaselineFits>, StoreError> {
    let keys: Vec<FitKey> = keys(&[method], folds, origin).collect();
    let mut found = Vec::new();
    // A forged record may be of another task.
    let is_of_task = |scored: &Evaluation| method.is_for(scored.tally.task());
    for ((key, fit), size) in keys.iter().zip(store.fits(&keys)?).zip(sizes) {
        let scored = fit.and_then(|fit| fit.epochs.first()?.report.validation).filter(is_of_task);
        let Some(scored) = scored else { return Ok(None) };
        // In a store without digests, other values may have been written there.
        let predictions = store.predictions(key, 1)?.filter(|Predictions(values)| values.len() == *size);
        let Some(predictions) = predictions else { return Ok(None) };
        found.push((scored, predictions));
    }
    Ok((found.len() == folds.len()).then_some(BaselineFits { method, folds: found }))
}

impl Engine<'_> {
    /// Fits the study's baseline methods on each fold as far as the store lacks them, until a stop is requested. One that
    /// fails is left out, and is fitted again by the next run.
    ///
    /// # Errors
    /// Where the store can't be read or written.
    pub(crate) fn fit_baselines(&self, prepared: &PreparedStudy, watch: &mut dyn Watch) -> Result<(), StoreError> {
        let folds = &prepared.plan.folds;
        let methods = affordable(prepared, watch);
        let places = methods.iter().flat_map(|&method| folds.iter().map(move |&fold| (method, fold)));
        let keys: Vec<FitKey> = keys(&methods, folds, &prepared.origin).collect();
        let predicted: Vec<(FitKey, u32)> = keys.iter().map(|&key| (key, 1)).collect();
        // Caches are looked into for fits.
        self.store.fits(&keys)?;
        let known = self.store.have_predictions(&predicted)?;
        let missing: Vec<((BaselineMethod, FoldId), FitKey)> =
            places.zip(keys).zip(known).filter(|(_, is_known)| !is_known).map(|(place, _)| place).collect();
        if missing.is_empty() || self.stop.is_requested() {
            return Ok(());
        }
        watch.notice(&Notice::BaselinesBegan { fits: missing.len() });
        let end = prepared.study.budget.wall.map(|wall| wall.mul_f64(SHARE_OF_BUDGET));
        let is_over = || self.stop.is_requested() || end.is_some_and(|end| self.machine.elapsed() >= end);
        let (next, missing) = (AtomicUsize::new(0), &missing);
        let (sender, fits) = mpsc::channel();
        let work = |sender: Sender<_>| {
            while !is_over()
                && let Some(&(place, key)) = missing.get(next.fetch_add(1, Ordering::Relaxed))
                && sender.send((place, key, fit(prepared, place))).is_ok()
            {}
        };
        let mut failed = Vec::new();
        thread::scope(|scope| {
            let work = &work;
            let start = |_| {
                let sender = sender.clone();
                thread::Builder::new().spawn_scoped(scope, move || work(sender)).ok()
            };
            // Where the system gives no thread, this one fits all.
            let threads = (0..self.jobs.get().min(missing.len())).map_while(start).count();
            if threads == 0 {
                work(sender);
            } else {
                drop(sender);
            }
            // A fit that fails leaves the others as they are.
            for ((method, fold), key, report) in fits {
                match report {
                    Some(report) => self.store.commit(&[record(method, fold, key, report)])?,
                    None => failed.push(method),
                }
            }
            Ok(())
        })?;
        failed.sort();
        failed.dedup();
        if !failed.is_empty() {
            watch.notice(&Notice::BaselinesFailed { methods: &failed });
        }
        Ok(())
    }
}

/// The study's methods without those that would take long or much memory.
fn affordable(prepared: &PreparedStudy, watch: &mut dyn Watch) -> Vec<BaselineMethod> {
    let Some(&first) = prepared.plan.folds.first() else { return Vec::new() };
    let methods = prepared.study.baselines.iter().copied();
    if prepared.study.baselines.is_empty() {
        return Vec::new();
    }
    let data = prepared.trainer.views().part(Part::Fold(first));
    let is_affordable = |method: &BaselineMethod| crossfold_baselines::is_affordable(*method, &data);
    let (kept, left_out): (Vec<_>, Vec<_>) = methods.partition(is_affordable);
    if !left_out.is_empty() {
        watch.notice(&Notice::BaselinesLeftOut { methods: &left_out });
    }
    kept
}

/// `None` where it has no finite result or panics: a method beside the networks must not end their study.
fn fit(prepared: &PreparedStudy, (method, fold): (BaselineMethod, FoldId)) -> Option<EpochReport> {
    let views = prepared.trainer.views();
    let part = Part::Fold(fold);
    let attempt = || crossfold_baselines::fit(method, &views.part(part), &mut views.seed().inner(part));
    catch_unwind(AssertUnwindSafe(attempt)).ok().flatten()
}

fn record(method: BaselineMethod, fold: FoldId, key: FitKey, report: EpochReport) -> FitRecord {
    FitRecord {
        key,
        configuration: method.canonical(),
        part: Part::Fold(fold),
        end: FitEnd::Complete,
        epochs: vec![EpochRecord { report, elapsed: Duration::ZERO }],
        checkpoint: None,
    }
}
