//! One file for the weights of several networks.

use std::borrow::Cow;

use safetensors::SafeTensors;

use crate::parameters::WeightsError;

/// The weights of `members`, files of one network each, as one file: the tensors of the first network are named
/// `members.0.layers.0.weight` and so on. A single network keeps its file.
///
/// # Errors
/// If one of them isn't a safetensors file.
pub(crate) fn join(mut members: Vec<Vec<u8>>) -> Result<Vec<u8>, WeightsError> {
    if members.len() == 1 {
        return Ok(members.remove(0));
    }
    let mut tensors = Vec::new();
    for (number, member) in members.iter().enumerate() {
        let file = SafeTensors::deserialize(member)?;
        tensors.extend(file.tensors().into_iter().map(|(name, view)| (format!("{}{name}", prefix(number)), view)));
    }
    Ok(safetensors::serialize(tensors, None)?)
}

/// The file of each of `members` networks that [`join`] was given.
///
/// # Errors
/// If `weights` isn't a safetensors file. A tensor that is missing is noticed when the network is loaded.
pub(crate) fn split(weights: &[u8], members: u32) -> Result<Vec<Cow<'_, [u8]>>, WeightsError> {
    if members <= 1 {
        return Ok(vec![Cow::Borrowed(weights)]);
    }
    let file = SafeTensors::deserialize(weights)?;
    let tensors = file.tensors();
    let member = |number: u32| {
        let prefix = prefix(number as usize);
        let own = tensors.iter().filter_map(|(name, view)| Some((name.strip_prefix(&prefix)?, view)));
        Ok(Cow::Owned(safetensors::serialize(own, None)?))
    };
    (0..members).map(member).collect()
}

fn prefix(member: usize) -> String {
    format!("members.{member}.")
}
