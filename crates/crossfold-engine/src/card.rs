//! A model card, made from what is stored alone, so that a run and a later report write the same one.

use crossfold_report::{
    CardInputs, CardTest, Exhibits, Leaderboard, ModelCard, Row, Selection, TableInputs, TestScore, write_model_card,
};
use crossfold_study::RefitRecord;

use crate::model_file::Model;
use crate::study_results::StudyResults;

/// The card of the winner's network. `None` where the winner has no score, or `model` describes another network, as it
/// does after a run that crashed before it wrote its own.
pub(crate) fn card(
    results: &StudyResults<'_>,
    leaderboard: &Leaderboard<'_>,
    winner: &Row<'_>,
    refit: &RefitRecord,
    exhibits: Option<&Exhibits>,
    model: &Model,
) -> Option<Vec<u8>> {
    let (configuration, epochs) = (winner.configuration.for_refit(), results.refit_epochs(winner));
    if !model.is_of(&configuration, epochs) {
        return None;
    }
    let origin = results.origin.text();
    let card = ModelCard {
        study: results.study,
        configuration: &configuration,
        shape: results.record.shape,
        epochs,
        classes: &results.record.classes,
        inputs: inputs(model),
        rows: results.record.rows,
        digest: origin.lines().find_map(|line| line.strip_prefix("data ")).unwrap_or_default(),
        selection: Selection {
            trials: leaderboard.tally().complete,
            pruned: leaderboard.tally().pruned,
            rank: winner.rank?,
            folds: winner.scores.iter().flatten().count(),
            mean: winner.mean?.get(),
            standard_error: winner.standard_error,
            interval: winner.interval,
        },
        test: test(results, refit, exhibits),
        builder: model.builder(),
        origin,
    };
    let mut text = Vec::new();
    write_model_card(&mut text, &card).expect("memory takes any text");
    Some(text)
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

fn test<'a>(results: &StudyResults<'a>, refit: &RefitRecord, exhibits: Option<&Exhibits>) -> Option<CardTest<'a>> {
    let digest = results.record.test_digest.as_deref()?;
    let scored = results.test(refit)?;
    Some(CardTest { rows: scored.tally.rows(), digest, scores: TestScore::all(scored, exhibits) })
}
