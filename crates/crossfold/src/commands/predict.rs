//! `crossfold predict MODEL NEW.csv`: what a trained network says of other rows.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::args::PredictArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::model_file::{MODEL, Model};
use crate::preparation::absolute;
use crate::results_folder::temporary;
use crate::terminal::Terminal;

pub(crate) fn predict(args: &PredictArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let model = Model::open(&args.model)?;
    let Some(adapter) = &model.adapter else {
        let reason = "it is of a network for images, and only tables can be predicted".to_owned();
        return Err(Error::Model { path: args.model.join(MODEL), reason });
    };
    let new = adapter.read(&args.file).map_err(Error::Table)?;
    new.remarks.iter().for_each(|remark| terminal.say(&format!("note: {remark}")));
    let mut network = model.network(&args.model, adapter, &new)?;
    let (_, predictions) = network.predict(&new.rows);

    let mut text = Vec::new();
    crossfold_report::write_predicted(&mut text, &new.named_by, &new.names, &adapter.classes, &predictions)
        .expect("memory takes any text");
    match &args.output {
        None => terminal.data(&String::from_utf8_lossy(&text))?,
        Some(path) => {
            if absolute(path) == absolute(&args.file) {
                return Err(Error::OverTable { path: path.clone() });
            }
            write(path, &text).map_err(|source| Error::Unwritable { path: path.clone(), source })?;
            let (rows, target) = (new.names.len(), &adapter.target);
            terminal.say(&format!("`{target}` of {rows} rows is predicted in {}", path.display()));
        }
    }
    Ok(Exit::Done)
}

/// Writes a file, whole or not at all.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = temporary(folder)?;
    file.write_all(text)?;
    file.persist(path)?;
    Ok(())
}
