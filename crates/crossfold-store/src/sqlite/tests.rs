//! The store against the conformance suites, and the file against what may happen to it.

mod damage;
mod travel;

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
