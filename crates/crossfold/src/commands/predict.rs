//! `crossfold predict MODEL NEW.csv`: what a trained network says of other rows.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crossfold_data::{Adapter, NewRows};
use crossfold_report::SeenRows;

use crate::args::PredictArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;
use crossfold_engine::absolute;
use crossfold_engine::temporary;
use crossfold_engine::{MODEL, Model};

pub(crate) fn predict(args: &PredictArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let model = Model::open(&args.model)?;
    let Some(adapter) = &model.adapter else {
        let reason = "it is of a network for images, and only tables can be predicted".to_owned();
        return Err(EngineError::Model { path: args.model.join(MODEL), reason }.into());
    };
    refuse_clashes(args)?;
    let new = adapter.read(&args.file).map_err(EngineError::Table)?;
    new.remarks.iter().for_each(|remark| terminal.say(&format!("note: {remark}")));
    let mut network = model.network(&args.model, adapter, &new)?;
    let (_, predictions) = network.predict(&new.rows);

    let mut text = Vec::new();
    crossfold_report::write_predicted(&mut text, &new.named_by, &new.names, &adapter.classes, &predictions)
        .expect("memory takes any text");
    let unwritable = |path: &Path, source| EngineError::Unwritable { path: path.to_owned(), source };
    let rows = new.names.len();
    if let Some(path) = &args.inputs {
        write(path, &inputs(adapter, &new)).map_err(|source| unwritable(path, source))?;
        terminal.say(&format!("what the network sees of {rows} rows is in {}", path.display()));
    }
    match &args.output {
        None => terminal.data(&String::from_utf8_lossy(&text))?,
        Some(path) => {
            write(path, &text).map_err(|source| unwritable(path, source))?;
            terminal.say(&format!("`{}` of {rows} rows is predicted in {}", adapter.target, path.display()));
        }
    }
    Ok(Exit::Done)
}

/// No file that is written is one that is read, or another that is written.
fn refuse_clashes(args: &PredictArgs) -> Result<(), Error> {
    let mut written = [&args.output, &args.inputs].into_iter().flatten();
    if let Some(path) = written.clone().find(|path| absolute(path) == absolute(&args.file)) {
        return Err(EngineError::OverTable { path: path.clone() }.into());
    }
    match (written.next(), written.next()) {
        (Some(first), Some(second)) if absolute(first) == absolute(second) => {
            Err(EngineError::Twice { path: second.clone() })
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// The text of what the network sees.
fn inputs(adapter: &Adapter, new: &NewRows) -> Vec<u8> {
    let (rows, inputs) = (new.rows.all(), adapter.input_names());
    let mut values = vec![0.0; rows.len() * new.rows.features_per_row()];
    new.rows.gather(&rows, &mut values);
    let seen = SeenRows {
        named_by: &new.named_by,
        names: &new.names,
        inputs: &inputs,
        values: &values,
        lengths: new.rows.lengths(),
    };
    let mut text = Vec::new();
    crossfold_report::write_inputs(&mut text, &seen).expect("memory takes any text");
    text
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
