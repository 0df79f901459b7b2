//! `model.json`: the network that weights belong to, and how rows become its inputs.

use std::path::{Path, PathBuf};

use crossfold_data::NewRows;
use crossfold_model::{BURN_VERSION, TrainedNetwork};
use crossfold_network::{Configuration, Front, MAX_PARAMETERS};
use crossfold_report::{BuildVersions, RowDigests};
use crossfold_sources::Adapter;
use crossfold_study::{Device, Final, add_digest, has_digest, shortened};
use crossfold_system::input;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::study_results::Retraining;
use crate::version::{CROSSFOLD_VERSION, GIT_REVISION, RUSTC_VERSION};

/// The network's weights, in a model's folder.
pub(crate) const WEIGHTS: &str = "weights.safetensors";
/// The network's description, in the same folder.
pub(crate) const MODEL: &str = "model.json";

/// The version of the format of `model.json`.
///
/// 1: perceptrons. 2: networks of all kinds. 3: a digest of this file and of the weights. 4: several networks that are averaged,
/// a temperature, and numbers that are clipped, encoded or embedded; files without these have version 3, so that earlier
/// releases read them.
const VERSION: u32 = 4;
/// The version of files without anything that version 4 added.
const PLAIN: u32 = 3;

/// The oldest version that is still read.
const OLDEST: u32 = 2;

/// The longest file of a model that is read, in bytes: the weights of the largest network, and as much again for what is
/// beside them.
const MAX_BYTES: u64 = 2 * MAX_PARAMETERS * size_of::<f32>() as u64;

/// The contents of `model.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Model {
    version: u32,
    /// The [digest](add_digest) of this file and of the weights: what belongs together. Empty in files of version 2.
    #[serde(default)]
    digest: String,
    /// The release that wrote it.
    crossfold: String,
    /// What that release was built from; missing from older files.
    #[serde(default)]
    burn: Option<String>,
    #[serde(default)]
    rustc: Option<String>,
    /// The git revision; `None` where the sources were in no repository.
    #[serde(default)]
    revision: Option<String>,
    /// The study that the network won.
    study: String,
    /// The device that it was trained on and runs on.
    device: Device,
    configuration: Configuration,
    epochs: u32,
    /// The number of networks in the file of the weights, whose predictions are averaged.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    networks: u32,
    /// The temperature of class probabilities.
    #[serde(default = "uncalibrated", skip_serializing_if = "is_uncalibrated")]
    temperature: f64,
    /// How rows of a table become inputs; `None` for a network of images.
    pub(crate) adapter: Option<Adapter>,
    /// The digests of the training rows as the network read them, by which `predict` recognises them. Empty for a network of
    /// images and in older files.
    #[serde(default, skip_serializing_if = "RowDigests::is_empty")]
    pub(crate) training_rows: RowDigests,
}

impl Model {
    pub(crate) fn new(
        study: &str,
        device: Device,
        Retraining { configuration, epochs, networks, temperature }: &Retraining,
        adapter: Option<Adapter>,
        training_rows: RowDigests,
    ) -> Model {
        let has_additions = *networks > 1
            || *temperature != 1.0
            || matches!(configuration.front, Front::Numbers(_))
            || adapter.as_ref().is_some_and(Adapter::alters_numbers);
        Model {
            version: if has_additions { VERSION } else { PLAIN },
            digest: String::new(),
            crossfold: CROSSFOLD_VERSION.to_owned(),
            burn: Some(BURN_VERSION.to_owned()),
            rustc: Some(RUSTC_VERSION.to_owned()),
            revision: GIT_REVISION.map(str::to_owned),
            study: study.to_owned(),
            device,
            configuration: configuration.clone(),
            epochs: *epochs,
            networks: *networks,
            temperature: *temperature,
            adapter,
            training_rows,
        }
    }

    /// Reads the files in a model's folder, of which half must fit into `memory`: the network takes the other half.
    pub(crate) fn open(folder: &Path, memory: Option<u64>) -> Result<OpenModel, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let path = folder.join(MODEL);
        let most = memory.map_or(MAX_BYTES, |memory| MAX_BYTES.min(memory / 2));
        let text = read(&path, most)?;
        let unusable = |reason: String| Error::Model { path: path.clone(), reason };
        let damaged = |error: serde_json::Error| unusable(shortened(&error.to_string()).into_owned());
        let Versioned { version } = serde_json::from_slice(&text).map_err(damaged)?;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(unusable(format!(
                "it has version {version}; this crossfold reads versions {OLDEST} to {VERSION}"
            )));
        }
        let model: Model = serde_json::from_slice(&text).map_err(damaged)?;
        let path_of_weights = folder.join(WEIGHTS);
        let weights = read(&path_of_weights, most)?;
        let is_whole = version < 3 && model.digest.is_empty() || has_digest(&text, &model.digest, &weights);
        if !is_whole {
            let reason = format!("it doesn't match `{WEIGHTS}`: one of the two was changed");
            return Err(unusable(reason));
        }
        // Each layer has a weight, so that what is built from the file is no larger than the weights.
        let is_sound = model.adapter.as_ref().is_none_or(Adapter::is_sound)
            && model.temperature.is_finite()
            && model.temperature > 0.0
            && (1..=Final::MOST_REFITS).contains(&model.networks)
            && model.configuration.depth() <= weights.len() / size_of::<f32>();
        if !is_sound {
            return Err(unusable("its parts don't match".to_owned()));
        }
        Ok(OpenModel { model, weights, path_of_weights })
    }

    /// Reads the text of a file; `None` for another version.
    pub(crate) fn from_text(text: &str) -> Option<Model> {
        serde_json::from_str(text).ok().filter(|model: &Model| (OLDEST..=VERSION).contains(&model.version))
    }

    /// Whether it describes the network of this training.
    pub(crate) fn describes(&self, Retraining { configuration, epochs, networks, temperature }: &Retraining) -> bool {
        let is_same_network = self.configuration == *configuration && self.epochs == *epochs;
        is_same_network && self.networks == *networks && self.temperature == *temperature
    }

    /// The release that wrote it.
    pub(crate) fn builder(&self) -> BuildVersions<'_> {
        BuildVersions {
            crossfold: &self.crossfold,
            burn: self.burn.as_deref(),
            rustc: self.rustc.as_deref(),
            revision: self.revision.as_deref(),
        }
    }

    /// The text of the file beside these weights.
    pub(crate) fn text(&self, weights: &[u8]) -> String {
        let text = serde_json::to_string_pretty(self).expect("a model is plain values") + "\n";
        add_digest(&text, weights)
    }
}

/// A model that was read, and the weights beside it.
pub(crate) struct OpenModel {
    pub(crate) model: Model,
    weights: Vec<u8>,
    path_of_weights: PathBuf,
}

impl OpenModel {
    /// The network, to be used on rows like these.
    pub(crate) fn network(&self, adapter: &Adapter, new: &NewRows) -> Result<TrainedNetwork, Error> {
        let OpenModel { model: Model { device, configuration, networks, temperature, .. }, weights, path_of_weights } =
            self;
        TrainedNetwork::load(*device, configuration, &new.rows, adapter.scaling, (weights, *networks))
            .map(|network| network.at_temperature(*temperature))
            .map_err(|error| Error::Model { path: path_of_weights.clone(), reason: error.to_string() })
    }
}

fn one() -> u32 {
    1
}

fn is_one(networks: &u32) -> bool {
    *networks == 1
}

fn uncalibrated() -> f64 {
    1.0
}

fn is_uncalibrated(temperature: &f64) -> bool {
    *temperature == 1.0
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    input::read(path, most).map_err(|error| Error::Model { path: path.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of releases that did not record their build can still be read.
    #[test]
    fn an_older_model_file_is_read() {
        let trained =
            |epochs| Retraining { configuration: Configuration::default(), epochs, networks: 1, temperature: 1.0 };
        let text = Model::new("digits", Device::Flex, &trained(3), None, RowDigests::default()).text(b"weights");
        let new = ["burn", "rustc", "revision", "digest"];
        let is_new = |line: &&str| new.iter().any(|name| line.contains(&format!("\"{name}\":")));
        let older: Vec<&str> = text.lines().filter(|line| !is_new(line)).collect();
        assert_eq!(older.len() + 4, text.lines().count());
        let model = Model::from_text(&older.join("\n")).unwrap();
        assert!(model.describes(&trained(3)) && !model.describes(&trained(4)));
        assert_eq!((model.builder().crossfold, model.builder().burn), (CROSSFOLD_VERSION, None));
        assert!(Model::from_text(&text.replace("\"version\": 3", "\"version\": 1")).is_none());
        assert!(Model::from_text(&text.replace("\"version\": 3", "\"version\": 2")).is_some());
    }
}
