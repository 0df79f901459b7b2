//! Dropout masks, drawn from the fit's own generator.

use crossfold_kernels::Real;
use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{DropoutLayer, Layer, leaves};
use crossfold_study::Generator;

/// The factors of a batch's values: 0, or 1/(1 − p), so that means are the same as without dropout (Srivastava et al.
/// 2014, JMLR 15, section 10).
pub(crate) struct Masks<E> {
    /// The network's dropout layers, in the order in which they are computed.
    layers: Vec<DropoutLayer>,
    masks: Vec<Vec<E>>,
    bits: Vec<u8>,
}

impl<E: Real> Masks<E> {
    /// Masks for all dropout layers within `layers`, which aren't drawn yet.
    pub(crate) fn new(layers: &[Layer]) -> Masks<E> {
        let dropout = |layer: &Layer| if let Layer::Dropout(layer) = layer { Some(*layer) } else { None };
        let layers: Vec<DropoutLayer> = leaves(layers).into_iter().filter_map(dropout).collect();
        Masks { masks: vec![Vec::new(); layers.len()], layers, bits: Vec::new() }
    }

    /// Draws masks for a batch of `rows` rows, with 16 random bits per value: the probability of a 0 is within 2⁻¹⁷ of
    /// the rate.
    pub(crate) fn draw(&mut self, rows: usize, generator: &mut Generator) {
        for (layer, mask) in self.layers.iter().zip(&mut self.masks) {
            let values = rows * layer.width;
            self.bits.resize(2 * values, 0);
            generator.fill_bytes(&mut self.bits);
            let dropped = (layer.rate * 65_536.0).round() as u32;
            let kept = E::from_f64(1.0 / (1.0 - layer.rate));
            mask.resize(values, E::ZERO);
            threshold(&self.bits, dropped, kept, mask);
        }
    }

    /// The mask of the dropout layer with this number, rows × width; `None` if nothing is dropped.
    pub(crate) fn get(&self, number: usize) -> Option<&[E]> {
        self.masks.get(number).filter(|mask| !mask.is_empty()).map(Vec::as_slice)
    }
}

/// Sets the mask to 0 where 16 bits are below `dropped`, else to `kept`.
#[with_simd]
fn threshold<S: Simd, E: Real>(bits: &[u8], dropped: u32, kept: E, mask: &mut [E]) {
    for (mask, &bits) in mask.iter_mut().zip(bits.as_chunks::<2>().0) {
        *mask = if u32::from(u16::from_le_bytes(bits)) < dropped { E::ZERO } else { kept };
    }
}

#[cfg(test)]
impl<E: Real> Masks<E> {
    /// Masks without dropout.
    pub(crate) fn none() -> Masks<E> {
        Masks::given(Vec::new())
    }

    pub(crate) fn given(masks: Vec<Vec<E>>) -> Masks<E> {
        Masks { layers: Vec::new(), masks, bits: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Seed;

    use super::*;

    #[test]
    fn masks_drop_their_share_and_keep_the_mean() {
        let layers = [0.25, 0.9].map(|rate| Layer::Dropout(DropoutLayer { rate, width: 500 }));
        let mut generator = Seed(9).subset();
        let mut masks = Masks::<f64>::new(&layers);
        assert_eq!(masks.get(0), None);
        masks.draw(200, &mut generator);
        for (number, rate) in [(0, 0.25), (1, 0.9)] {
            let mask = masks.get(number).unwrap();
            assert_eq!(mask.len(), 100_000);
            assert!(mask.iter().all(|&factor| factor == 0.0 || factor == 1.0 / (1.0 - rate)));
            let dropped = mask.iter().filter(|&&factor| factor == 0.0).count() as f64;
            // Within four standard deviations of a binomial count.
            let error = (dropped - 1e5 * rate).abs();
            assert!(error < 4.0 * (1e5 * rate * (1.0 - rate)).sqrt(), "{dropped} of {rate}");
        }
        let first = masks.get(0).unwrap().to_vec();
        masks.draw(200, &mut generator);
        assert_ne!(masks.get(0).unwrap(), first);
        // The last batch of an epoch may be smaller.
        masks.draw(3, &mut generator);
        assert_eq!(masks.get(1).unwrap().len(), 1500);
    }
}
