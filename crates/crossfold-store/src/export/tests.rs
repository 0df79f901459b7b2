use std::io::Cursor;
use std::time::Duration;

use crossfold_study::{
    EpochRecord, EpochReport, Failure, FitRecord, FoldId, Metric, Part, Predictions, RefitRecord, Scores, Tally,
    Watched,
};
use flate2::write::GzEncoder;

use super::*;

fn key(byte: u8) -> FitKey {
    FitKey::from_bytes([byte; 32])
}

fn evaluation(loss: f64) -> Evaluation {
    let scores = Scores::from_iter([(Metric::F1, Some(0.5)), (Metric::RocAuc, None)]);
    Evaluation { tally: Tally::Classes { rows: 10, correct: 7, loss }, scores }
}

fn fit(number: u8) -> SharedRecord {
    let report = |epoch: u32| EpochReport {
        epoch,
        training: Tally::Classes { rows: 20, correct: 15, loss: 0.1 + f64::from(number) },
        validation: Some(evaluation(f64::from(epoch) / 3.0)),
        watched: Some(Watched { loss: -0.0, best: epoch }),
        predictions: (epoch == 2).then(|| Predictions([0.25, f32::MIN_POSITIVE, f32::INFINITY].into())),
    };
    let epochs = (1..=3).map(|epoch| EpochRecord { report: report(epoch), elapsed: Duration::ZERO }).collect();
    let part = Part::Fold(FoldId { repeat: 0, fold: u32::from(number) });
    let end = FitEnd::Failed(Failure::NotFinite { epoch: 4 });
    let configuration = "nodes=2 dropout=0.5".to_owned();
    SharedRecord::Fit(FitRecord { key: key(number), configuration, part, end, epochs, checkpoint: None })
}

fn network() -> SharedRecord {
    let tests = vec![("a".to_owned(), evaluation(1.5)), ("b".to_owned(), evaluation(2.5))];
    SharedRecord::Refit { key: key(1), epochs: 3, refit: RefitRecord { weights: vec![1, 2, 3], tests } }
}

fn numbers() -> SharedRecord {
    let tally = Tally::Numbers { rows: 5, squared: 1.0, absolute: f64::MAX, spread: 3.0 };
    let report =
        EpochReport { epoch: 1, training: tally, validation: Some(tally.into()), watched: None, predictions: None };
    let epochs = vec![EpochRecord { report, elapsed: Duration::ZERO }];
    let (configuration, end) = (String::new(), FitEnd::Stopped);
    SharedRecord::Fit(FitRecord { key: key(9), configuration, part: Part::All, end, epochs, checkpoint: None })
}

fn written(records: &[SharedRecord]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ExportWriter::new(&mut bytes).unwrap();
    records.iter().for_each(|record| writer.add(record).unwrap());
    writer.finish().unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Vec<SharedRecord>, Malformed> {
    let mut reader = ExportReader::new(Cursor::new(bytes), bytes.len() as u64)?;
    let mut records = Vec::new();
    while let Some(record) = reader.next()? {
        records.push(record);
    }
    Ok(records)
}

fn reason(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().0
}

#[test]
fn what_is_written_is_read() {
    let records = [fit(1), fit(2), numbers(), network()];
    let bytes = written(&records);
    assert_eq!(read(&bytes).unwrap(), records);
    assert_eq!(read(&written(&[])).unwrap(), []);
    // Neither a time nor the name of a system is in the header.
    assert_eq!(bytes[..4], [0x1f, 0x8b, 8, 0]);
    assert_eq!((&bytes[4..8], bytes[9]), (&[0; 4][..], 255));
}

/// Other machines read files of this version: a changed format needs a new one.
#[test]
fn the_format_never_changes() {
    let mut plain = Vec::new();
    GzDecoder::new(&written(&[fit(1), numbers(), network()])[..]).read_to_end(&mut plain).unwrap();
    let digest = Sha256::digest(&plain);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        (plain.len(), digest.as_str()),
        (690, "ca42b82e569c8f1805ee46f6482a94d4782a7d8fc7fc4e1043796c6ae4bd1e89")
    );
}

#[test]
fn elapsed_times_are_left_out() {
    let SharedRecord::Fit(mut other) = fit(1) else { panic!("it is a fit") };
    other.epochs[0].elapsed = Duration::from_secs(1);
    assert_eq!(written(&[SharedRecord::Fit(other)]), written(&[fit(1)]));
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

/// A record with a valid digest, after the first line.
fn with_record(kind: u8, key: FitKey, epochs: u32, length: u32, content: &[u8]) -> Vec<u8> {
    let mut plain = BEGINNING.to_vec();
    plain.push(kind);
    plain.extend(key.as_bytes());
    plain.extend(epochs.to_le_bytes());
    plain.extend(length.to_le_bytes());
    plain.extend(content);
    let digest = Sha256::digest(&plain);
    plain.extend(&digest[..8]);
    compressed(&plain)
}

/// Files that were made on purpose: their digests are right.
#[test]
fn lies_are_refused() {
    assert!(reason(b"").contains("was not written by"));
    assert!(reason(&compressed(b"key,score\n1,2,3,4,5,6,7,8,9\n")).contains("was not written by"));
    assert!(reason(&compressed(b"crossfold export 2\n")).contains("a newer crossfold"));
    let long = with_record(FIT, key(1), 0, u32::MAX, &[]);
    assert!(reason(&long).contains("the first record claims to be too long"), "{}", reason(&long));
    // As long as is read, with little behind it.
    assert!(reason(&with_record(FIT, key(1), 0, SMALL_LENGTH as u32, &[0; 100])).contains("cut off"));
    assert!(reason(&with_record(7, key(1), 0, 0, &[])).contains("unknown kind"));
    assert!(reason(&with_record(FIT, key(1), 3, 0, &[])).contains("out of order"));
    assert!(reason(&with_record(FIT, key(1), 0, 4, &[255; 4])).contains("fit 0101010101010101 can't be decoded"));
    // A fit of four billion epochs, and a network with as many scores.
    let counts = [&[0, 0, 0, 0, 0, COMPLETE][..], &[255; 4]].concat();
    assert!(reason(&with_record(FIT, key(1), 0, 10, &counts)).contains("can't be decoded"));
    let counts = [[0; 4], [255; 4]].concat();
    assert!(reason(&with_record(REFIT, key(1), 1, 8, &counts)).contains("can't be decoded"));
    for records in [[fit(2), fit(1)], [fit(1), fit(1)], [network(), fit(1)]] {
        assert!(reason(&written(&records)).contains("is out of order or duplicated"));
    }
    assert!(reason(&[written(&[fit(1)]), vec![0]].concat()).contains("something follows"));
    assert!(reason(&[written(&[fit(1)]), written(&[])].concat()).contains("something follows"));
}

const COMPLETE: u8 = 0;

/// Values that a store can't hold, or that no fit has.
#[test]
fn impossible_values_are_refused() {
    let with = |change: &dyn Fn(&mut EpochReport)| {
        let SharedRecord::Fit(mut record) = fit(1) else { panic!("it is a fit") };
        change(&mut record.epochs[1].report);
        reason(&written(&[SharedRecord::Fit(record)]))
    };
    let changes: [&dyn Fn(&mut EpochReport); 5] = [
        &|report| report.training = Tally::Classes { rows: 20, correct: 21, loss: 0.1 },
        &|report| report.training = Tally::Classes { rows: 20, correct: 2, loss: f64::NAN },
        &|report| report.training = Tally::Classes { rows: 19, correct: 2, loss: 0.1 },
        &|report| report.watched = Some(Watched { loss: 0.0, best: 3 }),
        &|report| report.validation = None,
    ];
    for change in changes {
        assert!(with(change).contains("fit 0101010101010101 can't be decoded"), "{}", with(change));
    }
}

/// Every byte of a file, and every length.
#[test]
fn damage_is_noticed() {
    let records = [fit(1), fit(2), numbers(), network()];
    let bytes = written(&records);
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "{end}");
    }
    let mut harmless = 0;
    for at in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            // Some bits mean nothing: the time in the header, what fills the last byte of the compressed data.
            let read = read(&flipped);
            harmless += usize::from(read.is_ok());
            assert!(read.is_err() || read.as_deref() == Ok(&records[..]), "bit {bit} of byte {at}");
        }
    }
    assert!(harmless < 25, "{harmless}");
    // Damage before it was compressed, which the checksum of the compressed data doesn't show.
    let mut plain = Vec::new();
    GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
    for at in 0..plain.len() {
        let mut flipped = plain.clone();
        flipped[at] ^= 4;
        assert!(read(&compressed(&flipped)).is_err(), "byte {at}");
    }
    let named = plain.windows(7).rposition(|found| found == b"dropout").unwrap();
    plain[named] ^= 1;
    assert_eq!(reason(&compressed(&plain)), "fit 0202020202020202 does not match its digest");
}
