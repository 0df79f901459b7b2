//! What each part of a training step takes.
//!
//! `cargo bench -p crossfold -p crossfold-model --features crossfold-model/bench --bench operations [NETWORK]`: a batch of
//! a network is gathered, augmented, taken forward and back layer by layer, and the optimizer steps.

#![expect(clippy::disallowed_methods, reason = "a benchmark writes a table of its own")]

mod networks;

use std::fmt;
use std::sync::LazyLock;

use crossfold_data::Views;
use crossfold_model::{StepInParts, StepPart};
use crossfold_study::Configuration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static MNIST: LazyLock<Views> = LazyLock::new(networks::mnist);
static TABLE: LazyLock<Views> = LazyLock::new(networks::table);

fn main() {
    divan::main();
}

/// A part of a network's step.
struct Case {
    network: &'static str,
    configuration: Configuration,
    views: &'static LazyLock<Views>,
    part: StepPart,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.network, self.part)
    }
}

fn cases() -> Vec<Case> {
    let of = |views: &'static LazyLock<Views>, networks: Vec<(&'static str, Configuration)>| {
        networks.into_iter().flat_map(move |(network, configuration)| {
            let parts = StepInParts::new(views, &configuration).parts().into_iter();
            parts.map(move |part| Case { network, configuration: configuration.clone(), views, part })
        })
    };
    of(&MNIST, networks::networks_of_images()).chain(of(&TABLE, networks::networks_of_tables())).collect()
}

#[divan::bench(args = cases())]
fn step(bencher: divan::Bencher<'_, '_>, case: &Case) {
    let mut parts = StepInParts::new(case.views, &case.configuration);
    bencher.counter(divan::counter::ItemsCount::new(parts.rows())).bench_local(|| parts.run(case.part));
}
