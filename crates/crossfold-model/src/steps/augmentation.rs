//! Augmentation: random changes of training rows, drawn for each row in each epoch.

mod affine;
mod beta;

use crossfold_network::{Augmentation, Form, Image};
use crossfold_study::Generator;

use super::batch::BatchTargets;
use super::batch::{Batch, BatchRows};
use affine::Affine;
use beta::draw_beta;

/// Augments batches. Nothing is drawn for an augmentation of strength 0.
pub(crate) struct Augmenter {
    strengths: Augmentation,
    form: Form,
    /// The number of a row's features that aren't codes. They come first.
    dense: usize,
    /// A copy of an image or a batch before it is changed.
    before: Vec<f32>,
}

impl Augmenter {
    pub(crate) fn new(strengths: Augmentation, form: Form, dense: usize) -> Augmenter {
        Augmenter { strengths, form, dense, before: Vec::new() }
    }

    /// Applies all augmentations in this order: affine transformation and cutout of images, noise, mixup.
    pub(crate) fn augment(&mut self, batch: &mut Batch<f32>, generator: &mut Generator) {
        if self.strengths.is_none() {
            return;
        }
        let mut rows = batch.rows_mut();
        if let Form::Image { height, width, channels } = self.form {
            let image = Image { height, width, channels };
            for row in rows.features.chunks_exact_mut(rows.inputs) {
                self.transform_image(row, image, generator);
                self.cut_out(row, image, generator);
            }
        }
        if self.strengths.noise > 0.0 {
            self.add_noise(&mut rows, generator);
        }
        if self.strengths.mixup > 0.0 {
            self.mix(&mut rows, generator);
        }
    }

    fn transform_image(&mut self, row: &mut [f32], image: Image, generator: &mut Generator) {
        if let Some(affine) = Affine::draw(&self.strengths, image, generator) {
            affine.apply(row, image, &mut self.before);
        }
    }

    /// Sets a square to 0 (DeVries and Taylor 2017). Its centre is a random pixel, so part of it may lie outside the
    /// image.
    fn cut_out(&self, row: &mut [f32], image: Image, generator: &mut Generator) {
        let Image { height, width, channels } = image;
        let side = (self.strengths.cutout * height.min(width) as f64).round() as usize;
        if side == 0 {
            return;
        }
        let mut span = |length: usize| {
            let first = generator.below(length as u64) as usize;
            first.saturating_sub(side / 2)..(first + side - side / 2).min(length)
        };
        let (lines, columns) = (span(height), span(width));
        for line in lines {
            row[(line * width + columns.start) * channels..(line * width + columns.end) * channels].fill(0.0);
        }
    }

    /// Adds noise to standardised values, but not to steps past a sequence's end.
    fn add_noise(&self, rows: &mut BatchRows<'_>, generator: &mut Generator) {
        let steps = if let Form::Sequence { steps } = self.form { steps } else { 1 };
        for (number, row) in rows.features.chunks_exact_mut(rows.inputs).enumerate() {
            let real = match &rows.lengths {
                None => self.dense,
                Some(lengths) => self.dense / steps * lengths[number] as usize,
            };
            for value in &mut row[..real] {
                *value += (self.strengths.noise * generator.normal()) as f32;
            }
        }
    }

    /// Mixes each row with another row of the batch by a random share (Zhang et al. 2018, "mixup"). Categories can't be
    /// mixed, so they are taken from the row with the larger share.
    fn mix(&mut self, rows: &mut BatchRows<'_>, generator: &mut Generator) {
        let count = rows.features.len() / rows.inputs;
        let mut others: Vec<usize> = (0..count).collect();
        generator.shuffle(&mut others);
        let shares: Vec<f32> = others.iter().map(|_| draw_beta(self.strengths.mixup, generator) as f32).collect();
        self.before.clear();
        self.before.extend_from_slice(rows.features);
        let other_rows = others.iter().map(|&other| &self.before[other * rows.inputs..][..rows.inputs]);
        for ((row, other), &share) in rows.features.chunks_exact_mut(rows.inputs).zip(other_rows).zip(&shares) {
            for (value, &other) in row[..self.dense].iter_mut().zip(other) {
                *value = share * *value + (1.0 - share) * other;
            }
            if share < 0.5 {
                row[self.dense..].copy_from_slice(&other[self.dense..]);
            }
        }
        if let Some(lengths) = &mut rows.lengths {
            let before = lengths.to_vec();
            lengths.iter_mut().zip(&others).for_each(|(length, &other)| *length = (*length).max(before[other]));
        }
        match rows.targets {
            BatchTargets::Labels(labels) => {
                let mixture = rows.mixture.get_or_insert_default();
                mixture.labels = others.iter().map(|&other| labels[other]).collect();
                mixture.shares = shares;
            }
            BatchTargets::Numbers(numbers) => {
                let before = numbers.clone();
                for ((number, &other), share) in numbers.iter_mut().zip(&others).zip(shares) {
                    *number = share * *number + (1.0 - share) * before[other];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
