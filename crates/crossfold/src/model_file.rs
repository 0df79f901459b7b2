//! `model/`: a trained network with what it needs to be used on other rows.

use std::fs;
use std::path::{Path, PathBuf};

use crossfold_data::{Adapter, NewRows};
use crossfold_model::TrainedNetwork;
use crossfold_study::{Configuration, Device};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The network's weights, in a model's folder.
pub(crate) const WEIGHTS: &str = "weights.safetensors";
/// What they are the weights of, in the same folder.
pub(crate) const MODEL: &str = "model.json";

/// The version of `model.json`'s form.
///
/// 1: perceptrons. 2: networks of all kinds.
const VERSION: u32 = 2;

/// What is in `model.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Model {
    version: u32,
    /// The release that wrote it.
    crossfold: String,
    /// The study that the network won.
    study: String,
    /// What it was trained on, and is used on.
    device: Device,
    configuration: Configuration,
    epochs: u32,
    /// What rows of a table go through; `None` of a network for images.
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
            crossfold: env!("CARGO_PKG_VERSION").to_owned(),
            study: study.to_owned(),
            device,
            configuration: configuration.clone(),
            epochs,
            adapter,
        }
    }

    /// Reads what [`Model::text`] writes.
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

    /// The network, to be used on rows like these.
    pub(crate) fn network(&self, folder: &Path, adapter: &Adapter, new: &NewRows) -> Result<TrainedNetwork, Error> {
        let path = folder.join(WEIGHTS);
        let weights = read(&path)?;
        let (shape, embeddings) = (new.rows.shape(), new.rows.embeddings());
        TrainedNetwork::load(self.device, &self.configuration, shape, embeddings, adapter.scaling, &weights)
            .map_err(|error| Error::Model { path, reason: error.to_string() })
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a model is plain values") + "\n"
    }
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| Error::Model { path: path.clone(), reason: error.to_string() })
}
