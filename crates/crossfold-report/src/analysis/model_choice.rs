//! Ranking the models of a study by the best trial of each.

use std::collections::BTreeMap;

use crossfold_network::{Kind, Param};
use crossfold_study::ValidationRows;

use super::leaderboard::{Leaderboard, Row};
use super::models::{ModelGap, ModelRanking, RankedModel};
use super::statistics::{Choice, ChosenBest, Evidence, Winsorized, number_places};

/// What tells models apart: their names, and whether they are linear where a model is searched with and without layers.
type ModelKey = (Option<String>, Option<bool>);

/// What a model's best trial is chosen from.
pub(super) struct ChoiceInputs<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) moved: &'a Winsorized,
    /// The numbers of the trials whose rows are known, the draws of rows, and the deviations of scores in them.
    pub(super) drawn: (&'a [usize], &'a [Vec<u8>], &'a [Vec<f32>]),
    /// The validation rows of the folds on which the metric is defined.
    pub(super) parts: &'a [&'a ValidationRows],
}

impl Leaderboard<'_> {
    /// Ranks the models; `None` unless trials of two have scores.
    pub(super) fn rank_models(&self, inputs: &ChoiceInputs<'_>) -> Option<ModelRanking> {
        let members = members(self.rows());
        if members.len() < 2 {
            return None;
        }
        let pairs = members.len() * (members.len() - 1) / 2;
        let numbers = inputs.parts.iter().map(|part| part.groups.as_ref().unwrap_or(&part.rows).as_slice());
        let (places_of_units, _) = number_places(numbers);
        let units: Vec<usize> = places_of_units.iter().map(|place| place.row).collect();
        let repeats: Vec<usize> = inputs.parts.iter().map(|part| part.fold.repeat as usize).collect();
        let choice = Choice::new(inputs.evidence, inputs.moved, inputs.drawn, [&units, &repeats]);
        let compared = inputs.evidence.trials();
        let best = |places: &[usize]| {
            let places: Vec<usize> = places.iter().copied().filter(|&place| place < compared).collect();
            if places.is_empty() { None } else { choice.best_of(&places) }
        };
        let first = best(&members[0].1);
        let behind = |other: Option<ChosenBest>| {
            let difference = first.as_ref()?.ahead_of(&other?, &places_of_units)?;
            Some(ModelGap::new(self.metric(), &difference, pairs))
        };
        let model = |(place, ((name, _), places)): (usize, &(ModelKey, Vec<usize>))| RankedModel {
            name: name.clone(),
            trials: places.len(),
            best: self.rows()[places[0]].trial.number,
            behind: if place == 0 { None } else { behind(best(places)) },
        };
        Some(ModelRanking { models: members.iter().enumerate().map(model).collect(), pairs })
    }
}

/// The ranked trials of each model by their places on the leaderboard; the model with the best trial first.
fn members(rows: &[Row<'_>]) -> Vec<(ModelKey, Vec<usize>)> {
    let ranked = || rows.iter().take_while(|row| row.rank.is_some());
    let name = |row: &Row<'_>| row.value(Param::Model).map(|name| name.to_string());
    let is_linear = |row: &Row<'_>| row.configuration.kind() == Kind::Linear;
    let mut kinds: BTreeMap<Option<String>, [bool; 2]> = BTreeMap::new();
    ranked().for_each(|row| kinds.entry(name(row)).or_default()[usize::from(is_linear(row))] = true);
    let mut members: Vec<(ModelKey, Vec<usize>)> = Vec::new();
    for (place, row) in ranked().enumerate() {
        let name = name(row);
        let is_mixed = kinds[&name] == [true, true];
        let key = (name, is_mixed.then(|| is_linear(row)));
        match members.iter_mut().find(|(other, _)| *other == key) {
            Some((_, places)) => places.push(place),
            None => members.push((key, vec![place])),
        }
    }
    members
}
