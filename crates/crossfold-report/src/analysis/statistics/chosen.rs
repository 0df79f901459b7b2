//! The score of a group's best trial, chosen by other rows than those that score it.

use super::evidence::{Evidence, Place};
use super::paired::{Difference, Overlap, Population, Side};
use super::units::UnitShares;
use super::{mean, sample_variance, winsorize::Winsorized};

/// The share of the variance between the chosen trials of a group that counts beside that of their mean: which trial is chosen
/// varies between studies, too. Over simulated studies (`benches/statistics/choice.py`), groups of like trials are called different
/// in 2 to 5 % of studies with it, and in 3 to 18 % without.
const CHOICE: f64 = 1.0 / 3.0;

/// The most bootstrap draws to choose in. A fold's score is a mean over them, for which these are plenty.
const DRAWS: usize = 200;

/// Number of parts of the rows where there is a single fold.
const PARTS: usize = 10;

/// The choice of the best trial of groups of trials.
///
/// For each fold, a group's best trial is chosen in bootstrap draws of the rows outside the fold, and scored on the fold; a fold's
/// score is the mean over draws. Neither the fold's rows nor the fits that it scores have a part in the choice, so a group
/// of many trials gains nothing by their number. The draws smooth the choice: among like trials, a single one would change with
/// the fold (Efron 2014, "Estimation and accuracy after model selection", JASA 109).
pub(crate) struct Choice<'a> {
    evidence: &'a Evidence,
    moved: &'a Winsorized,
    /// The numbers of the trials whose rows are known.
    known: &'a [usize],
    /// The deviations of their scores, draws × known trials.
    deviations: &'a [Vec<f32>],
    /// How often each row was drawn, rows × draws.
    times: Vec<u8>,
    draws: usize,
    /// The number of the row, or of the group that splits keep together, of each of [`Evidence::places`].
    units: &'a [usize],
    /// The repeat of each fold.
    repeats: &'a [usize],
}

/// The scores of a group's best trial.
pub(crate) struct ChosenBest {
    /// The score on each fold, oriented so that greater is better.
    scores: Vec<f64>,
    /// The shares of rows in the mean, in the order of [`Evidence::places`]; `None` where the group's rows are not known.
    shares: Option<Vec<f64>>,
    /// The variance of the mean between the trials that are chosen, averaged over choices.
    between: f64,
}

impl<'a> Choice<'a> {
    /// A choice in the first of some draws. `counts` has how often each draw has each row, and `deviations` those of the scores of
    /// the trials `known`, draws × trials. `units` numbers the row, or the group that splits keep together, of each of
    /// [`Evidence::places`]; `repeats` is the repeat of each fold.
    pub(crate) fn new(
        evidence: &'a Evidence,
        moved: &'a Winsorized,
        (known, counts, deviations): (&'a [usize], &[Vec<u8>], &'a [Vec<f32>]),
        [units, repeats]: [&'a [usize]; 2],
    ) -> Choice<'a> {
        let draws = counts.len().min(DRAWS);
        let by_row = |row: usize| counts[..draws].iter().map(move |counts| counts[row]);
        let times = (0..evidence.rows).flat_map(by_row).collect();
        Choice { evidence, moved, known, deviations: &deviations[..draws], times, draws, units, repeats }
    }

    /// The best among `members`, the numbers of a group's trials. Trials whose rows are not known have no part in it, unless that
    /// holds for all; then the scores of the repeat's other folds choose. `None` where nothing but a fold's own rows could
    /// choose.
    pub(crate) fn best_of(&self, members: &[usize]) -> Option<ChosenBest> {
        let place = |member: &usize| Some((*member, self.known.binary_search(member).ok()?));
        let known: Vec<(usize, usize)> = members.iter().filter_map(place).collect();
        if known.is_empty() { self.best_by_folds(members) } else { Some(self.best_by_rows(&known)) }
    }

    fn best_by_rows(&self, members: &[(usize, usize)]) -> ChosenBest {
        let evidence = self.evidence;
        let parts = self.parts();
        let rows_of_parts = rows_of_parts(&parts, evidence);
        // How often each member is chosen for each part.
        let mut chosen = vec![vec![0_u32; members.len()]; rows_of_parts.len()];
        let mut best = vec![vec![(f64::NEG_INFINITY, 0); self.draws]; rows_of_parts.len()];
        for (number, &(trial, place)) in members.iter().enumerate() {
            let mut by_row = vec![0.0_f32; evidence.rows];
            let shares = evidence.shares[trial].iter().flatten().map(|&share| f64::from(share));
            let contributions = contributions(evidence, &evidence.scores[trial], shares);
            evidence.places.iter().zip(contributions).for_each(|(place, own)| by_row[place.row] += own as f32);
            for (rows, best) in rows_of_parts.iter().zip(&mut best) {
                let own = self.sum_drawn(rows, &by_row);
                for ((best, own), deviations) in best.iter_mut().zip(own).zip(self.deviations) {
                    let outside = evidence.mean(trial) + f64::from(deviations[place]) - f64::from(own);
                    if outside > best.0 {
                        *best = (outside, number);
                    }
                }
            }
        }
        for (chosen, best) in chosen.iter_mut().zip(best) {
            best.into_iter().for_each(|(_, number)| chosen[number] += 1);
        }
        let (mut sums, mut spread) = (vec![0.0; evidence.places.len()], Spread::new(self.units));
        let mut scores_of_chosen = Vec::new();
        for (number, &(trial, _)) in members.iter().enumerate() {
            let share = |part: usize| f64::from(chosen[part][number]) / self.draws as f64;
            let weight = (0..chosen.len()).map(share).sum::<f64>() / chosen.len() as f64;
            if weight > 0.0 {
                let (scores, shares) = self.moved.original(evidence, trial);
                let shares = shares.unwrap_or_default();
                spread.add(weight, &shares, self.units);
                let chosen = sums.iter_mut().zip(contributions(evidence, &scores, shares.into_iter())).zip(&parts);
                chosen.for_each(|((sum, own), &part)| *sum += own * share(part));
                scores_of_chosen.push((weight, scores));
            }
        }
        let best = ChosenBest::from_contributions(evidence, &sums);
        // Rows show little of what chosen trials differ by where training is noisy, and few folds show it badly.
        let between = spread.variance().max(best.variance_of_folds(&scores_of_chosen));
        ChosenBest { between, ..best }
    }

    /// The part that each of [`Evidence::places`] is scored in: its fold, or a tenth of the rows, or of the groups, where there
    /// is a single fold.
    fn parts(&self) -> Vec<usize> {
        let is_single = self.evidence.folds() == 1;
        let places = self.evidence.places.iter().zip(self.units);
        places.map(|(place, unit)| if is_single { unit % PARTS } else { place.fold }).collect()
    }

    /// The sum of `by_row` over the drawn ones of some rows, in each draw.
    fn sum_drawn(&self, rows: &[usize], by_row: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0_f32; self.draws];
        for &row in rows {
            let own = by_row[row];
            let times = &self.times[row * self.draws..][..self.draws];
            sums.iter_mut().zip(times).for_each(|(sum, &times)| *sum += f32::from(times) * own);
        }
        sums
    }

    /// On each fold the score of the trial that is best on the other folds of its repeat.
    fn best_by_folds(&self, members: &[usize]) -> Option<ChosenBest> {
        let (evidence, repeats) = (self.evidence, self.repeats);
        let others =
            |fold: usize| (0..repeats.len()).filter(move |&other| other != fold && repeats[other] == repeats[fold]);
        let score = |fold: usize| {
            let elsewhere =
                |trial: usize| mean(&others(fold).map(|other| evidence.scores[trial][other]).collect::<Vec<_>>());
            others(fold).next()?;
            let better = |best: usize, other: &usize| if elsewhere(*other) > elsewhere(best) { *other } else { best };
            let best = members[1..].iter().fold(*members.first()?, better);
            Some(self.moved.original(evidence, best).0[fold])
        };
        let scores = (0..repeats.len()).map(score).collect::<Option<Vec<f64>>>()?;
        Some(ChosenBest { scores, shares: None, between: 0.0 })
    }
}

impl ChosenBest {
    /// The score of each fold, and what each row contributes beyond its fold's.
    fn from_contributions(evidence: &Evidence, contributions: &[f64]) -> ChosenBest {
        let folds = evidence.folds() as f64;
        let mut scores = vec![0.0; evidence.folds()];
        evidence.places.iter().zip(contributions).for_each(|(place, own)| scores[place.fold] += own * folds);
        let share = |(place, own): (&Place, &f64)| own - scores[place.fold] * weight(evidence, place.fold);
        let shares = evidence.places.iter().zip(contributions).map(share).collect();
        ChosenBest { scores, shares: Some(shares), between: 0.0 }
    }

    /// The variance of the mean between chosen trials, of weights that sum to 1, as their scores on the folds show it; 0 for a single
    /// fold.
    fn variance_of_folds(&self, chosen: &[(f64, Vec<f64>)]) -> f64 {
        let folds = self.scores.len();
        if folds < 2 {
            return 0.0;
        }
        let variance = |(weight, scores): &(f64, Vec<f64>)| {
            let apart: Vec<f64> = scores.iter().zip(&self.scores).map(|(own, best)| own - best).collect();
            weight * sample_variance(&apart, mean(&apart)) / folds as f64
        };
        chosen.iter().map(variance).sum()
    }

    /// How much better this group is than `other`, on new rows of the same kind; `places` are the folds and the units of the
    /// choice. `None` if the variance can't be estimated.
    pub(crate) fn ahead_of(&self, other: &ChosenBest, places: &[Place]) -> Option<Difference> {
        let shares = [other, self].map(|best| best.shares.as_deref().map(|shares| UnitShares::new(shares, places)));
        let [first, second] = [(other, &shares[0]), (self, &shares[1])]
            .map(|(best, shares)| Side { scores: &best.scores, shares: shares.as_ref().map(UnitShares::shares) });
        let overlap = Overlap { rows: true, folds: true };
        let difference = Difference::estimate(first, second, overlap, Population::NewRows)?;
        Some(difference.with_variance(CHOICE * (self.between + other.between)))
    }
}

/// How much the trials that are chosen differ, row by row.
struct Spread {
    /// By unit, the weighted sums of shares and of their squares.
    sums: Vec<[f64; 2]>,
}

impl Spread {
    fn new(units: &[usize]) -> Spread {
        Spread { sums: vec![[0.0; 2]; units.iter().map(|unit| unit + 1).max().unwrap_or(0)] }
    }

    fn add(&mut self, weight: f64, shares: &[f64], units: &[usize]) {
        let mut own = vec![0.0; self.sums.len()];
        shares.iter().zip(units).for_each(|(share, &unit)| own[unit] += share);
        self.sums.iter_mut().zip(own).for_each(|([sum, squares], own)| {
            *sum += weight * own;
            *squares += weight * own * own;
        });
    }

    /// The variance of the mean about that of the mixture, given weights that sum to 1.
    fn variance(&self) -> f64 {
        let units = self.sums.len() as f64;
        let squares: f64 = self.sums.iter().map(|[sum, squares]| (squares - sum * sum).max(0.0)).sum();
        squares * units / (units - 1.0).max(1.0)
    }
}

/// The distinct rows of each part.
fn rows_of_parts(parts: &[usize], evidence: &Evidence) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); parts.iter().map(|part| part + 1).max().unwrap_or(0)];
    parts.iter().zip(&evidence.places).for_each(|(&part, place)| rows[part].push(place.row));
    rows
}

/// A row's weight in the mean over folds.
fn weight(evidence: &Evidence, fold: usize) -> f64 {
    1.0 / (evidence.sizes[fold] * evidence.folds()) as f64
}

/// What each row contributes to a trial's mean, given its scores on the folds and the shares of rows.
fn contributions<'e>(
    evidence: &'e Evidence,
    scores: &'e [f64],
    shares: impl Iterator<Item = f64> + 'e,
) -> impl Iterator<Item = f64> + 'e {
    shares.zip(&evidence.places).map(|(share, place)| share + scores[place.fold] * weight(evidence, place.fold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;
    use crate::analysis::statistics::{deviations, draw_rows};
    use crossfold_study::{Generator, Seed};

    /// Trials that are right (1) or wrong (0) on the rows of folds of equal size, of one repeat.
    fn evidence(trials: &[Vec<u8>], folds: usize) -> Evidence {
        let rows = trials[0].len();
        let size = rows / folds;
        let score = |right: &[u8]| right.iter().map(|&right| f64::from(right)).sum::<f64>() / right.len() as f64;
        let scores: Vec<Vec<f64>> = trials.iter().map(|trial| trial.chunks(size).map(score).collect()).collect();
        let share = |(trial, scores): (&Vec<u8>, &Vec<f64>)| {
            let own = |(row, &right): (usize, &u8)| ((f64::from(right) - scores[row / size]) / rows as f64) as f32;
            Some(trial.iter().enumerate().map(own).collect())
        };
        Evidence {
            shares: trials.iter().zip(&scores).map(share).collect(),
            scores,
            places: (0..rows).map(|row| Place { fold: row / size, row }).collect(),
            sizes: vec![size; folds],
            rows,
        }
    }

    fn choose(evidence: &Evidence, members: &[usize], counts: &[Vec<u8>]) -> ChosenBest {
        let known = evidence.known();
        let by_row: Vec<Vec<f32>> = known.iter().map(|&trial| evidence.shares_by_row(trial).unwrap()).collect();
        let deviations = deviations(counts, &by_row.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let (units, repeats): (Vec<usize>, _) = ((0..evidence.rows).collect(), vec![0; evidence.folds()]);
        let moved = Winsorized::none(evidence);
        Choice::new(evidence, &moved, (&known, counts, &deviations), [&units, &repeats]).best_of(members).unwrap()
    }

    /// By hand: the first trial is right on the first fold alone and the second on the second, so whatever is drawn outside a fold,
    /// the trial that is wrong on it is chosen.
    #[test]
    fn the_chosen_trial_is_scored_on_rows_that_did_not_choose_it() {
        let evidence = evidence(&[vec![1, 1, 0, 0], vec![0, 0, 1, 1]], 2);
        let draws = [vec![1, 1, 1, 1], vec![3, 0, 1, 0], vec![0, 1, 0, 3]];
        let both = choose(&evidence, &[0, 1], &draws);
        assert!(both.scores.iter().all(|score| score.abs() < 1e-7), "{:?}", both.scores);
        // A single trial has its own scores, whatever is drawn.
        let first = choose(&evidence, &[0], &draws);
        assert!((first.scores[0] - 1.0).abs() < 1e-7 && first.scores[1].abs() < 1e-7, "{:?}", first.scores);
        let shares = first.shares.unwrap();
        assert!(shares.iter().all(|share| share.abs() < 1e-7), "all of a fold's rows are alike: {shares:?}");
    }

    /// Expected values by NumPy 2.4.6 and SciPy 1.17.1, from the rows' differences: Student's t with 199 degrees of freedom, since the
    /// folds vary less than their rows explain.
    #[test]
    fn groups_of_one_trial_are_compared_by_the_paired_test() {
        let trial = |right: fn(usize) -> bool| (0..200).map(|row| u8::from(right(row))).collect::<Vec<u8>>();
        let evidence = evidence(&[trial(|row| row * 7 % 10 < 7), trial(|row| row * 3 % 11 < 6)], 5);
        let draws = vec![vec![1_u8; 200]];
        let [first, second] = [0, 1].map(|member| choose(&evidence, &[member], &draws));
        let difference = first.ahead_of(&second, &evidence.places).unwrap();
        assert!((difference.value - 0.15).abs() < 1e-7, "{difference:?}");
        assert!((difference.p_value() - 0.002_021_449_363_192_786_4).abs() < 1e-7, "{difference:?}");
    }

    /// Of a single fold, tenths of the rows are left out of the choice. In the first draw the row is there once and chooses the second
    /// trial for all other rows, which are wrong by it.
    #[test]
    fn a_single_fold_is_scored_in_parts() {
        let trial = |right: usize| (0..20).map(|row| u8::from(row % 10 == right)).collect::<Vec<u8>>();
        let evidence = evidence(&[trial(0), trial(1)], 1);
        let once = vec![vec![1_u8; 20]];
        // For the rows of part 0 the second trial is chosen, which has none of them right; for those of part 1 the first one.
        let best = choose(&evidence, &[0, 1], &once);
        assert!(best.scores[0].abs() < 1e-6, "{:?}", best.scores);
    }

    #[test]
    fn rows_of_a_group_are_in_one_part_of_a_single_fold() {
        let evidence = evidence(&[vec![1, 0, 1, 0, 1, 0]], 1);
        let moved = Winsorized::none(&evidence);
        let groups = [0, 0, 1, 1, 1, 2];
        assert_eq!(Choice::new(&evidence, &moved, (&[], &[], &[]), [&groups, &[0]]).parts(), groups);
    }

    /// Without rows, the second trial is best on the first of three folds, and the first on the others.
    #[test]
    fn without_rows_other_folds_choose() {
        let mut evidence = evidence(&[vec![0, 1, 1], vec![1, 0, 0]], 3);
        evidence.shares = vec![None, None];
        let moved = Winsorized::none(&evidence);
        let choose = |repeats: &[usize]| {
            let best = Choice::new(&evidence, &moved, (&[], &[], &[]), [&[0, 1, 2], repeats]).best_of(&[0, 1]);
            best.map(|best| best.scores)
        };
        // Of equal scores, 1/2 and 1/2, the first trial is taken.
        assert_eq!(choose(&[0, 0, 0]), Some(vec![0.0, 1.0, 1.0]));
        assert_eq!(choose(&[0, 1, 2]), None, "no other fold is of the repeat");
    }

    /// A study of like trials: each is right on 60 % of 200 rows, which most of them have in common.
    fn study(trials: usize, ahead: f64, generator: &mut Generator) -> (Evidence, Vec<Vec<u8>>) {
        let hard: Vec<f64> = (0..200).map(|_| generator.normal()).collect();
        let right = |trial: usize, hard: &f64, generator: &mut Generator| {
            let lead = if trial < trials - 2 { ahead } else { 0.0 };
            u8::from(hard + generator.normal() < 0.36 + lead)
        };
        let trials: Vec<Vec<u8>> =
            (0..trials).map(|trial| hard.iter().map(|hard| right(trial, hard, generator)).collect()).collect();
        let draws = (0..200).map(|_| draw_rows(200, generator)).collect();
        (evidence(&trials, 5), draws)
    }

    /// In how many of `studies` the first 50 of 52 trials are called better, and worse, than the last two; and how far ahead they are
    /// on average.
    fn claims(ahead: f64, studies: usize, is_chosen_anew: bool) -> ([usize; 2], f64) {
        let mut generator = Seed(3).resampling();
        let (mut claims, mut sum) = ([0; 2], 0.0);
        for _ in 0..studies {
            let (evidence, counts) = study(52, ahead, &mut generator);
            let groups = [(0..50).collect::<Vec<usize>>(), vec![50, 51]].map(|members| match is_chosen_anew {
                true => choose(&evidence, &members, &counts),
                false => {
                    let best =
                        *members.iter().max_by(|a, b| evidence.mean(**a).total_cmp(&evidence.mean(**b))).unwrap();
                    choose(&evidence, &[best], &counts)
                }
            });
            let difference = groups[0].ahead_of(&groups[1], &evidence.places).unwrap();
            sum += difference.value;
            if difference.p_value() <= 0.05 {
                claims[usize::from(difference.value < 0.0)] += 1;
            }
        }
        (claims, sum / studies as f64)
    }

    /// 5 % of 200 studies are 10. The best of 50 is ahead of the best of two like it by 0.05; chosen on other rows, by nothing.
    #[test]
    fn fifty_trials_are_no_better_than_two_like_them() {
        let ([better, worse], ahead) = claims(0.0, 200, true);
        assert!(better + worse <= 10 && ahead.abs() < 0.01, "{better} {worse} {ahead}");
        let ([naive, _], ahead) = claims(0.0, 200, false);
        assert!(naive > better && ahead > 0.03, "{naive} {ahead}");
    }

    #[test]
    fn a_better_group_is_called_better() {
        let ([better, worse], _) = claims(0.5, 40, true);
        assert!(better >= 32 && worse == 0, "{better} {worse}");
    }
}
