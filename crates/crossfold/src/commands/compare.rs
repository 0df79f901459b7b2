//! `crossfold compare A B`: do two stored trials differ, or may that be chance?

use crate::args::CompareArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = store::open_for(&args.results, &args.first.study)?;
    let contrast = crossfold_engine::compare(&*store, &args.first, &args.second, args.margin)
        .map_err(|error| store::in_folder(error, &args.results))?;
    let mut text = Vec::new();
    let written = if args.json { contrast.write_json(&mut text) } else { contrast.write_text(&mut text) };
    written.expect("memory takes any text");
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
