# Short names for plain cargo commands; nothing here needs `just`.

# List the recipes
default:
    @just --list

# Run an experiment: just sweep experiments/mnist.yaml
sweep spec *arguments:
    cargo crossfold run {{spec}} {{arguments}}

# Show what an experiment would train, and how long that would take
plan spec *arguments:
    cargo crossfold plan {{spec}} {{arguments}}

# Show every mistake in specs
check +specs:
    cargo crossfold check {{specs}}

# Retrain a baseline's network and compare the two: just gate experiments/baselines/ci.json
gate baseline *arguments:
    cargo crossfold gate {{baseline}} {{arguments}}

# Run all tests, reusing the binary's build
test *arguments:
    cargo test --release {{arguments}}

# Run the integration tests 20 times in each way: idle, beside a busy machine, under nohup, as a background job
repeat *arguments:
    python3 tests/repeat.py {{arguments}}

# Make a throw-away addition of each kind, and count the files that each of them touches
additions *names:
    python3 tests/additions/check.py {{names}}

# Accept changed snapshots; review them with git diff
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

# Compare the speed of one fit with other tools, which are installed first (6 GB)
bench:
    python3 benches/peers/run.py fit

# Compare the speed of a sweep with other tools
bench-sweep:
    python3 benches/peers/run.py sweep

# Time each part of a training step: just bench-step 256-128
bench-step *network:
    cargo bench -p crossfold -p crossfold-model --features crossfold-model/bench --bench operations -- {{network}}

# Count the instructions of training steps (needs valgrind)
instructions *arguments:
    python3 benches/instructions.py {{arguments}}

# Measure the store without training
bench-store:
    cargo bench -p crossfold --bench store

# Run all checks of CI
ci:
    bash .ci/run

# Compare samplers with Optuna's, and pruners by the epochs that they need
bench-search *arguments:
    python3 benches/search/run.py {{arguments}}
