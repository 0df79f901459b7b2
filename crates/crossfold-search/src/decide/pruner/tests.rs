//! Decisions worked out by hand.

use crossfold_study::{PruningReason, TrialNumber};

use super::hyperband::bracket_size;
use super::*;

/// Drives a pruner with as many trials as there are `values`, which hold each trial's value at each rung. Results are told in
/// the order in which trials were sent. Returns the trials that reached each rung, in order.
fn drive(pruner: &mut dyn TrialPruner, values: &[&[f64]]) -> Vec<Vec<u32>> {
    let mut reached: Vec<Vec<u32>> = Vec::new();
    let mut asked = std::collections::VecDeque::new();
    let mut begun = 0;
    loop {
        match pruner.next_action() {
            Action::Begin { rung } => {
                let trial = (begun < values.len()).then_some(TrialNumber(begun as u32));
                pruner.began(trial);
                if let Some(trial) = trial {
                    asked.push_back((trial, rung));
                    begun += 1;
                }
            }
            Action::Promote { trial, rung } => asked.push_back((trial, rung)),
            Action::Wait => {
                let (trial, rung) = asked.pop_front().expect("it waits for something");
                let value = values[trial.0 as usize][rung];
                reached.resize(reached.len().max(rung + 1), Vec::new());
                reached[rung].push(trial.0);
                pruner.tell(RungResult { trial, rung, value, folds: vec![Some(value - 0.01), Some(value + 0.01)] });
            }
            Action::Over => {
                assert!(asked.is_empty());
                return reached;
            }
        }
    }
}

#[test]
fn halving_promotes_the_best_third() {
    let values: Vec<[f64; 3]> = [5.0, 1.0, 9.0, 3.0, 2.0, 8.0, 4.0, 7.0, 6.0].map(|value| [value; 3]).to_vec();
    let values: Vec<&[f64]> = values.iter().map(|value| value.as_slice()).collect();
    let mut halving = Halving::new(2, 3);
    assert_eq!(drive(&mut halving, &values), [vec![0, 1, 2, 3, 4, 5, 6, 7, 8], vec![1, 4, 3], vec![1]]);
    let judgements = halving.take_judgements();
    let ended = judgements.iter().filter(|judgement| matches!(judgement.decision, PruningDecision::Pruned(_))).count();
    assert_eq!((judgements.len(), ended), (12, 8));
    assert_eq!(judgements[0].decision, PruningDecision::Promoted(PruningReason::Placed { place: 1, of: 9, kept: 3 }));
}

#[test]
fn failed_trials_are_never_promoted() {
    let values: [&[f64]; 3] = [&[f64::INFINITY; 2], &[f64::INFINITY; 2], &[1.0, 1.0]];
    assert_eq!(drive(&mut Halving::new(1, 2), &values), [vec![0, 1, 2], vec![2]]);
    let values: [&[f64]; 2] = [&[f64::INFINITY; 2], &[f64::INFINITY; 2]];
    assert_eq!(drive(&mut Halving::new(1, 2), &values), [vec![0, 1]]);
    assert_eq!(drive(&mut Asha::new(1, 2), &values), [vec![0, 1]]);
    assert_eq!(drive(&mut Median::new(1, 1), &values), [vec![0, 1]]);
    assert_eq!(drive(&mut Racing::new(1, 0.05, 0.25, false), &values), [vec![0, 1]]);
}

/// Table 1 of Li et al. 2018, R = 81 and η = 3.
#[test]
fn bracket_sizes_match_the_paper() {
    assert_eq!([0, 1, 2, 3, 4].map(|first| bracket_size(3, 4, first)), [81, 34, 15, 8, 5]);
}

#[test]
fn a_trial_worse_than_the_median_is_pruned() {
    let values: [&[f64]; 6] = [&[1.0, 1.0], &[2.0, 2.0], &[3.0, 3.0], &[2.5, 0.0], &[1.5, 1.5], &[2.0, 2.0]];
    // One after another: 1, 2 and 3 are promoted since there are no others; 2.5 is worse than the median 2 of these, 1.5 is not, and
    // 2 is no worse than the median of 1, 1.5, 2, 2.5 and 3.
    let mut median = Median::new(1, 3);
    assert_eq!(drive(&mut median, &values)[1], [0, 1, 2, 4, 5]);
    let third = median.take_judgements().into_iter().find(|judgement| judgement.trial == TrialNumber(3)).unwrap();
    assert_eq!(third.decision, PruningDecision::Pruned(PruningReason::Median { median: 2.0, of: 3 }));
}

/// A trial is promoted once it is among the best third of those so far.
#[test]
fn asha_promotes_as_soon_as_it_can() {
    let mut asha = Asha::new(1, 3);
    let tell = |asha: &mut Asha, trial: u32, rung: usize, value: f64| {
        asha.tell(RungResult { trial: TrialNumber(trial), rung, value, folds: Vec::new() });
    };
    for trial in 0..3 {
        assert_eq!(asha.next_action(), Action::Begin { rung: 0 });
        asha.began(Some(TrialNumber(trial)));
    }
    tell(&mut asha, 0, 0, 3.0);
    tell(&mut asha, 1, 0, 1.0);
    assert_eq!(asha.next_action(), Action::Begin { rung: 0 });
    asha.began(Some(TrialNumber(3)));
    tell(&mut asha, 2, 0, 2.0);
    assert_eq!(asha.next_action(), Action::Promote { trial: TrialNumber(1), rung: 1 });
    assert_eq!(asha.next_action(), Action::Begin { rung: 0 });
}

/// The noise of two-way tables by hand: scores without the means of rows and columns.
#[test]
fn racing_prunes_gaps_that_chance_does_not_explain() {
    let fold =
        |scores: [f64; 3]| -> (f64, Vec<Option<f64>>) { (scores.iter().sum::<f64>() / 3.0, scores.map(Some).to_vec()) };
    let trials = [[1.0, 2.0, 3.0], [1.1, 2.0, 3.1], [1.0, 2.2, 3.1], [1.2, 2.1, 2.9], [3.0, 4.0, 5.0]].map(fold);
    let mut racing = Racing::new(1, 0.05, 0.0, true);
    for trial in 0..5 {
        assert_eq!(racing.next_action(), Action::Begin { rung: 0 });
        racing.began(Some(TrialNumber(trial)));
    }
    assert_eq!(racing.next_action(), Action::Begin { rung: 0 });
    racing.began(None);
    for (trial, (value, folds)) in (0..).zip(trials) {
        racing.tell(RungResult { trial: TrialNumber(trial), rung: 0, value, folds });
    }
    let judgements = racing.take_judgements();
    let ended: Vec<u32> =
        judgements.iter().filter(|j| matches!(j.decision, PruningDecision::Pruned(_))).map(|j| j.trial.0).collect();
    assert_eq!(ended, [4]);
    // NumPy 2.4.6: the residuals of the first four rows have the variance 0.07/6; Student's t of 6 degrees of freedom is
    // 1.943180 at 95 % (SciPy 1.17.1).
    let PruningDecision::Pruned(PruningReason::Trails { leader, by, bound }) = &judgements[4].decision else {
        panic!("{judgements:?}")
    };
    assert_eq!(*leader, TrialNumber(0));
    assert!((by - 2.0).abs() < 1e-12, "{by}");
    assert!((bound - 1.943_180_280_515_302 * (2.0 * 0.07 / 6.0_f64 / 3.0).sqrt()).abs() < 5e-3, "{bound}");
}
