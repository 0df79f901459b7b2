//! The values between two layers.

use burn::tensor::{Device, Element, Tensor, TensorData};
use crossfold_kernels::Real;
use crossfold_network::{Form, Image};

/// The values between two layers.
#[derive(Clone)]
pub(super) enum Values {
    /// Rows × width. The channels of a pixel are adjacent, as in the network's input.
    Flat(Tensor<2>),
    /// Rows × channels × height × width, as in PyTorch.
    Image(Tensor<4>),
    /// Rows × steps × features.
    Steps(Tensor<3>),
}

impl Values {
    /// Values from `rows` of the network's input.
    pub(super) fn from_rows(rows: Tensor<2>, form: Form) -> Values {
        let [count, width] = rows.dims();
        match form {
            Form::Flat | Form::Table(_) | Form::Image { .. } => Values::Flat(rows),
            Form::Sequence { steps } => Values::Steps(rows.reshape([count, steps, width / steps])),
        }
    }

    /// Rows × width. Images are channel by channel.
    pub(super) fn into_rows(self) -> Tensor<2> {
        match self {
            Values::Flat(values) => values,
            Values::Image(values) => values.flatten(1, 3),
            Values::Steps(values) => values.flatten(1, 2),
        }
    }

    /// Rows × channels × height × width.
    pub(super) fn into_image(self, image: Image) -> Tensor<4> {
        let Image { height, width, channels } = image;
        match self {
            Values::Image(values) => values,
            Values::Flat(_) | Values::Steps(_) => {
                let rows = self.into_rows();
                let [count, _] = rows.dims();
                rows.reshape([count, height, width, channels]).permute([0, 3, 1, 2])
            }
        }
    }

    /// Applies one of `flat`, `image` and `steps`, depending on the layout.
    pub(super) fn map(
        self,
        flat: impl FnOnce(Tensor<2>) -> Tensor<2>,
        image: impl FnOnce(Tensor<4>) -> Tensor<4>,
        steps: impl FnOnce(Tensor<3>) -> Tensor<3>,
    ) -> Values {
        match self {
            Values::Flat(values) => Values::Flat(flat(values)),
            Values::Image(values) => Values::Image(image(values)),
            Values::Steps(values) => Values::Steps(steps(values)),
        }
    }
}

pub(super) fn flat<E: Element>(values: &[E], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), (device, E::dtype()))
}

pub(super) fn matrix<E: Element>(values: Vec<E>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), (device, E::dtype()))
}

/// All values of a tensor.
pub(super) fn elements<E: Element, const D: usize>(tensor: Tensor<D>) -> Vec<E> {
    tensor.into_data().try_into_vec().expect("the tensor has elements of this type")
}

/// Rows × steps × 1: 1 where `is_marked` holds for a row and a step, else 0.
pub(super) fn mark_steps<E: Real + Element>(
    [rows, steps]: [usize; 2],
    is_marked: impl Fn(usize, usize) -> bool,
    device: &Device,
) -> Tensor<3> {
    let places = (0..rows).flat_map(|row| (0..steps).map(move |step| (row, step)));
    let marks = places.map(|(row, step)| if is_marked(row, step) { E::ONE } else { E::ZERO });
    matrix(marks.collect(), [rows, steps], device).reshape([rows, steps, 1])
}
