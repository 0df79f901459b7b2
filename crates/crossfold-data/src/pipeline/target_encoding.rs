//! Target encoding: a level becomes the mean target of its rows (Micci-Barreca 2001, "A preprocessing scheme for
//! high-cardinality categorical attributes in classification and prediction problems", ACM SIGKDD Explorations 3(1)).

use crossfold_study::{Generator, Smoothing};
use serde::{Deserialize, Serialize};

use super::scaling::Scaling;
use crate::folds::{complement, deal};
use crate::targets::Targets;
use crate::view::TrainingView;
use crate::{statistics, strata};

/// An encoding that is fitted to all training rows, for other rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TargetEncoding {
    outputs: Vec<Output>,
}

/// The encoding of one class, or of the numeric target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    name: String,
    means: Means,
    /// Fitted to the training rows' encodings without their own targets, whose spread is smaller.
    scaling: Scaling,
}

/// One shrunk mean per level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Means {
    #[serde(with = "crate::exact::numbers")]
    levels: Vec<f64>,
    /// The mean of all rows, which stands for levels without rows.
    #[serde(with = "crate::exact::number")]
    all: f64,
}

impl TargetEncoding {
    pub(super) fn inputs(&self) -> usize {
        self.outputs.len()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.outputs.iter().map(|output| output.name.as_str())
    }

    /// Checks an encoding of a column with this number of `levels`.
    pub(super) fn check(&self, levels: usize) -> Result<(), &'static str> {
        if self.outputs.iter().any(|output| output.means.levels.len() != levels) {
            return Err("an output has a mean a level");
        }
        self.outputs.iter().try_for_each(|output| output.scaling.check())
    }

    /// Writes one input per output. `own` are means to use in place of those learnt from all training rows.
    pub(super) fn write(&self, place: Option<u32>, own: Option<&[f64]>, inputs: &mut [f64]) {
        for (index, (output, input)) in self.outputs.iter().zip(inputs).enumerate() {
            *input = output.scaling.apply(own.map_or_else(|| output.means.level(place), |own| own[index]));
        }
    }
}

/// Cross-fitting: the training rows are split into parts, and each part is encoded by means over others.
pub(super) struct CrossFitting<'a> {
    targets: &'a Targets,
    /// At least one.
    parts: Vec<EncodedPart>,
}

/// Rows that are encoded together; indices of training rows, ascending.
struct EncodedPart {
    rows: Vec<u32>,
    /// The rows whose means encode them.
    by: Vec<u32>,
    /// Whether the encoding of each row is the mean of all of `by`, because no level's mean may be used.
    is_blind: bool,
}

impl<'a> CrossFitting<'a> {
    const PARTS: usize = 5;

    /// Divides the rows as new rows will differ from them: with an order in time into stretches of periods, otherwise
    /// at random, but clusters stay together.
    pub(super) fn new(view: &'a TrainingView<'_>, generator: Generator) -> CrossFitting<'a> {
        let targets = view.targets().known();
        let in_order = view.periods().and_then(|(periods, gap)| CrossFitting::in_order(&periods, gap));
        let parts = in_order.unwrap_or_else(|| {
            let parts = CrossFitting::deal_clusters(targets, &view.clusters(), generator);
            CrossFitting::by_others(parts, targets.len())
        });
        CrossFitting { targets, parts }
    }

    /// Cuts the periods into stretches. Each is encoded by the rows before it and before the gap, as validation rows
    /// are. Where there are none, the encoding is the same for all levels. `None` if there
    /// are too few periods.
    fn in_order(periods: &[u32], gap: u32) -> Option<Vec<EncodedPart>> {
        let count = periods.iter().max().map_or(0, |&last| last as usize + 1);
        let stretches = count.min(CrossFitting::PARTS);
        let part = |stretch: usize| {
            let [start, end] = [stretch, stretch + 1].map(|edge| (edge * count / stretches) as u32);
            let select = |is_wanted: &dyn Fn(u32) -> bool| -> Vec<u32> {
                (0..).zip(periods).filter(|(_, period)| is_wanted(**period)).map(|(row, _)| row).collect()
            };
            let rows = select(&|period| (start..end).contains(&period));
            let before = select(&|period| period + gap < start);
            if before.is_empty() {
                EncodedPart { rows, by: select(&|period| period >= end), is_blind: true }
            } else {
                EncodedPart { rows, by: before, is_blind: false }
            }
        };
        // Every stretch but the last has rows after it, and the last has rows before it and its gap.
        let last = (stretches - 1) * count / stretches;
        ((gap as usize) < last).then(|| (0..stretches).map(part).collect())
    }

    /// Shuffles the rows of each class and deals them to the parts. A cluster stays together and counts as its first
    /// row, because each of its rows would reveal the targets of the others.
    fn deal_clusters(targets: &Targets, clusters: &[u32], mut generator: Generator) -> Vec<Vec<u32>> {
        let mut firsts = vec![0; clusters.iter().max().map_or(0, |&last| last as usize + 1)];
        clusters.iter().enumerate().rev().for_each(|(row, &number)| firsts[number as usize] = row);
        let mut strata = match targets {
            Targets::Classes { labels, names } => {
                let labels: Vec<u32> = firsts.iter().map(|&row| labels[row]).collect();
                strata::by_class(&labels, names.len())
            }
            Targets::Numbers(_) => vec![(0..firsts.len() as u32).collect()],
        };
        strata.iter_mut().for_each(|stratum| generator.shuffle(stratum));
        let mut part_of = vec![0; firsts.len()];
        for (part, numbers) in deal(&strata, CrossFitting::PARTS).into_iter().enumerate() {
            numbers.into_iter().for_each(|number| part_of[number as usize] = part);
        }
        let mut parts = vec![Vec::new(); CrossFitting::PARTS];
        for (row, &number) in (0..).zip(clusters) {
            parts[part_of[number as usize]].push(row);
        }
        parts
    }

    /// Each part is encoded by all others. If there is only one part, no row can be encoded without its own target. All
    /// levels then have the same mean, and the encoding is 0 everywhere.
    fn by_others(mut parts: Vec<Vec<u32>>, rows: usize) -> Vec<EncodedPart> {
        parts.retain(|part| !part.is_empty());
        let is_blind = parts.len() == 1;
        let part = |rows_of_part: Vec<u32>| {
            let by = if is_blind { Vec::new() } else { rows_of_part.clone() };
            EncodedPart { by: complement(rows as u32, &by), rows: rows_of_part, is_blind }
        };
        parts.into_iter().map(part).collect()
    }

    /// Learns the encoding of a column with this number of `levels`. `places` are the training rows' levels. Also
    /// returns the means without each training row's own target: training rows × outputs, row by row.
    pub(super) fn fit(
        &self,
        places: &[Option<u32>],
        levels: usize,
        smoothing: Smoothing,
    ) -> (TargetEncoding, Vec<f64>) {
        // If no row can be encoded by its level, the network can't learn from levels.
        let unknown = vec![None; places.len()];
        let places = if self.parts.iter().all(|part| part.is_blind) { &unknown } else { places };
        let encoded = self.encode(places, levels, smoothing);
        let count = self.names().count();
        let outputs = self.names().enumerate().map(|(output, name)| {
            let encoded: Vec<f64> = encoded.iter().copied().skip(output).step_by(count).collect();
            let rows: Vec<_> = (0..).zip(places).map(|(row, &place)| (place, self.target(output, row))).collect();
            Output {
                name: name.to_owned(),
                means: Means::fit(&rows, levels, smoothing),
                scaling: Scaling::standard(&encoded),
            }
        });
        (TargetEncoding { outputs: outputs.collect() }, encoded)
    }

    fn encode(&self, places: &[Option<u32>], levels: usize, smoothing: Smoothing) -> Vec<f64> {
        let outputs = self.names().count();
        let mut encoded = vec![0.0; places.len() * outputs];
        for EncodedPart { rows, by, is_blind } in &self.parts {
            let place = |row: u32| if *is_blind { None } else { places[row as usize] };
            for output in 0..outputs {
                let by: Vec<_> = by.iter().map(|&row| (place(row), self.target(output, row as usize))).collect();
                let means = Means::fit(&by, levels, smoothing);
                for &row in rows {
                    encoded[row as usize * outputs + output] = means.level(place(row));
                }
            }
        }
        encoded
    }

    /// The names of the outputs: the second of two classes, all of more than two, or `mean`.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        let (classes, mean) = match self.targets {
            Targets::Classes { names, .. } => (&names[first(names)..], None),
            Targets::Numbers(_) => (&[][..], Some("mean")),
        };
        classes.iter().map(String::as_str).chain(mean)
    }

    fn target(&self, output: usize, row: usize) -> f64 {
        match self.targets {
            Targets::Classes { labels, names } => f64::from(labels[row] as usize == first(names) + output),
            Targets::Numbers(numbers) => numbers[row],
        }
    }
}

/// The first class that has an encoding.
fn first(classes: &[String]) -> usize {
    usize::from(classes.len() == 2)
}

impl Means {
    /// Learns means from the level and target of each row.
    fn fit(rows: &[(Option<u32>, f64)], levels: usize, smoothing: Smoothing) -> Means {
        let targets = rows.iter().map(|&(_, target)| target);
        let all = statistics::mean(targets.clone());
        let known = || rows.iter().filter_map(|&(place, target)| Some((place? as usize, target)));
        let mut counts = vec![0.0; levels];
        let mut own = vec![0.0; levels];
        known().for_each(|(place, target)| {
            counts[place] += 1.0;
            own[place] += target;
        });
        own.iter_mut().zip(&counts).for_each(|(own, count)| *own /= count);
        let weights: Vec<f64> = match smoothing {
            Smoothing::Rows(more) => counts.iter().map(|count| count / (count + more)).collect(),
            Smoothing::Auto => {
                let mut squares = vec![0.0; levels];
                known().for_each(|(place, target)| squares[place] += (target - own[place]).powi(2));
                let between = statistics::variance(targets, all);
                let weight = |(count, squares): (&f64, &f64)| between * count / (between * count + squares / count);
                counts.iter().zip(&squares).map(weight).collect()
            }
        };
        // A level without rows has neither mean nor weight. If all targets are equal, there is no weight.
        let shrunk = |(own, weight): (&f64, &f64)| {
            let shrunk = weight * own + (1.0 - weight) * all;
            if shrunk.is_finite() { shrunk } else { all }
        };
        Means { levels: own.iter().zip(&weights).map(shrunk).collect(), all }
    }

    /// The mean of a level, or of all rows for rare and unseen levels.
    fn level(&self, place: Option<u32>) -> f64 {
        place.map_or(self.all, |place| self.levels[place as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::{assert_near, fixture, read};

    /// The parts are those of scikit-learn's `KFold(5)`.
    #[test]
    fn encodings_match_scikit_learn() {
        for case in fixture("target").as_array().unwrap() {
            let targets: Vec<f64> = read(&case["targets"]);
            let rows = targets.len() as u32;
            let targets = match read::<Option<u32>>(&case["classes"]) {
                None => Targets::Numbers(targets),
                Some(classes) => Targets::Classes {
                    labels: targets.iter().map(|&target| target as u32).collect(),
                    names: (0..classes).map(|class| class.to_string()).collect(),
                },
            };
            let parts = deal(&[(0..rows).collect()], CrossFitting::PARTS);
            let crossed = CrossFitting { targets: &targets, parts: CrossFitting::by_others(parts, rows as usize) };
            let width = crossed.names().count();
            let [train, rows] = ["train", "rows"].map(|part| -> Vec<Option<u32>> {
                let place = |name: &String| ["(missing)", "a", "b", "c", "d"].iter().position(|level| level == name);
                read::<Vec<String>>(&case[part]).iter().map(|name| place(name).map(|place| place as u32)).collect()
            });
            let check = |found: &[f64], expected: &str| {
                let expected: Vec<Vec<f64>> = read(&case[expected]);
                assert_eq!(found.len(), expected.len() * width);
                let pairs = found.iter().zip(expected.iter().flatten());
                pairs.for_each(|(&found, &expected)| assert_near(found, expected, &case["smoothing"]));
            };
            let smoothing: Smoothing = read(&case["smoothing"]);
            let (encoding, without_own) = crossed.fit(&train, 5, smoothing);
            check(&without_own, "without_own");
            let learnt: Vec<f64> = rows
                .iter()
                .flat_map(|&place| encoding.outputs.iter().map(move |output| output.means.level(place)))
                .collect();
            check(&learnt, "learnt");
            let scaled = |place: Option<u32>, own: Option<&[f64]>| {
                let mut inputs = vec![0.0; width];
                encoding.write(place, own, &mut inputs);
                inputs
            };
            check(&rows.iter().flat_map(|&place| scaled(place, None)).collect::<Vec<_>>(), "scaled");
            let own = without_own.chunks(width);
            let own: Vec<f64> = train.iter().zip(own).flat_map(|(&place, own)| scaled(place, Some(own))).collect();
            check(&own, "scaled_without_own");
        }
    }

    #[test]
    fn encoding_excludes_the_rows_own_target() {
        let places: Vec<Option<u32>> = (0..23).map(|row| (row % 4 != 3).then_some(row % 4)).collect();
        let targets: Vec<f64> = (0..23).map(|row| f64::from(row * row % 17)).collect();
        let parts = || CrossFitting::by_others(deal(&[(0..23).collect()], CrossFitting::PARTS), 23);
        for smoothing in [Smoothing::Auto, Smoothing::Rows(2.0)] {
            let encode = |targets: &[f64]| {
                let targets = Targets::Numbers(targets.to_vec());
                CrossFitting { targets: &targets, parts: parts() }.fit(&places, 3, smoothing).1
            };
            let before = encode(&targets);
            for row in 0..23 {
                let mut targets = targets.clone();
                targets[row] = 1e6;
                let after = encode(&targets);
                assert_eq!(before[row].to_bits(), after[row].to_bits());
                assert_ne!(before, after);
            }
        }
    }
}
