//! The command line.

use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, Parser, Subcommand};
use crossfold_engine::TrialName;
use crossfold_study::{DecimalMark, Delimiter, MissingMarkers, Override, TableFormat, TextEncoding, visible_line};
use crossfold_system::Destination;
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

/// Reads the command line; help and mistakes in it end the program.
pub(crate) fn parse() -> Args {
    Args::try_parse().unwrap_or_else(|error| {
        // The message has arguments in it, which a terminal must not obey.
        let shown = std::env::args_os().map(|argument| visible_line(&argument.to_string_lossy()).into_owned());
        Args::try_parse_from(shown).err().unwrap_or(error).exit()
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a table holds, and what is suspicious in it
    Data(DataArgs),
    /// Write a first experiment for a table, with comments
    Init(InitArgs),
    /// Carry out an experiment and write its results
    #[command(after_long_help = Exit::help())]
    Run(RunArgs),
    /// Say what an experiment would train, and how long it would take
    Plan(PlanArgs),
    /// Check specs, and show every mistake in them
    Check(CheckArgs),
    /// List the studies that are stored
    List(ResultsArgs),
    /// Show a stored study's leaderboard
    Show(ShowArgs),
    /// Write a stored study's result files again, from the store alone
    Report(ReportArgs),
    /// Say what no stored study refers to, and remove it with `--yes`
    Gc(GcArgs),
    /// Keep a study's winner as what later runs are held against
    Baseline(BaselineArgs),
    /// Train a baseline's network again, and say whether it is still as good
    #[command(after_long_help = Exit::help())]
    Gate(GateArgs),
    /// Say whether two stored trials differ, or whether that may be chance
    Compare(CompareArgs),
    /// Say why a stored trial was proposed, and what became of it
    Explain(ExplainArgs),
    /// Say what a trained network predicts of other rows
    Predict(PredictArgs),
    /// Print the JSON Schema of specs, for editors
    Schema,
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, in roff
    Man,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DataArgs {
    /// The table: CSV, TSV or the like, gzipped or not
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The column to predict: shows its classes, and which columns repeat it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: DataFormatArg,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// How a table's text is read; what isn't given is found from the file.
#[derive(Debug, ClapArgs)]
pub(crate) struct TableArgs {
    /// Field delimiter: `comma`, `semicolon`, `tab`, `pipe`, `space` or one character [default: detected]
    #[arg(long, value_name = "NAME", value_parser = parse_delimiter)]
    delimiter: Option<Delimiter>,
    /// Decimal mark: `point` or `comma` [default: detected]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &DecimalMark::ALL, DecimalMark::name))]
    decimal: Option<DecimalMark>,
    /// Encoding: `utf-8`, `latin-1`, `utf-16`, or `mixed` for UTF-8 with some Latin-1 in it [default: detected]
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named(text, &TextEncoding::ALL, TextEncoding::name))]
    encoding: Option<TextEncoding>,
    /// Whether the first line is a header [default: detected]
    #[arg(long, value_name = "BOOL")]
    header: Option<bool>,
    /// What stands for a missing value besides nothing, in place of the usual markers; may be repeated
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    missing: Vec<String>,
    /// Read only this many rows from the beginning
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroU64>, allow_negative_numbers = true)]
    rows: Option<NonZeroU64>,
}

impl TableArgs {
    pub(crate) fn format(&self) -> TableFormat {
        let missing = (!self.missing.is_empty()).then(|| self.missing.clone());
        TableFormat {
            delimiter: self.delimiter,
            header: self.header,
            encoding: self.encoding,
            decimal: self.decimal,
            missing: MissingMarkers { everywhere: missing, ..MissingMarkers::default() },
            rows: self.rows.map(NonZeroU64::get),
        }
    }
}

fn parse_delimiter(text: &str) -> Result<Delimiter, String> {
    Delimiter::parse(text).ok_or_else(|| format!("expected {}", Delimiter::EXPECTED))
}

/// The one of `all` that is called so in specs.
fn named<T: Copy>(text: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, String> {
    let names = || all.iter().map(|&one| name(one)).collect::<Vec<_>>().join("`, `");
    all.iter().copied().find(|&one| name(one) == text).ok_or_else(|| format!("expected one of `{}`", names()))
}

/// How `data` prints what it has found.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum DataFormatArg {
    Table,
    Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InitArgs {
    /// The table: CSV, TSV or the like, gzipped or not
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The column to predict
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: String,
    /// The file to write, from whose folder the table's path starts; `-` is stdout, and this folder
    #[arg(long, short, value_name = "SPEC", default_value = "-")]
    pub(crate) output: Destination,
    /// Write over a file that exists
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Train all of this study's fits again, and replace what is stored of them
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Retry fits that were running during each of the last three crashes, and those whose stored records are damaged
    #[arg(long)]
    pub(crate) retry: bool,
    /// End by then, refit and reports included: `07:00`, the next time that clocks here show it, or `2026-11-27 07:00`; with an
    /// offset or a zone, clocks there. The same as `--set budget.wall=…` with the time from now to then
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) until: Option<String>,
    /// Print events on stdout, a JSON object a line, in place of the leaderboard
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The study's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The trial's number
    #[arg(value_name = "TRIAL", value_parser = whole::<u32>, allow_negative_numbers = true)]
    pub(crate) trial: u32,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ResultsArgs {
    /// The folder of all results: the store, and a folder for each study
    #[arg(long = "results", value_name = "DIR", default_value = "results")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// The study's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Show this many trials [default: 10 in a table, else all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) top: Option<usize>,
    /// Sort by a column of leaderboard.csv, with `-` before it the greatest first [default: by rank]
    #[arg(long, value_name = "COL", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: FormatArg,
}

/// How `show` prints a leaderboard.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum FormatArg {
    Table,
    Csv,
    Json,
    Md,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    /// The study's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GcArgs {
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Forget a study first, so that nothing is kept for it; may be repeated. Its files stay
    #[arg(long, value_name = "NAME")]
    pub(crate) forget: Vec<String>,
    /// Remove, and don't only say
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BaselineArgs {
    /// The study's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The file to write; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Destination,
    /// Train the winner again, and keep what its weights were after each epoch, for `gate --exact`
    #[arg(long)]
    pub(crate) exact: bool,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompareArgs {
    /// A stored study, whose winner counts, or `STUDY:TRIAL`
    #[arg(value_name = "A")]
    pub(crate) first: TrialName,
    /// What to compare it with
    #[arg(value_name = "B")]
    pub(crate) second: TrialName,
    /// Say whether they are alike within so much, too
    #[arg(long, value_name = "SCORE", value_parser = parse_margin, allow_negative_numbers = true)]
    pub(crate) margin: Option<f64>,
    /// Print the comparison as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GateArgs {
    /// The baseline, as `crossfold baseline` wrote it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How much worse the mean may be
    #[arg(long, value_name = "SCORE", default_value_t = 0.005, value_parser = parse_margin, allow_negative_numbers = true)]
    pub(crate) margin: f64,
    /// Pass where it can't be told whether it is as good
    #[arg(long)]
    pub(crate) allow_inconclusive: bool,
    /// Pass only where each epoch's scores and weights are the baseline's, bit for bit
    #[arg(long, conflicts_with = "cached")]
    pub(crate) exact: bool,
    /// Use fits that are stored, and store those that are trained
    #[arg(long)]
    pub(crate) cached: bool,
    /// Print the comparison as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the comparison as JUnit XML, too; `-` is stdout, which has nothing else then
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<Destination>,
    /// Add the comparison as Markdown to the end of a file
    #[arg(long, value_name = "FILE", env = SUMMARY, hide_env_values = true)]
    summary: Option<OsString>,
    #[command(flatten)]
    pub(crate) overrides: OverrideArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PredictArgs {
    /// The network's folder, `results/NAME/model`
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// A table with the columns that the network was trained on
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The CSV file to write; `-` is stdout
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: Destination,
    /// Write to this CSV file, too, what the network sees of each row: numbers for Python, R and others
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: Option<Destination>,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
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
    #[command(flatten)]
    pub(crate) overrides: OverrideArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OverrideArgs {
    /// Set a value of the spec, such as `training.learning_rate=0.01`; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = Override::parse)]
    set: Vec<Override>,
    /// Set the spec's seed; short for `--set seed=N`
    #[arg(long, value_name = "N", value_parser = whole::<u64>, allow_negative_numbers = true)]
    seed: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct JobsArgs {
    /// Number of fits trained at the same time, or `all` for one per core; results don't depend on it [default: all]
    #[arg(long, short, value_name = "N", value_parser = parse_jobs, allow_negative_numbers = true)]
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

/// Where a job of GitHub Actions has its summary written to.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

impl GateArgs {
    /// Where the summary goes; nowhere where the variable is set and empty.
    pub(crate) fn summary_is_asked_for(&self) -> bool {
        std::env::var_os(SUMMARY).as_deref() != self.summary.as_deref()
    }

    pub(crate) fn summary(&self) -> Option<&Path> {
        self.summary.as_deref().filter(|path| !path.is_empty()).map(Path::new)
    }
}

impl OverrideArgs {
    /// What the command line sets, in the order in which it takes effect.
    pub(crate) fn all(&self) -> Vec<Override> {
        let seed = self.seed.map(|seed| Override { path: "seed".to_owned(), value: seed.to_string() });
        self.set.iter().cloned().chain(seed).collect()
    }
}

impl JobsArgs {
    pub(crate) fn count(&self) -> NonZeroUsize {
        self.jobs.unwrap_or_else(all_cores)
    }
}

fn all_cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    match text {
        "all" | "auto" => Ok(all_cores()),
        _ => text.parse().map_err(|_| "expected a whole number from 1, or `all` for all cores".to_owned()),
    }
}

/// A whole number of the type `T`.
fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| {
        let least = if "0".parse::<T>().is_ok() { 0 } else { 1 };
        let bits = 8 * size_of::<T>();
        format!("expected a whole number from {least} to {}", u64::MAX >> (64 - bits))
    })
}

fn parse_margin(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(margin) if margin.is_finite() && margin >= 0.0 => Ok(margin),
        Ok(_) | Err(_) => Err("expected a number that is at least 0, such as `0.005`".to_owned()),
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
