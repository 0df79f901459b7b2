//! `model.json`: the network that weights belong to, and how rows become its inputs.

use std::path::{Path, PathBuf};

use crossfold_data::NewRows;
use crossfold_model::{BURN_VERSION, CombinedNetworks, TrainedNetwork};
use crossfold_network::{Configuration, Front, MAX_PARAMETERS};
use crossfold_report::{BuildVersions, RowDigests};
use crossfold_sources::Adapter;
use crossfold_study::{Device, Final, FoldId, add_digest, has_digest, shortened};
use crossfold_system::input;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::member::Member;
use crate::study_results::Retraining;
use crate::version::{CROSSFOLD_VERSION, GIT_REVISION, RUSTC_VERSION};

/// The network's weights, in a model's folder.
pub(crate) const WEIGHTS: &str = "weights.safetensors";
/// The network's description, in the same folder.
pub(crate) const MODEL: &str = "model.json";

/// The version of the format of `model.json`.
///
/// 1: perceptrons. 2: networks of all kinds. 3: a digest of this file and of the weights. 4: several networks that are averaged,
/// a temperature, and numbers that are clipped, encoded or embedded. 5: ensembles. 6: networks of folds, each with its own
/// preprocessing. A file has the least version that has all it needs, so that earlier releases read it.
const VERSION: u32 = 6;
/// The version of files of ensembles.
const ENSEMBLES: u32 = 5;
/// The version of files without ensembles.
const WITHOUT_ENSEMBLES: u32 = 4;
/// The version of files without anything that later ones added.
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
    /// The network, or the first of an ensemble. The file of the weights has all networks of each in turn.
    #[serde(flatten)]
    first: Member,
    /// The other members of an ensemble.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_members: Vec<Member>,
    /// The folds that each of the networks was trained on, in their order; empty where they were trained on all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folds: Vec<FoldId>,
    /// The temperature of class probabilities.
    #[serde(default = "uncalibrated", skip_serializing_if = "is_uncalibrated")]
    temperature: f64,
    /// How rows of a table become inputs; `None` for a network of images.
    pub(crate) adapter: Option<Adapter>,
    /// The digests of the study's rows as the network, of folds the first, read them, by which `predict` recognises them. Rows
    /// that validated a network chose it, so a score on them is optimistic, too. Empty for a network of images and in older
    /// files.
    #[serde(default, skip_serializing_if = "RowDigests::is_empty")]
    pub(crate) training_rows: RowDigests,
}

impl Model {
    pub(crate) fn new(
        study: &str,
        device: Device,
        retraining: &Retraining,
        adapter: Option<Adapter>,
        training_rows: RowDigests,
    ) -> Model {
        let Retraining { members, folds, temperature } = retraining;
        let (first, others) = members.split_first().expect("something is retrained");
        let has_additions = retraining.networks() > 1
            || *temperature != 1.0
            || matches!(first.configuration.front, Front::Numbers(_))
            || adapter.as_ref().is_some_and(Adapter::alters_numbers);
        Model {
            version: match (folds.is_empty(), others.is_empty(), has_additions) {
                (false, _, _) => VERSION,
                (true, false, _) => ENSEMBLES,
                (true, true, true) => WITHOUT_ENSEMBLES,
                (true, true, false) => PLAIN,
            },
            digest: String::new(),
            crossfold: CROSSFOLD_VERSION.to_owned(),
            burn: Some(BURN_VERSION.to_owned()),
            rustc: Some(RUSTC_VERSION.to_owned()),
            revision: GIT_REVISION.map(str::to_owned),
            study: study.to_owned(),
            device,
            first: first.clone(),
            other_members: others.to_vec(),
            folds: folds.clone(),
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
        let preprocessings = model.adapter.as_ref().map_or(1, Adapter::preprocessings);
        let of_folds = match model.folds.len() {
            0 => preprocessings == 1 && model.members().all(|member| member.networks <= Final::MOST_REFITS),
            folds => {
                let has_own = model.adapter.is_none() || preprocessings == folds;
                has_own && model.first.networks as usize == folds && model.other_members.is_empty()
            }
        };
        let is_sound = of_folds
            && model.adapter.as_ref().is_none_or(Adapter::is_sound)
            && model.temperature.is_finite()
            && model.temperature > 0.0
            && model.other_members.len() < Final::MOST_PICKS as usize
            && model.members().all(|member| {
                member.networks > 0
                    && (1..=Final::MOST_PICKS).contains(&member.weight)
                    && member.configuration.depth() <= weights.len() / size_of::<f32>()
            });
        if !is_sound {
            return Err(unusable("its parts don't match".to_owned()));
        }
        Ok(OpenModel { model, weights, path_of_weights })
    }

    /// Reads the text of a file; `None` for another version.
    pub(crate) fn from_text(text: &str) -> Option<Model> {
        serde_json::from_str(text).ok().filter(|model: &Model| (OLDEST..=VERSION).contains(&model.version))
    }

    /// The network, or the members of an ensemble.
    fn members(&self) -> impl Iterator<Item = &Member> {
        [&self.first].into_iter().chain(&self.other_members)
    }

    /// Whether it describes what this training trains.
    pub(crate) fn describes(&self, Retraining { members, folds, temperature }: &Retraining) -> bool {
        self.members().eq(members) && self.folds == *folds && self.temperature == *temperature
    }

    /// The configuration whose networks on folds predict together; `None` for networks that were trained on all rows.
    fn of_folds(&self) -> Option<&Configuration> {
        (!self.folds.is_empty()).then_some(&self.first.configuration)
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
    /// The networks, to be used on rows like these: rows of a table with each of the adapter's preprocessings.
    pub(crate) fn networks(&self, adapter: &Adapter, new: &[NewRows]) -> Result<CombinedNetworks, Error> {
        let OpenModel { model, weights, path_of_weights } = self;
        let networks = match model.of_folds() {
            Some(configuration) => {
                let parts = new.iter().zip(adapter.scalings()).map(|(new, scaling)| (&new.rows, scaling));
                CombinedNetworks::load(model.device, configuration, &parts.collect::<Vec<_>>(), weights)
            }
            None => {
                let members: Vec<_> = model.members().map(Member::loaded).collect();
                let rows = &new.first().expect("rows have a preprocessing").rows;
                TrainedNetwork::load(model.device, &members, rows, adapter.scaling, weights).map(CombinedNetworks::from)
            }
        };
        networks
            .map(|networks| networks.at_temperature(model.temperature))
            .map_err(|error| Error::Model { path: path_of_weights.clone(), reason: error.to_string() })
    }
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

    fn member(epochs: u32) -> Member {
        Member { configuration: Configuration::default(), epochs, networks: 1, weight: 1 }
    }

    /// Earlier releases refuse ensembles and networks of folds, and read all else.
    #[test]
    fn a_file_has_the_least_version_that_has_all_it_needs() {
        let text = |members: &[Member], folds: &[FoldId]| {
            let retraining = Retraining { members: members.to_vec(), folds: folds.to_vec(), temperature: 1.0 };
            let text = Model::new("digits", Device::Flex, &retraining, None, RowDigests::default()).text(b"weights");
            let read = Model::from_text(&text).unwrap();
            assert!(read.describes(&retraining));
            (read.version, text)
        };
        let (version, plain) = text(&[member(3)], &[]);
        assert!(
            version == 3
                && ["networks", "weight", "other_members", "folds"]
                    .iter()
                    .all(|key| !plain.contains(&format!("\"{key}\":")))
        );
        assert_eq!(text(&[Member { networks: 2, ..member(3) }], &[]).0, 4);
        let (version, ensemble) = text(&[Member { weight: 2, ..member(3) }, member(4)], &[]);
        assert!(
            version == 5 && ensemble.contains("\"other_members\": [") && ensemble.contains("\"weight\": 2"),
            "{ensemble}"
        );
        let folds = [0, 1].map(|fold| FoldId { repeat: 0, fold });
        assert_eq!(text(&[Member { networks: 2, ..member(3) }], &folds).0, 6);
        assert_eq!(text(&[member(3)], &folds[..1]).0, 6);
    }

    /// Files of releases that did not record their build can still be read.
    #[test]
    fn an_older_model_file_is_read() {
        let trained = |epochs| Retraining { members: vec![member(epochs)], folds: Vec::new(), temperature: 1.0 };
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
