//! Checkpoints of fits.

use std::fmt;
use std::sync::Arc;

/// The state of a fit after some of its epochs, from which it can continue.
///
/// It is a cache: training from the start gives the same bits. A checkpoint that is lost, damaged or from another
/// release costs time, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The number of epochs trained, at least 1.
    pub epochs: u32,
    /// Opaque to all but the [`Objective`](crate::Objective) that wrote it.
    pub state: Arc<[u8]>,
}

/// Shows only the length of the state, which has megabytes.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checkpoint {{ epochs: {}, state: {} bytes }}", self.epochs, self.state.len())
    }
}
