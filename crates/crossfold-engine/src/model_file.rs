//! `model.json`: the network that weights belong to, and how rows become its inputs.

use std::path::Path;

use crossfold_data::NewRows;
use crossfold_model::{BURN_VERSION, TrainedNetwork};
use crossfold_network::Configuration;
use crossfold_report::BuildVersions;
use crossfold_sources::Adapter;
use crossfold_study::Device;
use crossfold_system::input;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::version::{CROSSFOLD_VERSION, GIT_REVISION, RUSTC_VERSION};

/// The network's weights, in a model's folder.
pub(crate) const WEIGHTS: &str = "weights.safetensors";
/// The network's description, in the same folder.
pub(crate) const MODEL: &str = "model.json";

/// The version of the format of `model.json`.
///
/// 1: perceptrons. 2: networks of all kinds.
const VERSION: u32 = 2;

/// The longest file of a model that is read, in bytes.
const MAX_BYTES: u64 = 16 << 30;

/// The contents of `model.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Model {
    version: u32,
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
    /// How rows of a table become inputs; `None` for a network of images.
    pub(crate) adapter: Option<Adapter>,
}

impl Model {
    pub(crate) fn new(
        study: &str,
        device: Device,
        configuration: &Configuration,
        epochs: u32,
        adapter: Option<Adapter>,
    ) -> Model {
        Model {
            version: VERSION,
            crossfold: CROSSFOLD_VERSION.to_owned(),
            burn: Some(BURN_VERSION.to_owned()),
            rustc: Some(RUSTC_VERSION.to_owned()),
            revision: GIT_REVISION.map(str::to_owned),
            study: study.to_owned(),
            device,
            configuration: configuration.clone(),
            epochs,
            adapter,
        }
    }

    /// Reads the file in a model's folder.
    pub(crate) fn open(folder: &Path) -> Result<Model, Error> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let path = folder.join(MODEL);
        let text = read(&path)?;
        let unusable = |reason: String| Error::Model { path: path.clone(), reason };
        let damaged = |error: serde_json::Error| unusable(error.to_string());
        let Versioned { version } = serde_json::from_slice(&text).map_err(damaged)?;
        if version != VERSION {
            return Err(unusable(format!("it is of version {version}, and this crossfold reads version {VERSION}")));
        }
        let model: Model = serde_json::from_slice(&text).map_err(damaged)?;
        match &model.adapter {
            Some(adapter) if !adapter.is_sound() => Err(unusable("its parts don't go together".to_owned())),
            Some(_) | None => Ok(model),
        }
    }

    /// Reads the text of a file; `None` for another version.
    pub(crate) fn from_text(text: &str) -> Option<Model> {
        serde_json::from_str(text).ok().filter(|model: &Model| model.version == VERSION)
    }

    /// Whether it describes the network of `configuration`, trained for `epochs`.
    pub(crate) fn describes(&self, configuration: &Configuration, epochs: u32) -> bool {
        self.configuration == *configuration && self.epochs == epochs
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

    /// The network, to be used on rows like these.
    pub(crate) fn network(&self, folder: &Path, adapter: &Adapter, new: &NewRows) -> Result<TrainedNetwork, Error> {
        let path = folder.join(WEIGHTS);
        let weights = read(&path)?;
        let (shape, embeddings) = (new.rows.shape(), new.rows.embeddings());
        TrainedNetwork::load(self.device, &self.configuration, shape, embeddings, adapter.scaling, &weights)
            .map_err(|error| Error::Model { path, reason: error.to_string() })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a model is plain values") + "\n"
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    input::read(path, MAX_BYTES).map_err(|error| Error::Model { path: path.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of releases that did not record their build can still be read.
    #[test]
    fn an_older_model_file_is_read() {
        let configuration = Configuration::default();
        let text = Model::new("digits", Device::Flex, &configuration, 3, None).text();
        let is_new =
            |line: &&str| ["burn", "rustc", "revision"].iter().any(|name| line.contains(&format!("\"{name}\":")));
        let older: Vec<&str> = text.lines().filter(|line| !is_new(line)).collect();
        assert_eq!(older.len() + 3, text.lines().count());
        let model = Model::from_text(&older.join("\n")).unwrap();
        assert!(model.describes(&configuration, 3) && !model.describes(&configuration, 4));
        assert_eq!((model.builder().crossfold, model.builder().burn), (CROSSFOLD_VERSION, None));
        assert!(Model::from_text(&text.replace("\"version\": 2", "\"version\": 1")).is_none());
    }
}
