//! Dropout masks, drawn on the host from the fit's own generator.

use crossfold_network::Layer;
use crossfold_study::Generator;
use macerator::{Simd, with_simd};

use crossfold_kernels::Real;

/// What each activation of a batch is multiplied by: 0, or 1/(1 − p) so that its mean stays what
/// it is without dropout (Srivastava et al. 2014, JMLR 15, section 10).
pub(crate) struct Masks<E> {
    places: Vec<Place>,
    masks: Vec<Vec<E>>,
    bits: Vec<u8>,
}

/// Where a network drops values.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The share that is dropped, in (0, 1).
    rate: f64,
    /// Values of a row.
    width: usize,
}

impl<E: Real> Masks<E> {
    /// Masks for each dropout among `layers`, not drawn yet.
    pub(crate) fn new(layers: &[Layer]) -> Masks<E> {
        let place = |layer: &Layer| match *layer {
            Layer::Dropout { rate, width } => Some(Place { rate, width }),
            Layer::Dense { .. }
            | Layer::Convolution(_)
            | Layer::Pooling { .. }
            | Layer::Normalization { .. }
            | Layer::Activation { .. }
            | Layer::Recurrent(_)
            | Layer::Summary { .. } => None,
        };
        let places: Vec<Place> = layers.iter().filter_map(place).collect();
        Masks { masks: vec![Vec::new(); places.len()], places, bits: Vec::new() }
    }

    /// Draws masks for a batch of `rows`, 16 random bits a value: the chance of a 0 is within 2⁻¹⁷ of what
    /// was asked for.
    pub(crate) fn draw(&mut self, rows: usize, generator: &mut Generator) {
        for (place, mask) in self.places.iter().zip(&mut self.masks) {
            let values = rows * place.width;
            self.bits.resize(2 * values, 0);
            generator.fill_bytes(&mut self.bits);
            let dropped = (place.rate * 65_536.0).round() as u32;
            let kept = E::from_f64(1.0 / (1.0 - place.rate));
            mask.resize(values, E::ZERO);
            choose(&self.bits, dropped, kept, mask);
        }
    }

    /// The factors of the network's `place`th dropout, rows × width; `None` where nothing is dropped.
    pub(crate) fn get(&self, place: usize) -> Option<&[E]> {
        self.masks.get(place).filter(|mask| !mask.is_empty()).map(Vec::as_slice)
    }
}

#[with_simd]
fn choose<S: Simd, E: Real>(bits: &[u8], dropped: u32, kept: E, mask: &mut [E]) {
    for (mask, &bits) in mask.iter_mut().zip(bits.as_chunks::<2>().0) {
        *mask = if u32::from(u16::from_le_bytes(bits)) < dropped { E::ZERO } else { kept };
    }
}

#[cfg(test)]
impl<E: Real> Masks<E> {
    /// No dropout anywhere.
    pub(crate) fn none() -> Masks<E> {
        Masks::given(Vec::new())
    }

    pub(crate) fn given(masks: Vec<Vec<E>>) -> Masks<E> {
        Masks { places: Vec::new(), masks, bits: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Seed;

    use super::*;

    #[test]
    fn masks_drop_their_share_and_keep_the_mean() {
        let layers = [0.25, 0.9].map(|rate| Layer::Dropout { rate, width: 500 });
        let mut generator = Seed(9).subset();
        let mut masks = Masks::<f64>::new(&layers);
        assert_eq!(masks.get(0), None);
        masks.draw(200, &mut generator);
        for (place, dropout) in [(0, 0.25), (1, 0.9)] {
            let mask = masks.get(place).unwrap();
            assert_eq!(mask.len(), 100_000);
            assert!(mask.iter().all(|&factor| factor == 0.0 || factor == 1.0 / (1.0 - dropout)));
            let dropped = mask.iter().filter(|&&factor| factor == 0.0).count() as f64;
            // Four standard deviations of a binomial count.
            let error = (dropped - 1e5 * dropout).abs();
            assert!(error < 4.0 * (1e5 * dropout * (1.0 - dropout)).sqrt(), "{dropped} of {dropout}");
        }
        let first = masks.get(0).unwrap().to_vec();
        masks.draw(200, &mut generator);
        assert_ne!(masks.get(0).unwrap(), first);
        // The last batch of an epoch.
        masks.draw(3, &mut generator);
        assert_eq!(masks.get(1).unwrap().len(), 1500);
    }
}
