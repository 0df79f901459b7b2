//! Work on several threads that isn't a search's.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

/// Does the `work` of each of `count` places, as many at the same time as there are jobs, and returns the results in order.
pub(crate) fn in_parallel<T: Send>(jobs: NonZeroUsize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work_off = || -> Vec<(usize, T)> {
        let places = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        places.take_while(|&place| place < count).map(|place| (place, work(place))).collect()
    };
    let mut done = std::thread::scope(|scope| {
        let threads = jobs.get().min(count);
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, work_off).ok();
        // Where the system gives fewer threads, those and this one work.
        let others: Vec<_> = (1..threads).map_while(start).collect();
        let own = work_off();
        let join = |worker: ScopedJoinHandle<'_, _>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        others.into_iter().flat_map(join).chain(own).collect::<Vec<_>>()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
