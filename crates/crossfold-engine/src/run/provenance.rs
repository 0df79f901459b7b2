//! `study.json`: the provenance of a study's results.

use crossfold_model::BURN_VERSION;
use crossfold_report::{DataRecord, Leaderboard, Provenance, Versions, Winner};

use super::refit::RefitEnd;
use super::{FinishedSearch, StudyRun};
use crate::machine::timestamp;
use crate::prepared::PreparedStudy;
use crate::study_results::StudyResults;
use crate::version::{CROSSFOLD_VERSION, GIT_REVISION, RUSTC_VERSION};

impl StudyRun<'_, '_> {
    /// The text of `study.json`.
    pub(super) fn provenance(
        &self,
        searched: &FinishedSearch,
        results: &StudyResults<'_>,
        leaderboard: &Leaderboard<'_>,
        refit: &RefitEnd,
    ) -> String {
        let PreparedStudy { spec, study, origin, overrides, .. } = self.prepared;
        let (data, shape) = (self.prepared.data(), self.prepared.shapes().own());
        let refitted = refit.refitted();
        let record = Provenance {
            name: study.name.to_string(),
            command: self.options.command.clone(),
            spec: String::from_utf8_lossy(spec.text()).into_owned(),
            overrides: overrides.iter().map(|set| format!("{}={}", set.path, set.value)).collect(),
            seed: study.seed.0,
            metric: study.metric,
            device: study.device,
            jobs: self.engine.jobs.get(),
            versions: Versions {
                crossfold: CROSSFOLD_VERSION.to_owned(),
                burn: BURN_VERSION.to_owned(),
                rustc: RUSTC_VERSION.to_owned(),
            },
            git_revision: GIT_REVISION.map(str::to_owned),
            origin: origin.text().lines().map(str::to_owned).collect(),
            data: DataRecord {
                sha256: data.digest.clone(),
                rows: data.rows(),
                test_sha256: self.record.test_digest.clone(),
                test_rows: data.test_rows(),
                features: shape.inputs,
                classes: data.targets().classes().to_vec(),
            },
            reproducible: study.irreproducible().is_none(),
            started: timestamp(self.options.started),
            finished: timestamp(self.engine.machine.now()),
            trials: leaderboard.counts(),
            fits: searched.plan.fits(),
            fits_trained: searched.trained,
            fits_stored: searched.stored,
            winner: leaderboard.winner().and_then(Winner::new),
            refit_epochs: refitted.map(|refitted| refitted.epochs),
            refits: refitted.map(|refitted| refitted.networks).filter(|&networks| networks > 1),
            refit_folds: refitted.map(|refitted| refitted.folds).filter(|&folds| folds > 0),
            ensemble: leaderboard.ensemble().cloned(),
            calibration: leaderboard.calibration().copied(),
            refit_error: match refit {
                RefitEnd::Failed(reason) => Some(reason.clone()),
                RefitEnd::NotAsked | RefitEnd::Refitted(_) | RefitEnd::Cancelled => None,
            },
            test: refitted.and_then(|refitted| results.test(&refitted.record)).copied(),
        };
        let mut text = Vec::new();
        crossfold_report::write_study(&mut text, &record).expect("memory takes any text");
        String::from_utf8(text).expect("JSON is UTF-8")
    }
}
