//! Predictions of a trained network for new rows.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crossfold_data::{NewRows, Remark};
use crossfold_report::{InputRows, PredictedRows};
use crossfold_sources::Adapter;

use crate::error::Error;
use crate::files::{absolute, parent_folder, write_whole};
use crate::machine::Machine;
use crate::model_file::{MODEL, Model};
use crate::notice::{Notice, Watch};

/// What to predict, and what to write.
#[derive(Clone, Debug)]
pub struct PredictOptions {
    /// The network's folder, as a run wrote it.
    pub model: PathBuf,
    /// A table with the columns that the network was trained on.
    pub table: PathBuf,
    /// Where the predictions are written, if to a file.
    pub output: Option<PathBuf>,
    /// Where the network's inputs are written, if at all.
    pub inputs: Option<PathBuf>,
}

/// Predicts the rows of a table, and writes the files that are asked for.
///
/// # Errors
/// Where the model or the table can't be used, a file to write is the table or is named twice, or can't be written.
pub fn predict(options: &PredictOptions, machine: &dyn Machine, watch: &mut dyn Watch) -> Result<PredictedRows, Error> {
    let open = Model::open(&options.model)?;
    let Some(adapter) = &open.model.adapter else {
        let reason = "it is of a network for images, and only tables can be predicted".to_owned();
        return Err(Error::Model { path: options.model.join(MODEL), reason });
    };
    refuse_clashes(options)?;
    let new = adapter.read(&options.table, machine.available_memory()).map_err(Error::Table)?;
    watch.notice(&Notice::NewRowsRead(&new.remarks));
    let mut network = open.network(adapter, &new)?;
    let (_, predictions) = network.predict(&new.rows);

    let rows = new.names.len();
    if let Some(path) = &options.inputs {
        write(path, |out| write_inputs(out, adapter, &new))?;
        watch.notice(&Notice::InputsWritten { rows, path });
    }
    let NewRows { named_by, names, .. } = new;
    let predicted = PredictedRows { named_by, names, classes: adapter.classes.clone(), predictions };
    let remarks: Vec<Remark> = predicted.remarks().into_iter().map(Remark::Reading).collect();
    watch.notice(&Notice::NewRowsRead(&remarks));
    if let Some(path) = &options.output {
        write(path, |out| predicted.write(out))?;
        watch.notice(&Notice::PredictionsWritten { target: &adapter.target, rows, path });
    }
    Ok(predicted)
}

/// No file that is written is the one that is read, or another that is written.
fn refuse_clashes(options: &PredictOptions) -> Result<(), Error> {
    let mut written = [&options.output, &options.inputs].into_iter().flatten();
    if let Some(path) = written.clone().find(|path| absolute(path) == absolute(&options.table)) {
        return Err(Error::OverTable { path: path.clone() });
    }
    match (written.next(), written.next()) {
        (Some(first), Some(second)) if absolute(first) == absolute(second) => {
            Err(Error::Twice { path: second.clone() })
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// Writes the network's inputs as CSV.
fn write_inputs(out: &mut dyn Write, adapter: &Adapter, new: &NewRows) -> io::Result<()> {
    let (rows, inputs) = (new.rows.all(), adapter.input_names());
    let mut values = vec![0.0; rows.len() * new.rows.features_per_row()];
    new.rows.gather(&rows, &mut values);
    let seen = InputRows {
        named_by: &new.named_by,
        names: &new.names,
        inputs: &inputs,
        values: &values,
        lengths: new.rows.lengths(),
    };
    crossfold_report::write_inputs(out, &seen)
}

fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let write = || {
        let folder = parent_folder(path);
        fs::create_dir_all(folder)?;
        write_whole(folder, path, fill)
    };
    write().map_err(|source| Error::Unwritable { path: path.to_owned(), source })
}
