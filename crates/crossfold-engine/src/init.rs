//! A first spec for a table.

use std::path::Path;

use crossfold_sources::{Profile, Proposal, study_name};
use crossfold_study::TableFormat;
use crossfold_system::{Destination, input};

use crate::error::Error;
use crate::files::{absolute, path_between, refuse_clashes, unwritable, write};
use crate::machine::Machine;

/// Proposes a spec, with comments, that predicts the column `target` of a table. The spec has the table's path as given.
///
/// # Errors
/// Where the table can't be read as `format` has it, or is standard input, or its target can't be predicted.
pub fn first_spec(table: &Path, format: &TableFormat, target: &str, machine: &dyn Machine) -> Result<String, Error> {
    let profile = read_profile(table, format, target, machine)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    Ok(proposal.write(&study_name(table), in_spec(table)?))
}

/// Writes a [first spec](first_spec) to `output`, with the table's path relative to it. An existing file is overwritten only with
/// `force`.
///
/// # Errors
/// As [`first_spec`]; where `output` is the table, exists without `force`, or can't be written.
pub fn write_first_spec(
    table: &Path,
    format: &TableFormat,
    target: &str,
    output: &Destination,
    force: bool,
    machine: &dyn Machine,
) -> Result<(), Error> {
    let profile = read_profile(table, format, target, machine)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    refuse_clashes(&[table.to_owned()], &[output])?;
    if !force && output.exists() {
        return Err(Error::Exists { path: output.name().to_owned() });
    }
    // Before the path is made relative to it: only a folder that exists has a place.
    let folder = output.create_folder().map_err(|source| unwritable(output, source))?;
    let path = path_between(&absolute(folder), &absolute(table));
    let text = proposal.write(&study_name(table), in_spec(&path)?);
    write(output, |out| out.write_all(text.as_bytes()))
}

/// A path as a spec has it.
fn in_spec(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::NotText { path: path.to_owned() })
}

fn read_profile(table: &Path, format: &TableFormat, target: &str, machine: &dyn Machine) -> Result<Profile, Error> {
    if input::is_standard(table) {
        return Err(Error::NamelessTable);
    }
    Profile::read(table, format, Some(target), machine.available_memory()).map_err(Error::Table)
}
