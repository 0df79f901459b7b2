//! Exit codes: what scripts and CI go by.

use std::process::ExitCode;

/// How a command ended. The numbers are an interface: they never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything asked for is done.
    Done = 0,
    /// A bug in Crossfold.
    Internal = 1,
    // 2, wrong usage, is given by the argument parser by itself.
    /// A spec can't be read or has mistakes.
    InvalidSpec = 10,
    /// The data can't be read or don't fit the spec.
    Data = 11,
    /// Finished, but some trials failed.
    FailedTrials = 20,
    /// Finished, and no trial was completed.
    NoneCompleted = 21,
    /// Results can't be written.
    NotWritable = 30,
    /// Stopped by Ctrl-C; what was known is written.
    Interrupted = 130,
    /// Stopped by SIGTERM; what was known is written.
    Terminated = 143,
}

/// The codes as `--help` shows them.
pub(crate) const HELP: &str = "\
Exit codes:
  0    done
  1    internal error
  2    wrong usage
  10   invalid spec
  11   data can't be read or don't fit the spec
  20   finished, but some trials failed
  21   finished, but no trial was completed
  30   results can't be written
  130  interrupted (Ctrl-C); what was known is written
  143  terminated; what was known is written";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
