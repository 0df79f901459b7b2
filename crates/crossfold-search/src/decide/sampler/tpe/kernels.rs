//! Kernels of all centres and widths in use, computed once and kept.

use crate::decide::sampler::axes::{Axes, Cells, Scale};

/// The share of a kernel on an axis of numbers that is spread over the whole axis.
///
/// It gives a point some weight for points that differ from it on a few axes only, of which often not all matter.
pub(super) const TAIL: f64 = 0.15;

/// The number of widths, from 2⁻⁸ to 1, four per octave: few enough for tables of their kernels.
const WIDTHS: usize = 33;

/// The most values of an axis of steps whose kernels are kept in a table.
const TABLED: u32 = 64;

/// One of [`WIDTHS`] widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width(u8);

impl Width {
    /// The nearest of the widths.
    pub(super) fn near(width: f64) -> Width {
        // The two leading bits of the fraction are the quarter of the octave.
        let bits = width.clamp(f64::from_bits(Self::LEAST), 1.0).to_bits();
        Width((((bits + (1 << 49)) >> 50) - (Self::LEAST >> 50)) as u8)
    }

    pub(super) fn get(self) -> f64 {
        f64::from_bits(Self::LEAST + (u64::from(self.0) << 50))
    }

    /// The bits of 2⁻⁸.
    const LEAST: u64 = (1023 - 8) << 52;
}

/// The kernels that are kept for an axis.
pub(super) enum KeptKernels {
    /// For steps: all their kernels.
    Table(Table),
    /// For real numbers, and for more steps than a table holds: the kernels of points by their numbers.
    Heights(Vec<Height>),
    /// For choices: nothing.
    Nothing,
}

impl KeptKernels {
    /// Empty ones for each axis.
    pub(super) fn new(axes: &Axes) -> Vec<KeptKernels> {
        let kept = |scale: &Scale| match scale {
            Scale::Steps(cells) if cells.count() <= TABLED => KeptKernels::Table(Table::new(cells.count() as usize)),
            Scale::Steps(_) | Scale::Real => KeptKernels::Heights(Vec::new()),
            Scale::Choice(_) => KeptKernels::Nothing,
        };
        axes.iter().map(|axis| kept(&axis.scale)).collect()
    }
}

/// The kernels of an axis of steps, as densities relative to the prior.
pub(super) struct Table {
    /// By value, then by row. Rows are by width, then by centre; the last is for points for which the axis is not active.
    densities: Vec<f64>,
    is_filled: Vec<bool>,
    count: usize,
}

impl Table {
    fn new(count: usize) -> Table {
        let rows = WIDTHS * count + 1;
        // The last row stays 1.
        Table { densities: vec![1.0; rows * count], is_filled: vec![false; rows], count }
    }

    fn rows(&self) -> usize {
        self.is_filled.len()
    }

    /// The row of points for which the axis is not active.
    pub(super) fn absent(&self) -> u32 {
        self.rows() as u32 - 1
    }

    /// The row of a centre and width.
    pub(super) fn row(&mut self, cells: &Cells, centre: u32, width: Width) -> u32 {
        let row = usize::from(width.0) * self.count + centre as usize;
        if !self.is_filled[row] {
            self.is_filled[row] = true;
            let middle = cells.middle(centre);
            let total = mass(0.0, 1.0, middle, width.get());
            for value in 0..self.count {
                let (low, high) = cells.ends(value as u32);
                let density = mass(low, high, middle, width.get()) / (total * (high - low));
                let place = value * self.rows() + row;
                self.densities[place] = TAIL + (1.0 - TAIL) * density;
            }
        }
        row as u32
    }

    /// The density at a value for each row.
    pub(super) fn at(&self, value: u32) -> &[f64] {
        &self.densities[value as usize * self.rows()..][..self.rows()]
    }
}

/// The density of a kernel at its centre without the tail, for the last centre and width it was computed for.
#[derive(Clone, Copy, Default)]
pub(super) struct Height(Option<(f64, Width, f64)>);

impl Height {
    pub(super) fn get(&mut self, centre: f64, width: Width) -> f64 {
        match self.0 {
            Some((known, as_wide, height)) if known == centre && as_wide == width => height,
            Some(_) | None => {
                /// √(2π)
                const ROOT: f64 = 2.506_628_274_631_000_5;
                let height = (1.0 - TAIL) / (ROOT * width.get() * mass(0.0, 1.0, centre, width.get()));
                self.0 = Some((centre, width, height));
                height
            }
        }
    }
}

/// The share of a normal distribution in an interval.
fn mass(low: f64, high: f64, centre: f64, width: f64) -> f64 {
    let scaled = |edge: f64| (edge - centre) / (width * std::f64::consts::SQRT_2);
    0.5 * (libm::erf(scaled(high)) - libm::erf(scaled(low)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_quarters_of_octaves() {
        let near = |width| Width::near(width).get();
        assert_eq!([1.0, 0.9, 0.8, 0.3, 0.29, 0.06].map(near), [1.0, 0.875, 0.75, 0.3125, 0.3125, 0.0625]);
        assert_eq!([0.0, 2.0].map(near), [1.0 / 256.0, 1.0]);
        assert_eq!(usize::from(Width::near(1.0).0) + 1, WIDTHS);
    }
}
