//! Training time per row, estimated from a few measurements.

use crossfold_network::{Configuration, Shape, Shapes};

use crate::decide::data_size::DataSize;

/// A measured speed of training.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a> {
    pub configuration: &'a Configuration,
    /// Above 0.
    pub seconds_per_row: f64,
}

/// The training time of a row as a linear function of its cost drivers: arithmetic, activations, draws for dropout,
/// pooling and normalisation, augmentation, the optimizer's update of all parameters at each step, and the step itself.
#[derive(Clone, Debug)]
pub struct CostModel {
    shapes: Shapes,
    /// Seconds per unit of each of [`cost_drivers`]; none is below 0.
    seconds: [f64; COST_DRIVERS],
}

const COST_DRIVERS: usize = 9;

impl CostModel {
    /// Fits the costs to `probes` by least squares of relative errors.
    pub fn new(shapes: impl Into<Shapes>, probes: &[Probe<'_>]) -> CostModel {
        let shapes = shapes.into();
        let rows: Vec<[f64; COST_DRIVERS]> = probes
            .iter()
            .map(|probe| {
                let drivers = cost_drivers(probe.configuration, shapes.of(probe.configuration));
                drivers.map(|amount| amount / probe.seconds_per_row)
            })
            .collect();
        CostModel { shapes, seconds: non_negative_least_squares(&rows) }
    }

    /// Seconds to train `configuration` on one row once.
    pub fn seconds_per_row(&self, configuration: &Configuration) -> f64 {
        dot(&cost_drivers(configuration, self.shapes.of(configuration)), &self.seconds)
    }
}

/// Seconds per unit of each of [`cost_drivers`], about as `benches/README.md` has them.
const USUAL: [f64; COST_DRIVERS] = [1.2e-11, 1e-11, 1e-11, 5e-10, 9e-10, 5e-10, 1e-9, 6e-10, 3e-6];

/// The seconds that an epoch of a configuration takes on a usual processor: how costly configurations are beside each other,
/// before any was measured.
pub fn usual_epoch_seconds(configuration: &Configuration, data_size: &DataSize) -> f64 {
    data_size.rows as f64 * dot(&cost_drivers(configuration, data_size.shapes.of(configuration)), &USUAL)
}

fn cost_drivers(configuration: &Configuration, shape: Shape) -> [f64; COST_DRIVERS] {
    let batch = f64::from(configuration.batch_size);
    let work = configuration.work(shape);
    let augmented = if configuration.augmentation.is_none() { 0.0 } else { shape.inputs as f64 };
    [
        configuration.training_flops(shape) as f64,
        // Products of other shapes, which run at other speeds.
        work.convolution_products as f64,
        work.recurrent_products as f64,
        work.activations as f64,
        work.draws as f64,
        work.passes as f64,
        augmented,
        configuration.parameters(shape) as f64 / batch,
        1.0 / batch,
    ]
}

/// β ≥ 0 that minimises Σ(1 − x·β)², one coordinate at a time (Franc, Hlaváč and Navara 2005,
/// "Sequential coordinate-wise algorithm for the non-negative least squares problem").
fn non_negative_least_squares<const N: usize>(rows: &[[f64; N]]) -> [f64; N] {
    const SWEEPS: usize = 20_000;
    let column = |j: usize| rows.iter().map(move |row| row[j]);
    let product = |j: usize, k: usize| column(j).zip(column(k)).map(|(x, y)| x * y).sum::<f64>();
    let gram: [[f64; N]; N] = std::array::from_fn(|j| std::array::from_fn(|k| product(j, k)));
    let sums: [f64; N] = std::array::from_fn(|j| column(j).sum());
    let mut beta = [0.0; N];
    for _ in 0..SWEEPS {
        for j in 0..N {
            if gram[j][j] > 0.0 {
                beta[j] = f64::max(0.0, beta[j] + (sums[j] - dot(&gram[j], &beta)) / gram[j][j]);
            }
        }
    }
    beta
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Activation, HiddenLayer};

    use super::*;

    fn network(nodes: &[u32], dropout: f64, batch_size: u32) -> Configuration {
        Configuration {
            hidden: nodes.iter().map(|&nodes| HiddenLayer { nodes, dropout }).collect(),
            activation: (!nodes.is_empty()).then_some(Activation::Relu),
            batch_size,
            ..Configuration::default()
        }
    }

    /// Reference: `scipy.optimize.nnls` of SciPy 1.17.1; without the bound, each has a negative
    /// coefficient.
    #[test]
    fn least_squares_match_scipy() {
        let check = |rows: &[[f64; 4]], reference: [f64; 4]| {
            let beta = non_negative_least_squares(rows);
            assert!(beta.iter().zip(reference).all(|(b, r)| (b - r).abs() < 1e-7), "{beta:?}");
        };
        check(
            &[
                [1.0, 2.0, 0.5, 3.0],
                [2.0, 3.0, 1.0, 1.0],
                [3.0, 5.0, 0.1, 2.0],
                [1.0, 1.0, 4.0, 1.0],
                [0.5, 9.0, 2.0, 4.0],
                [4.0, 6.0, 1.0, 0.2],
            ],
            [0.226_878_79, 0.0, 0.142_866_69, 0.184_068_31],
        );
        check(
            &[
                [1.0, 2.0, 5.0, 3.0],
                [2.0, 3.0, 2.0, 1.0],
                [3.0, 5.0, 2.0, 2.0],
                [1.0, 1.0, 4.0, 1.0],
                [0.5, 9.0, 2.0, 4.0],
                [9.0, 6.0, 2.0, 2.0],
            ],
            [0.028_299_73, 0.074_346_92, 0.201_119_21, 0.0],
        );
    }

    /// A machine with 10¹¹ operations a second, 1 ns an activation, 2 ns a draw for dropout, 0.1 ns
    /// a parameter and 20 µs a step, its microseconds a row worked out in Python. 784-256-128-10
    /// with dropout in batches of 128 takes 10.071 + 0.384 + 0.768 + 0.184 + 0.156.
    #[test]
    fn unmeasured_networks_cost_the_sum_of_their_parts() {
        let measured = [
            (network(&[64], 0.4, 32), 3.0215),
            (network(&[64], 0.0, 64), 2.5015),
            (network(&[64], 0.2, 256), 2.3354),
            (network(&[128], 0.0, 32), 5.1619),
            (network(&[128], 0.2, 64), 4.9464),
            (network(&[128], 0.4, 256), 4.5928),
            (network(&[64, 64], 0.4, 32), 3.4722),
            (network(&[64, 64], 0.0, 64), 2.8177),
            (network(&[64, 64], 0.2, 256), 2.7748),
            (network(&[128, 128], 0.0, 32), 6.3246),
            (network(&[128, 128], 0.2, 64), 6.3392),
            (network(&[128, 128], 0.4, 256), 5.9662),
        ];
        let probes: Vec<Probe<'_>> = measured
            .iter()
            .map(|(configuration, microseconds)| Probe { configuration, seconds_per_row: microseconds * 1e-6 })
            .collect();
        let estimate = CostModel::new(Shape::dense(784, 10), &probes);
        let check = |configuration: Configuration, microseconds: f64| {
            let estimated = estimate.seconds_per_row(&configuration) * 1e6;
            assert!((estimated / microseconds - 1.0).abs() < 0.01, "{estimated} {microseconds}");
        };
        check(network(&[256, 128], 0.3, 128), 11.563);
        check(network(&[512], 0.0, 1), 77.581);
        check(network(&[], 0.0, 64), 0.6384);
    }

    /// One probe can't separate the costs, but its own time is reproduced.
    #[test]
    fn a_single_probe_is_reproduced() {
        let configuration = network(&[64], 0.5, 64);
        let estimate =
            CostModel::new(Shape::dense(784, 10), &[Probe { configuration: &configuration, seconds_per_row: 3e-6 }]);
        assert!((estimate.seconds_per_row(&configuration) / 3e-6 - 1.0).abs() < 1e-9);
    }
}
