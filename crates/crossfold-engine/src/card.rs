//! A model card, made from what is stored alone, so that a run and a later report write the same one.

use crossfold_report::{
    CardEnsemble, CardFolds, CardInputs, CardTest, Exhibits, Leaderboard, ModelCard, NestedFold, Row, Selection,
    TableInputs, TestScore,
};
use crossfold_sources::Adapter;
use crossfold_study::RefitRecord;

use crate::model_file::Model;
use crate::study_results::{Retraining, StudyResults};

/// The card of the winner's network. `None` where the winner has no score, or `model` describes another network, as it
/// does after a run that crashed before it wrote its own.
pub(crate) fn card<'a>(
    results: &StudyResults<'a>,
    leaderboard: &'a Leaderboard<'_>,
    winner: &Row<'_>,
    retraining: &'a Retraining,
    refit: &RefitRecord,
    exhibits: Option<&Exhibits>,
    model: &'a Model,
) -> Option<ModelCard<'a>> {
    if !model.describes(retraining) {
        return None;
    }
    let origin = results.origin.text();
    Some(ModelCard {
        study: results.study,
        configuration: &retraining.members.first()?.configuration,
        shape: results.shapes().of(&retraining.members.first()?.configuration),
        epochs: retraining.epochs(),
        networks: retraining.networks(),
        folds: (!retraining.folds.is_empty()).then(|| folds(retraining, model)),
        ensemble: leaderboard.ensemble().filter(|_| retraining.alone().is_none()).map(|picked| CardEnsemble {
            picked,
            configurations: retraining.members.iter().map(|member| &member.configuration).collect(),
        }),
        temperature: retraining.temperature,
        classes: &results.record.classes,
        inputs: inputs(model),
        rows: results.record.rows,
        digest: origin.lines().find_map(|line| line.strip_prefix("data ")).unwrap_or_default(),
        selection: Selection {
            trials: leaderboard.counts().complete,
            pruned: leaderboard.counts().pruned,
            failed: leaderboard.counts().failed,
            rank: winner.rank?,
            folds: winner.scores.iter().flatten().count(),
            mean: winner.mean?.get(),
            standard_error: winner.standard_error,
            interval: winner.interval,
        },
        nested: exhibits.and_then(|exhibits| NestedFold::mean(&exhibits.nested)),
        test: test(results, refit, exhibits),
        builder: model.builder(),
        origin: results.origin.text_with(retraining.steps()),
    })
}

fn inputs(model: &Model) -> CardInputs<'_> {
    let Some(adapter) = &model.adapter else { return CardInputs::Images };
    CardInputs::Table(TableInputs {
        target: &adapter.target,
        columns: adapter.columns(),
        names: adapter.input_names(),
        embeddings: adapter.embeddings().len(),
        numbers: adapter.numbers(),
        scaling: [adapter.scaling.mean, adapter.scaling.deviation],
    })
}

fn folds(retraining: &Retraining, model: &Model) -> CardFolds {
    let scalings = model.adapter.as_ref().map(Adapter::scalings).unwrap_or_default();
    let scalings = scalings.into_iter().map(|scaling| [scaling.mean, scaling.deviation]).collect();
    CardFolds { folds: retraining.networks(), scalings }
}

fn test<'a>(results: &StudyResults<'a>, refit: &RefitRecord, exhibits: Option<&Exhibits>) -> Option<CardTest<'a>> {
    let digest = results.record.test_digest.as_deref()?;
    let scored = results.test(refit)?;
    Some(CardTest { rows: scored.tally.rows(), digest, scores: TestScore::all(scored, exhibits) })
}
