//! The command line.

use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueHint};
use crossfold_engine::{TrialName, Vectors, trainer_identity};
use crossfold_study::{
    DecimalMark, Delimiter, Device, MissingMarkers, Override, TableFormat, TextEncoding, visible_line,
};
use crossfold_system::Destination;
use tracing_subscriber::EnvFilter;

use crate::exit::Exit;

/// Trains every configuration of an experiment on every fold, and ranks them by their scores.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true, after_long_help = Exit::help(|_| true))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Reads the command line; help and mistakes in it end the program.
pub(crate) fn parse() -> Args {
    if std::env::args().skip(1).eq(["--version", "--verbose"]) {
        let text = format!("crossfold {}\n{}", env!("CARGO_PKG_VERSION"), trainer_identity(Device::Flex));
        let is_written = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()).is_ok();
        std::process::exit(if is_written { Exit::Done } else { Exit::NotWritable } as i32);
    }
    Args::try_parse().unwrap_or_else(|error| {
        // The message has arguments in it, which a terminal must not obey.
        let shown = std::env::args_os().map(|argument| visible_line(&argument.to_string_lossy()).into_owned());
        Args::try_parse_from(shown).err().unwrap_or(error).exit()
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Describe a table and point out problems
    Data(DataArgs),
    /// Write a commented first spec for a table
    Init(InitArgs),
    /// Run an experiment: train, rank, retrain the winner, write the results
    #[command(after_long_help = Exit::help(Exit::is_of_runs))]
    Run(RunArgs),
    /// Show what an experiment would train, and how long it would take
    Plan(PlanArgs),
    /// Check specs and show every mistake; the data are not read
    Check(CheckArgs),
    /// List the stored studies
    List(ResultsArgs),
    /// Show a stored study's leaderboard
    Show(ShowArgs),
    /// Show whether a study is running, and its progress
    Status(StatusArgs),
    /// Rewrite a stored study's result files, without training
    Report(ReportArgs),
    /// Remove stored fits that no study uses any more
    Gc(GcArgs),
    /// Move stored fits to other machines, and check the store
    Store(StoreArgs),
    /// Save a study's winner as the baseline for `gate`
    Baseline(BaselineArgs),
    /// Retrain a baseline's network and test whether it is still as good
    #[command(after_long_help = Exit::help(Exit::is_of_gates))]
    Gate(GateArgs),
    /// Compare two stored trials: is one better, or may the difference be chance?
    Compare(CompareArgs),
    /// Explain why a stored trial was proposed, and how it ended
    Explain(ExplainArgs),
    /// Predict other rows with a trained network
    Predict(PredictArgs),
    /// Print the JSON Schema of specs, for editors, or of `--json` events
    Schema(SchemaArgs),
    /// Print shell completions
    #[command(after_help = include_str!("commands/completions/install.txt"))]
    Completions(CompletionsArgs),
    /// Print the manual page, or write a page per command
    Man(ManArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DataArgs {
    /// The table: a CSV or TSV file, optionally gzipped
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The column to predict; shows its classes, and columns that give it away
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: Option<String>,
    /// The output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: DataFormatArg,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// How a table's text is read. What isn't given is detected.
#[derive(Debug, ClapArgs)]
pub(crate) struct TableArgs {
    /// Field delimiter: `comma`, `semicolon`, `tab`, `pipe`, `space` or one character [default: detected]
    #[arg(long, value_name = "DELIMITER", value_parser = parse_delimiter)]
    delimiter: Option<Delimiter>,
    /// Decimal mark: `point` or `comma` [default: detected]
    #[arg(long, value_name = "MARK", value_parser = |text: &str| named(text, &DecimalMark::ALL, DecimalMark::name))]
    decimal: Option<DecimalMark>,
    /// Encoding: `utf-8`, `latin-1`, `utf-16`, or `mixed` for UTF-8 with some Latin-1 in it [default: detected]
    #[arg(long, value_name = "ENCODING", value_parser = |text: &str| named(text, &TextEncoding::ALL, TextEncoding::name))]
    encoding: Option<TextEncoding>,
    /// Whether the first line is a header [default: detected]
    #[arg(long, value_name = "BOOL")]
    header: Option<bool>,
    /// A marker of missing values, instead of the usual ones; empty cells are always missing; may be repeated
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    missing: Vec<String>,
    /// Read only the first N rows
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

/// The one of `all` with this name in specs.
fn named<T: Copy>(text: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Result<T, String> {
    let names = || all.iter().map(|&one| name(one)).collect::<Vec<_>>().join("`, `");
    all.iter().copied().find(|&one| name(one) == text).ok_or_else(|| format!("expected one of `{}`", names()))
}

/// How `data` prints its description.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum DataFormatArg {
    Table,
    Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct InitArgs {
    /// The table: a CSV or TSV file, optionally gzipped
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The column to predict
    #[arg(long, value_name = "COLUMN")]
    pub(crate) target: String,
    /// A file with test rows, which the winner is scored on once; without it, test rows are drawn from a table of 500 rows or
    /// more
    #[arg(long, value_name = "FILE")]
    pub(crate) test: Option<PathBuf>,
    /// The spec to write, whose folder the table's path is relative to; `-` is stdout and the current folder
    #[arg(long, short, value_name = "SPEC", default_value = "-")]
    pub(crate) output: Destination,
    /// Overwrite an existing file
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
    #[command(flatten)]
    pub(crate) caches: CacheArgs,
    /// Retrain all fits of this study and replace the stored ones
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Retry fits that were running during each of the last three crashes, and fits whose stored records are damaged
    #[arg(long)]
    pub(crate) retry: bool,
    /// Finish by this time, retraining and reports included: `07:00` or `2026-11-27 07:00`, local time unless an offset or zone
    /// follows. Equivalent to `--set budget.wall=…` with the time until then
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) until: Option<String>,
    /// Print events on stdout instead of the leaderboard, one JSON object per line (`crossfold schema --events`)
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// The study's name
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) name: String,
    /// The trial's number [default: the winner's]
    #[arg(value_name = "TRIAL", value_parser = whole::<u32>, allow_negative_numbers = true)]
    pub(crate) trial: Option<u32>,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ResultsArgs {
    /// The folder of all results: the store, and a folder per study
    #[arg(long = "results", value_name = "DIR", default_value = "results", env = RESULTS, hide_env_values = true)]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ShowArgs {
    /// The study's name
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Show the first N trials [default: 10 in a table, otherwise all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub(crate) top: Option<usize>,
    /// Sort by a column of leaderboard.csv or a metric; `-COL` sorts in descending order [default: by rank]
    #[arg(long, value_name = "COL", allow_hyphen_values = true)]
    pub(crate) sort: Option<String>,
    /// Show these columns of leaderboard.csv, separated by commas, in this order
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Significant digits in `table`, `md` and `latex` [default: 4]; CSV and JSON have all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=17))]
    pub(crate) digits: Option<u8>,
    /// The output format
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
    Latex,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StatusArgs {
    /// The study's name [default: all that are running]
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Repeat it every second until the run has ended
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    /// The study's name
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Also write the charts as SVG files for a paper, in the folder `figures`
    #[arg(long)]
    pub(crate) figures: bool,
    /// The width of figures in millimetres: 84 is one column of a journal, 174 two
    #[arg(long, value_name = "MM", default_value = "174", requires = "figures", allow_negative_numbers = true)]
    pub(crate) width: crossfold_report::FigureWidth,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GcArgs {
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    /// Also forget this study and the fits that only it uses; its result files stay; may be repeated
    #[arg(long, value_name = "NAME", value_hint = STUDY)]
    pub(crate) forget: Vec<String>,
    /// Remove; without it, only show what would be removed
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    pub(crate) command: StoreCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Write stored fits and retrained networks to one compressed file
    Export(ExportArgs),
    /// Add the fits of exported files to the store
    Import {
        /// Files that `crossfold store export` wrote
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        results: ResultsArgs,
    },
    /// Add the fits of another store
    Merge {
        /// The other store, such as `other/crossfold.db`, which is only read
        #[arg(value_name = "OTHER.db")]
        other: PathBuf,
        #[command(flatten)]
        results: ResultsArgs,
    },
    /// Check every stored record
    Verify(ResultsArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportArgs {
    /// The study whose fits are exported
    #[arg(value_name = "NAME", value_hint = STUDY, required_unless_present = "all")]
    pub(crate) name: Option<String>,
    /// Export the fits of all studies, and those that no study uses
    #[arg(long, conflicts_with = "name")]
    all: bool,
    /// The file to write; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Destination,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BaselineArgs {
    /// The study's name
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) name: String,
    /// The file to write; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Destination,
    /// Retrain the winner and save its weights after each epoch, for `gate --exact`
    #[arg(long)]
    pub(crate) exact: bool,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompareArgs {
    /// A stored study, for its winner, or one of its trials, such as `votes:3`
    #[arg(value_name = "NAME[:TRIAL]", value_hint = STUDY)]
    pub(crate) first: TrialName,
    /// The study or trial to compare it with
    #[arg(value_name = "NAME[:TRIAL]", value_hint = STUDY)]
    pub(crate) second: TrialName,
    /// Also test whether they are equivalent within this margin
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true)]
    #[arg(value_parser = crossfold_report::GateCriteria::parse_margin)]
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
    /// How much worse the mean score may be
    #[arg(long, value_name = "SCORE", default_value_t = 0.005, allow_negative_numbers = true)]
    #[arg(value_parser = crossfold_report::GateCriteria::parse_margin)]
    pub(crate) margin: f64,
    /// Also pass if the data can't settle whether it is as good
    #[arg(long)]
    pub(crate) allow_inconclusive: bool,
    /// Pass only if each epoch's scores and weights are bit-identical to the baseline's
    #[arg(long, conflicts_with = "cached")]
    pub(crate) exact: bool,
    /// Use stored fits, and store new ones
    #[arg(long)]
    pub(crate) cached: bool,
    /// With `--cached`, also use fits of this store or exported file, which is only read; may be repeated [env:
    /// CROSSFOLD_CACHE, with several separated as in PATH] [default: those in the settings file]
    #[arg(long, value_name = "DIR|FILE", requires = "cached")]
    pub(crate) cache: Vec<PathBuf>,
    /// Print the comparison as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the comparison as JUnit XML; `-` is stdout, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<Destination>,
    /// Append the comparison to a file, as Markdown
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
    /// The study's name, or the folder of its network such as `results/NAME/model`
    #[arg(value_name = "NAME", value_hint = STUDY)]
    pub(crate) model: PathBuf,
    /// A table with the columns that the network was trained on; if it has the target, too, predictions are scored
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The CSV file to write; `-` is stdout
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: Destination,
    /// Also write the network's numeric inputs to this CSV file, for Python, R and others
    #[arg(long, value_name = "FILE")]
    pub(crate) inputs: Option<Destination>,
    #[command(flatten)]
    pub(crate) table: TableArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SchemaArgs {
    /// The schema of the events of `run --json`
    #[arg(long)]
    pub(crate) events: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ManArgs {
    /// Write crossfold.1, crossfold-run.1 and so on to this folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) spec: SpecArgs,
    #[command(flatten)]
    pub(crate) jobs: JobsArgs,
    #[command(flatten)]
    pub(crate) results: ResultsArgs,
    #[command(flatten)]
    pub(crate) caches: CacheArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CacheArgs {
    /// Before a fit is trained, look for it in this store or exported file, which is only read; may be repeated [env:
    /// CROSSFOLD_CACHE, with several separated as in PATH] [default: those in the settings file]
    #[arg(long = "cache", value_name = "DIR|FILE")]
    pub(crate) paths: Vec<PathBuf>,
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
    /// Override a value of the spec, such as `training.learning_rate=0.01`; may be repeated
    #[arg(long, value_name = "PATH=VALUE", value_parser = Override::parse)]
    set: Vec<Override>,
    /// Override the spec's seed; short for `--set seed=N`
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
    /// Log level on stderr: `error`, `warn`, `info`, `debug`, or a filter such as `crossfold=debug`
    #[arg(long, global = true, value_name = "FILTER", env = "CROSSFOLD_LOG", value_parser = parse_filter)]
    pub(crate) log: Option<String>,
    /// The widest vectors of the CPU to use: results are the same with all of them
    #[arg(long, global = true, hide = true, env = "CROSSFOLD_VECTORS")]
    pub(crate) vectors: Option<Vectors>,
}

/// Marks names of stored studies for completions: no other argument has this hint.
pub(crate) const STUDY: ValueHint = ValueHint::Username;

/// The folder of results, where `--results` isn't given.
const RESULTS: &str = "CROSSFOLD_RESULTS";

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
        _ => text.parse().map_err(|_| "expected a whole number of at least 1, or `all` for all cores".to_owned()),
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
