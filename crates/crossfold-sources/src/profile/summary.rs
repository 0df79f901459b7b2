//! Summary statistics of a column.

use crossfold_data::{Column, MISSING, Values, statistics};
use crossfold_study::ColumnKind;

/// A column's values, by its kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Summary {
    /// No value in any row.
    Nothing,
    Numbers(Numbers),
    /// Days since 1970-01-01.
    Dates {
        first: f64,
        last: f64,
    },
    Boolean {
        yes: usize,
        no: usize,
    },
    Levels(Levels),
}

/// Statistics of a column of numbers, in the column's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    pub least: f64,
    /// The quartiles, with linear interpolation as in NumPy.
    pub quartiles: [f64; 3],
    pub greatest: f64,
    pub mean: f64,
    /// The population standard deviation.
    pub deviation: f64,
}

/// Statistics of a column of levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The most frequent levels with their numbers of rows; ties are ordered by name.
    pub commonest: Vec<(String, usize)>,
}

/// The maximum number of levels in [`Levels::commonest`].
const MAX_NAMED: usize = 5;

/// A column's values in the form that all statistics are computed from.
pub(super) enum Sorted {
    /// The numbers that aren't missing, ascending.
    Numbers(Vec<f64>),
    /// The number of rows of each level.
    Levels(Vec<usize>),
}

impl Sorted {
    pub(super) fn new(values: &Values) -> Sorted {
        match values {
            Values::Numbers(numbers) => {
                // Adding 0.0 turns -0 into 0.
                let mut sorted: Vec<f64> = numbers.iter().filter(|x| !x.is_nan()).map(|x| x + 0.0).collect();
                sorted.sort_unstable_by(f64::total_cmp);
                Sorted::Numbers(sorted)
            }
            Values::Levels { codes, levels } => {
                let mut counts = vec![0; levels.len()];
                codes.iter().filter(|&&code| code != MISSING).for_each(|&code| counts[code as usize] += 1);
                Sorted::Levels(counts)
            }
        }
    }

    /// The number of distinct values.
    pub(super) fn distinct(&self) -> usize {
        match self {
            Sorted::Numbers(sorted) => sorted.chunk_by(|a, b| a == b).count(),
            Sorted::Levels(counts) => counts.iter().filter(|&&count| count > 0).count(),
        }
    }

    /// The number of rows with a value.
    pub(super) fn present(&self) -> usize {
        match self {
            Sorted::Numbers(sorted) => sorted.len(),
            Sorted::Levels(counts) => counts.iter().sum(),
        }
    }
}

impl Summary {
    pub(super) fn new(column: &Column, sorted: &Sorted) -> Summary {
        match (sorted, column.kind) {
            _ if sorted.present() == 0 => Summary::Nothing,
            (Sorted::Numbers(sorted), ColumnKind::Date) => {
                Summary::Dates { first: sorted[0], last: sorted[sorted.len() - 1] }
            }
            (Sorted::Numbers(sorted), ColumnKind::Boolean) => {
                let no = sorted.partition_point(|&number| number < 0.5);
                Summary::Boolean { yes: sorted.len() - no, no }
            }
            (Sorted::Numbers(sorted), _) => Summary::Numbers(Numbers::new(sorted)),
            (Sorted::Levels(_), _) => Summary::Levels(Levels { commonest: Levels::count(&column.values, MAX_NAMED) }),
        }
    }
}

impl Levels {
    /// The levels that occur with their numbers of rows, the most frequent first, at most `most`.
    pub(super) fn count(values: &Values, most: usize) -> Vec<(String, usize)> {
        let (Values::Levels { levels, .. }, Sorted::Levels(counts)) = (values, Sorted::new(values)) else {
            return Vec::new();
        };
        let mut places: Vec<usize> = (0..levels.len()).filter(|&place| counts[place] > 0).collect();
        places.sort_by_key(|&place| std::cmp::Reverse(counts[place]));
        places.truncate(most);
        places.into_iter().map(|place| (levels[place].clone(), counts[place])).collect()
    }
}

impl Numbers {
    /// The statistics of ascending values, at least one.
    fn new(sorted: &[f64]) -> Numbers {
        let mean = statistics::mean(sorted.iter().copied());
        Numbers {
            least: sorted[0],
            quartiles: [0.25, 0.5, 0.75].map(|share| statistics::percentile(sorted, share)),
            greatest: sorted[sorted.len() - 1],
            mean,
            deviation: statistics::deviation(sorted.iter().copied(), mean),
        }
    }
}

/// The third standardised moment; 0 for equal numbers.
pub(super) fn skewness(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let mean = statistics::mean(numbers.clone());
    let deviation = statistics::deviation(numbers.clone(), mean);
    let cubes = numbers.map(|x| ((x - mean) / deviation).powi(3));
    if deviation > 0.0 { statistics::mean(cubes) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are from Python's `statistics`: for x = [1, 2, 4, 8, 16, 32], `quantiles(x, n=4,
    /// method='inclusive')` is [2.5, 6, 14], `mean(x)` 10.5, `pstdev(x)` 10.828203913853857, and the third central
    /// moment over the cube of the latter 1.0952208831357406.
    #[test]
    fn statistics_match_python() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let Numbers { least, quartiles, greatest, mean, deviation } = Numbers::new(&sorted);
        assert_eq!((least, quartiles, greatest, mean), (1.0, [2.5, 6.0, 14.0], 32.0, 10.5));
        assert!((deviation - 10.828_203_913_853_857).abs() < 1e-12, "{deviation}");
        let skewness = skewness(sorted.into_iter());
        assert!((skewness - 1.095_220_883_135_740_6).abs() < 1e-12, "{skewness}");
    }
}
