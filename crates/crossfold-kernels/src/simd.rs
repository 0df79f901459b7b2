//! The vectors that loops are compiled for, chosen when the program runs.
//!
//! This is `macerator` with a choice of our own: results have the same bits with all vectors that fuse multiply-adds, and a test
//! can ask for narrower ones than the machine has. Files that use [`with_simd`] import this module by the name of the crate, which
//! is the one that the attribute refers to.

use std::str::FromStr;
use std::sync::atomic::{AtomicU8, Ordering};

use macerator::Arch;
pub use macerator::{Simd, Vector, WithSimd, with_simd};

/// The vectors of a machine, from narrow to wide. Machines other than x86 have one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Vectors {
    /// 128 bits. If the machine has wider ones, their multiply-adds are fused number by number.
    Sse,
    /// 256 bits.
    Avx2,
    /// 512 bits.
    Avx512,
}

impl Vectors {
    pub const ALL: [Vectors; 3] = [Vectors::Sse, Vectors::Avx2, Vectors::Avx512];

    /// The name, which `from_str` reads.
    pub fn name(self) -> &'static str {
        match self {
            Vectors::Sse => "sse",
            Vectors::Avx2 => "avx2",
            Vectors::Avx512 => "avx512",
        }
    }
}

/// Reads a name.
impl FromStr for Vectors {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Vectors, &'static str> {
        Vectors::ALL.into_iter().find(|vectors| vectors.name() == name).ok_or("expected `sse`, `avx2` or `avx512`")
    }
}

/// The widest vectors that are used, as a number of [`Vectors`].
static WIDEST: AtomicU8 = AtomicU8::new(Vectors::Avx512 as u8);

/// Uses no wider vectors than these, from now on and in the whole process. Results remain the same; [`Vectors::Sse`] makes
/// programs slow.
pub fn limit_vectors(widest: Vectors) {
    WIDEST.store(widest as u8, Ordering::Relaxed);
}

/// Whether the machine rounds a product and a sum together, as one operation, and has vectors that do. Machines of which this holds
/// agree in all bits, and so do all others among themselves: x86 without AVX2 and FMA.
#[inline]
pub fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    return !matches!(Arch::detect(), Arch::Scalar | Arch::V2);
    #[cfg(not(target_arch = "x86_64"))]
    return !matches!(Arch::detect(), Arch::Scalar);
}

/// The instruction set of loops: the best one of the machine, up to the limit.
pub struct AutoArch(Arch);

impl AutoArch {
    #[expect(clippy::new_without_default, reason = "`with_simd` asks for `new` alone")]
    #[inline]
    pub fn new() -> AutoArch {
        let best = Arch::detect();
        #[cfg(target_arch = "x86_64")]
        let best = {
            let limit = WIDEST.load(Ordering::Relaxed);
            let is_wider = matches!(best, Arch::V4) && limit < Vectors::Avx512 as u8;
            let best = if is_wider { Arch::V3 } else { best };
            let is_wider = matches!(best, Arch::V3) && limit < Vectors::Avx2 as u8;
            if is_wider { Arch::V2 } else { best }
        };
        AutoArch(best)
    }

    /// Runs an operation that is compiled for these instructions.
    #[inline]
    pub fn dispatch<O: WithSimd>(self, operation: O) -> O::Output {
        #[expect(unsafe_code, reason = "macerator leaves the check of the machine to us")]
        // SAFETY: the machine has the detected instructions, and all narrower ones.
        unsafe {
            self.0.dispatch(operation)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(Vectors::ALL.into_iter().all(|vectors| vectors.name().parse() == Ok(vectors)));
        assert!("mmx".parse::<Vectors>().is_err());
        assert!(Vectors::Sse < Vectors::Avx2 && Vectors::Avx2 < Vectors::Avx512);
    }
}
