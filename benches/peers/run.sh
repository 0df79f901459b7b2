#!/bin/sh
# Sets Crossfold's training against PyTorch's, both on one thread, taking turns; prints the median
# rows a second of ROUNDS rounds and the ratios, as a Markdown table.
#
#     PYTHON=python3 benches/peers/run.sh [ROUNDS]      needs torch for PYTHON; 5 rounds by default
#
# Nothing else should be running.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
rounds=${1:-5}
cargo bench -p crossfold -p crossfold-model --bench fit --no-run
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    cargo bench --quiet -p crossfold -p crossfold-model --bench fit | sed 's/^/crossfold /' >>"$results"
    "$python" benches/peers/mlp.py | sed 's/^/torch /' >>"$results"
    "$python" benches/peers/mlp.py --fused | sed 's/^/fused /' >>"$results"
done
"$python" benches/peers/table.py <"$results"
