//! The contract of every [`Store`].

use std::time::Duration;

use crate::{
    Checkpoint, EpochRecord, EpochReport, Evaluation, Failure, FitEnd, FitKey, FitRecord, FoldId, Garbage, Metric,
    Override, Part, Predictions, RefitRecord, Scores, Store, StoreError, StoredFit, StudyName, StudyRecord, Tally,
    TestUse, Truth, ValidationRows, Watched,
};
use crossfold_network::{Shape, Task};

/// Checks a store against its contract. Each call of `open` makes a new, empty store.
///
/// # Panics
/// If the contract is broken.
pub fn check_store(open: &dyn Fn() -> Box<dyn Store>) {
    fits_round_trip(&*open());
    longer_fit_is_kept(&*open());
    commit_with_a_conflicting_epoch_changes_nothing(&*open());
    regression_fits_round_trip(&*open());
    predictions_referenced_by_another_study_are_kept(&*open());
    checkpoint_of_the_longer_fit_is_kept(&*open());
    checkpoints_are_removed_alone_or_with_their_fits(&*open());
    refits_round_trip(&*open());
    networks_scored_on_test_rows_are_counted(&*open());
    studies_round_trip(&*open());
    standings_hold_until_a_fit_changes(&*open());
    journals_are_stored_line_by_line(&*open());
    garbage_is_unreferenced(&*open());
}

pub(super) fn key(number: u8) -> FitKey {
    FitKey::from_bytes([number; 32])
}

pub(super) fn name(name: &str) -> StudyName {
    StudyName::new(name).expect("the suite's names are valid")
}

/// Losses that only an exact format keeps to the last bit.
const LOSSES: [f64; 4] = [1.0 / 3.0, 5e-324, 2.0, 1.797e308];

fn epoch(number: u32, predictions: bool) -> EpochRecord {
    let loss = LOSSES[number as usize % LOSSES.len()];
    let report = EpochReport {
        epoch: number,
        training: Tally::Classes { rows: u32::MAX, correct: number, loss },
        validation: Some(scored(Tally::Classes { rows: 2, correct: 1, loss: loss / 3.0 }, number)),
        watched: Some(Watched { loss: loss / 7.0, best: number }),
        predictions: predictions.then(|| Predictions([f32::MIN_POSITIVE, 0.1, 1.0, number as f32].into())),
    };
    EpochRecord { report, elapsed: Duration::new(number.into(), 987_654_321) }
}

/// Scores that depend on `number`. One of them is undefined for odd numbers.
fn scored(tally: Tally, number: u32) -> Evaluation {
    let score = |place: u32| 1.0 / f64::from(3 + 100 * number + place);
    let scores = (0..).zip(Metric::scored_for(tally.task())).map(|(place, &metric)| (metric, Some(score(place))));
    let mut scores: Scores = scores.collect();
    if !number.is_multiple_of(2) {
        scores.set(Metric::RocAuc, None);
    }
    Evaluation { tally, scores }
}

/// A fit of `epochs` epochs, with predictions at those in `predicted`.
pub(super) fn fit(number: u8, end: FitEnd, epochs: u32, predicted: &[u32]) -> FitRecord {
    FitRecord {
        key: key(number),
        configuration: format!("mlp {number}"),
        part: Part::Fold(FoldId { repeat: 1, fold: u32::from(number) }),
        end,
        epochs: (1..=epochs).map(|number| epoch(number, predicted.contains(&number))).collect(),
        checkpoint: None,
    }
}

/// A checkpoint whose state has every byte value and depends on `epochs`.
fn checkpoint(epochs: u32) -> Checkpoint {
    let state = (0..1000).map(|place: u32| (place + epochs) as u8).collect();
    Checkpoint { epochs, state }
}

/// A fit of `epochs` epochs that can continue after them.
fn unfinished(number: u8, end: FitEnd, epochs: u32) -> FitRecord {
    FitRecord { checkpoint: Some(checkpoint(epochs)), ..fit(number, end, epochs, &[]) }
}

/// A fit as it is stored, and the epochs whose predictions are.
fn stored(end: FitEnd, epochs: u32, predicted: &[u32]) -> Option<(StoredFit, Vec<u32>)> {
    let epochs = (1..=epochs).map(|number| epoch(number, false)).collect();
    Some((StoredFit { end, epochs }, predicted.to_vec()))
}

fn get(store: &dyn Store, number: u8) -> Option<(StoredFit, Vec<u32>)> {
    let fit = store.fits(&[key(number)]).expect("the store can be read").remove(0);
    let places: Vec<(FitKey, u32)> = (0..10).map(|epoch| (key(number), epoch)).collect();
    let predicted = (0..10).zip(store.have_predictions(&places).expect("the store can be read"));
    let predicted: Vec<u32> = predicted.filter_map(|(epoch, is_stored)| is_stored.then_some(epoch)).collect();
    assert!(fit.is_some() || predicted.is_empty(), "predictions are removed with their fit");
    Some((fit?, predicted))
}

fn put(store: &dyn Store, fits: &[FitRecord]) {
    store.commit(fits).expect("fits can be stored");
}

fn fits_round_trip(store: &dyn Store) {
    let failed = |failure| FitEnd::Failed(failure);
    let ends = [
        FitEnd::Complete,
        FitEnd::Stopped,
        FitEnd::Cancelled,
        failed(Failure::NotFinite { epoch: 3 }),
        failed(Failure::Panic("said \"no\"\nin two lines".to_owned())),
        failed(Failure::TimedOut(7)),
        failed(Failure::Suspect),
    ];
    let records: Vec<FitRecord> = (0..).zip(&ends).map(|(number, end)| fit(number, end.clone(), 5, &[2, 4])).collect();
    put(store, &records);
    let keys: Vec<FitKey> = (0..ends.len() as u8 + 1).rev().map(key).collect();
    let found = store.fits(&keys).expect("the store can be read");
    let expected: Vec<_> = ends.iter().rev().map(|end| stored(end.clone(), 5, &[2, 4])).collect();
    assert_eq!((0..ends.len() as u8).rev().map(|number| get(store, number)).collect::<Vec<_>>(), expected);
    assert_eq!(found[0], None);
    let fits = expected.into_iter().map(|expected| expected.map(|(fit, _)| fit));
    assert_eq!(found[1..], fits.collect::<Vec<_>>());

    let predictions = |epoch| store.predictions(&key(0), epoch).expect("the store can be read");
    assert_eq!(predictions(4), epoch(4, true).report.predictions);
    assert_eq!((predictions(1), predictions(6)), (None, None));

    // A refit reports no validation scores, and a fit may end before its first epoch.
    let mut refit = fit(9, FitEnd::Complete, 1, &[]);
    refit.part = Part::All;
    refit.epochs[0].report.validation = None;
    put(store, &[refit.clone(), fit(8, FitEnd::Cancelled, 0, &[])]);
    assert_eq!(get(store, 9).expect("it was stored").0.epochs, refit.epochs);
    assert_eq!(get(store, 8), stored(FitEnd::Cancelled, 0, &[]));
    store.remove_fits(&name("mine"), &[key(9), key(8), key(77)]).expect("entries can be removed");
    assert_eq!((get(store, 9), get(store, 8)), (None, None));
    assert!(get(store, 0).is_some());
}

/// The other checks store classifications.
fn regression_fits_round_trip(store: &dyn Store) {
    let tally = |number: f64| Tally::Numbers { rows: 3, squared: 1.0 / number, absolute: number, spread: 5e-324 };
    let mut record = fit(1, FitEnd::Complete, 2, &[2]);
    for (epoch, number) in record.epochs.iter_mut().zip([3.0, 7.0]) {
        epoch.report.training = tally(number);
        epoch.report.validation = Some(Evaluation::from(tally(-number)));
    }
    put(store, std::slice::from_ref(&record));
    let expected: Vec<EpochReport> = record.epochs.iter().map(|epoch| epoch.report.clone()).collect();
    let found = get(store, 1).expect("it was stored").0.epochs;
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found.report, EpochReport { predictions: None, ..expected.clone() });
    }
    record.epochs[0].report.validation = Some(Evaluation::from(tally(4.0)));
    assert!(matches!(store.commit(&[record]), Err(StoreError::Differs { epoch: 1, .. })));
    let tests = vec![("digest".to_owned(), Evaluation::from(tally(2.0)))];
    let refit = RefitRecord { weights: vec![1], tests };
    store.put_refit(&key(1), 2, &refit).expect("networks can be stored");
    assert_eq!(store.refit(&key(1), 2), Ok(Some(refit)));
    let truth = |numbers: &[f64]| Truth::Numbers(numbers.to_vec());
    let fold = FoldId { repeat: 0, fold: 0 };
    let validation = vec![ValidationRows { fold, rows: vec![0, 2], groups: None, truth: truth(&[1.0 / 3.0, -5e-324]) }];
    let record = StudyRecord { classes: Vec::new(), validation, ..study("numbers") };
    store.put_study(&record, &[]).expect("studies can be stored");
    assert_eq!(store.study(&name("numbers")), Ok(Some(record)));
}

fn longer_fit_is_kept(store: &dyn Store) {
    put(store, &[fit(1, FitEnd::Cancelled, 2, &[1])]);
    put(store, &[fit(1, FitEnd::Complete, 4, &[4])]);
    assert_eq!(get(store, 1), stored(FitEnd::Complete, 4, &[1, 4]));
    let shorter = fit(1, FitEnd::Cancelled, 3, &[3]);
    put(store, &[shorter.clone(), shorter]);
    assert_eq!(get(store, 1), stored(FitEnd::Complete, 4, &[1, 3, 4]));
    let again = FitEnd::Failed(Failure::TimedOut(1));
    put(store, &[fit(1, again.clone(), 4, &[])]);
    assert_eq!(get(store, 1), stored(again, 4, &[1, 3, 4]), "the new end of fits of equal length");
    // A study that asks for no more epochs than these sees the retrained fit as complete.
    put(store, &[fit(2, FitEnd::Stopped, 4, &[]), fit(2, FitEnd::Complete, 4, &[4])]);
    assert_eq!(get(store, 2), stored(FitEnd::Stopped, 4, &[4]), "a fit that stopped by itself stays stopped");
}

fn commit_with_a_conflicting_epoch_changes_nothing(store: &dyn Store) {
    put(store, &[fit(1, FitEnd::Complete, 3, &[])]);
    let changes: [fn(&mut EpochReport); 7] = [
        |report| {
            let loss = f64::from_bits(report.training.loss().to_bits() + 1);
            report.training = Tally::Classes { rows: u32::MAX, correct: 3, loss };
        },
        |report| report.training.add(Tally::Classes { rows: 0, correct: 1, loss: 0.0 }),
        |report| report.validation = None,
        |report| {
            let one_row = Tally::Classes { rows: 1, correct: 0, loss: 0.0 };
            report.validation.iter_mut().for_each(|validation| validation.tally.add(one_row));
        },
        |report| report.validation.iter_mut().for_each(|validation| validation.scores = Scores::default()),
        |report| {
            *report = EpochReport {
                validation: report.validation.map(|Evaluation { tally, .. }| scored(tally, 4)),
                ..report.clone()
            }
        },
        |report| report.watched = Some(Watched { best: 1, ..report.watched.expect("the third epoch is watched") }),
    ];
    for change in changes {
        let mut differs = fit(1, FitEnd::Complete, 4, &[]);
        change(&mut differs.epochs[2].report);
        let refused = store.commit(&[fit(2, FitEnd::Complete, 1, &[]), differs]);
        let part = Part::Fold(FoldId { repeat: 1, fold: 1 });
        assert_eq!(refused, Err(StoreError::Differs { configuration: "mlp 1".to_owned(), part, epoch: 3 }));
        assert_eq!(get(store, 1), stored(FitEnd::Complete, 3, &[]));
        assert_eq!(get(store, 2), None);
    }
}

fn study(study: &str) -> StudyRecord {
    StudyRecord {
        name: name(study),
        spec: b"version: 1\n\xff".to_vec(),
        overrides: vec![Override { path: "seed".to_owned(), value: "1".to_owned() }],
        folder: "/somewhere".to_owned(),
        origin: "data 1\nseed 2\n".to_owned(),
        shape: Shape { looked_up: 5, ..Shape::dense(3, 2) },
        classes: vec!["a \"b\"".to_owned(), "ü".to_owned()],
        rows: 4,
        test_digest: Some("d".to_owned()),
        validation: (0..2)
            .map(|fold| ValidationRows {
                fold: FoldId { repeat: 0, fold },
                rows: vec![fold, u32::MAX],
                groups: (fold == 1).then(|| vec![7, 0]),
                truth: Truth::Labels(vec![0, 1]),
            })
            .collect(),
        started: "2026-01-31T09:00:00Z".to_owned(),
        record: None,
        model: None,
        exhibits: None,
    }
}

fn enter(store: &dyn Store, name: &str, refers_to: &[u8]) {
    let keys: Vec<FitKey> = refers_to.iter().copied().map(key).collect();
    store.put_study(&study(name), &keys).expect("studies can be stored");
}

fn networks_scored_on_test_rows_are_counted(store: &dyn Store) {
    let test_use = |digest| store.test_use(digest).expect("the store can be read");
    assert_eq!(test_use("d"), TestUse::default());
    for (number, digest, task) in
        [(1, "d", Task::Classification), (2, "d", Task::Regression), (3, "e", Task::Classification)]
    {
        let tests = vec![(digest.to_owned(), Evaluation::from(Tally::empty(task)))];
        let refit = RefitRecord { weights: vec![number], tests };
        store.put_refit(&key(number), 1, &refit).expect("networks can be stored");
    }
    for (name, model) in [("b", Some("{}")), ("a", Some("{}")), ("c", None)] {
        let study = StudyRecord { model: model.map(str::to_owned), ..study(name) };
        store.put_study(&study, &[]).expect("studies can be stored");
    }
    assert_eq!(test_use("d"), TestUse { networks: 2, studies: vec![name("a"), name("b")] });
    assert_eq!(test_use("e"), TestUse { networks: 1, studies: Vec::new() });
}

fn predictions_referenced_by_another_study_are_kept(store: &dyn Store) {
    put(store, &[fit(1, FitEnd::Complete, 3, &[1, 2, 3]), fit(2, FitEnd::Complete, 3, &[3])]);
    enter(store, "mine", &[1, 2]);
    enter(store, "yours", &[2]);
    let places = [(key(1), 1), (key(1), 3), (key(2), 3), (key(7), 1)];
    store.remove_predictions(&name("mine"), &places).expect("entries can be removed");
    assert_eq!(get(store, 1), stored(FitEnd::Complete, 3, &[2]));
    assert_eq!(get(store, 2), stored(FitEnd::Complete, 3, &[3]));
    // Fits that another study refers to are kept, too.
    store.remove_fits(&name("mine"), &[key(1), key(2)]).expect("entries can be removed");
    assert_eq!(get(store, 1), None);
    assert_eq!(get(store, 2), stored(FitEnd::Complete, 3, &[3]));
}

fn checkpoint_of_the_longer_fit_is_kept(store: &dyn Store) {
    let get = |number| store.checkpoint(&key(number)).expect("the store can be read");
    assert_eq!(get(1), None);
    put(store, &[unfinished(1, FitEnd::Complete, 2), fit(2, FitEnd::Complete, 2, &[])]);
    assert_eq!((get(1), get(2)), (Some(checkpoint(2)), None));
    put(store, &[unfinished(1, FitEnd::Complete, 4)]);
    assert_eq!(get(1), Some(checkpoint(4)));
    put(store, &[unfinished(1, FitEnd::Complete, 3)]);
    put(store, &[fit(1, FitEnd::Cancelled, 3, &[])]);
    assert_eq!(get(1), Some(checkpoint(4)), "a shorter fit leaves it");
    let other = Checkpoint { epochs: 3, state: [].into() };
    put(store, &[FitRecord { checkpoint: Some(other.clone()), ..fit(1, FitEnd::Complete, 4, &[]) }]);
    assert_eq!(get(1), Some(other), "the new checkpoint of fits of equal length");
    put(store, &[fit(1, FitEnd::Complete, 4, &[])]);
    assert_eq!(get(1), None, "a fit of equal length removes it");
    put(store, &[unfinished(1, FitEnd::Complete, 3)]);
    assert_eq!(get(1), None, "a shorter fit has no say");
    put(store, &[unfinished(2, FitEnd::Complete, 3), fit(2, FitEnd::Complete, 4, &[])]);
    assert_eq!(get(2), None, "a longer fit removes it, too");

    // A refused commit changes nothing.
    let mut differs = unfinished(2, FitEnd::Complete, 5);
    differs.epochs[0].report.validation = None;
    assert!(matches!(store.commit(&[unfinished(1, FitEnd::Complete, 4), differs]), Err(StoreError::Differs { .. })));
    assert_eq!((get(1), get(2)), (None, None));
}

fn checkpoints_are_removed_alone_or_with_their_fits(store: &dyn Store) {
    let fits: Vec<FitRecord> = (1..=4).map(|number| unfinished(number, FitEnd::Complete, 1)).collect();
    put(store, &fits);
    enter(store, "mine", &[1, 2, 7]);
    enter(store, "yours", &[2, 3]);
    let are_there =
        || [1, 2, 3, 4].map(|number| store.checkpoint(&key(number)).expect("the store can be read").is_some());
    store.remove_checkpoints(&[key(7)]).expect("entries can be removed");
    assert_eq!(are_there(), [true; 4]);
    let garbage = store.garbage(&[]).expect("the store can be read");
    assert!((1000..2000).contains(&garbage.bytes), "of one fit: {garbage:?}");
    store.remove_checkpoints(&[key(1), key(2)]).expect("entries can be removed");
    assert_eq!(are_there(), [false, false, true, true]);
    assert_eq!(get(store, 2), stored(FitEnd::Complete, 1, &[]), "the fits stay");

    store.remove_fits(&name("yours"), &[key(3)]).expect("entries can be removed");
    store.collect_garbage().expect("garbage can be collected");
    // Fits that are stored again don't get their old checkpoints back.
    put(store, &[fit(3, FitEnd::Complete, 0, &[]), fit(4, FitEnd::Complete, 0, &[])]);
    assert_eq!(are_there(), [false; 4]);
}

fn refits_round_trip(store: &dyn Store) {
    let test = |digest: &str, number| {
        (digest.to_owned(), scored(Tally::Classes { rows: 3, correct: 2, loss: 1.0 / f64::from(number) }, number))
    };
    let refit = RefitRecord { weights: vec![0, 255, 7], tests: vec![test("a", 3), test("b", 2)] };
    let get = |number, epochs| store.refit(&key(number), epochs).expect("the store can be read");
    store.put_refit(&key(1), 5, &refit).expect("networks can be stored");
    assert_eq!(get(1, 5), Some(refit));
    assert_eq!((get(1, 4), get(2, 5)), (None, None));
    let untested = RefitRecord { weights: vec![1], tests: Vec::new() };
    store.put_refit(&key(1), 5, &untested).expect("networks can be stored");
    assert_eq!(get(1, 5), Some(untested));
    store.remove_fits(&name("mine"), &[key(1)]).expect("entries can be removed");
    assert_eq!(get(1, 5), None);
}

fn studies_round_trip(store: &dyn Store) {
    let get = |study: &str| store.study(&name(study)).expect("the store can be read");
    assert_eq!(get("one"), None);
    enter(store, "two", &[]);
    enter(store, "one", &[1]);
    assert_eq!(get("one"), Some(study("one")));
    store.put_record(&name("one"), "{}", Some("{\"é\": 1}"), Some("[1]")).expect("records can be stored");
    let [record, model, exhibits] = ["{}", "{\"é\": 1}", "[1]"].map(|text| Some(text.to_owned()));
    assert_eq!(get("one"), Some(StudyRecord { record, model, exhibits, ..study("one") }));
    store.put_record(&name("one"), "[]", None, None).expect("records can be stored");
    assert_eq!(get("one"), Some(StudyRecord { record: Some("[]".to_owned()), ..study("one") }));
    enter(store, "one", &[1]);
    assert_eq!(get("one"), Some(study("one")));
    assert_eq!(store.studies(), Ok(vec![name("one"), name("two")]));
    for shape in [Shape::image([5, 7, 3], 2), Shape::sequence(4, 3, 2)] {
        let record = StudyRecord { shape, ..study("one") };
        store.put_study(&record, &[]).expect("studies can be stored");
        assert_eq!(get("one"), Some(record));
    }
    store.remove_study(&name("two")).expect("entries can be removed");
    assert_eq!(store.studies(), Ok(vec![name("one")]));
}

fn standings_hold_until_a_fit_changes(store: &dyn Store) {
    let check = |study: &str, expected: Option<&str>| {
        let found = store.standing(&name(study)).expect("the store can be read");
        assert_eq!(found.as_deref(), expected, "of `{study}`");
    };
    let standing = |text: &str| store.put_standing(&name("one"), text).expect("standings can be stored");
    check("one", None);
    enter(store, "one", &[1, 2, 9]);
    enter(store, "two", &[3]);
    put(store, &[fit(1, FitEnd::Complete, 2, &[])]);
    check("one", None);
    standing("{\"é\": 1}");
    standing("[]");
    // Another study's fit, and what belongs to a fit without being a result.
    put(store, &[fit(3, FitEnd::Complete, 1, &[1])]);
    store.put_record(&name("one"), "{}", None, None).expect("records can be stored");
    check("one", Some("[]"));
    check("two", None);
    put(store, &[fit(1, FitEnd::Complete, 3, &[])]);
    check("one", None);
    standing("longer");
    check("one", Some("longer"));
    put(store, &[fit(2, FitEnd::Cancelled, 0, &[])]);
    check("one", None);
    standing("cancelled");
    store.remove_fits(&name("one"), &[key(2)]).expect("entries can be removed");
    check("one", None);
    standing("removed");
    enter(store, "one", &[1, 2, 9]);
    check("one", None);
    standing("again");
    store.remove_study(&name("one")).expect("entries can be removed");
    check("one", None);
}

fn journals_are_stored_line_by_line(store: &dyn Store) {
    let check = |study: &str, expected: &[&str]| {
        let found = store.journal(&name(study)).expect("the store can be read");
        assert_eq!(found, expected, "of `{study}`");
    };
    let write = |study: &str, from, lines: &[&str]| {
        let lines: Vec<String> = lines.iter().copied().map(str::to_owned).collect();
        store.put_journal(&name(study), from, &lines).expect("journals can be stored");
    };
    check("one", &[]);
    // More than ten lines, before the study is stored.
    let lines = ["a", "", "ü \"b\"", "two\nlines", "nul \0", "a", "6", "7", "8", "9", "10", "11"];
    write("one", 0, &lines[..3]);
    write("one", 3, &lines[3..]);
    write("two", 0, &["other"]);
    check("one", &lines);
    enter(store, "one", &[1]);
    enter(store, "one", &[]);
    store.collect_garbage().expect("garbage can be collected");
    check("one", &lines);
    write("one", 2, &["b", "c"]);
    check("one", &["a", "", "b", "c"]);
    write("one", 3, &[]);
    check("one", &["a", "", "b"]);
    // All lines are kept if there are fewer than `from`.
    write("one", 7, &["d"]);
    write("one", 4, &["e"]);
    check("one", &["a", "", "b", "d", "e"]);
    check("two", &["other"]);
    assert_eq!(store.studies(), Ok(vec![name("one")]), "a journal alone is not a study");

    store.remove_study(&name("one")).expect("entries can be removed");
    enter(store, "one", &[]);
    check("one", &[]);
    check("two", &["other"]);
    store.remove_study(&name("two")).expect("entries can be removed");
    check("two", &[]);
}

fn garbage_is_unreferenced(store: &dyn Store) {
    let fits: Vec<FitRecord> = (1..=3).map(|number| fit(number, FitEnd::Complete, 2, &[2])).collect();
    put(store, &fits);
    let refit = RefitRecord { weights: vec![0; 100], tests: Vec::new() };
    [4, 5].iter().for_each(|&number| store.put_refit(&key(number), 1, &refit).expect("networks can be stored"));
    enter(store, "one", &[1, 6]);
    enter(store, "two", &[2]);
    store.add_references(&name("two"), &[key(4), key(2)]).expect("references can be stored");
    let garbage = store.garbage(&[]).expect("the store can be read");
    assert_eq!((garbage.fits, garbage.refits), (1, 1));
    assert!((116..1000).contains(&garbage.bytes), "{garbage:?}");
    let without_two = store.garbage(&[name("two")]).expect("the store can be read");
    let without_all = store.garbage(&[name("one"), name("two"), name("none")]).expect("the store can be read");
    assert_eq!([without_two, without_all].map(|garbage| (garbage.fits, garbage.refits)), [(2, 2), (3, 2)]);

    store.remove_study(&name("two")).expect("entries can be removed");
    let collected = store.collect_garbage().expect("garbage can be collected");
    assert_eq!((collected.fits, collected.refits), (2, 2));
    assert_eq!(store.garbage(&[]), Ok(Garbage::default()));
    assert!(get(store, 1).is_some() && get(store, 2).is_none() && get(store, 3).is_none());
}
