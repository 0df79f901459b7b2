//! The part of an axis that shows scores: the better part, as on the page. What lies outside is marked at the axis's worse end.

use crossfold_network::counted;
use crossfold_study::Direction;
use plotters::style::text_anchor::{HPos, VPos};

use super::axis::{Axis, extent};
use super::legend::Sample;
use super::palette::{INK, MUTED};
use super::sheet::{Drawn, Edge, Mark, Sheet, Spot, Stroke};
use crate::analysis::leaderboard::Leaderboard;
use crate::formats::figure::Precision;
use crate::formats::html::document::ReferenceView;

/// At most this many times further from the best than the median, scores keep their place.
const CLIPPED: f64 = 8.0;

/// Of fewer scores all are shown.
const FEW: usize = 8;

pub(super) struct ScoreRange {
    low: f64,
    high: f64,
    /// Where marks of scores outside are.
    pub(super) edge: f64,
    is_higher_better: bool,
    /// Number of trials whose mean lies outside.
    outside: usize,
    /// The reference score with its label; `None` where there is none.
    reference: Option<(f64, String)>,
    name: String,
}

/// Scores that decide a range.
#[derive(Default)]
pub(super) struct Scores<'s> {
    /// Of trials.
    pub(super) means: &'s [f64],
    /// Scores beside each mean that are shown as well where they are near: those of folds, the ends of an interval.
    pub(super) spreads: &'s [Vec<f64>],
    /// Scores that are shown where they are near the better ones.
    pub(super) others: &'s [f64],
    /// Whether other marks are at the worse end.
    pub(super) has_edge: bool,
}

impl ScoreRange {
    pub(super) fn new(board: &Leaderboard<'_>, scores: &Scores<'_>) -> ScoreRange {
        let metric = board.metric();
        let better = Better(metric.direction());
        let Scores { means, spreads, others, has_edge } = *scores;
        let limit = better.worst_in_place(means);
        let is_kept = |mean: f64| limit.is_none_or(|limit| !better.is_worse(mean, limit));
        let kept: Vec<&Vec<f64>> = spreads
            .iter()
            .zip(means)
            .filter(|(spread, mean)| is_kept(**mean) && !spread.is_empty())
            .map(|(spread, _)| spread)
            .collect();
        let worst: Vec<f64> = kept.iter().filter_map(|spread| better.worst(spread)).collect();
        let spread_limit = better.worst_in_place(&worst);
        let of_interest = better.worst_of_interest(means);
        let values = means.iter().copied().filter(|&mean| is_kept(mean));
        let near = kept.iter().flat_map(|spread| spread.iter().copied());
        let near = near.filter(|&value| spread_limit.is_none_or(|limit| !better.is_worse(value, limit)));
        let others = others.iter().copied();
        let others = others.filter(|&value| of_interest.is_none_or(|limit| !better.is_worse(value, limit)));
        let [mut low, mut high] = extent(values.chain(near).chain(others), 0.04);
        let reference = board.findings().and_then(|findings| findings.reference.as_ref().ok()).map(ReferenceView::new);
        let reference = reference.map(|reference| (reference.score.0, reference.label.to_owned()));
        if let Some((score, _)) = reference {
            // It is shown where it doesn't squeeze the rest.
            let room = (high - low) * 0.4;
            if score > low - room && score < high + room {
                [low, high] = extent([low, high, score], 0.01);
            }
        }
        let outside = means.iter().filter(|mean| !(low..=high).contains(mean)).count();
        let is_higher_better = metric.direction() == Direction::Maximize;
        if has_edge || outside > 0 {
            let strip = (high - low) * 0.07;
            if is_higher_better { low -= strip } else { high += strip }
        }
        let inset = (high - low) * 0.03;
        let [least, most] = metric.range();
        (low, high) = (low.max(least), high.min(most));
        let edge = if is_higher_better { low + inset } else { high - inset };
        let direction = if is_higher_better { "higher is better" } else { "lower is better" };
        let name = format!("{} ({direction})", metric.label());
        ScoreRange { low, high, edge, is_higher_better, outside, reference, name }
    }

    pub(super) fn axis(&self, most: usize) -> Axis {
        Axis::numbers([self.low, self.high], most, self.name.clone())
    }

    pub(super) fn is_outside(&self, score: f64) -> bool {
        !(self.low..=self.high).contains(&score)
    }

    /// Where a score is drawn.
    pub(super) fn place(&self, score: f64) -> f64 {
        match (score < self.low, score > self.high) {
            (false, false) => score,
            (is_low, _) if is_low == self.is_higher_better => self.edge,
            (true, _) => self.low,
            (false, true) => self.high,
        }
    }

    /// The entry of a legend for those of `scores` that lie outside; `None` where there is none.
    pub(super) fn beyond_the_axis(&self, scores: &[f64], ends: [Edge; 2]) -> Option<(Sample, String)> {
        let outside = scores.iter().copied().find(|&score| self.is_outside(score))?;
        let mark = self.mark(outside, Mark::Circle, ends);
        Some((Sample::Mark(mark, MUTED), "beyond the axis".to_owned()))
    }

    /// The mark of a score: `mark`, or outside a triangle that points there. `ends` are those of the axis.
    pub(super) fn mark(&self, score: f64, mark: Mark, [low, high]: [Edge; 2]) -> Mark {
        match (score < self.low, score > self.high) {
            (false, false) => mark,
            (true, _) => Mark::Outwards(low),
            (false, true) => Mark::Outwards(high),
        }
    }

    /// Writes the number of a score outside beside its mark at `spot`, on a level axis.
    pub(super) fn write_beside(&self, sheet: &Sheet<'_>, score: &str, (x, y): Spot) -> Drawn {
        let (x, across) = if self.is_higher_better { (x + 180, HPos::Left) } else { (x - 180, HPos::Right) };
        sheet.text(score, (x, y), (across, VPos::Center), INK)
    }

    /// The reference score, if it is within the range.
    pub(super) fn reference(&self) -> Option<f64> {
        self.reference.as_ref().map(|(score, _)| *score).filter(|&score| !self.is_outside(score))
    }

    /// What the line of the reference score is called.
    pub(super) fn reference_label(&self, precision: Precision) -> Option<String> {
        let score = self.reference()?;
        let (_, label) = self.reference.as_ref()?;
        Some(format!("reference score, {label}: {}", precision.show(score)))
    }

    /// What a caption says of scores outside.
    pub(super) fn note(&self, precision: Precision) -> String {
        let mut note = String::new();
        if self.outside > 0 {
            let are = if self.outside == 1 { "is" } else { "are" };
            let trials = counted(self.outside, "trial");
            note += &format!(" {trials} with a worse score than the axis shows {are} marked by a triangle at its end.");
        }
        if let Some((score, label)) = &self.reference {
            let score_text = precision.show(*score);
            note += &match self.is_outside(*score) {
                true => format!(" The reference score, of always answering {label} ({score_text}), is off the axis."),
                false => {
                    format!(" The grey dashed line is the reference score, of always answering {label} ({score_text}).")
                }
            };
        }
        note
    }
}

/// The line of the reference score.
pub(super) fn reference_stroke() -> Stroke {
    Stroke::new(&MUTED, 35).dashed(Some((150, 100)))
}

/// Scores by which way is better.
#[derive(Clone, Copy)]
struct Better(Direction);

impl Better {
    fn is_worse(self, score: f64, other: f64) -> bool {
        match self.0 {
            Direction::Maximize => score < other,
            Direction::Minimize => score > other,
        }
    }

    fn worst(self, scores: &[f64]) -> Option<f64> {
        scores.iter().copied().reduce(|a, b| if self.is_worse(b, a) { b } else { a })
    }

    /// The score that is [`CLIPPED`] times as far from the best as the median.
    fn worst_of_interest(self, scores: &[f64]) -> Option<f64> {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        if self.0 == Direction::Maximize {
            sorted.reverse();
        }
        let best = *sorted.first()?;
        Some(best + CLIPPED * (sorted[sorted.len() / 2] - best))
    }

    /// The worst score that keeps its place; `None` where all do, because the others aren't squeezed by it.
    fn worst_in_place(self, scores: &[f64]) -> Option<f64> {
        if scores.len() < FEW {
            return None;
        }
        let limit = self.worst_of_interest(scores)?;
        let worst = self.worst(scores)?;
        let best = scores.iter().copied().reduce(|a, b| if self.is_worse(b, a) { a } else { b })?;
        (limit != best && (worst - best) / (limit - best) > 1.5).then_some(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::Metric;

    /// The range of the axis on which a study with this metric shows these means.
    fn range(metric: Metric, means: &[f64]) -> ScoreRange {
        let (study, plan, results) = (example::study(metric), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        ScoreRange::new(&board, &Scores { means, ..Scores::default() })
    }

    /// By hand, as the page does it: the median of eight means is 0.02 from the best, so those further than 0.16 from it are
    /// beyond the axis, which has 4 % of 0.03 as room and 7 % of that for their marks.
    #[test]
    fn scores_far_from_the_best_are_beyond_the_axis() {
        let means = [0.9, 0.89, 0.89, 0.88, 0.88, 0.87, 0.4, 0.3];
        let accuracy = range(Metric::Accuracy, &means);
        assert_eq!([0.87, 0.9, 0.4, 0.3].map(|mean| accuracy.is_outside(mean)), [false, false, true, true]);
        let (low, high) = (0.87 - 0.0012, 0.9 + 0.0012);
        let low = low - (high - low) * 0.07;
        assert!((accuracy.low - low).abs() < 1e-12 && (accuracy.high - high).abs() < 1e-12, "{}", accuracy.low);
        assert_eq!((accuracy.place(0.4), accuracy.place(0.88), accuracy.outside), (accuracy.edge, 0.88, 2));
        let ends = [Edge::Left, Edge::Right];
        assert_eq!(accuracy.mark(0.4, Mark::Circle, ends), Mark::Outwards(Edge::Left));
        assert_eq!(accuracy.mark(0.88, Mark::Circle, ends), Mark::Circle);
        let note = " 2 trials with a worse score than the axis shows are marked by a triangle at its end.";
        assert_eq!(accuracy.note(Precision::Decimals(4)), note);
        // Of a loss, the worse end is the upper one.
        let losses = means.map(|mean| 1.0 - mean);
        let loss = range(Metric::LogLoss, &losses);
        assert_eq!((loss.is_outside(0.6), loss.place(0.6), loss.outside), (true, loss.edge, 2));
        assert!(loss.edge > 0.13 && loss.edge < loss.high, "{}", loss.edge);
        assert_eq!(loss.mark(0.6, Mark::Circle, ends), Mark::Outwards(Edge::Right));
        assert_eq!(loss.axis(6).name, "log loss (lower is better)");
    }

    #[test]
    fn of_a_few_trials_all_are_shown_and_no_axis_leaves_the_metric() {
        let few = range(Metric::Accuracy, &[1.0, 0.99, 0.1]);
        assert_eq!((few.outside, few.high, few.note(Precision::Decimals(4))), (0, 1.0, String::new()));
        assert!(few.low < 0.1 && few.low >= 0.0, "{}", few.low);
        assert!(few.beyond_the_axis(&[0.1, 1.0], [Edge::Left, Edge::Right]).is_none());
    }
}
