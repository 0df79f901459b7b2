//! `best.yaml`: the winner as a spec that runs.

use super::result_file::{Listing, Nature, ResultFile, Stage};

pub(super) const FILE: ResultFile = ResultFile {
    path: "best.yaml",
    nature: Nature::Result,
    stage: Stage::Search,
    listing: Listing::Line("the best trial as a spec of its own"),
    condition: Some(|inputs| inputs.winner_spec.is_some()),
    write: |out, inputs| out.write_all(inputs.winner_spec.unwrap_or_default().as_bytes()),
    section: None,
};
