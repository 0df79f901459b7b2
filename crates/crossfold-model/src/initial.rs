//! Initialisation of a network's parameters.

use crossfold_data::Embedding;
use crossfold_kernels::Real;
use crossfold_network::{Init, Layer, Role, TensorSpec, tensors};
use crossfold_study::Generator;

use crate::parameters::{Parameters, Table, Tensor};

impl<E: Real> Parameters<E> {
    /// Draws the tensors of `layers` in their order by the rule `init`, then the tables, uniformly from ±0.05 like
    /// Keras' `Embedding`.
    pub(crate) fn draw(
        init: Init,
        layers: &[Layer],
        embeddings: &[Embedding],
        generator: &mut Generator,
    ) -> Parameters<E> {
        let tensors = tensors(layers).into_iter().map(|spec| {
            let values = draw_tensor(init, &spec, generator).into_iter().map(E::from_f64).collect();
            Tensor { spec, values }
        });
        let tensors = tensors.collect();
        let tables = embeddings.iter().map(|&embedding| {
            let count = embedding.levels * embedding.width;
            Table { embedding, values: (0..count).map(|_| E::from_f64(generator.uniform(-0.05, 0.05))).collect() }
        });
        Parameters { tensors, tables: tables.collect() }
    }
}

/// Draws one tensor: uniformly within a bound by the rule `init`, or as its role requires.
fn draw_tensor(init: Init, spec: &TensorSpec, generator: &mut Generator) -> Vec<f64> {
    let [fan_in, fan_out] = spec.fans.map(|fan| fan as f64);
    let mut within = |bound: f64| (0..spec.len()).map(|_| generator.uniform(-bound, bound)).collect();
    let zeros = || vec![0.0; spec.len()];
    match (spec.role, init) {
        (Role::Scale | Role::RunningVariance, _) => vec![1.0; spec.len()],
        (Role::Shift | Role::RunningMean, _) => zeros(),
        (Role::Frequency { sigma }, _) => (0..spec.len()).map(|_| sigma * generator.normal()).collect(),
        (Role::Weight { .. } | Role::Bias | Role::GateBias, Init::FanIn) => {
            within(1.0 / (spec.default_fan as f64).sqrt())
        }
        (Role::Weight { .. }, Init::He) => within((6.0 / fan_in).sqrt()),
        (Role::Weight { .. }, Init::Glorot) => within((6.0 / (fan_in + fan_out)).sqrt()),
        (Role::Weight { .. }, Init::Lecun) => within((3.0 / fan_in).sqrt()),
        (Role::Weight { gates }, Init::Orthogonal) => {
            let rows = spec.shape[0] / gates;
            (0..gates).flat_map(|_| orthogonal(rows, spec.len() / spec.shape[0], generator)).collect()
        }
        (Role::Bias, Init::He | Init::Glorot | Init::Lecun | Init::Orthogonal) => zeros(),
        // The forget gate is open initially (Jozefowicz, Zaremba and Sutskever 2015).
        (Role::GateBias, Init::He | Init::Glorot | Init::Lecun | Init::Orthogonal) => {
            let nodes = spec.len() / 4;
            (0..spec.len()).map(|place| if place / nodes == 1 { 1.0 } else { 0.0 }).collect()
        }
    }
}

/// Returns a matrix of `rows` × `columns` whose rows, or columns if these are fewer, are orthonormal: normal draws,
/// each orthogonalised against those before it by the Gram–Schmidt process.
fn orthogonal(rows: usize, columns: usize, generator: &mut Generator) -> Vec<f64> {
    let (few, many) = (rows.min(columns), rows.max(columns));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(few);
    while basis.len() < few {
        let mut vector: Vec<f64> = (0..many).map(|_| generator.normal()).collect();
        // Orthogonalising twice is enough for orthogonality to the last digits.
        for other in basis.iter().chain(&basis) {
            let product: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(other).for_each(|(value, &b)| *value -= product * b);
        }
        let length = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
        basis.push(vector);
    }
    let place = |row: usize, column: usize| if rows <= columns { basis[row][column] } else { basis[column][row] };
    (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| place(r, c)).collect()
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Activation, Cell, Configuration, Front, HiddenLayer, Recurrence, Shape, Summary};
    use crossfold_study::Seed;

    use super::*;

    #[test]
    fn initial_values_are_uniform_within_their_bound() {
        let mlp = |init| Configuration {
            hidden: vec![HiddenLayer { nodes: 300, dropout: 0.0 }],
            activation: Some(Activation::Relu),
            init,
            ..Configuration::default()
        };
        for (init, bounds, biases) in [
            (Init::FanIn, [0.1, 1.0 / 300f64.sqrt()], true),
            (Init::He, [(6f64 / 100.0).sqrt(), (6f64 / 300.0).sqrt()], false),
            (Init::Glorot, [(6f64 / 400.0).sqrt(), (6f64 / 307.0).sqrt()], false),
            (Init::Lecun, [(3f64 / 100.0).sqrt(), (3f64 / 300.0).sqrt()], false),
        ] {
            let Parameters { tensors, .. } = Parameters::<f64>::draw(
                init,
                &mlp(init).fitting_layers(Shape::dense(100, 7)),
                &[],
                &mut Seed(1).subset(),
            );
            assert_eq!(
                tensors.iter().map(|tensor| &tensor.spec.shape[..]).collect::<Vec<_>>(),
                [&[300, 100][..], &[300], &[7, 300], &[7]]
            );
            for (layer, bound) in tensors.chunks(2).zip(bounds) {
                let bias_bound = if biases { bound } else { 0.0 };
                assert!(layer[1].values.iter().all(|value| value.abs() <= bias_bound), "{init}");
                let weights = &layer[0].values;
                assert!(weights.iter().all(|value| value.abs() <= bound), "{init}");
                let count = weights.len() as f64;
                // The variance of a uniform distribution is bound²/3. The standard deviation of the mean is its root /
                // √count.
                let mean = weights.iter().sum::<f64>() / count;
                let square = weights.iter().map(|value| value * value).sum::<f64>() / count;
                assert!(mean.abs() < 4.0 * bound / (3.0 * count).sqrt(), "{init} {mean}");
                assert!((square / (bound * bound / 3.0) - 1.0).abs() < 4.0 * 0.9 / count.sqrt(), "{init} {square}");
            }
        }
    }

    #[test]
    fn rows_or_columns_are_orthonormal() {
        for (rows, columns) in [(3, 7), (7, 3), (5, 5)] {
            let matrix = orthogonal(rows, columns, &mut Seed(2).subset());
            let at = |row: usize, column: usize| matrix[row * columns + column];
            let few = rows.min(columns);
            for i in 0..few {
                for j in 0..few {
                    let product: f64 = (0..rows.max(columns))
                        .map(|k| if rows <= columns { at(i, k) * at(j, k) } else { at(k, i) * at(k, j) })
                        .sum();
                    assert!((product - f64::from(u8::from(i == j))).abs() < 1e-12, "{rows}×{columns}: {product}");
                }
            }
        }
    }

    #[test]
    fn forget_gate_biases_begin_at_one() {
        let recurrence = Recurrence {
            cell: Cell::Lstm,
            layers: vec![HiddenLayer { nodes: 2, dropout: 0.0 }],
            bidirectional: false,
            summary: Summary::Last,
        };
        let configuration =
            Configuration { front: Front::Recurrence(recurrence), init: Init::Glorot, ..Configuration::default() };
        let layers = configuration.fitting_layers(Shape::sequence(4, 3, 2));
        let parameters = Parameters::<f64>::draw(Init::Glorot, &layers, &[], &mut Seed(1).subset());
        assert_eq!(parameters.tensors[2].values, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(parameters.tensors[3].values, [0.0; 8]);
    }
}
