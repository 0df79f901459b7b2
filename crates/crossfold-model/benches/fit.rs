//! Training speed in rows per second, on one thread.
//!
//! `cargo bench -p crossfold -p crossfold-model --bench fit [NAME…]` prints a line `name rows/s` for each network
//! named, or for all. `benches/peers` compares them with other tools, under the same names. With `--steps N` before the
//! names it trains N steps and prints only the names: `benches/instructions.py` counts the instructions of the steps.
//! (`-p crossfold` is in every such command so that shared crates have the features that the binary needs, and burn
//! isn't built twice.)

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

mod networks;

use std::time::Instant;

use crossfold_data::Views;
use crossfold_model::{Probe, Trainer};
use crossfold_network::Configuration;
use crossfold_study::Device;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The number of steps before counting begins.
const WARM_UP: u32 = 1;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (steps, named) = match arguments.split_first() {
        Some((flag, [steps, named @ ..])) if flag == "--steps" => (Some(steps.parse().expect("a number")), named),
        Some(_) | None => (None, &arguments[..]),
    };
    for (views, networks) in [
        (networks::mnist as fn() -> Views, networks::networks_of_images()),
        (networks::table, networks::networks_of_tables()),
    ] {
        let is_named = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
        let networks: Vec<_> = networks.into_iter().filter(|(name, _)| is_named(name)).collect();
        if networks.is_empty() {
            continue;
        }
        let trainer = Trainer::new(views(), Device::Flex);
        for (name, configuration) in networks {
            let mut probe = trainer.probe(&configuration);
            match steps {
                Some(steps) => {
                    probe.train(WARM_UP);
                    counted(&mut probe, steps);
                    println!("{name}");
                }
                None => println!("{name} {:.0}", rate(&trainer, &mut probe, &configuration)),
            }
        }
    }
}

/// Rows per second in an epoch, after a warm-up epoch.
fn rate(trainer: &Trainer, probe: &mut Probe<'_>, configuration: &Configuration) -> f64 {
    let steps = trainer.views().data().rows().div_ceil(configuration.batch_size as usize) as u32;
    probe.train(steps);
    let start = Instant::now();
    let trained = probe.train(steps);
    trained as f64 / start.elapsed().as_secs_f64()
}

/// Runs the steps whose instructions `benches/instructions.py` counts. The script finds this function by its name.
#[inline(never)]
fn counted(probe: &mut Probe<'_>, steps: u32) {
    std::hint::black_box(probe.train(std::hint::black_box(steps)));
}
