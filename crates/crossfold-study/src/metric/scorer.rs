//! Scoring of predictions.

use crossfold_network::Task;

use super::class_rows::{ClassCounts, ClassRows, ScoredClasses, most_probable};
use super::definition::{ClassFormula, Formula};
use super::ranking::{Ranking, RankingScores};
use super::{Evaluation, Metric, Scores, Tally};
use crate::Truth;

/// Scores predictions after each epoch. Counts that several metrics need are computed once, in memory that is reused.
#[derive(Debug, Default)]
pub struct Scorer {
    ranking: Ranking,
    predicted: Vec<u32>,
    counts: Vec<ClassCounts>,
    rankings: Vec<RankingScores>,
}

impl Scorer {
    /// Scores the predictions of at least one row, given the rows' targets and tally. `predictions` are probabilities,
    /// rows × classes, or one number per row.
    pub fn score(&mut self, tally: Tally, truth: &Truth, predictions: &[f32]) -> Evaluation {
        let scores = match truth {
            Truth::Labels(labels) => {
                let classes = predictions.len() / labels.len();
                self.score_classes(ClassRows { labels, probabilities: predictions, classes })
            }
            // All metrics of numbers are calculated from the tally.
            Truth::Numbers(_) => Scores::default(),
        };
        Evaluation { tally, scores }
    }

    /// Scores predictions of at least one row by `metric`; other metrics may stay unknown. `predictions` are probabilities,
    /// rows × classes, or one number per row.
    pub fn score_by(&mut self, metric: Metric, truth: &Truth, predictions: &[f32]) -> Evaluation {
        let tally = Tally::of_predictions(truth, predictions);
        if metric.is_tallied() { Evaluation::from(tally) } else { self.score(tally, truth, predictions) }
    }

    fn score_classes(&mut self, rows: ClassRows<'_>) -> Scores {
        self.count(rows);
        let Scorer { predicted, counts, rankings, .. } = self;
        let scored = ScoredClasses { rows, predicted, counts, rankings };
        let score = |&metric: &Metric| match metric.definition().formula {
            Formula::Classes { score: ClassFormula::Rows(score), .. } => Some((metric, score(&scored))),
            Formula::Classes { score: ClassFormula::Tally(_), .. } | Formula::Numbers { .. } => None,
        };
        Metric::scored_for(Task::Classification).iter().filter_map(score).collect()
    }

    fn count(&mut self, rows: ClassRows<'_>) {
        self.counts.clear();
        self.counts.resize(rows.classes, ClassCounts::default());
        self.predicted.clear();
        for (label, row) in rows.iter() {
            let predicted = most_probable(row);
            self.counts[label].rows += 1;
            self.counts[predicted].predicted += 1;
            self.counts[predicted].hits += u32::from(label == predicted);
            self.predicted.push(predicted as u32);
        }
        self.rankings.clear();
        for class in rows.classes_to_rank() {
            self.ranking.rank(rows.iter().map(|(label, row)| (row[class].into(), label == class)));
            self.rankings.push(self.ranking.scores());
        }
    }
}
