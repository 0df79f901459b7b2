//! A training step allocates nothing: whatever it needs is kept from the first one. gemm alone asks for a list a product,
//! and for a buffer where it packs, neither of which can be handed to it. By a binary of its own, because its allocator
//! counts.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

#[path = "../benches/networks/mod.rs"]
mod networks;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crossfold_model::Trainer;
use crossfold_network::{Activation, Configuration, Optimizer};
use crossfold_study::Device;

struct Counting;

/// gemm's buffers begin with a line of the cache, and nothing else here does: they aren't counted.
const LINE: usize = 64;
const STEPS: u32 = 3;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + usize::from(layout.align() < LINE));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Holds a step to no more than one allocation for each of its `products`.
fn check(trainer: &Trainer, name: &str, configuration: &Configuration, products: usize) {
    let mut probe = trainer.probe(configuration);
    // Buffers change places, so it takes some steps until each is as large as any.
    probe.train(5);
    let before = ALLOCATIONS.get();
    probe.train(STEPS);
    let allocations = ALLOCATIONS.get() - before;
    assert!(allocations <= STEPS as usize * products, "{name}: {allocations} in {STEPS} steps");
}

#[test]
fn a_step_allocates_nothing_but_for_products() {
    let images = Trainer::new(networks::mnist(), Device::Flex);
    assert!(ALLOCATIONS.get() > 100, "allocations are counted");
    for (name, configuration) in networks::networks_of_images() {
        // Three a dense layer, but two for one that sees the rows themselves. Recurrent layers have two to read a step,
        // of which one may be for some steps, one to go back, and two for all steps.
        let products = match name {
            "256-128" => 8,
            "32" => 5,
            "cnn-16-32" | "cnn-16-32-affine" => 6,
            "lstm-64" | "gru-64" => 28 + 14 + 27 + 2 + 3,
            other => panic!("how many products has {other}?"),
        };
        check(&images, name, &configuration, products);
        let other = Configuration {
            activation: configuration.activation.map(|_| Activation::Tanh),
            optimizer: Optimizer::Rmsprop { momentum: 0.9 },
            l1: 1e-5,
            clip_norm: 1.0,
            ..configuration
        };
        check(&images, name, &other, products);
    }
    let tables = Trainer::new(networks::table(), Device::Flex);
    for (name, configuration) in networks::networks_of_tables() {
        check(&tables, name, &configuration, 8);
    }
}
