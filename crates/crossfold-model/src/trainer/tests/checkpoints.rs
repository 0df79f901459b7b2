//! Resumed fits have the same bits as uninterrupted ones.

use crossfold_network::{
    Augmentation, Block, Cell, Form, Front, Loss, Normalization, Optimizer, Padding, Pooling, Recurrence, Summary,
};
use crossfold_study::Checkpoint;

use super::*;
use crate::trainer::state::checkpoint_bytes;

const EPOCHS: u32 = 6;
const MOMENTUM: Optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: false };

/// The shape and task of the fold's 80 training rows.
#[derive(Clone, Copy, Debug)]
enum Rows {
    /// Classes, 20 features.
    Flat,
    /// 4 × 5 pixels.
    Images,
    /// 5 steps of 4 features.
    Sequences,
    /// 20 features, with numeric targets far from 0.
    Numbers,
}

fn trainer(rows: Rows, seed: Seed, device: Device) -> Trainer {
    let mut generator = Seed(11).subset();
    let features: Vec<f32> = (0..120 * 20).map(|_| generator.normal() as f32).collect();
    let sums: Vec<f64> = features.chunks(20).map(|row| row[..5].iter().copied().map(f64::from).sum()).collect();
    let targets = match rows {
        Rows::Flat | Rows::Images | Rows::Sequences => Targets::Classes {
            labels: sums.iter().map(|&sum| u32::from(sum > -1.0) + u32::from(sum > 1.0)).collect(),
            names: ["a", "b", "c"].map(str::to_owned).to_vec(),
        },
        Rows::Numbers => Targets::Numbers(sums.iter().map(|sum| 1000.0 + 7.0 * sum).collect()),
    };
    let form = match rows {
        Rows::Flat | Rows::Numbers => Form::Flat,
        Rows::Images => Form::Image { height: 4, width: 5, channels: 1 },
        Rows::Sequences => Form::Sequence { steps: 5 },
    };
    let data =
        StudyData::from_images(Dataset::new(Features::Floats(features), Arc::new(targets)).with_form(form), None);
    let splits = Splits::KFold { folds: 3, repeats: 1, stratified: false, shuffle: true, groups: None };
    let folds = data.folds(&splits, Seed(1)).unwrap();
    Trainer::new(Views::new(data, folds, seed, None, None).unwrap(), device)
}

/// The result of a fit.
#[derive(Debug, PartialEq)]
struct Outcome {
    reports: Vec<EpochReport>,
    /// One after each epoch.
    weights: Vec<Fingerprint>,
    trained: Trained,
}

fn train(trainer: &Trainer, configuration: &Configuration, epochs: u32, from: Option<&Checkpoint>) -> Outcome {
    let (mut reports, mut weights) = (Vec::new(), Vec::new());
    let fit = Fit { configuration, part: FOLD, epochs, predict_at: &[2, 4, EPOCHS], from, keep: true };
    let trained = trainer.fit_with_fingerprints(&fit, &Stop::new(), &mut |report, fingerprint| {
        reports.push(report);
        weights.push(fingerprint);
        ControlFlow::Continue(())
    });
    Outcome { reports, weights, trained }
}

/// The state after `epochs` epochs.
fn checkpoint_after(trainer: &Trainer, configuration: &Configuration, epochs: u32) -> Checkpoint {
    train(trainer, configuration, epochs, None).trained.checkpoint.unwrap()
}

/// Compares fits that are resumed after several epochs, and after each epoch, with uninterrupted ones, on both devices.
/// Returns the end of the uninterrupted fit on the first device.
fn check(rows: Rows, configuration: Configuration) -> FitEnd {
    let ends = [Device::Flex, Device::Ndarray].map(|device| {
        let what = format!("{} on {device:?}", configuration.canonical());
        // Each trainer is new, as it would be in another process.
        let trainer = || trainer(rows, Seed(3), device);
        let whole = train(&trainer(), &configuration, EPOCHS, None);
        let last = whole.reports.len() as u32;
        let rest = |from: u32, to: u32, trained: &Trained| Outcome {
            reports: whole.reports[from as usize..to as usize].to_vec(),
            weights: whole.weights[from as usize..to as usize].to_vec(),
            trained: trained.clone(),
        };
        for epochs in (1..last).filter(|epochs| [1, 2, last - 1].contains(epochs)) {
            let from = checkpoint_after(&trainer(), &configuration, epochs);
            let resumed = train(&trainer(), &configuration, EPOCHS, Some(&from));
            assert_eq!(resumed, rest(epochs, last, &whole.trained), "{what}, from epoch {epochs}");
        }
        let steps: Vec<u32> = [1, 2, 5].into_iter().filter(|&epochs| epochs < last).collect();
        let mut from = None;
        for &to in &steps {
            let resumed = train(&trainer(), &configuration, to, from.as_ref());
            let behind = from.as_ref().map_or(0, |from: &Checkpoint| from.epochs);
            assert_eq!(resumed, rest(behind, to, &resumed.trained), "{what}, from epoch {behind} to {to}");
            from = resumed.trained.checkpoint;
            assert_eq!(from, Some(checkpoint_after(&trainer(), &configuration, to)), "{what}, to epoch {to}");
        }
        let resumed = train(&trainer(), &configuration, EPOCHS, from.as_ref());
        assert_eq!(resumed, rest(*steps.last().unwrap(), last, &whole.trained), "{what}, from epochs {steps:?}");
        whole.trained.end
    });
    ends[0].clone()
}

fn perceptron() -> Configuration {
    Configuration {
        hidden: vec![HiddenLayer { nodes: 12, dropout: 0.3 }, HiddenLayer { nodes: 7, dropout: 0.2 }],
        activation: Some(Activation::Relu),
        learning_rate: 0.01,
        batch_size: 32,
        ..Configuration::default()
    }
}

#[test]
fn optimizers_resume() {
    let nesterov = Optimizer::Sgd { momentum: 0.9, nesterov: true };
    let with = |optimizer| Configuration { optimizer, ..perceptron() };
    for configuration in [
        Configuration { input_dropout: 0.1, ..perceptron() },
        with(Optimizer::Sgd { momentum: 0.0, nesterov: false }),
        Configuration { clip_norm: 0.5, ..with(nesterov) },
        with(Optimizer::Rmsprop { momentum: 0.0 }),
        with(Optimizer::Rmsprop { momentum: 0.9 }),
        Configuration { weight_decay: 0.1, ..perceptron() },
        Configuration { l1: 1e-3, l2: 1e-3, ..perceptron() },
        Configuration { l1: 1e-3, l2: 1e-3, ..with(MOMENTUM) },
    ] {
        assert_eq!(check(Rows::Flat, configuration), FitEnd::Complete);
    }
}

#[test]
fn schedules_resume() {
    for (schedule, warmup) in [
        (Schedule::Step { every: 2, factor: 0.5 }, 0),
        (Schedule::Exponential { factor: 0.7 }, 1),
        (Schedule::Cosine { horizon: 7 }, 2),
        (Schedule::OneCycle { horizon: EPOCHS }, 0),
    ] {
        assert_eq!(check(Rows::Flat, Configuration { schedule, warmup, ..perceptron() }), FitEnd::Complete);
    }
}

#[test]
fn early_stopping_and_plateaus_resume() {
    // The learning rate overshoots, so that losses reach a plateau within a few epochs.
    let watching = Configuration { learning_rate: 0.5, inner_share: 0.2, ..perceptron() };
    for patience in 1..=3 {
        let schedule = Schedule::Plateau { factor: 0.3, patience };
        let plateau = Configuration { schedule, ..watching.clone() };
        assert_eq!(check(Rows::Flat, plateau.clone()), FitEnd::Complete);
        assert_eq!(check(Rows::Flat, Configuration { patience: 20, ..plateau }), FitEnd::Complete);
    }
    assert_eq!(check(Rows::Flat, Configuration { patience: 1, ..watching.clone() }), FitEnd::Stopped);
    let numbers = Configuration { patience: 1, loss: Loss::Squared, ..watching };
    assert_eq!(check(Rows::Numbers, numbers), FitEnd::Stopped);
}

#[test]
fn regressions_resume() {
    for loss in [Loss::Squared, Loss::Huber { delta: 0.5 }] {
        assert_eq!(check(Rows::Numbers, Configuration { loss, ..perceptron() }), FitEnd::Complete);
    }
}

#[test]
fn normalisation_resumes() {
    for normalization in [Normalization::Batch, Normalization::Layer] {
        assert_eq!(check(Rows::Flat, Configuration { normalization, ..perceptron() }), FitEnd::Complete);
    }
}

#[test]
fn moving_averages_resume() {
    for normalization in [Normalization::None, Normalization::Batch] {
        let averaged = Configuration { ema: 0.9, normalization, ..perceptron() };
        assert_eq!(check(Rows::Flat, averaged.clone()), FitEnd::Complete);
        let stopping = Configuration { learning_rate: 0.5, inner_share: 0.2, patience: 1, ..averaged };
        assert_eq!(check(Rows::Flat, stopping), FitEnd::Stopped);
    }
}

#[test]
fn convolutions_and_augmentation_resume() {
    let block = |pooling, pool_size| Block {
        filters: 5,
        kernel: 3,
        stride: 1,
        padding: Padding::Same,
        pooling,
        pool_size,
        dropout: 0.1,
    };
    let augmentation = Augmentation {
        shift: 0.2,
        rotation: 20.0,
        scale: 0.1,
        shear: 5.0,
        flip: 0.5,
        cutout: 0.3,
        noise: 0.1,
        mixup: 0.4,
    };
    for (pooling, normalization) in [(Pooling::Max, Normalization::None), (Pooling::Average, Normalization::Batch)] {
        let front = Front::Convolution(vec![block(pooling, 2), block(Pooling::None, 1)]);
        let configuration = Configuration { front, normalization, augmentation, ..perceptron() };
        assert_eq!(check(Rows::Images, configuration), FitEnd::Complete);
    }
}

#[test]
fn recurrent_networks_resume() {
    for &cell in Cell::ALL {
        for (bidirectional, summary) in [(false, Summary::Last), (true, Summary::Mean)] {
            let layers = [(6, 0.2), (4, 0.0)].map(|(nodes, dropout)| HiddenLayer { nodes, dropout }).to_vec();
            let front = Front::Recurrence(Recurrence { cell, layers, bidirectional, summary });
            let configuration = Configuration { front, clip_norm: 1.0, ..perceptron() };
            assert_eq!(check(Rows::Sequences, configuration), FitEnd::Complete);
        }
    }
}

/// A linear network's state is short enough to damage each of its bytes.
#[test]
fn damaged_checkpoints_are_ignored() {
    let trainer = trainer(Rows::Flat, Seed(3), Device::Flex);
    let linear = Configuration { patience: 5, inner_share: 0.2, ..Configuration::default() };
    let whole = train(&trainer, &linear, 2, None);
    let from = checkpoint_after(&trainer, &linear, 1);
    assert_eq!(train(&trainer, &linear, 2, Some(&from)).reports, whole.reports[1..]);
    for place in 0..from.state.len() {
        let mut state = from.state.to_vec();
        state[place] ^= 1 << (place % 8);
        let damaged = Checkpoint { state: state.into(), ..from.clone() };
        assert_eq!(train(&trainer, &linear, 2, Some(&damaged)), whole, "byte {place}");
        let cut = Checkpoint { state: from.state[..place].into(), ..from.clone() };
        assert_eq!(train(&trainer, &linear, 2, Some(&cut)), whole, "{place} bytes");
    }
}

/// The parameters of all networks have the same shapes.
#[test]
fn checkpoints_of_other_fits_are_ignored() {
    let flex = || trainer(Rows::Flat, Seed(3), Device::Flex);
    let configuration = perceptron();
    let whole = train(&flex(), &configuration, 2, None);
    let on_fold = |fold| {
        let part = Part::Fold(FoldId { repeat: 0, fold });
        let fit = Fit { configuration: &configuration, part, epochs: 1, predict_at: &[], from: None, keep: true };
        flex().fit(&fit, &Stop::new(), &mut |_| ControlFlow::Continue(())).checkpoint.unwrap()
    };
    for (what, from) in [
        ("seed", checkpoint_after(&trainer(Rows::Flat, Seed(4), Device::Flex), &configuration, 1)),
        ("device", checkpoint_after(&trainer(Rows::Flat, Seed(3), Device::Ndarray), &configuration, 1)),
        ("form", checkpoint_after(&trainer(Rows::Images, Seed(3), Device::Flex), &configuration, 1)),
        ("rate", checkpoint_after(&flex(), &Configuration { learning_rate: 0.02, ..perceptron() }, 1)),
        ("fold", on_fold(0)),
    ] {
        assert_eq!(train(&flex(), &configuration, 2, Some(&from)), whole, "another {what}");
    }
    assert_eq!(train(&flex(), &configuration, 2, Some(&on_fold(1))).reports, whole.reports[1..]);
}

#[test]
fn checkpoint_size_estimates_are_tight_upper_bounds() {
    let with = |optimizer| Configuration { optimizer, normalization: Normalization::Batch, ..perceptron() };
    let averaged = Configuration { ema: 0.9, ..with(Optimizer::Adam) };
    for configuration in
        [with(Optimizer::Adam), with(MOMENTUM), with(Optimizer::Sgd { momentum: 0.0, nesterov: false }), averaged]
    {
        let trainer = trainer(Rows::Flat, Seed(3), Device::Flex);
        let bytes = checkpoint_after(&trainer, &configuration, 1).state.len() as u64;
        let estimate = checkpoint_bytes(&configuration, trainer.views().shape());
        assert!((bytes..bytes + 600).contains(&estimate), "{estimate} for {bytes}");
    }
}
