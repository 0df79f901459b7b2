#!/usr/bin/env bash
# Builds the program with a changed trainer, which must not use stored fits, and with a changed command line, which must.
#
# tests/stale_results.sh PROGRAM, with a program that was built from this checkout. It is a separate stage of `.ci/run`,
# because each build takes a minute. The copy shares the target folder, so burn isn't rebuilt.
set -euo pipefail
program="$(realpath "$1")"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
work="$(mktemp -d)"
clean() {
    # The copy's crates, which no later build uses.
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
# The numbers of fits that a program trains and finds stored.
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

# Adds a line to a source file.
change() {
    if [ ! -f "$work/copy/$1" ]; then
        echo "$1 does not exist: choose another file of that crate" >&2
        exit 1
    fi
    printf '\n// Another line.\n' >> "$work/copy/$1"
}

expect "unchanged" "trained 15 stored 0 " "$program"
expect "again" "trained 0 stored 15 " "$program"
change crates/crossfold/src/args.rs
build command-line
expect "another command line" "trained 0 stored 15 " "$work/command-line"
change crates/crossfold-model/src/steps/descent.rs
build trainer
expect "another trainer" "trained 15 stored 0 " "$work/trainer"
