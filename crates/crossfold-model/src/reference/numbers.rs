//! Embeddings of numbers.

use std::f64::consts::TAU;

use burn::tensor::activation::relu;
use burn::tensor::{Element, Int, Tensor, TensorData};
use crossfold_kernels::Real;
use crossfold_network::NumbersLayer;

use super::pass::Pass;
use super::values::Values;

pub(super) fn forward<E: Real + Element>(values: Values, sizes: &NumbersLayer, pass: &mut Pass<'_, E>) -> Values {
    let rows = values.into_rows();
    let [count, _] = rows.dims();
    let [numbers, size, features] = [sizes.numbers, sizes.size(), sizes.features()];
    let frequencies = sizes.frequencies().map(|frequencies| pass.next_tensor([1, numbers, frequencies]));
    let weight: Tensor<3> = pass.next_tensor([numbers, size, features]);
    let bias: Tensor<2> = pass.next_tensor([1, numbers * size]);
    let select = |places: &[u32]| {
        let places: Vec<i64> = places.iter().map(|&place| place.into()).collect();
        let shape = [places.len()];
        rows.clone().select(1, Tensor::<1, Int>::from_data(TensorData::new(places, shape), pass.device))
    };
    let own = select(&sizes.places).reshape([count, numbers, sizes.width]);
    let inputs = match frequencies {
        None => own,
        Some(frequencies) => {
            let angles = own * frequencies * TAU;
            Tensor::cat(vec![angles.clone().cos(), angles.sin()], 2)
        }
    };
    let products = inputs.swap_dims(0, 1).matmul(weight.swap_dims(1, 2)).swap_dims(0, 1);
    let embedded = relu(products.reshape([count, numbers * size]) + bias);
    let others = sizes.others();
    Values::Flat(if others.is_empty() { embedded } else { Tensor::cat(vec![embedded, select(&others)], 1) })
}
