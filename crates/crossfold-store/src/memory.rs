//! A store in memory: for gates, which retrain everything, and for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossfold_study::{
    Checkpoint, EpochRecord, FitEnd, FitKey, FitRecord, Garbage, Predictions, RefitRecord, Store, StoreError,
    StoredFit, StudyName, StudyRecord, TestUse,
};

/// A store whose contents last as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    fits: BTreeMap<FitKey, Fit>,
    refits: BTreeMap<(FitKey, u32), RefitRecord>,
    studies: BTreeMap<String, (StudyRecord, BTreeSet<FitKey>)>,
    journals: BTreeMap<String, Vec<String>>,
    /// Of studies whose fits stayed the same since.
    standings: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Fit {
    end: FitEnd,
    epochs: Vec<EpochRecord>,
    predictions: BTreeMap<u32, Predictions>,
    checkpoint: Option<Checkpoint>,
}

impl MemoryStore {
    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn find_difference(&self, fit: &FitRecord) -> Option<StoreError> {
        let stored = self.fits.get(&fit.key)?;
        let mut both = stored.epochs.iter().zip(&fit.epochs);
        let (_, new) = both.find(|(old, new)| !old.report.has_same_bits(&new.report))?;
        let configuration = fit.configuration.clone();
        Some(StoreError::Differs { configuration, part: fit.part, epoch: new.report.epoch })
    }

    /// The standings of studies that refer to one of these fits no longer hold.
    fn forget_standings(&mut self, keys: &[FitKey]) {
        let studies = &self.studies;
        let refers = |study: &str| studies.get(study).is_none_or(|(_, own)| keys.iter().any(|key| own.contains(key)));
        self.standings.retain(|study, _| !refers(study));
    }

    fn store(&mut self, fit: &FitRecord) {
        self.forget_standings(&[fit.key]);
        let new = || Fit { end: fit.end.clone(), epochs: Vec::new(), predictions: BTreeMap::new(), checkpoint: None };
        let stored = self.fits.entry(fit.key).or_insert_with(new);
        let is_longer = fit.epochs.len() > stored.epochs.len();
        if is_longer || fit.epochs.len() == stored.epochs.len() && stored.end != FitEnd::Stopped {
            stored.end = fit.end.clone();
        }
        if fit.epochs.len() >= stored.epochs.len() && fit.replaces_checkpoint() {
            stored.checkpoint = fit.checkpoint.clone();
        }
        for (place, record) in fit.epochs.iter().enumerate() {
            let mut record = record.clone();
            if let Some(predictions) = record.report.predictions.take() {
                stored.predictions.entry(record.report.epoch).or_insert(predictions);
            }
            if place >= stored.epochs.len() {
                stored.epochs.push(record);
            }
        }
    }

    fn referenced_fits(&self, without: &[StudyName]) -> BTreeSet<FitKey> {
        let studies = self.studies.iter().filter(|(name, _)| !without.iter().any(|one| one.as_str() == name.as_str()));
        studies.flat_map(|(_, (_, keys))| keys).copied().collect()
    }

    fn garbage(&self, without: &[StudyName]) -> Garbage {
        let referenced = self.referenced_fits(without);
        let fits: Vec<&Fit> =
            self.fits.iter().filter(|(key, _)| !referenced.contains(key)).map(|(_, fit)| fit).collect();
        let refits: Vec<&RefitRecord> =
            self.refits.iter().filter(|((key, _), _)| !referenced.contains(key)).map(|(_, refit)| refit).collect();
        let bytes_of_fit = |fit: &&Fit| {
            let values: usize = fit.predictions.values().map(|predictions| predictions.0.len()).sum();
            let state = fit.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.state.len());
            size_of::<EpochRecord>() * fit.epochs.len() + size_of::<f32>() * values + state
        };
        let bytes = fits.iter().map(bytes_of_fit).sum::<usize>()
            + refits.iter().map(|refit| refit.weights.len()).sum::<usize>();
        Garbage { fits: fits.len() as u64, refits: refits.len() as u64, bytes: bytes as u64 }
    }
}

impl Store for MemoryStore {
    fn fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError> {
        let contents = self.contents();
        let stored = |fit: &Fit| StoredFit { end: fit.end.clone(), epochs: fit.epochs.clone() };
        Ok(keys.iter().map(|key| contents.fits.get(key).map(stored)).collect())
    }

    fn commit(&self, fits: &[FitRecord]) -> Result<(), StoreError> {
        let mut contents = self.contents();
        match fits.iter().find_map(|fit| contents.find_difference(fit)) {
            Some(error) => Err(error),
            None => {
                fits.iter().for_each(|fit| contents.store(fit));
                Ok(())
            }
        }
    }

    fn have_predictions(&self, places: &[(FitKey, u32)]) -> Result<Vec<bool>, StoreError> {
        let contents = self.contents();
        let is_stored = |(key, epoch): &(FitKey, u32)| {
            contents.fits.get(key).is_some_and(|fit| fit.predictions.contains_key(epoch))
        };
        Ok(places.iter().map(is_stored).collect())
    }

    fn predictions(&self, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, StoreError> {
        Ok(self.contents().fits.get(key).and_then(|fit| fit.predictions.get(&epoch)).cloned())
    }

    fn remove_predictions(&self, study: &StudyName, places: &[(FitKey, u32)]) -> Result<(), StoreError> {
        let mut contents = self.contents();
        for (key, epoch) in places {
            let others = contents.studies.iter().filter(|(name, _)| *name != study.as_str());
            let is_referenced = others.into_iter().any(|(_, (_, keys))| keys.contains(key));
            if let Some(fit) = contents.fits.get_mut(key).filter(|_| !is_referenced) {
                fit.predictions.remove(epoch);
            }
        }
        Ok(())
    }

    fn checkpoint(&self, key: &FitKey) -> Result<Option<Checkpoint>, StoreError> {
        Ok(self.contents().fits.get(key).and_then(|fit| fit.checkpoint.clone()))
    }

    fn remove_checkpoints(&self, keys: &[FitKey]) -> Result<(), StoreError> {
        let mut contents = self.contents();
        for key in keys {
            if let Some(fit) = contents.fits.get_mut(key) {
                fit.checkpoint = None;
            }
        }
        Ok(())
    }

    fn remove_fits(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError> {
        let mut contents = self.contents();
        let others = contents.studies.iter().filter(|(name, _)| *name != study.as_str());
        let kept: BTreeSet<FitKey> = others.flat_map(|(_, (_, keys))| keys).copied().collect();
        contents.forget_standings(keys);
        let keys: BTreeSet<&FitKey> = keys.iter().filter(|key| !kept.contains(key)).collect();
        contents.fits.retain(|key, _| !keys.contains(key));
        contents.refits.retain(|(key, _), _| !keys.contains(key));
        Ok(())
    }

    fn put_refit(&self, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<(), StoreError> {
        self.contents().refits.insert((*key, epochs), refit.clone());
        Ok(())
    }

    fn refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError> {
        Ok(self.contents().refits.get(&(*key, epochs)).cloned())
    }

    fn test_use(&self, test_digest: &str) -> Result<TestUse, StoreError> {
        let contents = self.contents();
        let is_tested = |refit: &&RefitRecord| refit.tests.iter().any(|(digest, _)| digest == test_digest);
        let studies = contents.studies.values().map(|(study, _)| study);
        let has_network =
            |study: &&StudyRecord| study.model.is_some() && study.test_digest.as_deref() == Some(test_digest);
        Ok(TestUse {
            networks: contents.refits.values().filter(is_tested).count() as u64,
            studies: studies.filter(has_network).map(|study| study.name.clone()).collect(),
        })
    }

    fn put_study(&self, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), StoreError> {
        let refers_to = refers_to.iter().copied().collect();
        let mut contents = self.contents();
        contents.standings.remove(study.name.as_str());
        contents.studies.insert(study.name.to_string(), (study.clone(), refers_to));
        Ok(())
    }

    fn put_standing(&self, study: &StudyName, standing: &str) -> Result<(), StoreError> {
        self.contents().standings.insert(study.to_string(), standing.to_owned());
        Ok(())
    }

    fn standing(&self, study: &StudyName) -> Result<Option<String>, StoreError> {
        Ok(self.contents().standings.get(study.as_str()).cloned())
    }

    fn put_record(
        &self,
        study: &StudyName,
        record: &str,
        model: Option<&str>,
        exhibits: Option<&str>,
    ) -> Result<(), StoreError> {
        if let Some((study, _)) = self.contents().studies.get_mut(study.as_str()) {
            study.record = Some(record.to_owned());
            study.model = model.map(str::to_owned);
            study.exhibits = exhibits.map(str::to_owned);
        }
        Ok(())
    }

    fn add_references(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError> {
        if let Some((_, known)) = self.contents().studies.get_mut(study.as_str()) {
            known.extend(keys);
        }
        Ok(())
    }

    fn study(&self, name: &StudyName) -> Result<Option<StudyRecord>, StoreError> {
        Ok(self.contents().studies.get(name.as_str()).map(|(study, _)| study.clone()))
    }

    fn studies(&self) -> Result<Vec<StudyName>, StoreError> {
        Ok(self.contents().studies.values().map(|(study, _)| study.name.clone()).collect())
    }

    fn journal(&self, study: &StudyName) -> Result<Vec<String>, StoreError> {
        Ok(self.contents().journals.get(study.as_str()).cloned().unwrap_or_default())
    }

    fn put_journal(&self, study: &StudyName, from: usize, lines: &[String]) -> Result<(), StoreError> {
        let mut contents = self.contents();
        let journal = contents.journals.entry(study.to_string()).or_default();
        journal.truncate(from);
        journal.extend_from_slice(lines);
        Ok(())
    }

    fn remove_study(&self, name: &StudyName) -> Result<(), StoreError> {
        let mut contents = self.contents();
        contents.studies.remove(name.as_str());
        contents.standings.remove(name.as_str());
        contents.journals.remove(name.as_str());
        Ok(())
    }

    /// None: memory isn't checked.
    fn remove_damaged(&self, _: &StudyName) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn check_in_place(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn garbage(&self, without: &[StudyName]) -> Result<Garbage, StoreError> {
        Ok(self.contents().garbage(without))
    }

    fn collect_garbage(&self) -> Result<Garbage, StoreError> {
        let mut contents = self.contents();
        let (garbage, referenced) = (contents.garbage(&[]), contents.referenced_fits(&[]));
        contents.fits.retain(|key, _| referenced.contains(key));
        contents.refits.retain(|(key, _), _| referenced.contains(key));
        Ok(garbage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_store_conforms_to_the_contract() {
        crossfold_study::conformance::check_store(&|| Box::new(MemoryStore::default()));
    }
}
