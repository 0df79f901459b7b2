//! What a model card is told: of a stored study and nothing else, so that `run` and `report` write the same one.

use crossfold_network::Configuration;
use crossfold_report::{
    CardInputs, CardTest, Exhibits, Leaderboard, ModelCard, Row, Selection, TableInputs, TestScore,
};
use crossfold_study::RefitRecord;

use crate::model_file::Model;
use crate::result_files::ResultFiles;

/// The card of the network that `winner` became; `None` where it has no score, or `model` is another network's, as a run
/// that died before it wrote its own leaves it.
pub(crate) fn card<'a>(
    files: &ResultFiles<'a>,
    leaderboard: &Leaderboard<'_>,
    winner: &Row<'_>,
    configuration: &'a Configuration,
    refit: &RefitRecord,
    exhibits: Option<&Exhibits>,
    model: &'a Model,
) -> Option<ModelCard<'a>> {
    let epochs = files.refit_epochs(winner);
    if !model.is_of(configuration, epochs) {
        return None;
    }
    let origin = files.origin.text();
    Some(ModelCard {
        study: files.study,
        configuration,
        shape: files.record.shape,
        epochs,
        classes: &files.record.classes,
        inputs: inputs(model),
        rows: files.record.rows,
        digest: origin.lines().find_map(|line| line.strip_prefix("data ")).unwrap_or_default(),
        selection: Selection {
            trials: leaderboard.counts().complete,
            pruned: leaderboard.counts().pruned,
            rank: winner.rank?,
            folds: winner.scores.iter().flatten().count(),
            mean: winner.mean?.get(),
            standard_error: winner.standard_error,
            interval: winner.interval,
        },
        test: test(files, refit, exhibits),
        builder: model.builder(),
        origin,
    })
}

fn inputs(model: &Model) -> CardInputs<'_> {
    let Some(adapter) = &model.adapter else { return CardInputs::Images };
    CardInputs::Table(TableInputs {
        target: &adapter.target,
        columns: adapter.columns(),
        names: adapter.input_names(),
        embeddings: adapter.embeddings().len(),
        scaling: [adapter.scaling.mean, adapter.scaling.deviation],
    })
}

fn test<'a>(files: &ResultFiles<'a>, refit: &RefitRecord, exhibits: Option<&Exhibits>) -> Option<CardTest<'a>> {
    let digest = files.record.test_digest.as_deref()?;
    let scored = files.test(refit)?;
    Some(CardTest { rows: scored.tally.rows(), digest, scores: TestScore::all(scored, exhibits) })
}
