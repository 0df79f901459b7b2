//! Networks as data: which layers, of which sizes, trained how.
//!
//! A [`Setting`] is a hyperparameter ([`Param`]) with a value. [`Settings`] resolve to a [`Configuration`], which has
//! only values with an effect. [`Configuration::layers`] makes the [`Layer`]s of a network for data of a [`Shape`].
//! Everything that depends on sizes is read from these layers: parameters, tensors, the cost of a row.
//!
//! This crate is a leaf. It knows no rows, no gradients and no files, so that specs, reports and exports can describe
//! networks without depending on the trainer.

#[macro_use]
mod words;

mod configuration;
mod export;
mod hyperparameter;
mod layer;
mod layout;
mod phrase;
mod python;
mod settings;
mod shape;
mod shapes;
mod size;
mod task;
mod tensor_names;

pub use configuration::{
    Activation, ActivationName, Augmentation, Block, Cell, Configuration, Front, HiddenLayer, Init, Kind, Loss,
    LossName, Normalization, NumberEmbedding, NumbersName, Optimizer, OptimizerName, Padding, Pooling, Progress,
    Recurrence, Schedule, ScheduleName, SearchedSteps, Summary,
};
pub use export::Program;
pub use hyperparameter::{Interval, Need, Param, PerLayer, Place, Plain, Setting, ValueForm, Values};
pub use layer::{
    ActivationLayer, BranchError, ConvolutionLayer, DenseLayer, DropoutLayer, EPSILON, Image, Layer, MOMENTUM,
    NormalizationKind, NormalizationLayer, NumbersLayer, ParallelLayer, PoolingKind, PoolingLayer, RecurrentLayer,
    ResidualLayer, Role, SummaryLayer, TensorSpec, Work, leaves, tensors,
};
pub use layout::{Misfit, place_numbers};
pub use phrase::{counted, exponent, format_bytes, group_thousands, joined, plural, shorten, significant, thousands};
pub use settings::{Settings, SettingsError};
pub use shape::{Form, NumberInputs, Shape};
pub use shapes::{InputCount, InputCounts, Shapes};
pub use size::MAX_PARAMETERS;
pub use task::Task;
