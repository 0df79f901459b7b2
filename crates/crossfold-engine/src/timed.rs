//! How long stages take.

use std::time::Instant;

/// Carries out a `stage`, and logs how long it took.
fn timed<T>(stage: &str, carry_out: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = carry_out();
    tracing::debug!(seconds = start.elapsed().as_secs_f64(), "{stage}");
    done
}
