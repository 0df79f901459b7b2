//! `data` with `source: mnist`.

use crossfold_study::MnistSource;

use super::SourceSpec;
use crate::findings::Findings;
use crate::path::Path;
use crate::yaml::{Entries, path};

/// The keys of `data` that images have.
const KEYS: [&str; 3] = ["source", "path", "train_rows"];

/// The source; `None` where `findings` holds a reason.
pub(super) fn check(data: SourceSpec, findings: &mut Findings<'_>) -> Option<MnistSource> {
    let at = Path::new("data");
    let keys = findings.tree.get(&at).map(|node| node.entries().to_vec()).unwrap_or_default();
    let foreign = keys.iter().map(|entry| entry.key.as_str()).filter(|key| !KEYS.contains(key));
    let foreign = foreign.map(|key| at.key(key)).filter(|path| !findings.is_hole(path));
    for path in foreign.collect::<Vec<_>>().into_iter().chain([Path::new("preprocessing")]) {
        if findings.is_given(&path) {
            findings.misplaced(&path, "goes with `source: csv` alone");
        }
    }
    Some(MnistSource { path: data.path?.0.into() })
}

/// The entries of `data`, besides `source` and `train_rows`.
pub(super) fn entries(source: &MnistSource) -> Entries {
    let MnistSource { path: folder } = source;
    vec![("path", path(folder))]
}
