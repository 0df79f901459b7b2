//! Fits from beginning to end.

mod checkpoints;

use crossfold_data::{Dataset, Features, Folds, StudyData, Targets};
use crossfold_network::{Activation, HiddenLayer, Optimizer, Schedule};
use crossfold_study::{Evaluation, FoldId, Metric, Seed, Splits, conformance};
use safetensors::SafeTensors;

use super::*;

const FOLD: Part = Part::Fold(FoldId { repeat: 0, fold: 1 });

/// 330 rows of 20 features in 3 classes, with centres one standard deviation apart in each feature.
fn rows() -> StudyData {
    let mut generator = Seed(11).subset();
    let labels: Vec<u32> = (0..330).map(|row| row % 3).collect();
    let features = labels.iter().flat_map(|&label| {
        // The sum of twelve uniform draws minus its mean is nearly normal.
        let noise = (0..20).map(|_| (0..12).map(|_| generator.unit()).sum::<f64>() - 6.0);
        noise.map(|noise| (noise + f64::from(label)) as f32).collect::<Vec<_>>()
    });
    let features = Features::Floats(features.collect());
    let targets = Targets::Classes { labels, names: ["a", "b", "c"].map(str::to_owned).to_vec() };
    StudyData::from_images(Dataset::new(features, Arc::new(targets)), None)
}

fn folds(data: &StudyData) -> Folds {
    let splits = Splits::KFold { folds: 3, repeats: 1, stratified: true, shuffle: true, groups: None };
    data.folds(&splits, Seed(1)).unwrap()
}

fn trainer_on(seed: Seed, device: Device) -> Trainer {
    let (data, folds) = (rows(), folds(&rows()));
    Trainer::new(Views::new(data, folds, seed, None, None).unwrap(), device)
}

/// All rows, preprocessed.
fn all(trainer: &Trainer) -> Arc<Dataset> {
    trainer.views().part(Part::All).rows.clone()
}

fn labels(trainer: &Trainer) -> Vec<u32> {
    let Targets::Classes { labels, .. } = &**trainer.views().data().targets() else { panic!("classes") };
    labels.clone()
}

/// A configuration with everything that draws random numbers or depends on earlier steps, and a last batch of 28 rows.
fn configuration() -> Configuration {
    Configuration {
        hidden: vec![HiddenLayer { nodes: 40, dropout: 0.4 }, HiddenLayer { nodes: 17, dropout: 0.2 }],
        activation: Some(Activation::Relu),
        optimizer: Optimizer::Sgd { momentum: 0.9, nesterov: false },
        learning_rate: 0.02,
        l2: 1e-4,
        batch_size: 32,
        ..Configuration::default()
    }
}

fn fit(trainer: &Trainer, configuration: &Configuration, part: Part, epochs: u32) -> (Vec<EpochReport>, FitEnd) {
    let mut reports = Vec::new();
    let fit = Fit { configuration, part, epochs, predict_at: &[], from: None, keep: false };
    let Trained { end, .. } = trainer.fit(&fit, &Stop::new(), &mut |report| {
        reports.push(report);
        ControlFlow::Continue(())
    });
    (reports, end)
}

/// The best possible accuracy on these classes is 1 − 4/3·Φ(−√20 / 2) = 0.983. That of guessing is 1/3.
#[test]
fn fit_reaches_near_optimal_accuracy() {
    for device in [Device::Flex, Device::Ndarray] {
        let trainer = trainer_on(Seed(3), device);
        let (reports, end) = fit(&trainer, &configuration(), FOLD, 20);
        assert_eq!(end, FitEnd::Complete);
        assert_eq!(reports.iter().map(|report| report.epoch).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
        let last = reports[19].validation.unwrap();
        let [accuracy, loss] = [Metric::Accuracy, Metric::LogLoss].map(|metric| last.get(metric).unwrap());
        assert!(accuracy > 0.9 && loss < 0.3, "{device:?}: {last:?}");
    }
}

#[test]
fn devices_agree_within_rounding() {
    let [flex, ndarray] =
        [Device::Flex, Device::Ndarray].map(|device| fit(&trainer_on(Seed(3), device), &configuration(), FOLD, 3).0);
    for (a, b) in flex.iter().zip(&ndarray) {
        let loss = |report: &EpochReport| {
            [report.training, report.validation.unwrap().tally]
                .map(|tally| Evaluation::from(tally).get(Metric::LogLoss).unwrap())
        };
        assert!(loss(a).iter().zip(loss(b)).all(|(a, b)| (a - b).abs() < 1e-5), "{a:?} {b:?}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "stands in for the search's pool")]
fn parallel_fits_match_sequential_ones() {
    for device in [Device::Flex, Device::Ndarray] {
        let configurations: Vec<_> = (0..8)
            .map(|n| Configuration {
                activation: Some([Activation::Relu, Activation::Tanh, Activation::Sigmoid, Activation::Gelu][n % 4]),
                optimizer: if n < 4 { Optimizer::Adam } else { configuration().optimizer },
                batch_size: 30 + n as u32,
                ..configuration()
            })
            .collect();
        let trainer = trainer_on(Seed(3), device);
        let train = |configuration| fit(&trainer, configuration, FOLD, 3).0;
        let serial: Vec<_> = configurations.iter().map(train).collect();
        let threaded: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = configurations.iter().map(|c| scope.spawn(move || train(c))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(serial, threaded, "{device:?}");
        assert_ne!(serial[0], serial[4]);
    }
}

#[test]
fn trainer_conforms_to_the_objective_contract() {
    for device in [Device::Flex, Device::Ndarray] {
        let trainer = trainer_on(Seed(3), device);
        for part in [FOLD, Part::All] {
            conformance::check_objective(
                &trainer,
                &Fit { configuration: &configuration(), part, epochs: 3, predict_at: &[1, 3], from: None, keep: false },
            );
        }
        let impatient = Configuration { patience: 2, ..impatient() };
        let (reports, end) = fit(&trainer, &impatient, FOLD, 20);
        assert_eq!(end, FitEnd::Stopped);
        let epochs = reports.len() as u32 + 1;
        let fit =
            Fit { configuration: &impatient, part: FOLD, epochs, predict_at: &[2, epochs], from: None, keep: false };
        conformance::check_objective(&trainer, &fit);
    }
}

#[test]
fn predictions_match_scores_and_change_no_bit() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let configuration = configuration();
    let (plain, _) = fit(&trainer, &configuration, FOLD, 3);
    let mut asked = Vec::new();
    let with =
        Fit { configuration: &configuration, part: FOLD, epochs: 3, predict_at: &[2, 3], from: None, keep: false };
    trainer.fit(&with, &Stop::new(), &mut |report| {
        asked.push(report);
        ControlFlow::Continue(())
    });
    let Part::Fold(fold) = FOLD else { unreachable!() };
    for (plain, mut asked) in plain.into_iter().zip(asked) {
        let predictions = asked.predictions.take();
        assert_eq!(asked, plain);
        let Some(Predictions(probabilities)) = predictions else {
            assert_eq!(plain.epoch, 1);
            continue;
        };
        let labels = labels(&trainer);
        let (mut right, mut sum) = (0, 0.0);
        for (row, &number) in probabilities.chunks_exact(3).zip(trainer.views().folds().validation(fold)) {
            let truth = row[labels[number as usize] as usize];
            right += u32::from(row.iter().all(|&other| truth >= other));
            sum -= f64::from(truth).ln();
        }
        let Some(Tally::Classes { correct, loss, .. }) = plain.validation.map(|scored| scored.tally) else {
            panic!("classes")
        };
        assert_eq!(right, correct);
        assert!((sum - loss).abs() < 1e-3, "{sum} {loss}");
    }
}

#[test]
fn every_epoch_shuffles_all_rows() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let configuration = configuration();
    let session = trainer.session(&configuration, Part::All);
    let rows = all(&trainer).all();
    let [first, second, again] = [1, 2, 1].map(|epoch| session.shuffle_rows(epoch));
    assert_eq!(first, again);
    assert_ne!(first, second);
    for mut order in [first, second] {
        order.sort_unstable();
        assert_eq!(order, rows);
    }
}

#[test]
fn fits_depend_on_seed_part_and_configuration() {
    let first =
        |seed, part, configuration: &Configuration| fit(&trainer_on(seed, Device::Flex), configuration, part, 1).0;
    let reference = first(Seed(3), FOLD, &configuration());
    assert_ne!(first(Seed(4), FOLD, &configuration()), reference);
    assert_ne!(first(Seed(3), Part::Fold(FoldId { repeat: 0, fold: 2 }), &configuration()), reference);
    assert_ne!(first(Seed(3), FOLD, &Configuration { l2: 0.01, ..configuration() }), reference);
}

#[test]
fn diverging_fit_fails_and_keeps_earlier_epochs() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let wild = |learning_rate| Configuration {
        optimizer: Optimizer::Sgd { momentum: 0.0, nesterov: false },
        learning_rate,
        l2: 0.0,
        batch_size: 330,
        ..configuration()
    };
    // Epochs have one step. After the first, weights are 1e25; in the second, products are 1e50.
    let (reports, end) = fit(&trainer, &wild(1e25), Part::All, 3);
    assert_eq!(end, FitEnd::Failed(Failure::NotFinite { epoch: 2 }));
    assert_eq!(reports.len(), 1);
    // The overflow of the first step appears in the weights, but not in the loss of any row.
    let (reports, end) = fit(&trainer, &wild(1e39), Part::All, 1);
    assert_eq!((reports.len(), end), (0, FitEnd::Failed(Failure::NotFinite { epoch: 1 })));
}

/// The second network differs in its seed alone: it is the first of a trainer with that seed.
#[test]
fn networks_of_one_file_predict_the_mean() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let refit = |trainer: &Trainer, member| {
        trainer.refit(&configuration(), (3, member), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let mut members = [0, 1, 2].map(|member| refit(&trainer, member));
    let files: Vec<Vec<u8>> = members.iter().map(TrainedNetwork::safetensors).collect();
    let other = trainer_on(Seed(3).member(1), Device::Flex);
    assert_eq!((&files[0], &files[1]), (&refit(&trainer, 0).safetensors(), &refit(&other, 0).safetensors()));
    assert!(files[0] != files[1] && files[1] != files[2] && files[0] != files[2]);
    let rows = all(&trainer);
    let each = members.each_mut().map(|member| member.predict(&rows).1.0);
    let joined = TrainedNetwork::join_weights(files.clone()).unwrap();
    let mut averaged = trainer.network(&[Member::alone(&configuration(), 3)], &joined).unwrap();
    let (scored, Predictions(found)) = averaged.predict(&rows);
    assert_eq!(found.len(), each[0].len());
    for (at, &found) in found.iter().enumerate() {
        let mean = each.iter().map(|predictions| f64::from(predictions[at])).sum::<f64>() / 3.0;
        assert!((f64::from(found) - mean).abs() < 1e-6, "{found} {mean}");
    }
    let truth = rows.targets().truth(&rows.all());
    let crossfold_study::Truth::Labels(labels) = &truth else { panic!("classes") };
    let classes = found.len() / labels.len();
    let probability = |(row, &label): (usize, &u32)| f64::from(found[row * classes + label as usize]);
    let loss = -labels.iter().enumerate().map(probability).map(f64::ln).sum::<f64>() / labels.len() as f64;
    assert!((scored.get(Metric::LogLoss).unwrap() - loss).abs() < 1e-6);
    let alone = TrainedNetwork::join_weights(files[..1].to_vec()).unwrap();
    assert_eq!(alone, files[0]);
    let refuses =
        |weights: &[u8], networks| trainer.network(&[Member::alone(&configuration(), networks)], weights).is_err();
    assert!(refuses(&joined, 4) && refuses(&alone, 2));
}

/// With the weights 3, 2 and 1, the first network has a half, the two of the second configuration a sixth each, and the last
/// one a sixth.
#[test]
fn members_of_other_configurations_predict_the_weighted_mean() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let linear = Configuration { hidden: Vec::new(), activation: None, ..configuration() };
    let narrow = Configuration { hidden: vec![HiddenLayer { nodes: 5, dropout: 0.0 }], ..configuration() };
    let refit = |configuration: &Configuration, member| {
        trainer.refit(configuration, (3, member), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap()
    };
    let mut networks = [refit(&linear, 0), refit(&narrow, 0), refit(&narrow, 1), refit(&configuration(), 0)];
    let joined = TrainedNetwork::join_weights(networks.iter().map(TrainedNetwork::safetensors).collect()).unwrap();
    let rows = all(&trainer);
    let each = networks.each_mut().map(|network| network.predict(&rows).1.0);
    let whole = configuration();
    let members = [
        Member { configuration: &linear, networks: 1, weight: 3 },
        Member { configuration: &narrow, networks: 2, weight: 2 },
        Member { configuration: &whole, networks: 1, weight: 1 },
    ];
    let Predictions(found) = trainer.network(&members, &joined).unwrap().predict(&rows).1;
    for (at, &found) in found.iter().enumerate() {
        let [first, second, third, fourth] = each.each_ref().map(|predictions| f64::from(predictions[at]));
        let mean = first / 2.0 + (second + third + fourth) / 6.0;
        assert!((f64::from(found) - mean).abs() < 1e-6, "{found} {mean}");
    }
    let [first, rest @ ..] = members;
    assert!(trainer.network(&rest, &joined).is_err() && trainer.network(&[first], &joined).is_err());
}

#[test]
fn refitted_network_can_be_saved_and_loaded() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let refit = || {
        let ignore = &mut |report: EpochReport| {
            assert_eq!(report.validation, None);
            ControlFlow::Continue(())
        };
        trainer.refit(&configuration(), (20, 0), &Stop::new(), ignore).unwrap()
    };
    let broken = trainer.refit(&configuration(), (20, 0), &Stop::new(), &mut |_| ControlFlow::Break(()));
    assert_eq!(broken.err(), Some(FitEnd::Cancelled));
    let mut network = refit();
    let tally = network.predict(&all(&trainer)).0.tally;
    assert!(Evaluation::from(tally).get(Metric::Accuracy).unwrap() > 0.9, "{tally:?}");

    let bytes = network.safetensors();
    for device in [Device::Flex, Device::Ndarray] {
        let trainer = trainer_on(Seed(3), device);
        let mut loaded = trainer.network(&[Member::alone(&configuration(), 1)], &bytes).unwrap();
        assert_eq!(loaded.safetensors(), bytes);
        assert!(
            device != Device::Flex || loaded.predict(&all(&trainer)).0.tally == tally,
            "the same device, the same bits"
        );
    }
    let mut wider = configuration();
    wider.hidden[1].nodes += 1;
    let refused = trainer.network(&[Member::alone(&wider, 1)], &bytes).err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("`layers.1.weight` is not 720 values of 32 bits"));
    assert!(trainer.network(&[Member::alone(&configuration(), 1)], &bytes[..100]).is_err());
    assert_eq!(bytes, refit().safetensors());
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut shapes: Vec<_> = file.iter().map(|(name, tensor)| (name, tensor.shape().to_vec())).collect();
    shapes.sort();
    let expected = [
        ("layers.0.bias", vec![40]),
        ("layers.0.weight", vec![40, 20]),
        ("layers.1.bias", vec![17]),
        ("layers.1.weight", vec![17, 40]),
        ("layers.2.bias", vec![3]),
        ("layers.2.weight", vec![3, 17]),
    ];
    assert_eq!(shapes, expected);

    // The weights in the file give the same scores by plain arithmetic.
    let read = |name: String| -> Vec<f64> {
        let tensor = file.tensor(&name).unwrap();
        tensor.data().chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap()))).collect()
    };
    let mut features = vec![0.0; 330 * 20];
    all(&trainer).gather(&all(&trainer).all(), &mut features);
    let right = features.chunks_exact(20).zip(labels(&trainer)).filter(|(row, label)| {
        let mut values: Vec<f64> = row.iter().copied().map(f64::from).collect();
        for layer in 0..3 {
            let (weight, bias) = (read(format!("layers.{layer}.weight")), read(format!("layers.{layer}.bias")));
            let dot = |w: &[f64]| w.iter().zip(&values).map(|(w, x)| w * x).sum::<f64>();
            let sums = weight.chunks_exact(values.len()).zip(&bias).map(|(w, b)| dot(w) + b);
            values = sums.map(|sum| if layer < 2 { sum.max(0.0) } else { sum }).collect();
        }
        (0..3).all(|class| values[class] <= values[*label as usize])
    });
    let Tally::Classes { correct, .. } = tally else { panic!("classes") };
    assert_eq!(right.count(), correct as usize);
}

#[test]
fn probe_runs_any_number_of_steps_and_rows() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let configuration = configuration();
    let mut probe = trainer.probe(&configuration);
    let before = probe.session.network.parameters();
    assert_eq!(probe.train(0), 0);
    probe.validate(0);
    probe.validate(usize::MAX);
    assert_eq!(probe.session.network.parameters(), before);
    // An epoch has all rows, even if its last batch is small.
    let steps = trainer.views().data().rows().div_ceil(configuration.batch_size as usize) as u32;
    assert_eq!(probe.train(steps), trainer.views().data().rows());
    assert_eq!(probe.train(2 * steps), 2 * trainer.views().data().rows());
    assert_ne!(probe.session.network.parameters(), before);
}

/// A configuration with early stopping and plateaus, at a learning rate that soon overshoots.
fn impatient() -> Configuration {
    Configuration { patience: 3, inner_share: 0.2, learning_rate: 0.2, ..configuration() }
}

#[test]
fn early_stopping_reports_the_best_epoch() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let (reports, end) = fit(&trainer, &impatient(), FOLD, 60);
    assert_eq!(end, FitEnd::Stopped);
    let watched: Vec<_> = reports.iter().map(|report| report.watched.unwrap()).collect();
    let (last, best) = (reports.len() as u32, watched[watched.len() - 1].best);
    assert_eq!(last, best + 3);
    for (report, watched) in reports.iter().zip(&watched) {
        let seen = reports[..report.epoch as usize].iter().map(|report| report.watched.unwrap().loss);
        let (place, _) = seen.enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap();
        assert_eq!(watched.best, place as u32 + 1);
        // Later epochs report the best one's scores.
        assert_eq!(report.validation, reports[place].validation);
    }
    // A shorter fit reports the first epochs of a longer one.
    assert_eq!(fit(&trainer, &impatient(), FOLD, best + 1), (reports[..best as usize + 1].to_vec(), FitEnd::Complete));
}

/// Trials with more epochs read them at the last epoch trained.
#[test]
fn stopped_fit_predicts_for_later_epochs() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let configuration = impatient();
    let mut predicted = Vec::new();
    let asked = Fit {
        configuration: &configuration,
        part: FOLD,
        epochs: 60,
        predict_at: &[1, 50, 60],
        from: None,
        keep: false,
    };
    trainer.fit(&asked, &Stop::new(), &mut |report| {
        predicted.extend(report.predictions.is_some().then_some((report.epoch, report.watched.unwrap().best)));
        ControlFlow::Continue(())
    });
    assert_eq!(predicted[0], (1, 1));
    assert!(predicted.len() == 2 && predicted[1].0 == predicted[1].1 + 3, "{predicted:?}");
}

/// The inner validation part isn't trained on, and is the same for all networks of a part.
#[test]
fn inner_validation_rows_are_not_trained_on() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let [a, b] = [impatient(), Configuration { batch_size: 50, ..impatient() }];
    let sessions = [&a, &b].map(|configuration| trainer.session(configuration, FOLD));
    assert_eq!(sessions[0].inner, sessions[1].inner);
    let Session { training, inner, data, .. } = &sessions[0];
    assert_eq!([training.len(), inner.len(), data.validation.len()], [176, 44, 110]);
    let mut all = [&training[..], inner].concat();
    all.sort_unstable();
    assert_eq!(all, data.training);
    assert_ne!(trainer.session(&a, Part::Fold(FoldId { repeat: 0, fold: 2 })).inner, *inner);
    // A refit has no inner validation part, unless its learning rate depends on it.
    assert!(trainer.session(&a.for_refit(), Part::All).inner.is_empty());
    let plateau = Configuration { schedule: Schedule::Plateau { factor: 0.5, patience: 2 }, ..a.clone() };
    assert_eq!(trainer.session(&plateau.for_refit(), Part::All).inner.len(), 66);
}

/// Epochs have one step. The weights of each are those of a probe, which doesn't exchange them.
#[test]
fn averaged_weights_are_scored_and_kept_and_training_goes_on_with_the_others() {
    let trainer = trainer_on(Seed(3), Device::Flex);
    let hidden = vec![HiddenLayer { nodes: 17, dropout: 0.0 }];
    let averaged = Configuration { hidden, ema: 0.2, batch_size: 330, ..configuration() };
    let mut session = trainer.session(&averaged, Part::All);
    let mut reported = Vec::new();
    let mut own = Vec::new();
    let mut probe = trainer.probe(&averaged);
    session.run(4, &[], &Stop::new(), &mut |_, network| {
        reported.push(network.parameters());
        probe.train(1);
        own.push(probe.session.network.parameters());
        ControlFlow::Continue(())
    });
    assert_eq!(session.network.parameters(), own[3], "training goes on with the weights, not with their average");
    let refit = trainer.refit(&averaged, (4, 0), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(refit.safetensors(), reported[3].safetensors(), "the average is kept");
    let mut expected: Vec<f64> = Vec::new();
    for (steps, (own, reported)) in own.iter().zip(&reported).enumerate() {
        let values = |parameters: &Parameters<f32>| -> Vec<f64> {
            parameters.tensors.iter().flat_map(|tensor| &tensor.values).copied().map(f64::from).collect()
        };
        // Of 1, 2 and 3 steps averaged before: 2/11, 1/5 and 1/5.
        let decay = [0.0, 2.0 / 11.0, 0.2, 0.2][steps];
        expected.resize(values(own).len(), 0.0);
        expected
            .iter_mut()
            .zip(values(own))
            .for_each(|(average, own)| *average = decay * *average + (1.0 - decay) * own);
        assert!(expected.iter().zip(values(reported)).all(|(a, b)| (a - b).abs() < 1e-6), "after {} steps", steps + 1);
    }
    assert_ne!(own[3], reported[3]);
}

/// Fingerprints don't change a fit's bits, and each epoch's fingerprint is that of a fit that ends there.
#[test]
fn fingerprints_match_the_weights_after_each_epoch() {
    let trainer = trainer_on(Seed(1), Device::Flex);
    let configuration = configuration();
    let traced = |part, epochs| {
        let mut found = Vec::new();
        let fit = Fit { configuration: &configuration, part, epochs, predict_at: &[], from: None, keep: false };
        let Trained { end, .. } = trainer.fit_with_fingerprints(&fit, &Stop::new(), &mut |report, weights| {
            found.push((report, weights));
            ControlFlow::Continue(())
        });
        assert_eq!(end, FitEnd::Complete);
        found.into_iter().unzip::<_, _, Vec<EpochReport>, Vec<_>>()
    };
    assert_eq!(traced(FOLD, 3).0, fit(&trainer, &configuration, FOLD, 3).0);
    let (_, weights) = traced(Part::All, 3);
    for (epochs, weights) in (1..).zip(&weights) {
        let network =
            trainer.refit(&configuration, (epochs, 0), &Stop::new(), &mut |_| ControlFlow::Continue(())).unwrap();
        let file = network.safetensors();
        let file = SafeTensors::deserialize(&file).unwrap();
        let names = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.2.weight"];
        let tensors = names.into_iter().chain(["layers.2.bias"]).map(|name| file.tensor(name).unwrap().data().to_vec());
        assert_eq!(*weights, crossfold_study::Fingerprint::from_pieces(tensors));
    }
    assert!(weights[0] != weights[1] && weights[1] != weights[2]);
}
