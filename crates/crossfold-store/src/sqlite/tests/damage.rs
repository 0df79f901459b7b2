//! Records and files that others have changed, and what is left of those that were removed.

use super::*;

/// Each change of a value by another program is named, and removed where that is asked for.
#[test]
fn a_changed_value_is_named_and_its_record_removed() {
    let study = study_with_exhibits().name;
    let (whole, stored) = (tempfile::tempdir().unwrap(), |folder: &Path| {
        let store = SqliteStore::open(folder, "").unwrap();
        let refit = RefitRecord { weights: vec![7; 8], tests: vec![("d".to_owned(), Evaluation::from(tally(1)))] };
        let mut predicted = stopped_fit();
        predicted.epochs[0].report.predictions = Some(Predictions([0.5, 0.25].into()));
        store.commit(&[fit(1), fit_of_numbers(), predicted]).unwrap();
        store.put_study(&study_with_exhibits(), &[fit(1).key, stopped_fit().key]).unwrap();
        store.put_refit(&fit(1).key, 2, &refit).unwrap();
        put_version_5_data(&store);
    });
    stored(whole.path());
    let read = |store: &SqliteStore| -> Result<(), StoreError> {
        store.fits(&[fit(1).key, fit_of_numbers().key, stopped_fit().key, unfinished_fit().key])?;
        store.predictions(&stopped_fit().key, 1)?;
        store.checkpoint(&unfinished_fit().key)?;
        store.refit(&fit(1).key, 2)?;
        store.studies()?;
        store.study(&study)?;
        store.journal(&study)?;
        store.garbage()?;
        Ok(())
    };
    for (change, record) in [
        ("UPDATE fits SET configuration = 'mlp ' WHERE id = 1", "fit 01"),
        ("UPDATE fits SET key = zeroblob(32) WHERE id = 1", "fit 01"),
        ("UPDATE fits SET ended = 'stopped' WHERE id = 1", "fit 01"),
        ("DELETE FROM fits WHERE id = 1", "fit 01"),
        ("UPDATE epochs SET training_loss = training_loss * 2 WHERE fit = 1", "fit 01"),
        ("UPDATE epochs SET validation_rows = NULL WHERE fit = 1", "fit 01"),
        ("UPDATE epochs SET validation_rows = 0 WHERE fit = 1", "fit 01"),
        ("UPDATE epochs SET training_rows = 2147483648 WHERE fit = 1", "fit 01"),
        ("UPDATE epochs SET training_rows = 9223372036854775807 WHERE fit = 1", "fit 01"),
        ("UPDATE epochs SET scores = NULL WHERE scores IS NOT NULL", "fit d0"),
        ("UPDATE epochs SET nanoseconds = nanoseconds + 1 WHERE fit = 1", "fit 01"),
        ("DELETE FROM epochs WHERE fit = 1", "fit 01"),
        ("UPDATE epochs_of_numbers SET validation_squared = 9e999", "fit e8"),
        ("UPDATE epochs SET scores = x'0080' WHERE scores IS NOT NULL", "fit d0"),
        ("UPDATE predictions SET probabilities = x'0000003f0000003f'", "the predictions of"),
        ("UPDATE predictions SET epoch = 2", "the predictions of"),
        ("DELETE FROM predictions", "the predictions of"),
        ("UPDATE checkpoints SET state = zeroblob(256)", "the checkpoint of"),
        ("UPDATE checkpoints SET epochs = 2", "the checkpoint of"),
        ("UPDATE refits SET weights = zeroblob(8)", "the network 01"),
        ("DELETE FROM refits", "the network 01"),
        ("UPDATE tests SET correct = correct + 1", "the network 01"),
        ("UPDATE studies SET started = ''", "the study `exhibited`"),
        ("UPDATE studies SET rows = 9223372036854775807", "the study `exhibited`"),
        ("UPDATE studies SET classes = '[\"a\"]'", "the study `exhibited`"),
        ("UPDATE studies SET name = 'other'", "the study `exhibited`"),
        ("DELETE FROM studies", "the study `exhibited`"),
        ("UPDATE validation SET numbers = zeroblob(16)", "the study `exhibited`"),
        ("UPDATE validation SET labels = x'ff'", "the study `exhibited`"),
        ("DELETE FROM validation", "the study `exhibited`"),
        (
            "UPDATE study_fits SET key = zeroblob(32) WHERE key = (SELECT key FROM fits WHERE id = 1)",
            "the list of fits of the study `exhibited`",
        ),
        ("UPDATE journal SET line = 'x' WHERE number = 1", "the journal of the study `exhibited`"),
        ("DELETE FROM journal WHERE number = 1", "the journal of the study `exhibited`"),
        (
            "UPDATE digests SET digest = digest + 1 WHERE kind = 'fit' AND record = (SELECT key FROM fits WHERE id = 1)",
            "fit 01",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(whole.path().join("crossfold.db"), folder.path().join("crossfold.db")).unwrap();
        let connection = Connection::open(folder.path().join("crossfold.db")).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        drop(connection);
        let store = SqliteStore::open(folder.path(), "").unwrap();
        match read(&store) {
            Err(StoreError::DamagedRecord { record: named, .. }) => {
                assert!(named.starts_with(record), "{change}: {named}")
            }
            other => panic!("{change}: {other:?}"),
        }
        // A study's list of fits is written again with the study.
        if !change.contains("study_fits") {
            assert!(store.remove_damaged(&study).unwrap() > 0, "{change}");
        }
        store.remove_study(&StudyName::new("other").unwrap()).unwrap();
        store.put_study(&study_with_exhibits(), &[fit(1).key]).unwrap();
        assert_eq!(read(&store), Ok(()), "{change}");
        assert_eq!(store.remove_damaged(&study), Ok(0), "{change}");
    }
    // A damaged standing is none: what it says is found again.
    SqliteStore::open(whole.path(), "").unwrap().put_standing(&study, "{}").unwrap();
    let connection = Connection::open(whole.path().join("crossfold.db")).unwrap();
    let standing = || SqliteStore::open(whole.path(), "").unwrap().standing(&study);
    assert_eq!(standing(), Ok(Some("{}".to_owned())));
    connection.execute("UPDATE standings SET standing = '[]'", []).unwrap();
    assert_eq!(standing(), Ok(None));
    connection.execute("UPDATE metrics SET name = 'F1' WHERE name = 'f1'", []).unwrap();
    let refused = read(&SqliteStore::open(whole.path(), "").unwrap()).unwrap_err().to_string();
    assert!(refused.ends_with("the numbers of metrics do not match their digest"), "{refused}");
}

/// Another study goes on to be told of its damage, whatever is lost of it.
#[test]
fn damage_of_another_study_is_not_removed() {
    for change in [
        "UPDATE fits SET configuration = 'mlp ' WHERE key = zeroblob(32) OR id = 2",
        "DELETE FROM fits WHERE id = 2",
        "UPDATE epochs SET training_loss = training_loss * 2 WHERE fit = 2",
        "UPDATE predictions SET probabilities = zeroblob(4) WHERE fit = 2",
        "DELETE FROM predictions WHERE fit = 2",
        "UPDATE checkpoints SET state = zeroblob(4) WHERE fit = 2",
        "UPDATE refits SET weights = zeroblob(8)",
        "DELETE FROM refits",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), "").unwrap();
        let mut other = fit(2);
        other.epochs[0].report.predictions = Some(Predictions([0.5].into()));
        other.checkpoint = Some(Checkpoint { epochs: 1, state: [1, 2, 3, 4].into() });
        store.commit(&[fit(1), other.clone(), fit(3)]).unwrap();
        store.put_refit(&other.key, 2, &RefitRecord { weights: vec![7; 8], tests: Vec::new() }).unwrap();
        store.put_study(&study_of_numbers(), &[fit(1).key]).unwrap();
        store.put_study(&study_of_images(), &[other.key]).unwrap();
        let connection = Connection::open(folder.path().join("crossfold.db")).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        let read = || -> Result<(), StoreError> {
            store.fits(&[other.key])?;
            store.predictions(&other.key, 1)?;
            store.checkpoint(&other.key)?;
            store.refit(&other.key, 2).map(drop)
        };
        let damage = read().unwrap_err();
        assert_eq!(store.remove_damaged(&study_of_numbers().name), Ok(0), "{change}");
        // Of a fit that is lost, the digests of its parts name nothing that a new fit could not have.
        assert_eq!(read(), Err(damage), "{change}");
        assert!(store.remove_damaged(&study_of_images().name).unwrap() > 0, "{change}");
        assert_eq!(read(), Ok(()), "{change}");
        // What no study refers to is anybody's.
        connection.execute("UPDATE fits SET ended = 'stopped' WHERE id = 3", []).unwrap();
        assert_eq!(store.remove_damaged(&study_of_numbers().name), Ok(1), "{change}");
    }
}

/// The name that a study was stored under is known by its digest.
#[test]
fn a_study_whose_name_is_damaged_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), "").unwrap();
    store.put_study(&study_of_numbers(), &[]).unwrap();
    store.put_study(&study_of_images(), &[]).unwrap();
    let connection = Connection::open(folder.path().join("crossfold.db")).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    for name in ["'B!'", "''", "CAST(x'ff' AS TEXT)"] {
        connection.execute(&format!("UPDATE studies SET name = {name} WHERE name = 'numbers'"), []).unwrap();
        assert_eq!(store.studies(), Ok(vec![study_of_images().name, study_of_numbers().name]), "{name}");
        assert!(matches!(store.study(&study_of_numbers().name), Err(StoreError::DamagedRecord { .. })), "{name}");
        store.collect_garbage().unwrap();
        assert_eq!(count(folder.path(), "studies"), 2, "{name}: it may be mended by hand");
        store.put_study(&study_of_numbers(), &[]).unwrap();
        store.collect_garbage().unwrap();
        assert_eq!((count(folder.path(), "studies"), store.studies().unwrap().len()), (2, 2), "{name}");
    }
    connection.execute("UPDATE studies SET name = 'B!' WHERE name = 'numbers'", []).unwrap();
    store.remove_study(&study_of_numbers().name).unwrap();
    store.collect_garbage().unwrap();
    assert_eq!((count(folder.path(), "studies"), store.studies()), (1, Ok(vec![study_of_images().name])));
}

/// What can't be read in a file without digests is removed, or has no digest afterwards, and neither blocks anything.
#[test]
fn unreadable_records_of_an_older_file_are_counted_when_it_is_converted() {
    for (change, removed, is_told) in [
        ("UPDATE fits SET key = x'01' WHERE id = 1", 1, true),
        ("UPDATE fits SET ended = 'odd' WHERE id < 3", 2, true),
        ("UPDATE epochs SET epoch = 9 WHERE fit = 1", 1, true),
        ("UPDATE studies SET classes = '[' WHERE name = 'numbers'", 0, false),
        ("UPDATE studies SET name = 'B!' WHERE name = 'images'", 0, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crossfold.db");
        fs::write(&path, include_bytes!("../../../fixtures/version-6.db")).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        let fits = count(folder.path(), "fits");
        drop(connection);
        let store = SqliteStore::open(folder.path(), "").unwrap();
        assert_eq!(fits - count(folder.path(), "fits"), removed, "{change}");
        assert_eq!(store.remarks().len(), usize::from(is_told), "{change}: {:?}", store.remarks());
        assert!(store.garbage().is_ok() && store.studies().is_ok(), "{change}: {:?}", store.garbage());
        if change.contains("classes") {
            assert!(matches!(store.study(&study_of_numbers().name), Err(StoreError::DamagedRecord { .. })));
        }
    }
}

/// Whatever a file has beside our own tables and indexes could make a lookup take for ever, however it is written.
#[test]
fn a_file_with_other_parts_is_not_ours() {
    for change in [
        "ALTER TABLE fits ADD COLUMN more TEXT AS\n(hex(zeroblob(9)))",
        "ALTER TABLE fits ADD COLUMN more TEXT AS/**/(hex(zeroblob(9)))",
        "ALTER TABLE fits ADD COLUMN more TEXT GENERATED ALWAYS AS (1)",
        "ALTER TABLE fits ADD COLUMN more TEXT CHECK\t(1)",
        "DROP INDEX study_fits_by_key; CREATE INDEX study_fits_by_key ON study_fits (hex(key))",
        "CREATE INDEX study_fits_by_keys ON study_fits (key)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TABLE more (a)",
        "CREATE TRIGGER more AFTER INSERT ON fits BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE more USING fts5(a)",
        "DROP TABLE digests; CREATE VIEW digests AS SELECT 1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        drop(SqliteStore::open(folder.path(), "").unwrap());
        let connection = Connection::open(folder.path().join("crossfold.db")).unwrap();
        let changed = connection.execute_batch(change);
        assert!(changed.is_ok() || change.contains("fts5"), "{change}: {changed:?}");
        drop(connection);
        let is_refused = |opened: Option<StoreError>| {
            changed.is_err() || opened.is_some_and(|error| error.to_string().contains("it is not crossfold's"))
        };
        assert!(is_refused(SqliteStore::open(folder.path(), "").err()), "{change}");
        assert!(is_refused(SqliteStore::open_existing(folder.path()).err()), "{change}");
    }
}

/// Removed records leave no digest behind.
#[test]
fn what_is_removed_is_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), "").unwrap();
    let study = study_with_exhibits().name;
    let mut predicted = stopped_fit();
    predicted.epochs[0].report.predictions = Some(Predictions([0.5].into()));
    store.commit(&[fit(1), predicted.clone()]).unwrap();
    store.put_refit(&fit(1).key, 2, &RefitRecord { weights: vec![7], tests: Vec::new() }).unwrap();
    store.put_study(&study_with_exhibits(), &[fit(1).key]).unwrap();
    put_version_5_data(&store);
    store.remove_predictions(&study, &[(predicted.key, 1)]).unwrap();
    store.remove_checkpoints(&[unfinished_fit().key]).unwrap();
    assert_eq!(store.predictions(&predicted.key, 1), Ok(None));
    assert_eq!(store.checkpoint(&unfinished_fit().key), Ok(None));
    store.remove_fits(&study, &[fit(1).key]).unwrap();
    assert_eq!(store.fits(&[fit(1).key]), Ok(vec![None]));
    assert_eq!(store.refit(&fit(1).key, 2), Ok(None));
    store.put_journal(&study, 0, &[]).unwrap();
    assert_eq!(store.journal(&study), Ok(Vec::new()));
    store.remove_study(&study).unwrap();
    store.collect_garbage().unwrap();
    assert_eq!((store.studies(), store.study(&study)), (Ok(Vec::new()), Ok(None)));
    assert_eq!((count(folder.path(), "digests"), count(folder.path(), "fits")), (1, 0), "that of the metrics");
}

/// A file of an older version has no digests, and is checked all the same.
#[test]
fn a_changed_study_of_an_older_file_is_refused() {
    let name = study_of_numbers().name;
    for change in [
        "UPDATE validation SET numbers = x'000000000000f87f000000000000f03f'",
        "UPDATE validation SET numbers = x'000000000000f03f'",
        "UPDATE validation SET numbers = NULL, labels = x'0000000000000000'",
        "UPDATE studies SET classes = '[\"a\"'",
        "UPDATE studies SET classes = '[\"a\", \"b\"]'",
        "UPDATE studies SET rows = 4611686018427387904",
        "UPDATE studies SET inputs = 4611686018427387904",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crossfold.db");
        fs::write(&path, include_bytes!("../../../fixtures/version-6.db")).unwrap();
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let refused = SqliteStore::open_existing(folder.path()).unwrap().unwrap().study(&name);
        assert!(matches!(refused, Err(StoreError::DamagedRecord { .. })), "{change}: {refused:?}");
    }
}
