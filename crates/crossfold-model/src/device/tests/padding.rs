//! The padding of sequences has no effect.

use super::*;

const SHAPE: Shape = Shape { inputs: 15, outputs: 3, looked_up: 0, form: Form::Sequence { steps: 5 } };
const LENGTHS: [u32; 6] = [2, 5, 1, 3, 5, 4];

fn each_network(check: impl Fn(&Configuration, &str, Make<f64>, &Parameters<f64>)) {
    for &cell in Cell::ALL {
        for &summary in Summary::ALL {
            let configuration =
                Configuration { optimizer: SGD, ..recurrent(cell, &[(4, 0.0), (3, 0.0)], true, summary) };
            let initial =
                Parameters::draw(configuration.init, &configuration.fitting_layers(SHAPE), &[], &mut Seed(3).subset());
            for (kind, make) in implementations() {
                check(&configuration, &format!("{cell} {summary} on {kind}"), make, &initial);
            }
        }
    }
}

/// Features of rows, with `padding` after each sequence's end.
fn batch(padding: f64) -> Batch<f64> {
    let mut generator = Seed(4).subset();
    let features = LENGTHS.iter().flat_map(|&length| {
        let row: Vec<f64> = (0..SHAPE.inputs).map(|_| generator.uniform(-2.0, 2.0)).collect();
        row.into_iter().enumerate().map(move |(at, value)| if at < 3 * length as usize { value } else { padding })
    });
    Batch::given(features.collect(), vec![0, 1, 2, 0, 1, 2]).with_lengths(Some(LENGTHS.to_vec()))
}

#[test]
fn padding_has_no_effect() {
    each_network(|configuration, what, make, initial| {
        let trained = [0.0, -7.5, f64::NAN].map(|padding| {
            let mut network = make(configuration, SHAPE, &configuration.fitting_layers(SHAPE), initial.clone());
            let loss = network.train(&batch(padding), &Masks::none(), 0.5).loss();
            let logits = network.logits(&batch(padding));
            [vec![loss], logits.to_vec(), cases::trained(&network.parameters())].concat()
        });
        let bits = trained.map(|values| values.into_iter().map(f64::to_bits).collect::<Vec<_>>());
        assert!(bits[0] == bits[1] && bits[0] == bits[2], "{what}");
    });
}

#[test]
fn rows_have_the_same_result_alone_and_in_a_batch() {
    each_network(|configuration, what, make, initial| {
        let mut network = make(configuration, SHAPE, &configuration.fitting_layers(SHAPE), initial.clone());
        let batch = batch(0.0);
        let together = network.logits(&batch);
        for (row, &length) in LENGTHS.iter().enumerate() {
            let own = batch.features()[row * SHAPE.inputs..][..3 * length as usize].to_vec();
            let shape = Shape::sequence(length as usize, 3, 3);
            let mut network = make(configuration, shape, &configuration.fitting_layers(shape), initial.clone());
            let alone = network.logits(&Batch::given(own, vec![0]));
            let together = &together[row * 3..][..3];
            assert!(alone.iter().zip(together).all(|(a, b)| (a - b).abs() < 1e-14), "{what}: {alone:?} {together:?}");
        }
    });
}
