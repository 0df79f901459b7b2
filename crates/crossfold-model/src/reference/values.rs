//! What goes from layer to layer, and the tensors that layers take.

use burn::tensor::{Device, Element, Tensor, TensorData};
use crossfold_network::{Activation, Form};

use super::activated;
use crossfold_kernels::Real;

/// Rows between two layers.
pub(super) enum Values {
    /// Rows × width.
    Flat(Tensor<2>),
    /// Rows × channels × height × width.
    Image(Tensor<4>),
    /// Rows × steps × features.
    Steps(Tensor<3>),
}

impl Values {
    /// `rows` as they come in, pixel by pixel with all channels.
    pub(super) fn of_rows(rows: Tensor<2>, form: Form) -> Values {
        let [count, width] = rows.dims();
        match form {
            Form::Flat => Values::Flat(rows),
            Form::Image { .. } => Values::Flat(rows),
            Form::Sequence { steps } => Values::Steps(rows.reshape([count, steps, width / steps])),
        }
    }

    /// Rows × width, whatever they were.
    pub(super) fn flat(self) -> Tensor<2> {
        match self {
            Values::Flat(values) => values,
            Values::Image(values) => values.flatten(1, 3),
            Values::Steps(values) => values.flatten(1, 2),
        }
    }

    pub(super) fn map(self, function: Activation) -> Values {
        match self {
            Values::Flat(values) => Values::Flat(activated(values, function)),
            Values::Image(values) => Values::Image(activated(values, function)),
            Values::Steps(values) => Values::Steps(activated(values, function)),
        }
    }

    /// Multiplied by a mask of rows × width, laid out as rows come in.
    pub(super) fn times<E: Real + Element>(self, mask: &[E], rows: usize, width: usize, device: &Device) -> Values {
        let mask = matrix(mask.to_vec(), [rows, width], device);
        match self {
            Values::Flat(values) => Values::Flat(values * mask),
            Values::Image(values) => {
                let [rows, channels, height, width] = values.dims();
                Values::Image(values * mask.reshape([rows, height, width, channels]).permute([0, 3, 1, 2]))
            }
            Values::Steps(values) => {
                let dims = values.dims();
                Values::Steps(values * mask.reshape(dims))
            }
        }
    }
}

/// A network's tensors, handed out in the order of its layers.
pub(super) struct Tensors<'a, E> {
    leaves: &'a [Tensor<1>],
    next: usize,
    /// New values of what isn't trained, by place.
    running: Vec<(usize, Vec<E>)>,
}

impl<'a, E: Real + Element> Tensors<'a, E> {
    pub(super) fn new(leaves: &'a [Tensor<1>]) -> Tensors<'a, E> {
        Tensors { leaves, next: 0, running: Vec::new() }
    }

    pub(super) fn leaf(&self, place: usize) -> Tensor<1> {
        self.leaves[place].clone()
    }

    pub(super) fn next<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        self.next += 1;
        self.leaf(self.next - 1).reshape(shape)
    }

    /// Replaces the tensor handed out last, once the step is over.
    pub(super) fn replace(&mut self, values: Vec<E>) {
        self.running.push((self.next - 1, values));
    }

    pub(super) fn into_running(self) -> Vec<(usize, Vec<E>)> {
        self.running
    }
}

pub(super) fn flat<E: Real + Element>(values: &[E], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), (device, E::dtype()))
}

pub(super) fn matrix<E: Real + Element>(values: Vec<E>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), (device, E::dtype()))
}

/// All values of a tensor.
pub(super) fn elements<E: Real + Element, const D: usize>(tensor: Tensor<D>) -> Vec<E> {
    tensor.into_data().try_into_vec().expect("the tensor was made of these elements")
}
