//! Dropout masks, drawn on the host from the fit's own generator.

use crossfold_study::{Generator, HiddenLayer};

use crate::real::Real;

/// What each activation of a batch is multiplied by: 0, or 1/(1 − p) so that its mean stays what
/// it is without dropout (Srivastava et al. 2014, JMLR 15, section 10).
pub(crate) struct Masks<E> {
    layers: Vec<Vec<E>>,
    bits: Vec<u8>,
}

impl<E: Real> Masks<E> {
    /// No dropout behind any of `layers` hidden layers.
    pub(crate) fn none(layers: usize) -> Masks<E> {
        Masks { layers: vec![Vec::new(); layers], bits: Vec::new() }
    }

    /// Draws masks for a batch of `rows`, 16 random bits an activation: the chance of a 0 is
    /// within 2⁻¹⁷ of what was asked for.
    pub(crate) fn draw(&mut self, hidden: &[HiddenLayer], rows: usize, generator: &mut Generator) {
        for (layer, mask) in hidden.iter().zip(&mut self.layers) {
            if layer.dropout == 0.0 {
                continue;
            }
            let activations = rows * layer.nodes as usize;
            self.bits.resize(2 * activations, 0);
            generator.fill_bytes(&mut self.bits);
            let dropped = (layer.dropout * 65_536.0).round() as u32;
            let kept = E::from_elem(1.0 / (1.0 - layer.dropout));
            mask.clear();
            mask.extend(self.bits.chunks_exact(2).map(|bits| {
                let draw = u32::from(u16::from_le_bytes([bits[0], bits[1]]));
                if draw < dropped { E::ZERO } else { kept }
            }));
        }
    }

    /// The factors behind hidden layer `layer`, rows × nodes; `None` without dropout.
    pub(crate) fn get(&self, layer: usize) -> Option<&[E]> {
        let mask = &self.layers[layer];
        (!mask.is_empty()).then_some(mask)
    }
}

#[cfg(test)]
impl<E: Real> Masks<E> {
    pub(crate) fn given(layers: Vec<Vec<E>>) -> Masks<E> {
        Masks { layers, bits: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Seed;

    use super::*;

    #[test]
    fn masks_drop_their_share_and_keep_the_mean() {
        let hidden = [0.0, 0.25, 0.9].map(|dropout| HiddenLayer { nodes: 500, dropout });
        let mut generator = Seed(9).subset();
        let mut masks = Masks::<f64>::none(3);
        masks.draw(&hidden, 200, &mut generator);
        assert_eq!(masks.get(0), None);
        for (layer, dropout) in [(1, 0.25), (2, 0.9)] {
            let mask = masks.get(layer).unwrap();
            assert_eq!(mask.len(), 100_000);
            assert!(mask.iter().all(|&factor| factor == 0.0 || factor == 1.0 / (1.0 - dropout)));
            let dropped = mask.iter().filter(|&&factor| factor == 0.0).count() as f64;
            // Four standard deviations of a binomial count.
            let error = (dropped - 1e5 * dropout).abs();
            assert!(error < 4.0 * (1e5 * dropout * (1.0 - dropout)).sqrt(), "{dropped} of {dropout}");
        }
        let first = masks.get(1).unwrap().to_vec();
        masks.draw(&hidden, 200, &mut generator);
        assert_ne!(masks.get(1).unwrap(), first);
        // The last batch of an epoch.
        masks.draw(&hidden, 3, &mut generator);
        assert_eq!(masks.get(2).unwrap().len(), 1500);
    }
}
