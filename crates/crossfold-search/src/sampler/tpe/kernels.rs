//! Kernels of many centres and widths, computed once.

use crate::sampler::axes::{Cells, Scale};

/// So many kinds of widths there are, from 2⁻¹⁰ to 1, four an octave: so few that tables hold their kernels.
const WIDTHS: usize = 41;

/// A width of which there are only a few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width(u8);

impl Width {
    /// The nearest one.
    pub(super) fn near(width: f64) -> Width {
        let bits = width.clamp(1.0 / 1024.0, 1.0).to_bits();
        Width((((bits + (1 << 49)) >> 50) - (FIRST >> 50)) as u8)
    }

    pub(super) fn get(self) -> f64 {
        f64::from_bits(FIRST + (u64::from(self.0) << 50))
    }
}

/// The bits of 2⁻¹⁰.
const FIRST: u64 = (1023 - 10) << 52;

/// The most values of an axis of steps whose kernels are in a table.
pub(super) const TABLED: u32 = 64;

/// The kernels of an axis of steps, for all centres and widths: densities relative to the prior.
pub(super) struct Table {
    /// By value, then by row: width and centre, and a last row for points that haven't got the axis.
    densities: Vec<f64>,
    is_filled: Vec<bool>,
    count: usize,
    rows: usize,
}

impl Table {
    fn new(count: usize) -> Table {
        let rows = WIDTHS * count + 1;
        // 1 is the density of the last row.
        Table { densities: vec![1.0; rows * count], is_filled: vec![false; rows], count, rows }
    }

    pub(super) fn absent(&self) -> u32 {
        self.rows as u32 - 1
    }

    /// The row of a centre and width.
    pub(super) fn row(&mut self, cells: &Cells, centre: u32, width: Width) -> u32 {
        let row = width.0 as usize * self.count + centre as usize;
        if !self.is_filled[row] {
            self.is_filled[row] = true;
            let (middle, width) = (cells.middle(centre), width.get());
            let total = mass(0.0, 1.0, middle, width);
            for value in 0..self.count {
                let (low, high) = cells.ends(value as u32);
                self.densities[value * self.rows + row] = mass(low, high, middle, width) / (total * (high - low));
            }
        }
        row as u32
    }

    /// The densities at a value, by row.
    pub(super) fn at(&self, value: u32) -> &[f64] {
        &self.densities[value as usize * self.rows..][..self.rows]
    }
}

/// A table for each axis of not too many steps.
#[derive(Default)]
pub(super) struct Tables(Vec<Option<Table>>);

impl Tables {
    pub(super) fn new<'a>(scales: impl Iterator<Item = &'a Scale>) -> Tables {
        let table = |scale: &Scale| match scale {
            Scale::Steps(cells) => (cells.count() <= TABLED).then(|| Table::new(cells.count() as usize)),
            Scale::Real | Scale::Choice(_) => None,
        };
        Tables(scales.map(table).collect())
    }

    pub(super) fn get(&self, axis: usize) -> Option<&Table> {
        self.0[axis].as_ref()
    }

    pub(super) fn get_mut(&mut self, axis: usize) -> Option<&mut Table> {
        self.0[axis].as_mut()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The share of a normal distribution in an interval.
pub(super) fn mass(low: f64, high: f64, centre: f64, width: f64) -> f64 {
    let scaled = |edge: f64| (edge - centre) / (width * std::f64::consts::SQRT_2);
    0.5 * (libm::erf(scaled(high)) - libm::erf(scaled(low)))
}
