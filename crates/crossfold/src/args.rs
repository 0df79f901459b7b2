//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use crossfold_study::spec::Override;
use tracing_subscriber::EnvFilter;

use crate::exit::Exit;

/// Trains every configuration of an experiment on every fold, and ranks them.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true, after_long_help = Exit::help())]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Carry out an experiment and write its results
    #[command(after_long_help = Exit::help())]
    Run(RunArgs),
    /// Say what an experiment would train, and how long it would take
    Plan(PlanArgs),
    /// Check specs, and show every mistake in them
    Check(CheckArgs),
    /// Print the JSON Schema of specs, for editors
    Schema,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    /// Write to a folder in DIR with the study's name
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) results: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// The experiments' YAML files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SpecArgs {
    /// The experiment's YAML file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Set a value of the spec, such as `training.learning_rate=0.01`; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = parse_override)]
    set: Vec<Override>,
    /// Set the spec's seed; short for `--set seed=N`
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct JobsArgs {
    /// Fits trained at the same time; results don't depend on it [default: all cores]
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OutputArgs {
    /// Show no progress, warnings or closing table; only errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// What to log on stderr: `error`, `warn`, `info`, `debug`, or a filter such as `crossfold=debug`
    #[arg(long, global = true, value_name = "FILTER", env = "CROSSFOLD_LOG", value_parser = parse_filter)]
    pub(crate) log: Option<String>,
}

impl SpecArgs {
    /// What the command line sets, in the order in which it takes effect.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let seed = self.seed.map(|seed| Override { path: "seed".to_owned(), value: seed.to_string() });
        self.set.iter().cloned().chain(seed).collect()
    }
}

impl JobsArgs {
    pub(crate) fn count(&self) -> NonZeroUsize {
        let all_cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(all_cores)
    }
}

fn parse_override(text: &str) -> Result<Override, String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok(Override { path: path.trim().to_owned(), value: value.to_owned() })
        }
        _ => Err("expected `path=value`, such as `training.epochs=5`".to_owned()),
    }
}

fn parse_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
