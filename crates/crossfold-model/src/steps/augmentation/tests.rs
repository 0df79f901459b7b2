//! Batches before and after augmentation.

use std::sync::Arc;

use crossfold_data::{Dataset, Features, TargetScaling, Targets};
use crossfold_study::Seed;

use super::*;

const IMAGE: Form = Form::Image { height: 6, width: 8, channels: 1 };

fn classes(features: Vec<f32>, rows: u32) -> Dataset {
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    let labels = (0..rows).map(|row| row % 3).collect();
    Dataset::new(Features::Floats(features), Arc::new(Targets::Classes { labels, names }))
}

/// A batch of all of `data`, augmented.
fn augmented(data: &Dataset, strengths: Augmentation, form: Form, dense: usize) -> Batch<f32> {
    let mut batch = Batch::for_scoring(data.rows(), data, TargetScaling::NONE);
    batch.gather(data, &data.all());
    Augmenter::new(strengths, form, dense).augment(&mut batch, &mut Seed(6).subset());
    batch
}

#[test]
fn every_augmentation_changes_images() {
    let features: Vec<f32> = (0..48).map(|value| value as f32 + 1.0).collect();
    let data = classes(features.repeat(4), 4);
    let none = Augmentation::default();
    let rows = |strengths| augmented(&data, strengths, IMAGE, 48).features().to_vec();
    assert_eq!(rows(none), features.repeat(4));
    for strengths in [
        Augmentation { shift: 0.2, ..none },
        Augmentation { rotation: 20.0, ..none },
        Augmentation { scale: 0.2, ..none },
        Augmentation { shear: 20.0, ..none },
        Augmentation { flip: 1.0, ..none },
        Augmentation { cutout: 0.5, ..none },
        Augmentation { noise: 0.1, ..none },
    ] {
        let changed = rows(strengths);
        assert!(changed.chunks(48).all(|row| row != features), "{strengths:?}");
        // Rows differ, except where all of them are mirrored.
        assert!(strengths.flip > 0.0 || changed[..48] != changed[48..96], "{strengths:?}");
    }
}

#[test]
fn cutout_zeroes_one_square() {
    let data = classes(vec![1.0; 48 * 30], 30);
    let batch = augmented(&data, Augmentation { cutout: 0.5, ..Augmentation::default() }, IMAGE, 48);
    for row in batch.features().chunks(48) {
        let lost: Vec<usize> = (0..48).filter(|&place| row[place] == 0.0).collect();
        let (first, last) = (lost[0], lost[lost.len() - 1]);
        let (lines, columns) = (last / 8 - first / 8 + 1, last % 8 - first % 8 + 1);
        assert!(lines * columns == lost.len() && lines <= 3 && columns <= 3, "{row:?}");
    }
}

#[test]
fn noise_has_its_deviation_and_spares_codes() {
    let data = classes(vec![0.0; 3 * 4000], 3);
    let noise = Augmentation { noise: 0.5, ..Augmentation::default() };
    let batch = augmented(&data, noise, Form::Flat, 3998);
    for row in batch.features().chunks(4000) {
        let square = row[..3998].iter().map(|value| f64::from(value * value)).sum::<f64>() / 3998.0;
        // Within four standard deviations of a mean square, which is 0.25·√(2/3998).
        assert!((square - 0.25).abs() < 4.0 * 0.25 * (2.0f64 / 3998.0).sqrt(), "{square}");
        assert_eq!(row[3998..], [0.0; 2]);
    }
}

#[test]
fn mixed_rows_are_interpolated_and_keep_both_classes() {
    // A row's features are its class, so that shares can be read from them; the last one is a code.
    let features = (0..30).flat_map(|row| [(row % 3) as f32, (row % 3) as f32]);
    let data = classes(features.collect(), 30);
    let batch = augmented(&data, Augmentation { mixup: 1.0, ..Augmentation::default() }, Form::Flat, 1);
    let mixture = batch.mixture().unwrap();
    let BatchTargets::Labels(labels) = batch.targets() else { panic!("classes") };
    let mut mixed = 0;
    for (row, features) in batch.features().chunks(2).enumerate() {
        let (own, other, share) = (labels[row] as f32, mixture.labels[row] as f32, mixture.shares[row]);
        assert!((features[0] - (share * own + (1.0 - share) * other)).abs() < 1e-6);
        assert_eq!(features[1], if share < 0.5 { other } else { own });
        mixed += u32::from(own != other);
    }
    assert!(mixed > 10, "{mixed}");
}

#[test]
fn mixed_numeric_targets_are_interpolated() {
    let numbers: Vec<f64> = (0..20).map(f64::from).collect();
    let features = numbers.iter().map(|&number| number as f32).collect();
    let data = Dataset::new(Features::Floats(features), Arc::new(Targets::Numbers(numbers)));
    let batch = augmented(&data, Augmentation { mixup: 0.4, ..Augmentation::default() }, Form::Flat, 1);
    let BatchTargets::Numbers(targets) = batch.targets() else { panic!("numbers") };
    let features = batch.features();
    assert!(features.iter().zip(targets).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(features.iter().enumerate().any(|(row, value)| (value - row as f32).abs() > 1.0));
    assert!(batch.mixture().is_none());
}
