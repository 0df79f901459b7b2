//! `crossfold compare A B`: do two stored trials differ, or may that be chance?

use crate::args::CompareArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::{Terminal, written};

pub(crate) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = store::open_for(&args.results, &args.first.study)?;
    let contrast = crossfold_engine::compare(&*store, &args.first, &args.second, args.margin)
        .map_err(|error| store::in_folder(error, &args.results))?;
    if args.json {
        terminal.json(&written(|out| contrast.write_json(out)))?;
    } else {
        terminal.text(&written(|out| contrast.write_text(out)))?;
    }
    Ok(Exit::Done)
}
