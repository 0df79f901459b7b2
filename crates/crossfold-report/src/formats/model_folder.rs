//! `model/`: the refitted winner.

use super::model_card::write_model_card;
use super::result_file::{Listing, Nature, ResultFile, Stage};

pub(super) const WEIGHTS_FILE: ResultFile = ResultFile {
    path: "model/weights.safetensors",
    nature: Nature::Result,
    stage: Stage::Refit,
    listing: Listing::Folder("model/", "the retrained winner: weights, preprocessing, spec and model card"),
    condition: Some(|inputs| inputs.refit.is_some()),
    write: |out, inputs| inputs.refit.map_or(Ok(()), |refit| out.write_all(refit.weights)),
    section: None,
};

pub(super) const SPEC_FILE: ResultFile = ResultFile {
    path: "model/spec.yaml",
    listing: Listing::Unlisted,
    write: |out, inputs| inputs.refit.map_or(Ok(()), |refit| out.write_all(refit.spec.as_bytes())),
    ..WEIGHTS_FILE
};

pub(super) const MODEL_FILE: ResultFile = ResultFile {
    path: "model/model.json",
    listing: Listing::Unlisted,
    condition: Some(|inputs| inputs.refit.is_some_and(|refit| refit.model.is_some())),
    write: |out, inputs| {
        let model = inputs.refit.and_then(|refit| refit.model);
        out.write_all(model.unwrap_or_default().as_bytes())
    },
    ..WEIGHTS_FILE
};

pub(super) const CARD_FILE: ResultFile = ResultFile {
    path: "model/README.md",
    listing: Listing::Unlisted,
    condition: Some(|inputs| inputs.refit.is_some_and(|refit| refit.card.is_some())),
    write: |out, inputs| {
        let card = inputs.refit.and_then(|refit| refit.card);
        card.map_or(Ok(()), |card| write_model_card(out, card))
    },
    ..WEIGHTS_FILE
};
