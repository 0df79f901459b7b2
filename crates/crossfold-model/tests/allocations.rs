//! A training step reuses the memory of the step before. Only gemm allocates: a list per product, and a buffer if it
//! packs, neither of which callers can provide. The test is a binary of its own because it replaces the global
//! allocator by one that counts.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement")]

#[path = "../benches/networks/mod.rs"]
mod networks;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crossfold_model::Trainer;
use crossfold_network::{Activation, Configuration, Optimizer};
use crossfold_study::Device;

struct Counting;

/// The alignment of gemm's buffers, a cache line. Nothing else is aligned to it, so such allocations aren't counted.
const LINE: usize = 64;
const STEPS: u32 = 3;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all methods forward to the system's allocator.
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

/// Checks that a step allocates at most once for each of its `products`.
fn check(trainer: &Trainer, name: &str, configuration: &Configuration, products: usize) {
    let mut probe = trainer.probe(configuration);
    // Layers swap buffers, so it takes a few steps until each has its final size.
    probe.train(5);
    let before = ALLOCATIONS.get();
    probe.train(STEPS);
    let allocations = ALLOCATIONS.get() - before;
    assert!(allocations <= STEPS as usize * products, "{name}: {allocations} in {STEPS} steps");
}

#[test]
fn steps_allocate_only_in_products() {
    let images = Trainer::new(networks::mnist(), Device::Flex);
    assert!(ALLOCATIONS.get() > 100, "allocations are counted");
    for (name, configuration) in networks::networks_of_images() {
        // Three per dense layer, or two for the first one. Recurrent layers have two per step in the forward pass, one
        // of which may be for several steps, one per step in the backward pass, and two for all steps.
        let products = match name {
            "256-128" => 8,
            "32" => 5,
            "cnn-16-32" | "cnn-16-32-affine" => 6,
            "lstm-64" | "gru-64" => 28 + 14 + 27 + 2 + 3,
            other => panic!("the number of products of {other} is unknown"),
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
