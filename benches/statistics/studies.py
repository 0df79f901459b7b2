"""Simulated studies: data drawn from a known distribution, and `crossfold run` on them."""

import csv
import json
import math
import os
import pathlib
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor

import numpy as np

CROSSFOLD = os.environ.get("CROSSFOLD", "crossfold")


def write_table(path, features, target, groups=None):
    names = [f"x{place}" for place in range(features.shape[1])]
    with open(path, "w", newline="") as out:
        sheet = csv.writer(out)
        sheet.writerow([*names, *(["group"] if groups is not None else []), "y"])
        labels = [[]] * len(target) if groups is None else [[f"g{group}"] for group in groups]
        rows = zip(features, labels, target)
        sheet.writerows([*(f"{value:.6g}" for value in row), *label, y] for row, label, y in rows)


def run(spec, features, target, *arguments, groups=None, extra=None):
    """Runs a study of JSON-like `spec` on the rows; returns its leaderboard, and `extra(folder)`."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        folder = pathlib.Path(folder)
        write_table(folder / "rows.csv", features, target, groups)
        spec = {"version": 1, "name": "simulated", **spec}
        spec["data"] = {"source": "csv", "path": "rows.csv", "target": "y", **spec.get("data", {})}
        (folder / "spec.yaml").write_text(json.dumps(spec))
        command = [CROSSFOLD, "run", "spec.yaml", "--quiet", "--jobs", "1", *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(folder / "results/simulated/leaderboard.csv", newline="") as lines:
            board = list(csv.DictReader(lines))
        return (board, extra(folder / "results/simulated")) if extra else board


def each(function, count, workers=os.cpu_count()):
    """`function(seed)` for each seed from 0 to `count` - 1, in their order."""
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(function, range(count), chunksize=4))


def share(hits):
    """A share in percent, with its standard error."""
    hits = np.asarray(hits, dtype=float)
    rate = hits.mean()
    return f"{100 * rate:.1f} ± {100 * math.sqrt(rate * (1 - rate) / len(hits)):.1f} %"
