//! Settings as reports show them.

use crossfold_network::Setting;

/// `layers=2 nodes=64`: a setting in the midst of text.
pub(crate) fn named(setting: &Setting) -> String {
    format!("{}={setting}", setting.param())
}
