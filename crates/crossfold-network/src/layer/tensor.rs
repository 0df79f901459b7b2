//! Tensors of parameters.

/// A tensor of parameters, as files store it.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorSpec {
    /// `layers.0.weight`.
    pub name: String,
    /// In PyTorch's order.
    pub shape: Vec<usize>,
    pub role: Role,
    /// Fan-in and fan-out: how many values an output is computed from, and to how many outputs an input contributes.
    pub fans: [usize; 2],
    /// The fan-in for `init: fan_in`: as in PyTorch, the number of nodes for all tensors of a recurrent layer.
    pub default_fan: usize,
}

/// The role of a tensor, which decides how it is initialised and trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Drawn, trained, penalised. The tensor is a stack of `gates` matrices.
    Weight { gates: usize },
    /// Trained.
    Bias,
    /// The input-side bias of an LSTM's gates, of which the second is the forget gate; trained.
    GateBias,
    /// Frequencies of periodic embeddings: drawn from a normal distribution with mean 0 and this standard deviation; trained.
    Frequency { sigma: f64 },
    /// Factors of a normalisation: initially 1, trained.
    Scale,
    /// Offsets of a normalisation: initially 0, trained.
    Shift,
    /// A running mean, initially 0; not trained.
    RunningMean,
    /// A running variance, initially 1; not trained.
    RunningVariance,
}

impl TensorSpec {
    /// A tensor named `part` within its layer, with PyTorch's default fan-in.
    pub(super) fn new(part: impl Into<String>, shape: &[usize], role: Role, fans: [usize; 2]) -> TensorSpec {
        TensorSpec { name: part.into(), shape: shape.to_vec(), role, fans, default_fan: fans[0] }
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether training steps change it.
    pub fn is_trained(&self) -> bool {
        match self.role {
            Role::Weight { .. } | Role::Bias | Role::GateBias | Role::Frequency { .. } | Role::Scale | Role::Shift => {
                true
            }
            Role::RunningMean | Role::RunningVariance => false,
        }
    }
}
