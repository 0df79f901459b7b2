//! Exit codes, which scripts and CI rely on.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::ValueEnum;
use crossfold_system::Signals;

/// How a command ended. The numbers are an interface and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[repr(u8)]
pub(crate) enum Exit {
    Done = 0,
    Internal = 1,
    /// The argument parser uses it, too.
    Usage = 2,
    InvalidSpec = 10,
    Data = 11,
    FailedTrials = 20,
    NoneCompleted = 21,
    TooManyFailures = 22,
    Inconclusive = 25,
    Worse = 26,
    NotWritable = 30,
    Differs = 31,
    HungUp = 129,
    Interrupted = 130,
    Terminated = 143,
}

impl Exit {
    /// The code of a run that a signal stopped.
    pub(crate) fn by_signal(signals: &Signals) -> Option<Exit> {
        let signal = signals.caught()?;
        Exit::value_variants().iter().copied().find(|exit| *exit as i32 == 128 + signal)
    }

    /// Whether `crossfold run` may end so.
    pub(crate) fn is_of_runs(self) -> bool {
        !matches!(self, Exit::Inconclusive | Exit::Worse)
    }

    /// Whether `crossfold gate` may end so.
    pub(crate) fn is_of_gates(self) -> bool {
        !matches!(self, Exit::FailedTrials | Exit::TooManyFailures)
    }

    fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Internal => "internal error: a bug in crossfold",
            Exit::Usage => "wrong usage",
            Exit::InvalidSpec => "a spec can't be read, has mistakes, or asks for too large a network",
            Exit::Data => "the data can't be read, or don't match the spec",
            Exit::FailedTrials => "finished, but some trials or retraining the winner failed",
            Exit::NoneCompleted => "finished, but no trial is complete",
            Exit::TooManyFailures => "stopped: more trials failed than `limits.max_failures` allows",
            Exit::Inconclusive => "`gate`: inconclusive: it may be as good as the baseline, or worse",
            Exit::Worse => "`gate`: worse than the baseline, or with `--exact` not bit-identical",
            Exit::NotWritable => "results can't be written or stored",
            Exit::Differs => "an epoch's result differs from the stored one",
            Exit::HungUp => "hung up; results so far are written",
            Exit::Interrupted => "interrupted (Ctrl-C); results so far are written",
            Exit::Terminated => "terminated; results so far are written",
        }
    }

    /// The list of codes that `--help` shows: those that apply to the command.
    pub(crate) fn help(applies: impl Fn(Exit) -> bool) -> String {
        Exit::value_variants().iter().copied().filter(|exit| applies(*exit)).fold(
            "Exit codes:".to_owned(),
            |mut text, exit| {
                write!(text, "\n  {:<4} {}", exit as u8, exit.meaning()).expect("a string takes any text");
                text
            },
        )
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
