//! A fit as it stood after some of its epochs, so that it can go on from there.

use std::fmt;
use std::sync::Arc;

/// A fit as it stood after some of its epochs.
///
/// It is no more than a cache: whatever becomes of it, training from the start comes to the same bits. So nothing
/// goes wrong where it is lost, damaged or another release's; there is only more to train.
#[derive(Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Passes over the training rows that are behind it, at least 1.
    pub epochs: u32,
    /// Read by nobody but the [`Objective`](crate::Objective) that wrote it.
    pub state: Arc<[u8]>,
}

/// Of the state its length: there are megabytes of it.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checkpoint {{ epochs: {}, state: {} bytes }}", self.epochs, self.state.len())
    }
}
