//! Merges and caches.

use crossfold_study::Merged;

use super::*;

fn filled(folder: &Path, fits: &[FitRecord]) -> SqliteStore {
    let store = SqliteStore::open(folder, "").unwrap();
    store.commit(fits).unwrap();
    store
}

fn merge(store: &SqliteStore, other: &Path) -> Result<Merged, StoreError> {
    store.merge(SqliteStore::open_file(other).unwrap())
}

fn exported(store: &SqliteStore) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.export(None, &mut bytes).unwrap();
    bytes
}

/// Store number `n` of twenty has the fits from 5n to 5n + 9, of which the next has the second half, too.
#[test]
fn of_twenty_stores_each_fit_is_taken_once() {
    let folders: Vec<_> = (0..20).map(|_| tempfile::tempdir().unwrap()).collect();
    let fits = |number: u16| (5 * number..5 * number + 10).map(fit).collect::<Vec<_>>();
    for (number, folder) in (0..20).zip(&folders) {
        filled(folder.path(), &fits(number));
    }
    let own = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(own.path(), "").unwrap();
    for (number, folder) in folders.iter().enumerate() {
        let Merged { added, known, conflicts, .. } = merge(&store, folder.path()).unwrap();
        let expected = if number == 0 { (10, 0) } else { (5, 5) };
        assert_eq!((added.fits, known.fits, conflicts), (expected.0, expected.1, Vec::new()), "{number}");
    }
    assert_eq!((count(own.path(), "fits"), count(own.path(), "epochs")), (105, 105));
    // From the last to the first, the same.
    let other = tempfile::tempdir().unwrap();
    let reverse = SqliteStore::open(other.path(), "").unwrap();
    folders.iter().rev().for_each(|folder| drop(merge(&reverse, folder.path()).unwrap()));
    assert!(exported(&reverse) == exported(&store));
    // A bit is flipped in one of them: nothing of it is taken.
    let changed = folders[7].path();
    Connection::open(changed.join("crossfold.db"))
        .unwrap()
        .execute("UPDATE epochs SET training_correct = 4 WHERE fit = 3", [])
        .unwrap();
    let (key, name) = (fit(37).key, format!("fit {}", &fit(37).key.to_string()[..16]));
    let damaged = SqliteStore::open_file(changed).unwrap().verify().unwrap().damaged;
    assert!(damaged.len() == 1 && damaged[0].to_string().contains(&name), "{damaged:?}");
    let empty = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(empty.path(), "").unwrap();
    let refused = merge(&store, changed).unwrap_err().to_string();
    assert!(refused.contains(&format!("{name} does not match its digest")), "{refused}");
    assert_eq!((count(empty.path(), "fits"), store.fits(&[key]).unwrap()), (0, vec![None]));
}

/// Whichever of two stores is merged into the other, the same is known of each fit; checkpoints stay where they are.
#[test]
fn the_order_of_merging_makes_no_difference() {
    let with_end = |number, end: FitEnd| FitRecord { end, ..fit(number) };
    let not_finite = FitEnd::Failed(crossfold_study::Failure::NotFinite { epoch: 2 });
    let checkpoint = Some(Checkpoint { epochs: 1, state: [1, 2, 3].into() });
    let one =
        [FitRecord { checkpoint, ..fit(1) }, with_end(2, not_finite), with_end(3, FitEnd::Cancelled), stopped_fit()];
    let other = [fit(1), fit(2), fit(3), with_end(4, FitEnd::Cancelled)];
    let [a, b, c, d] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    let [into_one, into_other] = [filled(a.path(), &one), filled(b.path(), &other)];
    filled(c.path(), &one);
    filled(d.path(), &other);
    let merged = [merge(&into_one, d.path()).unwrap(), merge(&into_other, c.path()).unwrap()];
    // The cancelled fit of one is replaced; that of the other stays where it is.
    assert_eq!(
        merged.map(|merged| (merged.added.fits, merged.extended.fits, merged.known.fits)),
        [(0, 1, 2), (1, 1, 1)]
    );
    assert!(exported(&into_one) == exported(&into_other));
    assert_eq!((count(a.path(), "checkpoints"), count(b.path(), "checkpoints")), (1, 0));
    assert_eq!((count(a.path(), "fits"), count(b.path(), "fits")), (4, 5));
}

/// A fit that is stored with other results than a cache has is not trained further.
#[test]
fn a_cache_that_differs_is_an_error() {
    let [own, cache] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut longer = fit(1);
    longer.epochs.push(longer.epochs[0].clone());
    longer.epochs[1].report.epoch = 2;
    filled(cache.path(), std::slice::from_ref(&longer));
    let with_cache = || {
        let store = SqliteStore::open(own.path(), "").unwrap();
        store.with_caches(&[cache.path().to_owned(), own.path().to_owned(), own.path().join("none")]).unwrap()
    };
    let store = with_cache();
    assert!(store.remarks().len() == 1 && store.remarks()[0].contains("none"), "{:?}", store.remarks());
    assert_eq!(store.fits(&[longer.key]).unwrap()[0].as_ref().unwrap().epochs, longer.epochs);
    let mut shorter = fit(1);
    shorter.epochs[0].report.training = tally(7);
    drop(store);
    std::fs::remove_file(own.path().join("crossfold.db")).unwrap();
    filled(own.path(), &[shorter]);
    let refused = with_cache().fits(&[longer.key]).unwrap_err();
    assert!(matches!(&refused, StoreError::Conflict { first, others: 0, .. } if first.epoch == 1), "{refused:?}");
}

/// Stores of older releases are merged, too, and stay as they are.
#[test]
fn files_of_older_versions_are_merged() {
    for version in 1..SCHEMA_VERSION {
        let folder = tempfile::tempdir().unwrap();
        let fixture = format!("{}/fixtures/version-{version}.db", env!("CARGO_MANIFEST_DIR"));
        let (fixture, old) = (fs::read(fixture).unwrap(), folder.path().join("old.db"));
        fs::write(&old, &fixture).unwrap();
        let own = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(own.path(), "").unwrap();
        let merged = merge(&store, &old).unwrap();
        assert!(merged.added.fits > 0, "{version}: {merged:?}");
        assert!(store.verify().unwrap().damaged.is_empty(), "{version}");
        assert!(fs::read(&old).unwrap() == fixture, "{version}");
    }
}
