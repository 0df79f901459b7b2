//! A first spec for a table.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crossfold_sources::{Profile, Proposal, study_name};
use crossfold_study::TableFormat;

use crate::error::Error;
use crate::files::{absolute, parent_folder, path_between};
use crate::machine::Machine;

/// Proposes a spec, with comments, that predicts the column `target` of a table. The spec has the table's path as given.
///
/// # Errors
/// Where the table can't be read as `format` has it, or its target can't be predicted.
pub fn first_spec(table: &Path, format: &TableFormat, target: &str, machine: &dyn Machine) -> Result<String, Error> {
    let profile = Profile::read(table, format, Some(target), machine.available_memory()).map_err(Error::Table)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    Ok(proposal.write(&study_name(table), &table.to_string_lossy()))
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
    output: &Path,
    force: bool,
    machine: &dyn Machine,
) -> Result<(), Error> {
    let profile = Profile::read(table, format, Some(target), machine.available_memory()).map_err(Error::Table)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    if absolute(output) == absolute(table) {
        return Err(Error::OverTable { path: output.to_owned() });
    }
    let folder = parent_folder(output);
    let unwritable = |source| Error::Unwritable { path: output.to_owned(), source };
    // Before the path is made relative to it: only a folder that exists has a place.
    fs::create_dir_all(folder).map_err(unwritable)?;
    let path = path_between(&absolute(folder), &absolute(table));
    let text = proposal.write(&study_name(table), &path.to_string_lossy());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    options.open(output).and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            Error::Exists { path: output.to_owned() }
        } else {
            unwritable(source)
        }
    })
}
