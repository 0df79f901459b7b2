//! The rows of each fold after preprocessing, made once and shared by all fits.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crossfold_study::Part;

/// What is made of a part of the rows by each preprocessing, on first use.
///
/// A value stays in memory for later fits, unless all values together exceed a limit: then those that were unused for the
/// longest are dropped, and made again if they are needed.
#[derive(Debug)]
pub(crate) struct Parts<T> {
    /// In bytes; `None` for no limit.
    limit: Option<u64>,
    made: Mutex<Made<T>>,
}

#[derive(Debug)]
struct Made<T> {
    /// By preprocessing as text and part.
    slots: BTreeMap<(String, Part), Slot<T>>,
    uses: u64,
}

#[derive(Debug)]
struct Slot<T> {
    value: Arc<OnceLock<Arc<T>>>,
    /// The number of the last use.
    used: u64,
}

/// The size of a value in memory.
pub(crate) trait Weigh {
    fn bytes(&self) -> u64;
}

impl<T: Weigh> Parts<T> {
    pub(crate) fn new(limit: Option<u64>) -> Parts<T> {
        Parts { limit, made: Mutex::new(Made { slots: BTreeMap::new(), uses: 0 }) }
    }

    /// The value of `part` with this `preprocessing`. If there is none, `make` makes it, while other threads that need the
    /// same value wait, and others don't.
    pub(crate) fn get(&self, preprocessing: String, part: Part, make: impl FnOnce() -> T) -> Arc<T> {
        let slot = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.uses += 1;
            let uses = made.uses;
            let slot =
                made.slots.entry((preprocessing, part)).or_insert_with(|| Slot { value: Arc::default(), used: 0 });
            slot.used = uses;
            slot.value.clone()
        };
        let value = slot.get_or_init(|| Arc::new(make())).clone();
        drop(slot);
        self.drop_unused();
        value
    }

    /// Drops values that nobody uses until the rest is within the limit, if that is possible.
    fn drop_unused(&self) {
        let Some(limit) = self.limit else { return };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = |slot: &Slot<T>| slot.value.get().map_or(0, |value| value.bytes());
        let mut total: u64 = made.slots.values().map(bytes).sum();
        while total > limit {
            let is_unused = |slot: &Slot<T>| {
                let is_held = slot.value.get().is_none_or(|value| Arc::strong_count(value) > 1);
                !is_held && Arc::strong_count(&slot.value) == 1
            };
            let unused = made.slots.iter().filter(|(_, slot)| is_unused(slot));
            let Some(key) = unused.min_by_key(|(_, slot)| slot.used).map(|(key, _)| key.clone()) else { return };
            total -= made.slots.remove(&key).as_ref().map_or(0, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    struct Bytes(u64);

    impl Weigh for Bytes {
        fn bytes(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn values_are_made_once_unless_they_take_too_much_memory() {
        let made = Cell::new(0);
        let get = |parts: &Parts<Bytes>, name: &str| {
            parts.get(name.to_owned(), Part::All, || {
                made.set(made.get() + 1);
                Bytes(10)
            })
        };
        let counted = |parts: &Parts<Bytes>, names: &[&str]| {
            made.set(0);
            names.iter().for_each(|name| drop(get(parts, name)));
            made.get()
        };
        assert_eq!(counted(&Parts::new(None), &["a", "b", "a", "c", "b", "a"]), 3);
        assert_eq!(counted(&Parts::new(Some(30)), &["a", "b", "a", "c", "b", "a"]), 3);
        // `b` is dropped for `c`, because `a` was used later.
        let parts = Parts::new(Some(20));
        assert_eq!(counted(&parts, &["a", "b", "a", "c", "a"]), 3);
        assert_eq!(counted(&parts, &["b"]), 1);
        // What is in use stays.
        let parts = Parts::new(Some(0));
        let held = get(&parts, "a");
        assert_eq!(counted(&parts, &["a", "b", "a", "b"]), 2);
        assert!(Arc::ptr_eq(&held, &get(&parts, "a")));
    }
}
