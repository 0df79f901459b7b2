//! ROC curves: how well the probability of a class separates its rows from the others.

use crossfold_study::roc_area;
use serde::Serialize;

use super::ClassifiedRow;
use crate::formats::html::rounded::{Five, Nine};

/// The most points of a curve.
const POINTS: usize = 200;

/// The most curves; of more, those with the least area.
const CURVES: usize = 20;

/// A receiver operating characteristic: from (0, 0) to (1, 1).
#[derive(Debug, Serialize)]
pub(in crate::formats) struct Roc {
    /// The number of the class.
    pub(in crate::formats) class: u32,
    pub(in crate::formats) area: Nine,
    /// False and true positive rates at each threshold.
    pub(in crate::formats) points: Vec<(Five, Five)>,
}

/// A curve with all its corners.
struct FullCurve {
    class: u32,
    area: f64,
    points: Vec<Point>,
}

type Point = (f64, f64);

/// One curve per class against the rest, of two classes only the second's, with the least areas where there are many; and
/// all areas.
pub(super) fn curves(given: &[ClassifiedRow<'_>], classes: usize) -> (Vec<Roc>, Vec<Option<Nine>>) {
    let shown = if classes == 2 { 1..2 } else { 0..classes };
    let curve = |class: usize| {
        FullCurve::new(class as u32, given.iter().map(|&(label, row)| (row[class], label as usize == class)).collect())
    };
    let all: Vec<Option<FullCurve>> = shown.map(curve).collect();
    let areas = all.iter().map(|curve| curve.as_ref().map(|curve| Nine(curve.area))).collect();
    let mut known: Vec<FullCurve> = all.into_iter().flatten().collect();
    if known.len() > CURVES {
        known.sort_by(|a, b| a.area.total_cmp(&b.area).then(a.class.cmp(&b.class)));
        known.truncate(CURVES);
    }
    let roc = known.into_iter().map(|FullCurve { class, area, points }| Roc {
        class,
        area: Nine(area),
        points: thinned(&points).into_iter().map(|(x, y)| (Five(x), Five(y))).collect(),
    });
    (roc.collect(), areas)
}

impl FullCurve {
    /// The curve of rows, given the class's probability and whether they are of the class; `None` where all are or none.
    fn new(class: u32, mut rows: Vec<(f32, bool)>) -> Option<FullCurve> {
        let area = roc_area(rows.iter().map(|&(probability, is_positive)| (probability.into(), is_positive)))?;
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = rows.iter().filter(|row| row.1).count() as f64;
        let negatives = rows.len() as f64 - positives;
        // Counts are summed, not shares, so that the last corner is exactly (1, 1).
        let (mut others, mut found) = (0.0, 0.0);
        let mut points = vec![(0.0, 0.0)];
        for equal in rows.chunk_by(|a, b| a.0 == b.0) {
            let hits = equal.iter().filter(|row| row.1).count() as f64;
            let misses = equal.len() as f64 - hits;
            others += misses;
            found += hits;
            points.push((others / negatives, found / positives));
        }
        Some(FullCurve { class, area, points })
    }
}

/// The last point of each of a number of sections of equal length, the length being that along both axes.
fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    let part = |&(x, y): &Point| ((x + y) / 2.0 * (POINTS - 2) as f64) as usize;
    let ends = points.windows(2).filter(|pair| part(&pair[0]) != part(&pair[1])).map(|pair| pair[0]);
    let first = points.first().copied();
    let last = points.last().copied();
    let mut kept: Vec<Point> = first.into_iter().chain(ends).chain(last).collect();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::Task;
    use crossfold_study::{Metric, Scorer, Tally, Truth};

    /// Rows with ties. The reference is the metric's own code, which counts pairs.
    #[test]
    fn the_area_equals_the_metric_and_thinned_curves_keep_their_ends() {
        let labels: Vec<u32> = (0..3000).map(|row: u32| u32::from(row * row % 7 < 3)).collect();
        let second = |(row, &label): (u32, &u32)| (row * 31 % 997) as f32 / 2000.0 + label as f32 * 0.25;
        let probabilities: Vec<[f32; 2]> = (0..).zip(&labels).map(second).map(|p| [1.0 - p, p]).collect();
        let given: Vec<ClassifiedRow<'_>> =
            labels.iter().zip(&probabilities).map(|(&label, row)| (label, &row[..])).collect();
        let (roc, areas) = curves(&given, 2);
        let tally = Tally::empty(Task::Classification);
        let scored = Scorer::default().score(tally, &Truth::Labels(labels.clone()), probabilities.as_flattened());
        let metric = scored.get(Metric::RocAuc).unwrap();
        assert!((roc[0].area.0 - metric).abs() < 1e-12, "{} {metric}", roc[0].area.0);
        assert_eq!((roc.len(), areas.len(), roc[0].class), (1, 1, 1));
        let points = &roc[0].points;
        assert!(points.len() <= POINTS && points.len() > 100, "{}", points.len());
        let [first, .., last] = &points[..] else { panic!() };
        assert_eq!((first.0.0, first.1.0, last.0.0, last.1.0), (0.0, 0.0, 1.0, 1.0));
    }

    #[test]
    fn rows_of_one_class_have_no_curve() {
        let (roc, areas) = curves(&[(0, &[0.5, 0.5]), (0, &[1.0, 0.0])], 2);
        assert!(roc.is_empty() && areas == [None]);
    }
}
