//! Loops in the widest vectors of the machine at hand.

use macerator::{AutoArch, Simd, WithSimd};

/// Loops over slices that are worth compiling once for each kind of vectors.
///
/// Sums and products round alike in all of them: the compiler makes no fused ones of its own accord.
pub(crate) trait Loops {
    /// To be inlined, with all that it calls: what isn't has vectors of the least machine.
    fn run(self);
}

pub(crate) fn vectorized(loops: impl Loops) {
    AutoArch::new().dispatch(Vectorized(loops));
}

struct Vectorized<L>(L);

impl<L: Loops> WithSimd for Vectorized<L> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        self.0.run();
    }
}
