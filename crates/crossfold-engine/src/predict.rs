//! Predictions of a trained network for new rows.

use std::io::{self, Write};
use std::path::PathBuf;

use crossfold_data::{NewRows, Remark};
use crossfold_report::{InputRows, PredictedRows};
use crossfold_sources::Adapter;
use crossfold_study::TableFormat;
use crossfold_system::Destination;

use crate::error::Error;
use crate::files::{refuse_clashes, write};
use crate::machine::Machine;
use crate::model_file::{MODEL, Model, WEIGHTS};
use crate::notice::{Notice, Watch};

/// What to predict, and what to write.
#[derive(Clone, Debug)]
pub struct PredictOptions {
    /// The network's folder, as a run wrote it.
    pub model: PathBuf,
    /// A table with the columns that the network was trained on.
    pub table: PathBuf,
    /// The format of the table, as far as it is known.
    pub format: TableFormat,
    /// Where the predictions are written.
    pub output: Destination,
    /// Where the network's inputs are written, if at all.
    pub inputs: Option<Destination>,
}

/// Predicts the rows of a table, and writes the files that are asked for.
///
/// # Errors
/// Where the model or the table can't be used, a file to write is read or is named twice, or can't be written.
pub fn predict(options: &PredictOptions, machine: &dyn Machine, watch: &mut dyn Watch) -> Result<(), Error> {
    let open = Model::open(&options.model, machine.available_memory())?;
    let Some(adapter) = &open.model.adapter else {
        let reason = "it is a network for images; only tables can be predicted".to_owned();
        return Err(Error::Model { path: options.model.join(MODEL), reason });
    };
    let read = [options.model.join(MODEL), options.model.join(WEIGHTS), options.table.clone()];
    let written: Vec<&Destination> = [&options.output].into_iter().chain(&options.inputs).collect();
    refuse_clashes(&read, &written)?;
    let new = adapter.read(&options.table, &options.format, machine.available_memory()).map_err(Error::Table)?;
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
    write(&options.output, |out| predicted.write(out))?;
    watch.notice(&Notice::PredictionsWritten { target: &adapter.target, rows, path: &options.output });
    Ok(())
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
