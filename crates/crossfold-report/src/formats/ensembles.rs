//! Ensembles in words.

use crossfold_network::{counted, joined, thousands};

use super::figure::{Precision, operations};
use crate::analysis::ensemble::{Ensemble, EnsembleEstimate};
use crate::analysis::leaderboard::Leaderboard;

/// The ensemble of a leaderboard, where it has several trials.
pub(super) fn of_several<'b>(board: &'b Leaderboard<'_>) -> Option<&'b Ensemble> {
    board.ensemble().filter(|ensemble| ensemble.members.len() > 1)
}

/// How the ensemble does against the best single network, without a full stop; `None` without an ensemble that was compared.
pub(super) fn against_single(board: &Leaderboard<'_>) -> Option<String> {
    let ensemble = of_several(board)?;
    let estimate = ensemble.estimate.as_ref()?;
    let (precision, trials) = (Precision::for_board(board), counted(ensemble.members.len(), "trial"));
    Some(format!(
        "the ensemble of {trials} {}: {} {} out of fold, each picked on other rows than those that score it",
        comparison(estimate, precision),
        board.metric().in_words(),
        scores(estimate, precision),
    ))
}

/// `beats the best single network by 0.0120 ± 0.0040`.
fn comparison(estimate: &EnsembleEstimate, precision: Precision) -> String {
    let Some(gap) = &estimate.gap else {
        return "can't be compared with the best single network".to_owned();
    };
    let size = format!("{} ± {}", precision.show(gap.difference.abs()), precision.show(gap.error));
    match gap.is_shown() {
        true if gap.difference > 0.0 => format!("beats the best single network by {size}"),
        true => format!("loses to the best single network by {size}"),
        false if gap.difference > 0.0 => format!("is statistically tied with the best single network ({size} ahead)"),
        false if gap.difference < 0.0 => format!("is statistically tied with the best single network ({size} behind)"),
        false => "is statistically tied with the best single network (equal scores)".to_owned(),
    }
}

fn scores(estimate: &EnsembleEstimate, precision: Precision) -> String {
    format!("{} and {}", precision.show(estimate.mean), precision.show(estimate.single))
}

/// Paragraphs on the ensemble that a study asks for: what was picked, its size, and what couldn't be picked.
pub(super) fn paragraphs(board: &Leaderboard<'_>) -> Vec<String> {
    let picks = board.study().finish.ensemble;
    if picks == 1 {
        return Vec::new();
    }
    let Some(ensemble) = board.ensemble() else {
        return vec![
            "No ensemble was picked, since out-of-fold predictions are not stored. The winner is retrained alone."
                .to_owned(),
        ];
    };
    let mut paragraphs = vec![match &ensemble.members[..] {
        [only] => format!(
            "No ensemble has a better score out of fold than trial {} alone ({} from the predictions of {}), so that trial is \
             what is retrained.",
            only.trial,
            counted(picks, "pick"),
            counted(ensemble.candidates, "trial"),
        ),
        members => {
            let listed: Vec<String> =
                members.iter().map(|member| format!("{} (weight {})", member.trial, member.weight)).collect();
            format!(
                "The ensemble is picked from the out-of-fold predictions of {}, in {}: trials {}.{}",
                counted(ensemble.candidates, "trial"),
                used_picks(ensemble, picks),
                joined(&listed, "and"),
                size_in_words(ensemble),
            )
        }
    }];
    if ensemble.without_predictions > 0 {
        let left_out = counted(ensemble.without_predictions, "complete trial");
        paragraphs.push(format!(
            "The predictions of {left_out} are not stored (see `predictions` in the spec), so they could not be picked. Which \
             trials keep theirs depends on all folds, so the ensemble's score may be slightly optimistic."
        ));
    }
    paragraphs
}

/// `10 picks`, or `the first 7 of 10 picks` where more picks made it worse.
pub(super) fn used_picks(ensemble: &Ensemble, picks: u32) -> String {
    match ensemble.members.iter().map(|member| member.weight).sum::<u32>() {
        used if used == picks => counted(picks, "pick"),
        used => format!("the first {used} of {picks} picks, after which it got no better"),
    }
}

/// A sentence on what the networks take, after a space.
fn size_in_words(ensemble: &Ensemble) -> String {
    let size = &ensemble.size;
    format!(
        " Retrained, its {} have {} in all; a prediction takes {} floating-point operations, {:.1} times those of the best \
         trial, and training them takes {}.",
        counted(size.networks, "network"),
        counted(size.parameters, "parameter"),
        thousands(size.prediction_flops),
        size.times_winner,
        operations(size.training_flops),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::ensemble::{EnsembleGap, EnsembleMember, EnsembleSize};
    use crate::example;
    use crossfold_study::{Metric, Study};

    fn member(trial: u32, weight: u32) -> EnsembleMember {
        EnsembleMember { trial, weight, score: 0.75, networks: 2, epochs: 3 }
    }

    fn ensemble(members: &[EnsembleMember], gap: Option<EnsembleGap>) -> Ensemble {
        let estimate = EnsembleEstimate { folds: Vec::new(), mean: 0.875, standard_error: None, single: 0.75, gap };
        let size = EnsembleSize {
            networks: 4,
            parameters: 12_345,
            prediction_flops: 23_000,
            training_flops: 2.5e9,
            times_winner: 2.2,
        };
        Ensemble {
            members: members.to_vec(),
            candidates: 3,
            without_predictions: 0,
            picked_score: 1.0,
            size,
            estimate: Some(estimate),
        }
    }

    fn check(ensemble: Option<Ensemble>, expected: &[&str]) {
        let study = example::study(Metric::Accuracy);
        let finish = crossfold_study::Final { ensemble: 5, ..study.finish };
        let (study, plan) = (Study { finish, ..study }, example::plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.ensemble = ensemble;
        let said: Vec<String> = paragraphs(&board).into_iter().chain(against_single(&board)).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn what_was_picked_its_size_and_whether_it_is_better() {
        let gap = |difference, p| Some(EnsembleGap { difference, error: 0.0625, interval: [0.0, 0.25], p });
        let two = [member(1, 3), member(2, 2)];
        let picked = "The ensemble is picked from the out-of-fold predictions of 3 trials, in 5 picks: trials 1 (weight 3) and 2 \
                      (weight 2). Retrained, its 4 networks have 12,345 parameters in all; a prediction takes 23,000 floating-point \
                      operations, 2.2 times those of the best trial, and training them takes 2.50 billion.";
        for (gap, words) in [
            (gap(0.125, 0.04), "beats the best single network by 0.1250 ± 0.0625"),
            (gap(-0.125, 0.04), "loses to the best single network by 0.1250 ± 0.0625"),
            (gap(0.125, 0.06), "is statistically tied with the best single network (0.1250 ± 0.0625 ahead)"),
            (gap(-0.125, 0.06), "is statistically tied with the best single network (0.1250 ± 0.0625 behind)"),
            (gap(0.0, 1.0), "is statistically tied with the best single network (equal scores)"),
            (None, "can't be compared with the best single network"),
        ] {
            let said = format!(
                "the ensemble of 2 trials {words}: accuracy 0.8750 and 0.7500 out of fold, each picked on other rows than those that \
                 score it"
            );
            check(Some(ensemble(&two, gap)), &[picked, &said]);
        }
    }

    #[test]
    fn an_ensemble_of_one_or_none_is_explained() {
        let alone = "No ensemble has a better score out of fold than trial 1 alone (5 picks from the predictions of 3 trials), so that \
                     trial is what is retrained.";
        check(Some(ensemble(&[member(1, 1)], None)), &[alone]);
        let left_out = "The predictions of 2 complete trials are not stored (see `predictions` in the spec), so they could not be \
                        picked. Which trials keep theirs depends on all folds, so the ensemble's score may be slightly optimistic.";
        check(Some(Ensemble { without_predictions: 2, ..ensemble(&[member(1, 1)], None) }), &[alone, left_out]);
        let none =
            "No ensemble was picked, since out-of-fold predictions are not stored. The winner is retrained alone.";
        check(None, &[none]);
        let few = ensemble(&[member(1, 2), member(2, 1)], None);
        assert_eq!(used_picks(&few, 5), "the first 3 of 5 picks, after which it got no better");
    }
}
