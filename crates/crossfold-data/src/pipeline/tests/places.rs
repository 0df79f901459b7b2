//! Which inputs a column has.

use std::sync::Arc;

use super::*;
use crate::dataset::{Dataset, Features};

/// Permuting the inputs of a column together is permuting the column itself, whatever its steps, with and without selection.
#[test]
fn shuffling_the_inputs_of_a_column_is_shuffling_the_column() {
    let Example { table, regression, train, .. } = example(0);
    let encode = |encode| ColumnSteps::Categorical(CategoricalSteps { encode, ..CategoricalSteps::default() });
    for select in [None, Some(4)] {
        let steps = Preprocessing {
            numeric: NumericSteps { indicator: true, ..NumericSteps::default() },
            date: NumericSteps { encode: NumericEncode::Piecewise { bins: 4 }, ..NumericSteps::default() },
            columns: BTreeMap::from([
                ("team".to_owned(), encode(Encode::Embedding(None))),
                ("street".to_owned(), encode(Encode::Target(Smoothing::Auto))),
            ]),
            select,
            ..Preprocessing::default()
        };
        let pipeline = fit(&table, &regression, &train, &steps);
        let embedded = pipeline.embeddings().len();
        assert_eq!(pipeline.dense_inputs().len() + embedded, pipeline.inputs());
        let donors: Vec<u32> = (0..table.rows() as u32).rev().collect();
        let targets = Arc::new(Targets::Numbers(vec![0.0; table.rows()]));
        let rows = Dataset::new(Features::Floats(pipeline.transform(&table)), targets);
        let places = pipeline.places();
        assert_eq!(places.iter().map(|(_, places)| places.len()).sum::<usize>(), pipeline.inputs());
        for (name, places) in places {
            let columns = table.columns().iter().map(|column| match column.name == name {
                true => Column { values: column.values.select_rows(&donors), ..column.clone() },
                false => column.clone(),
            });
            let shuffled = pipeline.transform(&Table::new(columns.collect()));
            let mixed = rows.with_features_of(&places, &donors);
            assert!(*mixed.features() == Features::Floats(shuffled), "{name}, {select:?}");
        }
    }
}
