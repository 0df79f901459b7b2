//! A first spec for a table.

use std::path::{Path, PathBuf};

use crossfold_sources::{Profile, Proposal, study_name};
use crossfold_study::TableFormat;
use crossfold_system::{Destination, input};

use crate::error::Error;
use crate::files::{absolute, path_between, refuse_clashes, unwritable, write};
use crate::machine::Machine;

/// The files that a first spec is about.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    pub training: &'a Path,
    /// Rows that the winner is scored on, if they are in a file of their own.
    pub test: Option<&'a Path>,
}

/// Proposes a spec, with comments, that predicts the column `target` of a table. The spec has the tables' paths as given.
///
/// # Errors
/// Where a table can't be read as `format` has it, or is standard input, its target can't be predicted, or the test file
/// lacks a column.
pub fn first_spec(
    tables: Tables<'_>,
    format: &TableFormat,
    target: &str,
    machine: &dyn Machine,
) -> Result<String, Error> {
    let profile = read_profile(tables, format, target, machine)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    let test = tables.test.map(in_spec).transpose()?;
    Ok(proposal.write(&study_name(tables.training), in_spec(tables.training)?, test))
}

/// Writes a [first spec](first_spec) to `output`, with the tables' paths relative to it. An existing file is overwritten only with
/// `force`.
///
/// # Errors
/// As [`first_spec`]; where `output` is a table, exists without `force`, or can't be written.
pub fn write_first_spec(
    tables: Tables<'_>,
    format: &TableFormat,
    target: &str,
    output: &Destination,
    force: bool,
    machine: &dyn Machine,
) -> Result<(), Error> {
    let profile = read_profile(tables, format, target, machine)?;
    let proposal = Proposal::new(&profile).map_err(Error::Table)?;
    let read: Vec<PathBuf> = [tables.training].into_iter().chain(tables.test).map(Path::to_owned).collect();
    refuse_clashes(&read, &[output])?;
    if !force && output.exists() {
        return Err(Error::Exists { path: output.name().to_owned() });
    }
    // Before paths are made relative to it: only a folder that exists has a place.
    let folder = absolute(output.create_folder().map_err(|source| unwritable(output, source))?);
    let from_there = |table: &Path| path_between(&folder, &absolute(table));
    let (path, test) = (from_there(tables.training), tables.test.map(from_there));
    let test = test.as_deref().map(in_spec).transpose()?;
    let text = proposal.write(&study_name(tables.training), in_spec(&path)?, test);
    write(output, |out| out.write_all(text.as_bytes()))
}

/// A path as a spec has it.
fn in_spec(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::NotText { path: path.to_owned() })
}

/// The profile of the training file. The test file must have its columns.
fn read_profile(
    tables: Tables<'_>,
    format: &TableFormat,
    target: &str,
    machine: &dyn Machine,
) -> Result<Profile, Error> {
    let read = |table: &Path| {
        if input::is_standard(table) {
            return Err(Error::NamelessTable);
        }
        Profile::read(table, format, Some(target), machine.available_memory()).map_err(Error::Table)
    };
    let profile = read(tables.training)?;
    if let Some(path) = tables.test {
        let test = read(path)?;
        let has = |name: &str| test.columns.iter().any(|column| column.name == name);
        let lacking = profile.columns.iter().map(|column| &column.name).filter(|name| !has(name));
        let columns: Vec<String> = lacking.cloned().collect();
        if !columns.is_empty() {
            return Err(Error::TestFileLacks { path: path.to_owned(), columns });
        }
    }
    Ok(profile)
}
