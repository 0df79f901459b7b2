//! The store against the conformance suites, and the file against what may happen to it.

use std::fs;
use std::path::Path;

use crossfold_network::Shape;
use crossfold_study::conformance::{check_crash_log, check_store};
use crossfold_study::{
    Checkpoint, CrashLog, EpochRecord, EpochReport, Evaluation, FitEnd, FitKey, FitRecord, FoldId, Metric, Part,
    Predictions, RefitRecord, Store, StoreError, StudyName, StudyRecord, Tally, Truth, ValidationRows, Watched,
};
use rusqlite::Connection;

use super::SqliteStore;
use super::schema::SCHEMA_VERSION;

#[test]
fn the_sqlite_store_conforms_to_the_contract() {
    let folders = tempfile::tempdir().unwrap();
    check_store(&|| {
        let folder = tempfile::tempdir_in(folders.path()).unwrap().keep();
        Box::new(SqliteStore::open(&folder, "").unwrap())
    });
}

#[test]
fn the_sqlite_crash_log_conforms_to_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let open = || SqliteStore::open(folder.path(), "").unwrap();
    check_crash_log(&|| (Box::new(open()), Box::new(open())));
    assert!(folder.path().join("commits").exists());
    assert!(!folder.path().join("commits/.in-flight").exists(), "the last run ended");
}

fn tally(number: u16) -> Tally {
    Tally::Classes { rows: 10, correct: 5, loss: f64::from(number) / 3.0 }
}

fn fit(number: u16) -> FitRecord {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_le_bytes());
    let tally = tally(number);
    let validation = Some(Evaluation::from(tally));
    let report = EpochReport { epoch: 1, training: tally, validation, watched: None, predictions: None };
    FitRecord {
        key: FitKey::from_bytes(key),
        configuration: "mlp".to_owned(),
        part: Part::Fold(FoldId { repeat: 0, fold: 0 }),
        end: FitEnd::Complete,
        epochs: vec![EpochRecord { report, elapsed: std::time::Duration::from_millis(5) }],
        checkpoint: None,
    }
}

fn count(folder: &Path, table: &str) -> u32 {
    let connection = Connection::open(folder.join("crossfold.db")).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Eight handles on one file, four of them opened while there is none yet, all storing the same.
#[test]
fn many_writers_store_each_fit_once() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    std::thread::scope(|scope| {
        for name in names {
            let folder = folder.path();
            scope.spawn(move || {
                let store = SqliteStore::open(folder, "").unwrap();
                let _run = store.begin_run(&StudyName::new(name).unwrap(), 1).unwrap();
                (0..100).for_each(|number| store.commit(&[fit(number)]).unwrap());
            });
        }
    });
    assert_eq!((count(folder.path(), "fits"), count(folder.path(), "epochs")), (100, 100));
    let store = SqliteStore::open_existing(folder.path()).unwrap().unwrap();
    let keys: Vec<FitKey> = (0..100).map(|number| fit(number).key).collect();
    assert!(store.fits(&keys).unwrap().iter().all(Option::is_some));
}

#[test]
fn commits_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    assert!(SqliteStore::open_existing(folder.path()).unwrap().is_none());
    SqliteStore::open(folder.path(), "").unwrap().commit(&[fit(1)]).unwrap();
    let read_only = SqliteStore::open_existing(folder.path()).unwrap().unwrap();
    assert!(read_only.fits(&[fit(1).key]).unwrap()[0].is_some());
    let study = StudyName::new("study").unwrap();
    for refused in [
        read_only.commit(&[fit(2)]),
        read_only.remove_checkpoints(&[fit(1).key]),
        read_only.put_journal(&study, 0, &["line".to_owned()]),
    ] {
        assert!(matches!(refused, Err(StoreError::NotWritable { .. })), "{refused:?}");
    }
}

#[test]
fn on_a_network_file_system_there_is_no_write_ahead_log() {
    let opened = |kind: &str| {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        let mounts = format!("22 1 0:35 / {} rw shared:1 - {kind} server:/home rw\n", place.display());
        let store = SqliteStore::open(folder.path(), &mounts).unwrap();
        let mode = store.read(|connection| Ok(connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?));
        (mode.unwrap(), store.remarks().to_vec())
    };
    let (mode, remarks): (String, _) = opened("nfs4");
    assert!(remarks[0].contains("is on a network file system (nfs4)"), "{remarks:?}");
    assert_eq!((mode.as_str(), remarks.len()), ("delete", 1));
    assert_eq!(opened("ext4"), ("wal".to_owned(), Vec::new()));
}

#[test]
fn foreign_and_newer_files_are_refused_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crossfold.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let theirs = fs::read(&path).unwrap();
    let refused = SqliteStore::open(folder.path(), "").err().unwrap().to_string();
    assert_eq!(fs::read(&path).unwrap(), theirs);
    assert!(refused.ends_with("crossfold.db` is damaged: it is not crossfold's"), "{refused}");
    fs::remove_file(&path).unwrap();

    drop(SqliteStore::open(folder.path(), "").unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for refused in [SqliteStore::open(folder.path(), "").err(), SqliteStore::open_existing(folder.path()).err()] {
        assert!(matches!(refused, Some(StoreError::Newer { found: 99, known: 7, .. })), "{refused:?}");
    }
}

/// The files in `fixtures` were made by this crate at their version, by `write_the_fixture`, with the
/// default SQLite of rusqlite 0.42. Any later version of this crate has to read and write them.
#[test]
fn a_file_of_version_1_can_be_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crossfold.db");
    let fixture = include_bytes!("../../fixtures/version-1.db");
    fs::write(&path, fixture).unwrap();
    let check_first = |store: &SqliteStore| {
        let stored = store.fits(&[fit(1).key, fit(2).key]).unwrap();
        assert_eq!(stored[0].as_ref().map(|stored| &stored.epochs), Some(&fit(1).epochs));
        assert_eq!(stored[1], None);
        assert_eq!(store.refit(&fit(1).key, 1), Ok(None));
        assert_eq!(store.studies(), Ok(Vec::new()));
        assert_eq!(store.study(&study_of_numbers().name), Ok(None));
        assert_eq!(store.garbage(&[]).unwrap().fits, 1);
        check_no_version_5_data(store);
    };
    check_first(&SqliteStore::open_existing(folder.path()).unwrap().unwrap());
    assert_eq!(fs::read(&path).unwrap(), fixture, "reading changes nothing");
    let store = SqliteStore::open(folder.path(), "").unwrap();
    check_first(&store);
    store.commit(&[fit(1), fit(2), fit_of_numbers()]).unwrap();
    store.put_study(&study_of_numbers(), &[fit(2).key]).unwrap();
    assert!(store.fits(&[fit(2).key]).unwrap()[0].is_some());
    check_version_2_data(&store);
    put_version_5_data(&store);
    check_version_5_data(&store);
}

/// A study that an older version has stored is what it was.
#[test]
fn a_study_of_version_1_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crossfold.db");
    fs::write(&path, include_bytes!("../../fixtures/version-1.db")).unwrap();
    let old = "
        INSERT INTO studies VALUES ('old', x'00', '[]', '/', 'data 1', 3, 2, '[\"a\",\"b\"]', 4, NULL, 'then', NULL);
        INSERT INTO validation VALUES ('old', 0, 0, x'0100000002000000', x'0000000001000000');";
    Connection::open(&path).unwrap().execute_batch(old).unwrap();
    let name = StudyName::new("old").unwrap();
    let stored = SqliteStore::open_existing(folder.path()).unwrap().unwrap().study(&name).unwrap().unwrap();
    assert_eq!(stored.shape, Shape::dense(3, 2));
    let fold = FoldId { repeat: 0, fold: 0 };
    assert_eq!(
        stored.validation,
        [ValidationRows { fold, rows: vec![1, 2], groups: None, truth: Truth::Labels(vec![0, 1]) }]
    );
    assert_eq!(SqliteStore::open(folder.path(), "").unwrap().study(&name), Ok(Some(stored)));
}

#[test]
fn a_file_of_version_2_can_be_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("crossfold.db"), include_bytes!("../../fixtures/version-2.db")).unwrap();
    let read_only = SqliteStore::open_existing(folder.path()).unwrap().unwrap();
    check_version_2_data(&read_only);
    check_no_version_5_data(&read_only);
    drop(read_only);
    let store = SqliteStore::open(folder.path(), "").unwrap();
    store.commit(&[fit(1), fit(2), fit_of_numbers(), stopped_fit()]).unwrap();
    store.put_study(&study_of_images(), &[]).unwrap();
    check_version_2_data(&store);
    check_version_3_data(&store);
}

#[test]
fn a_file_of_version_3_can_be_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("crossfold.db"), include_bytes!("../../fixtures/version-3.db")).unwrap();
    let read_only = SqliteStore::open_existing(folder.path()).unwrap().unwrap();
    check_version_2_data(&read_only);
    check_version_3_data(&read_only);
    check_no_version_5_data(&read_only);
    drop(read_only);
    let store = SqliteStore::open(folder.path(), "").unwrap();
    store.commit(&[fit(1), fit(2), fit_of_numbers(), stopped_fit()]).unwrap();
    check_version_3_data(&store);
}

#[test]
fn a_file_of_version_4_can_be_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crossfold.db");
    let fixture = include_bytes!("../../fixtures/version-4.db");
    fs::write(&path, fixture).unwrap();
    let check = |store: &SqliteStore| {
        check_version_2_data(store);
        check_version_3_data(store);
        check_version_4_data(store);
    };
    let read_only = SqliteStore::open_existing(folder.path()).unwrap().unwrap();
    check(&read_only);
    check_no_version_5_data(&read_only);
    drop(read_only);
    assert_eq!(fs::read(&path).unwrap(), fixture, "reading changes nothing");
    let store = SqliteStore::open(folder.path(), "").unwrap();
    check(&store);
    check_no_version_5_data(&store);
    put_version_5_data(&store);
    check(&store);
    check_version_5_data(&store);
}

#[test]
fn files_of_versions_from_5_on_can_be_read_and_written() {
    let fixtures: [&[u8]; 3] = [
        include_bytes!("../../fixtures/version-5.db"),
        include_bytes!("../../fixtures/version-6.db"),
        include_bytes!("../../fixtures/version-7.db"),
    ];
    for fixture in fixtures {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crossfold.db");
        fs::write(&path, fixture).unwrap();
        let check = |store: &SqliteStore| {
            check_version_2_data(store);
            check_version_3_data(store);
            check_version_4_data(store);
            check_version_5_data(store);
        };
        check(&SqliteStore::open_existing(folder.path()).unwrap().unwrap());
        assert_eq!(fs::read(&path).unwrap(), fixture, "reading changes nothing");
        let store = SqliteStore::open(folder.path(), "").unwrap();
        check(&store);
        store.commit(&[fit(1), fit(2), fit_of_numbers(), stopped_fit()]).unwrap();
        check(&store);
    }
}

/// A later release may have metrics that this one doesn't know, in a file of the same version.
#[test]
fn an_older_file_is_not_converted_while_another_process_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crossfold.db");
    fs::write(&path, include_bytes!("../../fixtures/version-5.db")).unwrap();
    let version = |connection: &Connection| -> u32 {
        connection.query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0)).unwrap()
    };
    let other = Connection::open(&path).unwrap();
    other.pragma_update(None, "journal_mode", "wal").unwrap();
    assert_eq!(version(&other), 5);
    let Err(StoreError::Busy { reason, .. }) = SqliteStore::open(folder.path(), "") else {
        panic!("the file is in use");
    };
    assert_eq!(reason, "it has version 5, and can be converted once no other process has it open");
    assert_eq!(version(&other), 5);
    drop(other);
    check_version_5_data(&SqliteStore::open(folder.path(), "").unwrap());
}

#[test]
fn scores_of_unknown_metrics_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    SqliteStore::open(folder.path(), "").unwrap().commit(&[stopped_fit()]).unwrap();
    let connection = Connection::open(folder.path().join("crossfold.db")).unwrap();
    connection.execute("INSERT INTO metrics VALUES (300, 'unheard_of')", []).unwrap();
    let update = "UPDATE epochs SET scores = CAST(x'2c81' || x'2c01' || zeroblob(8) || scores AS BLOB)";
    assert_eq!(connection.execute(update, []).unwrap(), 1);
    // A later release writes the digests of what it writes.
    connection.execute("DELETE FROM digests", []).unwrap();
    connection.pragma_update(None, "user_version", SCHEMA_VERSION - 1).unwrap();
    super::digest::add_function(&connection).unwrap();
    let transaction = connection.unchecked_transaction().unwrap();
    assert_eq!(super::repair::seal_all(&transaction).unwrap(), 0);
    transaction.commit().unwrap();
    connection.pragma_update(None, "user_version", SCHEMA_VERSION).unwrap();
    drop(connection);
    let store = SqliteStore::open(folder.path(), "").unwrap();
    check_version_3_fits(&store);
    store.commit(&[stopped_fit()]).unwrap();
}

/// A store has everything that version 5 added.
fn check_version_5_data(store: &SqliteStore) {
    assert_eq!(store.checkpoint(&unfinished_fit().key), Ok(unfinished_fit().checkpoint));
    assert_eq!(store.journal(&study_with_exhibits().name), Ok(journal()));
}

/// A store from before version 5 has none of that.
fn check_no_version_5_data(store: &SqliteStore) {
    assert_eq!(store.checkpoint(&fit(1).key), Ok(None));
    assert_eq!(store.journal(&study_with_exhibits().name), Ok(Vec::new()));
    store.garbage(&[]).unwrap();
}

fn put_version_5_data(store: &SqliteStore) {
    store.commit(&[unfinished_fit()]).unwrap();
    store.put_journal(&study_with_exhibits().name, 0, &journal()).unwrap();
}

/// A store has everything that version 4 added.
fn check_version_4_data(store: &SqliteStore) {
    assert_eq!(store.study(&study_with_exhibits().name), Ok(Some(study_with_exhibits())));
}

/// A store has everything that version 3 added.
fn check_version_3_data(store: &SqliteStore) {
    check_version_3_fits(store);
    assert_eq!(store.study(&study_of_images().name), Ok(Some(study_of_images())));
}

fn check_version_3_fits(store: &SqliteStore) {
    let stored = store.fits(&[stopped_fit().key]).unwrap().remove(0).unwrap();
    assert_eq!((stored.end, stored.epochs), (FitEnd::Stopped, stopped_fit().epochs));
}

/// A store has everything that version 2 added.
fn check_version_2_data(store: &SqliteStore) {
    let stored = store.fits(&[fit(1).key, fit_of_numbers().key]).unwrap();
    let epochs: Vec<_> = stored.into_iter().map(|stored| stored.unwrap().epochs).collect();
    assert_eq!(epochs, [fit(1).epochs, fit_of_numbers().epochs]);
    assert_eq!(store.study(&study_of_numbers().name), Ok(Some(study_of_numbers())));
}

fn fit_of_numbers() -> FitRecord {
    let tally = Tally::Numbers { rows: 10, squared: 0.1, absolute: 1.0 / 3.0, spread: 7.0 };
    let mut fit = fit(1000);
    let report = &mut fit.epochs[0].report;
    (report.training, report.validation) = (tally, Some(Evaluation::from(tally)));
    fit
}

/// A fit that uses what version 3 added.
fn stopped_fit() -> FitRecord {
    let scores = [
        (Metric::BalancedAccuracy, Some(0.1)),
        (Metric::F1, Some(1.0 / 3.0)),
        (Metric::RocAuc, None),
        (Metric::AveragePrecision, Some(0.7)),
        (Metric::Brier, Some(5e-324)),
        (Metric::CalibrationError, Some(0.3)),
    ];
    let mut fit = fit(2000);
    fit.end = FitEnd::Stopped;
    let report = &mut fit.epochs[0].report;
    report.validation.iter_mut().for_each(|validation| validation.scores = scores.into_iter().collect());
    report.watched = Some(Watched { loss: 0.1, best: 1 });
    fit
}

/// A fit that uses what version 5 added, beside a journal.
fn unfinished_fit() -> FitRecord {
    let checkpoint = Some(Checkpoint { epochs: 1, state: (0..=255).collect() });
    FitRecord { checkpoint, ..fit(3000) }
}

fn journal() -> Vec<String> {
    ["{\"round\": 0}", "{\"round\": 1}"].map(str::to_owned).to_vec()
}

fn study_of_images() -> StudyRecord {
    StudyRecord { name: StudyName::new("images").unwrap(), shape: Shape::image([4, 3, 2], 10), ..study_of_numbers() }
}

/// A study that uses what version 4 added.
fn study_with_exhibits() -> StudyRecord {
    let exhibits = Some("{\"version\": 1}".to_owned());
    StudyRecord { name: StudyName::new("exhibited").unwrap(), exhibits, ..study_of_numbers() }
}

fn study_of_numbers() -> StudyRecord {
    let fold = FoldId { repeat: 0, fold: 0 };
    StudyRecord {
        name: StudyName::new("numbers").unwrap(),
        spec: b"version: 1\n".to_vec(),
        overrides: Vec::new(),
        folder: "/somewhere".to_owned(),
        origin: "data 1\n".to_owned(),
        shape: Shape { looked_up: 8, ..Shape::dense(3, 1) },
        classes: Vec::new(),
        rows: 2,
        test_digest: None,
        validation: vec![ValidationRows {
            fold,
            rows: vec![0, 1],
            groups: None,
            truth: Truth::Numbers(vec![0.1, -2.0]),
        }],
        started: "2026-01-31T09:00:00Z".to_owned(),
        record: None,
        model: None,
        exhibits: None,
    }
}

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
        store.garbage(&[])?;
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
        fs::write(&path, include_bytes!("../../fixtures/version-6.db")).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(connection.execute(change, []).unwrap() > 0, "{change}");
        let fits = count(folder.path(), "fits");
        drop(connection);
        let store = SqliteStore::open(folder.path(), "").unwrap();
        assert_eq!(fits - count(folder.path(), "fits"), removed, "{change}");
        assert_eq!(store.remarks().len(), usize::from(is_told), "{change}: {:?}", store.remarks());
        assert!(store.garbage(&[]).is_ok() && store.studies().is_ok(), "{change}: {:?}", store.garbage(&[]));
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
        fs::write(&path, include_bytes!("../../fixtures/version-6.db")).unwrap();
        Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let refused = SqliteStore::open_existing(folder.path()).unwrap().unwrap().study(&name);
        assert!(matches!(refused, Err(StoreError::DamagedRecord { .. })), "{change}: {refused:?}");
    }
}

/// Writes the fixture of this version: `cargo test --release -p crossfold -p crossfold-store --lib -- --ignored`.
#[test]
#[ignore = "makes a file that is checked in, once for each version"]
fn write_the_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), "").unwrap();
    store.commit(&[fit(1), fit_of_numbers(), stopped_fit()]).unwrap();
    store.put_study(&study_of_numbers(), &[fit(1).key]).unwrap();
    store.put_study(&study_of_images(), &[]).unwrap();
    store.put_study(&study_with_exhibits(), &[]).unwrap();
    put_version_5_data(&store);
    drop(store);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::create_dir_all(&fixtures).unwrap();
    let name = format!("version-{}.db", SCHEMA_VERSION);
    fs::copy(folder.path().join("crossfold.db"), fixtures.join(name)).unwrap();
}

#[test]
fn garbage_collection_shrinks_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), "").unwrap();
    let weights = vec![7; 1_000_000];
    store.put_refit(&fit(1).key, 1, &RefitRecord { weights, tests: Vec::new() }).unwrap();
    store.collect_garbage().unwrap();
    let size = fs::metadata(folder.path().join("crossfold.db")).unwrap().len();
    assert!(size < 200_000, "{size} bytes");
}

#[test]
fn the_space_of_removed_checkpoints_is_reused() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path(), "").unwrap();
    let checkpoint = Some(Checkpoint { epochs: 1, state: vec![7; 1_000_000].into() });
    store.commit(&[FitRecord { checkpoint, ..fit(1) }]).unwrap();
    for number in 2..8 {
        store.remove_checkpoints(&[fit(number - 1).key]).unwrap();
        let checkpoint = Some(Checkpoint { epochs: 1, state: vec![7; 1_000_000].into() });
        store.commit(&[FitRecord { checkpoint, ..fit(number) }]).unwrap();
    }
    let size = fs::metadata(folder.path().join("crossfold.db")).unwrap().len();
    assert!(size < 2_500_000, "{size} bytes");
}
