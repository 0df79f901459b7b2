//! `crossfold store`: fits move to the stores of other machines, and every record is checked.

use crossfold_engine::Error as EngineError;
use crossfold_store::{CheckedExport, SqliteStore};
use crossfold_study::{Merged, StoreError};
use crossfold_system::Signals;

use crate::args::{ExportArgs, ResultsArgs, StoreCommand};
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn store(command: &StoreCommand, terminal: &Terminal) -> Result<Exit, Error> {
    match command {
        StoreCommand::Export(args) => export(args, terminal),
        StoreCommand::Import { files, results } => {
            // All files are checked before there is a store.
            let files = files.iter().map(|file| CheckedExport::open(file)).collect::<Result<Vec<_>, _>>()?;
            add(results, terminal, |store| store.import(files))
        }
        StoreCommand::Merge { other, results } => {
            let other = SqliteStore::open_file(other)?;
            add(results, terminal, |store| store.merge(other))
        }
        StoreCommand::Verify(args) => {
            let verified = SqliteStore::open_file(&args.folder)?.verify()?;
            terminal.text(&verified.to_string())?;
            verified.damaged.into_iter().next().map_or(Ok(Exit::Done), |damage| Err(damage.into()))
        }
    }
}

fn export(args: &ExportArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = SqliteStore::open_file(&args.results.folder)?;
    let study = args.name.as_ref().map(|name| store::known(&store, name, &args.results)).transpose()?;
    let counts = crossfold_engine::write_binary(&args.output, |out| store.export(study.as_ref(), out))?;
    terminal.say(&format!("wrote {counts} to {}", args.output));
    Ok(Exit::Done)
}

/// Adds records to the store, which is created where there is none.
fn add(
    results: &ResultsArgs,
    terminal: &Terminal,
    add: impl FnOnce(&SqliteStore) -> Result<Merged, StoreError>,
) -> Result<Exit, Error> {
    let path = results.folder.clone();
    std::fs::create_dir_all(&path).map_err(|source| EngineError::Output { path: path.clone(), source })?;
    let say = terminal.speaker();
    let signals = Signals::catch(move || say("finishing; press again to quit at once")).map_err(Error::Signals)?;
    let merged = add(&store::open_file(results, terminal, signals.gate())?)?;
    terminal.text(&merged.to_string())?;
    let conflict = merged.conflict(&path);
    conflict.map_or(Ok(Exit::by_signal(&signals).unwrap_or(Exit::Done)), |conflict| Err(conflict.into()))
}
