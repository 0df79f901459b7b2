//! The exponential moving average of a network's weights (Polyak and Juditsky 1992; "Mean teachers", Tarvainen and Valpola 2017).

use crossfold_kernels::Real;
use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::Configuration;

use crate::checkpoint::{StateReader, StateWriter};
use crate::network::Network;
use crate::steps::descent::{LEAST, flush};

/// The average of everything that predictions depend on: all parameters, embedding tables, and the running statistics of
/// batch normalisation, which would otherwise be those of other weights.
///
/// It begins with the network after its first step, like PyTorch's `AveragedModel` with `use_buffers=True`. Each later step
/// moves it towards the network: average ← average + (1 − d)·(network − average), where d rises to the decay as
/// min(decay, (1 + n) / (10 + n)) after n steps, like TensorFlow's `ExponentialMovingAverage` with `num_updates`. Otherwise
/// the first weights, which know nothing, would be a part of it for as many steps as small tables are trained for.
pub(crate) struct MovingAverage<E> {
    decay: f64,
    /// The steps averaged so far.
    steps: u32,
    /// Lists of values in the order in which the network visits them.
    values: Vec<Vec<E>>,
}

impl<E: Real> MovingAverage<E> {
    /// `None` if `configuration` averages nothing.
    pub(crate) fn new(configuration: &Configuration, network: &mut dyn Network<E>) -> Option<MovingAverage<E>> {
        if configuration.ema == 0.0 {
            return None;
        }
        let mut values = Vec::new();
        network.visit_values(&mut |own| values.push(own.to_vec()));
        Some(MovingAverage { decay: configuration.ema, steps: 0, values })
    }

    /// Follows the network after a step.
    pub(crate) fn follow(&mut self, network: &mut dyn Network<E>) {
        let steps = f64::from(self.steps);
        let decay = if self.steps == 0 { 0.0 } else { self.decay.min((1.0 + steps) / (10.0 + steps)) };
        let share = E::from_f64(1.0 - decay);
        self.each_pair(network, |average, own| {
            if decay == 0.0 { average.copy_from_slice(own) } else { approach(average, own, share) }
        });
        // Saturation is harmless, because the decay has long risen.
        self.steps = self.steps.saturating_add(1);
    }

    /// Exchanges the network's values for their averages, or these for those.
    pub(crate) fn exchange(&mut self, network: &mut dyn Network<E>) {
        self.each_pair(network, |average, own| average.swap_with_slice(own));
    }

    fn each_pair(&mut self, network: &mut dyn Network<E>, take: impl Fn(&mut [E], &mut [E])) {
        let mut averages = self.values.iter_mut();
        network.visit_values(&mut |own| take(averages.next().expect("a network always visits the same lists"), own));
    }

    /// Writes the state.
    pub(crate) fn write(&self, state: &mut StateWriter) {
        state.write_u32(self.steps);
        self.values.iter().for_each(|values| state.write_values(values));
    }

    /// Reads the state of an average of the same network.
    pub(crate) fn read(&mut self, state: &mut StateReader<'_>) {
        self.steps = state.read_u32();
        self.values.iter_mut().for_each(|values| state.read_values(values));
    }
}

/// Moves each average by `share` of its distance to the value at the same index. Averages of what has become 0 end at 0
/// rather than in subnormal numbers, which are slow.
#[with_simd]
fn approach<S: Simd, E: Real>(averages: &mut [E], values: &[E], share: E) {
    let least = E::from_f64(LEAST);
    for (average, &value) in averages.iter_mut().zip(values) {
        *average = flush(*average + share * (value - *average), least);
    }
}
