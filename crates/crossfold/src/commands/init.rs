//! `crossfold init FILE --target Y`: a first spec for a table.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crossfold_data::{Profile, Proposal, study_name};

use crate::args::InitArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;
use crossfold_engine::absolute;

pub(crate) fn init(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let profile = Profile::read(&args.file, &args.table.format(), Some(&args.target)).map_err(EngineError::Table)?;
    let proposal = Proposal::new(&profile).map_err(EngineError::Table)?;
    let name = study_name(&args.file);
    let Some(output) = &args.output else {
        terminal.data(&proposal.write(&name, &args.file.to_string_lossy()))?;
        return Ok(Exit::Done);
    };
    if absolute(output) == absolute(&args.file) {
        return Err(EngineError::OverTable { path: output.clone() }.into());
    }
    let unwritable = |source| EngineError::Unwritable { path: output.clone(), source };
    let folder = folder(output);
    // Before the path is made relative to it: where it lies can be told only of a folder that exists.
    fs::create_dir_all(folder).map_err(unwritable)?;
    let text = proposal.write(&name, &from(folder, &args.file).to_string_lossy());
    write(output, text.as_bytes(), args.force)?;
    terminal.say(&format!("the spec is in `{}`: edit it, and `crossfold plan` it", output.display()));
    Ok(Exit::Done)
}

fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The path of a file as it is from `folder`.
fn from(folder: &Path, file: &Path) -> PathBuf {
    let file = absolute(file);
    pathdiff::diff_paths(&file, absolute(folder)).unwrap_or(file)
}

/// Writes a file that doesn't exist yet, or any with `force`.
fn write(path: &Path, text: &[u8], force: bool) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    options.open(path).and_then(|mut file| file.write_all(text)).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            EngineError::Exists { path: path.to_owned() }
        } else {
            EngineError::Unwritable { path: path.to_owned(), source }
        }
    })
}
