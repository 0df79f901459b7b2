//! The files that a gate's outcome is written to, for CI servers.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crossfold_report::{GateReport, NoVerdict};
use crossfold_study::Override;
use crossfold_system::Destination;

use crate::baseline::BaselineFile;
use crate::error::Error;
use crate::files::{refuse_clashes, unwritable, write};

/// The files that a gate's outcome is written to.
#[derive(Clone, Copy, Debug)]
pub struct GateFiles<'a> {
    pub junit: Option<&'a Destination>,
    /// Markdown is added to its end.
    pub summary: Option<&'a Path>,
    /// Whether it is an error if the summary can't be written.
    pub needs_summary: bool,
}

impl GateFiles<'_> {
    /// Reads the baseline at `path` for a gate with `overrides` of its spec. An earlier gate's JUnit file is replaced by one
    /// that says that there is no verdict, should this gate be killed before it has one.
    ///
    /// # Errors
    /// As [`BaselineFile::read`]; where a file to write is read or is named twice, or can't be written.
    pub fn read_baseline(&self, path: &Path, overrides: &[Override]) -> Result<BaselineFile, Error> {
        let summary = self.summary.map(|summary| Destination::File(summary.to_owned()));
        let written: Vec<&Destination> = self.junit.into_iter().chain(&summary).collect();
        refuse_clashes(&[path.to_owned()], &written)?;
        let file = BaselineFile::read(path);
        if let Ok(file) = &file {
            refuse_clashes(&file.inputs(overrides), &written)?;
        }
        if let Some(junit) = self.junit {
            junit.create_folder().map_err(|source| unwritable(junit, source))?;
            if junit.exists() {
                write(junit, crossfold_report::write_junit_without_verdict)?;
            }
        }
        file
    }

    /// Writes an outcome to the JUnit file, and adds it to the end of the summary, which other steps of a CI job write to as
    /// well. Returns a note where the summary can't be written and isn't needed.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub fn write(&self, report: &dyn GateReport) -> Result<Option<String>, Error> {
        if let Some(junit) = self.junit {
            write(junit, |out| report.write_junit(out))?;
        }
        let Some(path) = self.summary else { return Ok(None) };
        match add(path, report) {
            Ok(()) => Ok(None),
            Err(source) if self.needs_summary => Err(Error::Unwritable { path: path.to_owned(), source }),
            Err(error) => Ok(Some(format!("can't write the summary `{}`: {error}", path.display()))),
        }
    }
}

fn add(path: &Path, report: &dyn GateReport) -> io::Result<()> {
    let mut text = Vec::new();
    report.write_markdown(&mut text)?;
    fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(&text)
}

/// The outcome of a gate of the baseline at `path` that ended with an `error`. `None` where the files to write are at fault:
/// they may be read by the gate, and so must not be written to.
pub fn no_verdict(path: &Path, error: &Error, hint: Option<String>) -> Option<NoVerdict> {
    if matches!(error, Error::OverInput { .. } | Error::Twice { .. } | Error::Unwritable { .. }) {
        return None;
    }
    let name = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
    Some(NoVerdict::new(name.into_owned(), error.to_string(), hint))
}
