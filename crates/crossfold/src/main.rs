//! The binary `crossfold`: arguments, wiring, signals, exit codes.
//!
//! Clocks, the terminal, the environment and the opening of stores are here. What a command does is in
//! `crossfold-engine`, which takes them as arguments.

mod args;
mod caches;
mod commands;
mod error;
mod exit;
mod logging;
mod machine;
mod store;
mod terminal;
mod watch;

use std::process::ExitCode;

use crate::args::Command;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// A training step allocates and frees the same few tensors over and over; the system's allocator
/// costs a third of a multilayer perceptron's step there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of stack for a command: `ulimit -s` may leave less to the main thread.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    machine::run_no_program();
    match std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(command) {
        Ok(command) => command.join().unwrap_or(Exit::Internal.into()),
        Err(_) => command(),
    }
}

fn command() -> ExitCode {
    let args = args::parse();
    args.output.vectors.into_iter().for_each(crossfold_engine::limit_vectors);
    let terminal = Terminal::new(&args.output);
    // A panic in a fit is caught at the fit's boundary; one that is caught here is a bug of ours.
    let outcome = std::panic::catch_unwind(|| match &args.command {
        Command::Data(data) => commands::data::data(data, &terminal),
        Command::Init(init) => commands::init::init(init, &terminal),
        Command::Run(run) => commands::run::run(run, &args.output, &terminal),
        Command::Plan(plan) => commands::plan::plan(plan, &terminal),
        Command::Check(check) => commands::check::check(check, &terminal),
        Command::List(list) => commands::list::list(list, &terminal),
        Command::Show(show) => commands::show::show(show, &terminal),
        Command::Status(status) => commands::status::status(status, &terminal),
        Command::Report(report) => commands::report::report(report, &args.output, &terminal),
        Command::Gc(gc) => commands::gc::gc(gc, &terminal),
        Command::Store(store) => commands::store::store(&store.command, &terminal),
        Command::Baseline(baseline) => commands::baseline::baseline(baseline, &terminal),
        Command::Gate(gate) => commands::gate::gate(gate, &terminal),
        Command::Compare(compare) => commands::compare::compare(compare, &terminal),
        Command::Explain(explain) => commands::explain::explain(explain, &terminal),
        Command::Predict(predict) => commands::predict::predict(predict, &terminal),
        Command::Schema(schema) => commands::schema::schema(schema, &terminal),
        Command::Completions(completions) => commands::completions::completions(completions, &terminal),
        Command::Man(man) => commands::completions::man(man, &terminal),
    });
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            terminal.error(&error);
            error.exit().into()
        }
        Err(_) => Exit::Internal.into(),
    }
}
