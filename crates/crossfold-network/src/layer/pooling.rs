//! Pooling.

use super::{Image, Layer, LayerKind, OnlyPyTorch, TensorSpec, Work};
use crate::python::PythonCode;

/// Reduces each window of `size` × `size` pixels to one. Windows don't overlap; pixels left over below and to the right
/// are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolingLayer {
    pub kind: PoolingKind,
    pub size: usize,
    pub from: Image,
    pub to: Image,
}

/// How a window is reduced to one pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolingKind {
    Max,
    Average,
}

impl LayerKind for PoolingLayer {
    fn inputs(&self) -> usize {
        self.from.values()
    }

    fn outputs(&self) -> usize {
        self.to.values()
    }

    fn group(&self) -> &'static str {
        ""
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        Vec::new()
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
        let Image { height, width, channels } = self.to;
        Some(format!("{height}×{width}×{channels}"))
    }

    fn write_pytorch(&self, _: &str, code: &mut PythonCode) {
        let pool = match self.kind {
            PoolingKind::Max => "max_pool2d",
            PoolingKind::Average => "avg_pool2d",
        };
        (code.has_places, code.reads_images) = (true, true);
        code.wrap(|x| format!("F.{pool}({x}, {})", self.size));
    }

    fn write_numpy(&self, _: &str, _: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        Err(OnlyPyTorch)
    }
}
