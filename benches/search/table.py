"""Tables with the results of every configuration of a grid; makes `mnist-mlp.table` from real fits.

    nice -n 19 crossfold run benches/search/mnist-mlp.yaml --jobs 2 --results target/search
    python3 benches/search/table.py target/search/mnist-mlp

A table is a gzip file: a line of JSON, then numbers, little-endian, by configuration (the last axis fastest), fold, epoch.

    name, source, metric     texts
    axes                     [{"name", "kind": "ordered" or "choice", "values"}]
    folds, epochs            their numbers
    rows                     the validation rows of each fold, or null
    better                   "greater" or "less"
    type                     "f32", NaN where a fit failed; "u16": the number of the fold's rows that are right
"""

import csv
import gzip
import itertools
import json
import os
import pathlib
import platform
import sys

import numpy as np

HERE = pathlib.Path(__file__).parent
AXES = {
    "layers": "ordered",
    "nodes": "ordered",
    "learning_rate": "ordered",
    "dropout": "ordered",
    "batch_size": "ordered",
    "activation": "choice",
    "optimizer": "choice",
}
TYPES = {"f32": "<f4", "u16": "<u2"}


def write(path, header, values):
    configurations = int(np.prod([len(axis["values"]) for axis in header["axes"]]))
    assert values.shape == (configurations, header["folds"], header["epochs"]), values.shape
    line = json.dumps(header, ensure_ascii=False) + "\n"
    packed = gzip.compress(line.encode() + values.astype(TYPES[header["type"]]).tobytes(), 9, mtime=0)
    pathlib.Path(path).write_bytes(packed)


def read(path):
    line, _, numbers = gzip.decompress(pathlib.Path(path).read_bytes()).partition(b"\n")
    header = json.loads(line)
    return header, np.frombuffer(numbers, TYPES[header["type"]]).reshape(-1, header["folds"], header["epochs"])


def scores(header, values):
    """The values that a search gets: each configuration's mean over folds at the last epoch."""
    last = values[:, :, -1].astype(np.float64)
    return (last if header["rows"] is None else last / header["rows"]).mean(axis=1)


def configurations(folder):
    """The values of the axes, in the order of the spec's grid, and those of each configuration."""
    with open(folder / "leaderboard.csv", newline="") as lines:
        trials = list(csv.DictReader(lines))
    values = {}
    for name in AXES:
        found = {trial[name] for trial in trials}
        values[name] = sorted(found) if AXES[name] == "choice" else sorted(json.loads(each) for each in found)
    key = lambda trial: tuple(trial[name] if kind == "choice" else json.loads(trial[name]) for name, kind in AXES.items())
    places = {each: place for place, each in enumerate(itertools.product(*values.values()))}
    return values, {int(trial["configuration"]): places[key(trial)] for trial in trials}


def main():
    folder = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else HERE / "mnist-mlp.table")
    values, places = configurations(folder)
    assert sorted(places.values()) == list(range(np.prod([len(each) for each in values.values()])))
    with open(folder / "curves.csv", newline="") as lines:
        rows = [
            (places[int(row["configuration"])], int(row["fold"]), int(row["epoch"]), float(row["validation_accuracy"] or 0))
            for row in csv.DictReader(lines)
        ]
    place, fold, epoch, accuracy = (np.array(column) for column in zip(*rows))
    # A diverged fit reports no more epochs. From then on, all its rows count as wrong.
    accuracies = np.zeros((len(places), fold.max(), epoch.max()))
    accuracies[place, fold - 1, epoch - 1] = accuracy
    about = json.loads((folder / "study.json").read_text())["data"]["rows"] // fold.max()
    sizes = [validation_rows(accuracies[:, each], int(about)) for each in range(fold.max())]
    counts = np.rint(accuracies * np.array(sizes)[:, None])
    failed = int(np.prod(accuracies.shape[:2])) - int((epoch == epoch.max()).sum())
    header = {
        "name": "mnist-mlp",
        "source": source(folder, failed),
        "axes": [{"name": name, "kind": kind, "values": values[name]} for name, kind in AXES.items()],
        "folds": int(fold.max()),
        "epochs": int(epoch.max()),
        "rows": sizes,
        "better": "greater",
        "type": "u16",
        "metric": "accuracy",
    }
    write(out, header, counts)
    print(f"{out}: {len(places)} configurations, {failed} failed fits, {out.stat().st_size / 1000:.0f} kB")


def source(folder, failed):
    study = json.loads((folder / "study.json").read_text())
    versions, data = study["versions"], study["data"]
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return (
        f"crossfold run benches/search/mnist-mlp.yaml --jobs {study['jobs']}, on {study['finished'][:10]}: each configuration "
        f"trained once on each fold of {data['rows']:,} rows of MNIST (SHA-256 {data['sha256']}, seed {study['seed']}) and read at "
        f"each epoch; {failed or 'no'} fits diverged{', and none of their rows counts as right from there on' if failed else ''}. Crossfold "
        f"{versions['crossfold']} at {study['git_revision']}, burn {versions['burn']}, {versions['rustc']}, "
        f"{os.cpu_count()} × {cpu}, {platform.system()}"
    )


def validation_rows(accuracies, about):
    """The number of validation rows of a fold: the one near `about` by which all accuracies are whole numbers of rows."""
    near = range(about - 20, about + 21)
    [rows] = [n for n in near if np.abs(accuracies * n - np.rint(accuracies * n)).max() < 1e-9]
    return rows


if __name__ == "__main__":
    main()
