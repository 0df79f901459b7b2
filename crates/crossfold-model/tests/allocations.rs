//! A training step reuses the memory of the step before. The test is a binary of its own because it replaces the global allocator
//! by one that counts.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

#[path = "../benches/networks/mod.rs"]
mod networks;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crossfold_model::Trainer;
use crossfold_network::{Activation, Configuration, Front, NumberEmbedding, Optimizer};
use crossfold_study::Device;

struct Counting;

const STEPS: u32 = 3;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all methods forward to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn check(trainer: &Trainer, name: &str, configuration: &Configuration) {
    let mut probe = trainer.probe(configuration);
    // Layers swap buffers, so it takes a few steps until each has its final size.
    probe.train(5);
    let before = ALLOCATIONS.get();
    probe.train(STEPS);
    assert_eq!(ALLOCATIONS.get() - before, 0, "{name}");
}

#[test]
fn steps_allocate_nothing() {
    let images = Trainer::new(networks::mnist(), Device::Flex);
    assert!(ALLOCATIONS.get() > 100, "allocations are counted");
    for (name, configuration) in networks::networks_of_images() {
        check(&images, name, &configuration);
        let other = Configuration {
            activation: configuration.activation.map(|_| Activation::Tanh),
            optimizer: Optimizer::Rmsprop { momentum: 0.9 },
            l1: 1e-5,
            clip_norm: 1.0,
            ema: 0.99,
            ..configuration
        };
        check(&images, name, &other);
    }
    let tables = Trainer::new(networks::table(), Device::Flex);
    for (name, configuration) in networks::networks_of_tables() {
        check(&tables, name, &configuration);
        let periodic = NumberEmbedding::Periodic { size: 8, frequencies: 16, sigma: 0.1 };
        for embedding in [NumberEmbedding::Linear { size: 8 }, periodic] {
            check(&tables, name, &Configuration { front: Front::Numbers(embedding), ..configuration.clone() });
        }
    }
}
