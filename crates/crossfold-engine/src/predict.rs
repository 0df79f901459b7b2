//! Predictions of a trained network for new rows.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crossfold_data::{Dataset, NewRows, Remark};
use crossfold_report::{Exhibits, InputRows, PredictedRows, RowDigests, TestScore};
use crossfold_sources::Adapter;
use crossfold_study::{Evaluation, Metric, Predictions, StudyName, TableFormat, Truth};
use crossfold_system::Destination;

use crate::error::Error;
use crate::files::{refuse_clashes, write};
use crate::machine::Machine;
use crate::model_file::{MODEL, Model, WEIGHTS};
use crate::notice::{Notice, Watch};

/// What to predict, and what to write.
#[derive(Clone, Debug)]
pub struct PredictOptions {
    /// The name of a study, or the network's folder as a run wrote it.
    pub model: PathBuf,
    /// The folder of all results, where a study's name is looked up.
    pub results: PathBuf,
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
    let folder = model_folder(&options.model, &options.results)?;
    let open = Model::open(&folder, machine.available_memory())?;
    let Some(adapter) = &open.model.adapter else {
        let reason = "it is a network for images; only tables can be predicted".to_owned();
        return Err(Error::Model { path: folder.join(MODEL), reason });
    };
    let read = [folder.join(MODEL), folder.join(WEIGHTS), options.table.clone()];
    let written: Vec<&Destination> = [&options.output].into_iter().chain(&options.inputs).collect();
    refuse_clashes(&read, &written)?;
    let new = adapter.read(&options.table, &options.format, machine.available_memory()).map_err(Error::Table)?;
    // Each network of several folds reads the rows in its own way; names, remarks and known targets are the same.
    let first = new.first().expect("rows have a preprocessing");
    watch.notice(&Notice::NewRowsRead(&first.remarks));
    let mut networks = open.networks(adapter, &new)?;
    let (_, predictions) = networks.predict(&new.iter().map(|new| &new.rows).collect::<Vec<_>>());

    let rows = first.names.len();
    let all_known: Vec<&Dataset> = new.iter().filter_map(|new| new.known.as_ref()).collect();
    if let Some(&known) = all_known.first() {
        let (scored, predictions) = networks.predict(&all_known);
        let trained_on = TrainedOn::count(&open.model.training_rows, known);
        let truth = (!trained_on.is_sizeable()).then(|| known.targets().truth(&known.all()));
        let score = score(&scored, truth.as_ref(), &predictions, adapter.classes.len());
        let rows_scored = match (known.rows(), rows) {
            (known, rows) if known == rows => "all rows".to_owned(),
            (known, rows) => format!("the {known} of {rows} rows whose `{}` is known", adapter.target),
        };
        let optimistic = trained_on.in_words();
        watch.notice(&Notice::NewRowsRead(&[Remark::Reading(format!("scored on {rows_scored}: {score}{optimistic}"))]));
    }
    if let Some(path) = &options.inputs {
        write(path, |out| write_inputs(out, adapter, &new))?;
        watch.notice(&Notice::InputsWritten { rows, path });
    }
    let (named_by, names) = (first.named_by.clone(), first.names.clone());
    let predicted = PredictedRows { named_by, names, classes: adapter.classes.clone(), predictions };
    let remarks: Vec<Remark> = predicted.remarks().into_iter().map(Remark::Reading).collect();
    watch.notice(&Notice::NewRowsRead(&remarks));
    write(&options.output, |out| predicted.write(out))?;
    watch.notice(&Notice::PredictionsWritten { target: &adapter.target, rows, path: &options.output });
    Ok(())
}

/// Where the network is: `named` if it is such a folder, else in the folder of the study of this name, or in `named/model`.
fn model_folder(named: &Path, results: &Path) -> Result<PathBuf, Error> {
    let study = named.to_str().and_then(StudyName::new);
    let of_study = study.as_ref().map(|name| results.join(name.as_str()).join("model"));
    let candidates = [Some(named.to_owned()), of_study, Some(named.join("model"))];
    let has_model = |folder: &PathBuf| folder.join(MODEL).is_file();
    match (candidates.into_iter().flatten().find(has_model), study) {
        (Some(folder), _) => Ok(folder),
        (None, Some(name)) if !named.is_dir() => {
            let results = results.display();
            let reason = format!("`{results}` has no network of a study `{name}`, and there is no such folder");
            Err(Error::Model { path: named.to_owned(), reason })
        }
        (None, _) => Ok(named.to_owned()),
    }
}

/// How many of the rows that are scored the network was trained on.
struct TrainedOn {
    /// `None` where the model doesn't know its training rows.
    equal: Option<usize>,
    rows: usize,
}

impl TrainedOn {
    fn count(training_rows: &RowDigests, scored: &Dataset) -> TrainedOn {
        let equal = (!training_rows.is_empty()).then(|| training_rows.count_known(&scored.row_digests()));
        TrainedOn { equal, rows: scored.rows() }
    }

    /// Whether more than 5 % of the rows are training rows. The score then doesn't estimate that of new rows. A few rows of a
    /// new sample can be equal to training rows by chance.
    fn is_sizeable(&self) -> bool {
        self.equal.is_some_and(|equal| 20 * equal > self.rows)
    }

    fn in_words(&self) -> String {
        match *self {
            TrainedOn { equal: Some(0), .. } => String::new(),
            TrainedOn { equal: Some(equal), rows } if equal == rows => {
                "; these rows were used for training, so the score is optimistic".to_owned()
            }
            TrainedOn { equal: Some(equal), rows } => {
                format!("; {equal} of these {rows} rows are equal to training rows, so the score is optimistic")
            }
            TrainedOn { equal: None, .. } => {
                "; if these rows were used for training, the score is optimistic".to_owned()
            }
        }
    }
}

/// A network's scores in words. Where the `truth` is given, with the interval of the metric that studies of its task are ranked
/// by as a rule.
fn score(scored: &Evaluation, truth: Option<&Truth>, predictions: &Predictions, classes: usize) -> String {
    let exhibits = truth
        .map(|truth| Exhibits::new(crossfold_report::sampling_errors(truth, predictions, classes), None, Vec::new()));
    crossfold_report::format_scores(Metric::default_for(scored.task()), &TestScore::all(scored, exhibits.as_ref()))
}

/// Writes the networks' inputs as CSV: those of each network of several folds, one after another.
fn write_inputs(out: &mut dyn Write, adapter: &Adapter, new: &[NewRows]) -> io::Result<()> {
    let inputs = adapter.input_names();
    let values = |new: &NewRows| {
        let rows = new.rows.all();
        let mut values = vec![0.0; rows.len() * new.rows.features_per_row()];
        new.rows.gather(&rows, &mut values);
        values
    };
    let values: Vec<Vec<f32>> = new.iter().map(values).collect();
    let mut seen = Vec::new();
    for (NewRows { named_by, names, rows, .. }, values) in new.iter().zip(&values) {
        seen.push(InputRows { named_by, names, inputs: &inputs, values, lengths: rows.lengths() });
    }
    crossfold_report::write_inputs(out, &seen)
}
