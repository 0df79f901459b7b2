//! Batch and layer normalisation.

use super::{Layer, LayerKind, OnlyPyTorch, Role, TensorSpec, Work};
use crate::python::{PythonCode, tensor};

/// Added to a variance before its square root is taken, as in PyTorch.
pub const EPSILON: f64 = 1e-5;

/// The weight of a batch's mean or variance in the running one, as in PyTorch.
pub const MOMENTUM: f64 = 0.1;

/// Standardises each of `features` values at each of `places`, then scales and shifts it by trained parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormalizationLayer {
    pub kind: NormalizationKind,
    /// Pixels of an image; 1 in a dense network.
    pub places: usize,
    /// Values at a place.
    pub features: usize,
}

/// What a value's mean and variance are computed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormalizationKind {
    /// All rows and places of a batch (Ioffe and Szegedy 2015).
    Batch,
    /// A row's features at the same place (Ba, Kiros and Hinton 2016).
    Layer,
}

impl LayerKind for NormalizationLayer {
    fn inputs(&self) -> usize {
        self.outputs()
    }

    fn outputs(&self) -> usize {
        self.places * self.features
    }

    fn group(&self) -> &'static str {
        "normalizations"
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        let tensor = |part, role| TensorSpec::new(part, &[self.features], role, [1, 1]);
        let mut tensors = vec![tensor("weight", Role::Scale), tensor("bias", Role::Shift)];
        if self.kind == NormalizationKind::Batch {
            tensors.push(tensor("running_mean", Role::RunningMean));
            tensors.push(tensor("running_var", Role::RunningVariance));
        }
        tensors
    }

    fn work(&self) -> Work {
        Work { passes: self.outputs() as u64, ..Work::default() }
    }

    fn values_in_training(&self) -> usize {
        4 * self.outputs()
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        None
    }

    fn write_pytorch(&self, name: &str, code: &mut PythonCode) {
        let [weight, bias] = ["weight", "bias"].map(|part| tensor(name, part));
        code.assign(match self.kind {
            NormalizationKind::Batch => {
                let parts = "[\"running_mean\", \"running_var\", \"weight\", \"bias\"]";
                format!("F.batch_norm(x, *(w[f\"{name}.{{part}}\"] for part in {parts}))")
            }
            // The filters at each place, which are PyTorch's second dimension.
            NormalizationKind::Layer if code.has_places => {
                format!("F.layer_norm(x.movedim(1, -1), {weight}.shape, {weight}, {bias}).movedim(-1, 1)")
            }
            NormalizationKind::Layer => format!("F.layer_norm(x, {weight}.shape, {weight}, {bias})"),
        });
    }

    fn write_numpy(&self, name: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        let [mean, variance] = match self.kind {
            NormalizationKind::Batch => ["running_mean", "running_var"].map(|part| tensor(name, part)),
            NormalizationKind::Layer => ["mean", "var"].map(|moment| format!("x.{moment}(axis=1, keepdims=True)")),
        };
        code.assign(format!("(x - {mean}) / np.sqrt({variance} + 1e-5)"));
        code.assign(format!("x * {} + {}", tensor(name, "weight"), tensor(name, "bias")));
        if self.places > 1 { Err(OnlyPyTorch) } else { Ok(()) }
    }
}
