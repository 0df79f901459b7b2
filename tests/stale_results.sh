#!/usr/bin/env bash
# Builds the program with one line of the trainer changed, and with one line of the command line
# changed: the first must not use fits that were stored before, the second must.
#
# A stage of its own in `.ci/run`, since each build takes a minute: tests/stale_results.sh PROGRAM,
# with a program built from this checkout. The target folder is used for the copy, too, so that
# burn isn't built again.
set -euo pipefail
program="$(realpath "$1")"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work="$(mktemp -d)"
clean() {
    # Crates of the copy, which no later build has a use for.
    for manifest in "$work"/copy/crates/*/; do
        (cd "$work/copy" && cargo clean --quiet --release -p "$(basename "$manifest")") || true
    done
    rm -rf "$work"
}
trap clean EXIT

mkdir "$work/copy"
git ls-files -z | grep -zv '^data/' | xargs -0 cp --parents -t "$work/copy"
ln -s "$PWD/data" "$work/copy/data"
build() { (cd "$work/copy" && cargo build --quiet --release -p crossfold && cp "$CARGO_TARGET_DIR/release/crossfold" "$work/$1"); }
# The fits that a program trains and those it finds stored.
counts() {
    (cd "$work" && "$1" run "$PWD/copy/experiments/smoke.yaml" --quiet)
    sed -n 's/^ *"fits_\(trained\|stored\)": \([0-9]*\),$/\1 \2/p' "$work/results/smoke/study.json" | tr '\n' ' '
}
expect() {
    local what="$1" expected="$2" found
    found="$(counts "$3")"
    if [ "$found" != "$expected" ]; then
        echo "$what: expected \`$expected\`, found \`$found\`" >&2
        exit 1
    fi
    echo "$what: $found"
}

expect "as it is" "trained 15 stored 0 " "$program"
expect "again" "trained 0 stored 15 " "$program"
printf '\n// A line more.\n' >> "$work/copy/crates/crossfold/src/args.rs"
build command-line
expect "another command line" "trained 0 stored 15 " "$work/command-line"
printf '\n// A line more.\n' >> "$work/copy/crates/crossfold-model/src/steps/descent.rs"
build trainer
expect "another trainer" "trained 15 stored 0 " "$work/trainer"
