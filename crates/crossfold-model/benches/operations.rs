//! Times of the parts of a training step.
//!
//! `cargo bench -p crossfold -p crossfold-model --features crossfold-model/bench --bench operations [NETWORK]`:
//! gathering and augmenting a batch, the forward and backward passes layer by layer, and the optimizer.

mod networks;

use std::cell::RefCell;
use std::fmt;
use std::sync::LazyLock;

use crossfold_data::Views;
use crossfold_kernels::{Matrix, MatrixMut, multiply};
use crossfold_model::{StepInParts, StepPart};
use crossfold_network::Configuration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

static MNIST: LazyLock<Views> = LazyLock::new(networks::mnist);
static TABLE: LazyLock<Views> = LazyLock::new(networks::table);

fn main() {
    divan::main();
}

/// A part of a network's training step.
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
    let cases_on = |views: &'static LazyLock<Views>, networks: Vec<(&'static str, Configuration)>| {
        networks.into_iter().flat_map(move |(network, configuration)| {
            let parts = StepInParts::new(views, &configuration).parts().into_iter();
            parts.map(move |part| Case { network, configuration: configuration.clone(), views, part })
        })
    };
    cases_on(&MNIST, networks::networks_of_images()).chain(cases_on(&TABLE, networks::networks_of_tables())).collect()
}

#[divan::bench(args = cases())]
fn step(bencher: divan::Bencher<'_, '_>, case: &Case) {
    let parts = RefCell::new(StepInParts::new(case.views, &case.configuration));
    let rows = divan::counter::ItemsCount::new(parts.borrow().rows());
    let prepared = bencher.counter(rows).with_inputs(|| parts.borrow_mut().prepare(case.part));
    prepared.bench_local_values(|()| parts.borrow_mut().run(case.part));
}

/// Only the matrix products of `256-128`, a lower bound on the time of a step. Sizes are rows × inputs × outputs.
#[divan::bench(args = [[128, 784, 256], [128, 256, 128], [128, 128, 10]])]
fn products(bencher: divan::Bencher<'_, '_>, [rows, inputs, outputs]: [usize; 3]) {
    let (x, w, d) = (vec![0.5_f32; rows * inputs], vec![0.25; inputs * outputs], vec![0.125; rows * outputs]);
    let (mut forward, mut gradient, mut below) = (d.clone(), w.clone(), x.clone());
    bencher.counter(divan::counter::ItemsCount::new(rows)).bench_local(|| {
        let (x, w, d) = (Matrix::new(&x, inputs), Matrix::new(&w, outputs), Matrix::new(&d, outputs));
        multiply(x, w, MatrixMut::new(&mut forward, outputs));
        multiply(x.transposed(), d, MatrixMut::new(&mut gradient, outputs));
        // The first layer's input needs no gradient.
        if inputs < 784 {
            multiply(d, w.transposed(), MatrixMut::new(&mut below, inputs));
        }
    });
}
