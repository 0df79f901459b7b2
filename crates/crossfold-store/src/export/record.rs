//! The content of a record. Texts, lists and predictions are behind their lengths.

use std::time::Duration;

use crossfold_study::{
    EpochRecord, EpochReport, Evaluation, Failure, FitEnd, FitKey, FitRecord, FoldId, Metric, Part, Predictions,
    RefitRecord, Scores, SharedRecord, Tally, Watched,
};

use crate::alike::are_alike;

const COMPLETE: u8 = 0;
const STOPPED: u8 = 1;
const NOT_FINITE: u8 = 2;

pub(super) fn encode(record: &SharedRecord, out: &mut Vec<u8>) {
    match record {
        SharedRecord::Fit(fit) => encode_fit(fit, out),
        SharedRecord::Refit { refit, .. } => encode_refit(refit, out),
    }
}

fn encode_fit(fit: &FitRecord, out: &mut Vec<u8>) {
    put_bytes(out, fit.configuration.as_bytes());
    match fit.part {
        Part::All => out.push(0),
        Part::Fold(FoldId { repeat, fold }) => {
            out.push(1);
            put(out, repeat);
            put(out, fold);
        }
    }
    match fit.end {
        FitEnd::Stopped => out.push(STOPPED),
        FitEnd::Failed(Failure::NotFinite { epoch }) => {
            out.push(NOT_FINITE);
            put(out, epoch);
        }
        // Other ends are not shared.
        FitEnd::Complete | FitEnd::Cancelled | FitEnd::Failed(_) => out.push(COMPLETE),
    }
    put(out, fit.epochs.len() as u32);
    for EpochRecord { report, elapsed: _ } in &fit.epochs {
        put_evaluation(out, &report.training.into());
        put_option(out, report.validation.as_ref(), put_evaluation);
        put_option(out, report.watched.as_ref(), |out, &Watched { loss, best }| {
            out.extend(loss.to_le_bytes());
            put(out, best);
        });
        put_option(out, report.predictions.as_ref(), |out, Predictions(values)| {
            put(out, values.len() as u32);
            values.iter().for_each(|value| out.extend(value.to_le_bytes()));
        });
    }
}

fn encode_refit(RefitRecord { weights, tests }: &RefitRecord, out: &mut Vec<u8>) {
    put_bytes(out, weights);
    let mut tests: Vec<_> = tests.iter().collect();
    tests.sort_by(|(one, _), (other, _)| one.cmp(other));
    put(out, tests.len() as u32);
    for (digest, evaluation) in tests {
        put_bytes(out, digest.as_bytes());
        put_evaluation(out, evaluation);
    }
}

/// All bits of an evaluation.
pub(super) fn put_evaluation(out: &mut Vec<u8>, Evaluation { tally, scores }: &Evaluation) {
    match *tally {
        Tally::Classes { rows, correct, loss } => {
            out.push(0);
            put(out, rows);
            put(out, correct);
            out.extend(loss.to_le_bytes());
        }
        Tally::Numbers { rows, squared, absolute, spread } => {
            out.push(1);
            put(out, rows);
            [squared, absolute, spread].iter().for_each(|sum| out.extend(sum.to_le_bytes()));
        }
    }
    let scores: Vec<_> = scores.iter(tally.task()).collect();
    out.push(scores.len() as u8);
    for (metric, score) in scores {
        put_bytes(out, metric.name().as_bytes());
        put_option(out, score.as_ref(), |out, score| out.extend(score.to_le_bytes()));
    }
}

fn put(out: &mut Vec<u8>, number: u32) {
    out.extend(number.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u32);
    out.extend(bytes);
}

fn put_option<T: ?Sized>(out: &mut Vec<u8>, value: Option<&T>, put: impl FnOnce(&mut Vec<u8>, &T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(out, value);
    }
}

/// `None` unless it is what a fit is encoded as, and a store can hold it.
pub(super) fn decode_fit(key: FitKey, content: &[u8]) -> Option<FitRecord> {
    let mut rest = Rest(content);
    let configuration = rest.text()?;
    let part = match rest.option(|rest| Some(FoldId { repeat: rest.number()?, fold: rest.number()? }))? {
        Some(fold) => Part::Fold(fold),
        None => Part::All,
    };
    let end = match rest.byte()? {
        COMPLETE => FitEnd::Complete,
        STOPPED => FitEnd::Stopped,
        NOT_FINITE => FitEnd::Failed(Failure::NotFinite { epoch: rest.number()? }),
        _ => return None,
    };
    let count = rest.number()?;
    let epochs = (1..=count).map(|epoch| {
        let Evaluation { tally, scores } = rest.evaluation()?;
        let report = EpochReport {
            epoch,
            training: Some(tally).filter(|_| scores.is_empty())?,
            validation: rest.option(Rest::evaluation)?,
            watched: rest.option(|rest| Some(Watched { loss: rest.float()?, best: rest.number()? }))?,
            predictions: rest.option(Rest::predictions)?,
        };
        let has_best = report.watched.is_none_or(|watched| (1..=epoch).contains(&watched.best));
        let is_of_task = report.validation.is_none_or(|validation| validation.tally.task() == tally.task());
        (has_best && is_of_task).then_some(EpochRecord { report, elapsed: Duration::ZERO })
    });
    let epochs: Vec<EpochRecord> = epochs.collect::<Option<_>>()?;
    let is_one_fit = epochs.iter().all(|epoch| are_alike(&epochs[0].report, &epoch.report));
    (rest.0.is_empty() && is_one_fit).then_some(FitRecord { key, configuration, part, end, epochs, checkpoint: None })
}

/// As [`decode_fit`], of a retrained network.
pub(super) fn decode_refit(content: &[u8]) -> Option<RefitRecord> {
    let mut rest = Rest(content);
    let weights = rest.bytes()?.to_vec();
    let count = rest.number()?;
    let tests = (0..count).map(|_| Some((rest.text()?, rest.evaluation()?)));
    let tests: Vec<(String, Evaluation)> = tests.collect::<Option<_>>()?;
    let is_ascending = tests.is_sorted_by(|(one, _), (other, _)| one < other);
    (rest.0.is_empty() && is_ascending).then_some(RefitRecord { weights, tests })
}

/// What is not decoded yet. Each method takes from its beginning, and returns `None` where there is not enough.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A column of a store holds any float but NaN.
    fn float(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes).filter(|float| !float.is_nan())
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    /// The inner `None` is a value that is left out.
    fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => value(self).map(Some),
            _ => None,
        }
    }

    fn predictions(&mut self) -> Option<Predictions> {
        let length = (self.number()? as usize).checked_mul(4)?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let (values, _) = bytes.as_chunks();
        Some(Predictions(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()))
    }

    fn evaluation(&mut self) -> Option<Evaluation> {
        let tally = match self.byte()? {
            0 => {
                let (rows, correct, loss) = (self.number()?, self.number()?, self.float()?);
                (correct <= rows).then_some(Tally::Classes { rows, correct, loss })?
            }
            1 => Tally::Numbers {
                rows: self.number()?,
                squared: self.float()?,
                absolute: self.float()?,
                spread: self.float()?,
            },
            _ => return None,
        };
        let count = self.byte()?;
        let mut scores = Scores::default();
        for _ in 0..count {
            let (name, score) = (self.bytes()?, self.option(Rest::float)?);
            // One that only a newer release knows is left out.
            let known = Metric::scored_for(tally.task()).iter().find(|metric| metric.name().as_bytes() == name);
            if let Some(&metric) = known {
                scores.set(metric, score);
            }
        }
        Some(Evaluation { tally, scores })
    }
}
