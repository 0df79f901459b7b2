"""How often `crossfold gate` gives which verdict when the loss of accuracy is known.

    CROSSFOLD=target/release/crossfold uv run --with numpy==2.4.6 benches/statistics/gate.py > power.csv
    … benches/statistics/gate.py --first 40 --pairs 200 --no-loss > false-alarms.csv

A baseline is made for each pair of rows and seed: 5,000 images of MNIST, drawn for the pair, and the network of
`experiments/ci.yaml`. Then the gate trains it with a lower learning rate, which loses accuracy; the true loss is the mean
over all pairs. A rate of 0.00100001 in place of 0.001 changes the bits and loses nothing. `folds` is whether the gate has
the seed of the baseline, as after a change of code, or another one. Verdicts at other margins follow from the interval.
"""

import argparse
import csv
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from studies import CROSSFOLD

MNIST = pathlib.Path(__file__).parents[2] / "data/mnist"
ROWS = 5000
RATES = [1.00001e-3, 8.5e-4, 7.3e-4, 5.3e-4, 3.7e-4, 3.0e-4, 1.75e-4]
MARGINS = [0.005, 0.01]
VERDICTS = ["better", "equivalent", "inconclusive", "worse"]
SPEC = {
    "version": 1,
    "name": "power",
    "data": {"source": "mnist", "path": "mnist"},
    "model": {"kind": "mlp", "hidden": [128], "activation": "relu", "dropout": 0.2},
    "training": {"optimizer": "adam", "learning_rate": 1e-3, "batch_size": 32, "epochs": 10},
    "cross_validation": {"folds": 5, "stratified": True},
    "objective": {"metric": "accuracy"},
    "final": {"refit": "none"},
}


def read(name, header):
    path = MNIST / name
    opened = path.open("rb") if path.exists() else gzip.open(f"{path}.gz", "rb")
    with opened as file:
        return np.frombuffer(file.read()[header:], dtype=np.uint8)


def write_rows(folder, pair):
    images, labels = read("train-images-idx3-ubyte", 16).reshape(-1, 784), read("train-labels-idx1-ubyte", 8)
    rows = np.random.default_rng(pair).choice(len(labels), ROWS, replace=False)
    folder.mkdir()
    shape = [ROWS, 28, 28]
    for name, values, shape in [
        ("train-images-idx3-ubyte", images[rows], shape),
        ("train-labels-idx1-ubyte", labels[rows], shape[:1]),
    ]:
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, dtype=">i4").tobytes()
        (folder / name).write_bytes(header + values.tobytes())


def verdict(told, margin):
    """The verdict of a gate with this margin, as by `GateVerdict::decide`."""
    least, most = told["interval"]
    if least > 0:
        return "better"
    if least > -margin:
        return "equivalent"
    return "worse" if most < 0 else "inconclusive"


def gates(pair, rates):
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        folder = pathlib.Path(folder)
        write_rows(folder / "mnist", pair)
        (folder / "spec.yaml").write_text(json.dumps(SPEC))

        def crossfold(*arguments):
            command = [CROSSFOLD, *arguments, "--quiet", "--jobs", "1"]
            done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
            assert done.returncode in (0, 25, 26), done
            return done.stdout

        crossfold("run", "spec.yaml", "--seed", str(pair))
        crossfold("baseline", "power", "-o", "baseline.json")
        found = []
        for rate in rates:
            for folds, seed in [("same", pair), ("other", 1000 + pair)]:
                changed = ["--set", f"training.learning_rate={rate}", "--seed", str(seed)]
                told = json.loads(crossfold("gate", "baseline.json", "--json", *changed))
                assert told["matched"] == {"same": "rows_and_folds", "other": "rows"}[folds], told["matched"]
                assert told["verdict"] == verdict(told, told["margin"])
                found.append((rate, folds, told))
        return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--no-loss", action="store_true", help="gate nothing but what is no worse")
    arguments = parser.parse_args()
    pairs, rates = arguments.pairs, RATES[:1] if arguments.no_loss else RATES
    found = []
    with ProcessPoolExecutor() as pool:
        chosen = range(arguments.first, arguments.first + pairs)
        for done, told in enumerate(pool.map(gates, chosen, [rates] * pairs), 1):
            found += told
            print(f"{done} of {pairs} pairs", file=sys.stderr)
    sheet = csv.writer(sys.stdout)
    sheet.writerow(["folds", "margin", "learning_rate", "loss_in_points", "standard_error", *VERDICTS])
    for folds in ["same", "other"]:
        for margin in MARGINS:
            for rate in rates:
                told = [gate for gate_rate, gate_folds, gate in found if (gate_rate, gate_folds) == (rate, folds)]
                said = [verdict(gate, margin) for gate in told]
                loss = -100 * np.mean([gate["difference"] for gate in told])
                error = 100 * np.mean([gate["standard_error"] for gate in told])
                shares = [f"{100 * said.count(word) / len(said):.1f}" for word in VERDICTS]
                sheet.writerow([folds, margin, rate, f"{loss:.2f}", f"{error:.2f}", *shares])


if __name__ == "__main__":
    main()
