# Short names for plain cargo commands; nothing here needs `just`.

# List the recipes
default:
    @just --list

# Carry out an experiment: just sweep experiments/mnist.yaml
sweep spec *arguments:
    cargo crossfold run {{spec}} {{arguments}}

# Say what an experiment would train, and how long it would take
plan spec *arguments:
    cargo crossfold plan {{spec}} {{arguments}}

# Show every mistake in specs
check +specs:
    cargo crossfold check {{specs}}

# Hold a baseline's network, trained afresh, against it: just gate experiments/baselines/ci.json
gate baseline *arguments:
    cargo crossfold gate {{baseline}} {{arguments}}

# Run all tests, with the binary's own build
test *arguments:
    cargo test --release {{arguments}}

# Accept changed snapshots; look at them with git diff
accept:
    INSTA_UPDATE=always cargo test --release -p crossfold

# Formatting, lints and documentation, as CI asks for them
lint:
    cargo fmt --all --check
    cargo clippy --release --workspace --all-targets -- -D warnings
    cargo clippy --release -p crossfold -p crossfold-model --features crossfold-model/bench --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

# Write the JSON Schema that editors use
schema:
    cargo crossfold schema > crates/crossfold-spec/schema/experiment.schema.json

# Compare a fit's speed with other tools', which are installed first (6 GB)
bench:
    python3 benches/peers/run.py fit

# Compare a whole sweep with other tools'
bench-sweep:
    python3 benches/peers/run.py sweep

# Time each part of a training step: just bench-step 256-128
bench-step *network:
    cargo bench -p crossfold -p crossfold-model --features crossfold-model/bench --bench operations -- {{network}}

# Count the instructions of training steps (needs valgrind)
instructions *arguments:
    python3 benches/instructions.py {{arguments}}

# Measure what the store costs, without training
bench-store:
    cargo bench -p crossfold --bench store

# All that CI does
ci:
    bash .ci/run

# How near samplers come to the best there is, beside Optuna's, and what pruners find for how many epochs
bench-search *arguments:
    python3 benches/search/run.py {{arguments}}
