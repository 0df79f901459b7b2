//! Values as a process can take them.

use super::Options;

/// How values become standardised ones, and back. Order is kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outputs {
    /// What stands in for values that there aren't: the worst there is.
    worst: f64,
    warp: Warp,
    mean: f64,
    deviation: f64,
}

/// What is done before values are standardised.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Warp {
    None,
    /// Above `from`, a logarithm of the distance from there in units of `unit`.
    Upper {
        from: f64,
        unit: f64,
    },
    /// log(value − from)
    Log {
        from: f64,
    },
}

impl Outputs {
    /// `None` where no value is finite.
    pub(super) fn new(values: &[f64], options: &Options) -> Option<Outputs> {
        let mut finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        let (best, worst) = (*finite.first()?, *finite.last()?);
        let median = finite[finite.len() / 2];
        let warp = match options.warp {
            0 => Warp::None,
            1 => {
                let from = finite[(finite.len() as f64 * options.from) as usize];
                let unit = options.unit * (from - best);
                if unit > 0.0 { Warp::Upper { from, unit } } else { Warp::None }
            }
            _ => {
                let from = best - options.unit * (median - best);
                if from < best { Warp::Log { from } } else { Warp::None }
            }
        };
        let mut outputs = Outputs { worst, warp, mean: 0.0, deviation: 1.0 };
        let warped: Vec<f64> = values.iter().map(|value| outputs.standardised(*value)).collect();
        let count = warped.len() as f64;
        outputs.mean = warped.iter().sum::<f64>() / count;
        let variance = warped.iter().map(|value| (value - outputs.mean).powi(2)).sum::<f64>() / count;
        outputs.deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Some(outputs)
    }

    pub(super) fn standardised(&self, value: f64) -> f64 {
        let value = if value.is_finite() { value } else { self.worst };
        let warped = match self.warp {
            Warp::Upper { from, unit } if value > from => from + unit * libm::log1p((value - from) / unit),
            Warp::None | Warp::Upper { .. } => value,
            Warp::Log { from } => {
                let floor = 1e-3 * (self.worst - from).max(0.0);
                libm::log((value - from).max(floor))
            }
        };
        (warped - self.mean) / self.deviation
    }

    /// How many times as dense as without a warp standardised values are at a value.
    pub(super) fn slope(&self, value: f64) -> f64 {
        match self.warp {
            Warp::Upper { from, unit } if value > from => 1.0 / (1.0 + (value - from) / unit),
            Warp::None | Warp::Upper { .. } | Warp::Log { .. } => 1.0,
        }
    }

    /// The value that is standardised to this.
    pub(super) fn value(&self, standardised: f64) -> f64 {
        let warped = self.mean + self.deviation * standardised;
        match self.warp {
            Warp::Upper { from, unit } if warped > from => from + unit * libm::expm1((warped - from) / unit),
            Warp::None | Warp::Upper { .. } => warped,
            Warp::Log { from } => from + libm::exp(warped),
        }
    }
}
