//! What Crossfold's commands do, from a spec to files.

mod card;
mod error;
mod forecast;
mod model_file;
mod preparation;
mod result_files;
mod results_folder;
mod spec_file;
mod stored_study;
mod study_results;
mod sweep;
mod timed;
mod traced;

pub use error::{Error, SpecMistakes};
pub use forecast::Forecast;
pub use model_file::{MODEL, Model};
pub use preparation::{Prepared, absolute, name};
pub use result_files::ResultFiles;
pub use results_folder::{ResultsFolder, temporary};
pub use spec_file::SpecFile;
pub use stored_study::{StoredStudy, journal};
pub use study_results::StudyResults;
pub use sweep::{Begun, Sweep, begin};
pub use timed::timed;
pub use traced::Traced;
