"""How often `crossfold gate` calls a network worse where some rows have changed and nothing else has.

    CROSSFOLD=target/release/crossfold uv run --with numpy==2.4.6 benches/statistics/changed_rows.py --studies 500

Each study is 600 rows of a logistic model with an interaction, and a baseline of a small network or a linear model on them. Then 1 % of the rows
change by themselves: rows are drawn anew, appended or removed, or labels are drawn anew given their inputs. All rows remain
independent draws of one distribution, so whatever the gate finds is chance. *worse* is promised at most 5 % (one-sided).
`width` is the median width of the interval in points; `unmatched` is that of a baseline without digests of its rows.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
from functools import partial

import numpy as np

from studies import CROSSFOLD, each, share, write_table

ROWS, CHANGED = 600, 6
METRICS = ["accuracy", "log_loss"]
MODELS = {"mlp": {"kind": "mlp", "layers": 1, "nodes": 8}, "linear": {"kind": "linear"}}
SPEC = {
    "version": 1,
    "name": "study",
    "data": {"source": "csv", "path": "rows.csv", "target": "y", "task": "classification"},
    "training": {"learning_rate": 0.01, "epochs": 10},
    "cross_validation": {"folds": 5},
    "final": {"refit": "none"},
}


def labels(features, random):
    logit = features[:, 0] - features[:, 1] + 1.5 * features[:, 2] * features[:, 3]
    return np.where(random.random(len(features)) < 1 / (1 + np.exp(-logit)), "yes", "no")


def changes(features, target, random):
    """The rows after each kind of change."""
    new = random.standard_normal((CHANGED, features.shape[1]))
    new_target = labels(new, random)
    which = random.choice(ROWS, CHANGED, replace=False)
    redrawn, redrawn_target, relabelled = features.copy(), target.copy(), target.copy()
    redrawn[which], redrawn_target[which] = new, new_target
    relabelled[which] = labels(features[which], random)
    return {
        "redrawn": (redrawn, redrawn_target),
        "appended": (np.vstack([features, new]), np.concatenate([target, new_target])),
        "removed": (np.delete(features, which, axis=0), np.delete(target, which)),
        "relabelled": (features, relabelled),
    }


def study(seed, model):
    random = np.random.default_rng(seed)
    features = random.standard_normal((ROWS, 6))
    target = labels(features, random)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        folder = pathlib.Path(folder)

        def crossfold(*arguments, codes=(0,)):
            done = subprocess.run([CROSSFOLD, *arguments, "--quiet"], cwd=folder, capture_output=True, text=True)
            assert done.returncode in codes, done.stderr
            return done.stdout

        def gate(baseline):
            told = crossfold("gate", baseline, "--cached", "--json", "--jobs", "1", codes=(0, 25, 26))
            return json.loads(told)

        write_table(folder / "rows.csv", features, target)
        (folder / "spec.yaml").write_text(json.dumps({**SPEC, "seed": seed, "model": MODELS[model]}))
        for metric in METRICS:
            crossfold("run", "spec.yaml", "--set", f"objective.metric={metric}", "--jobs", "1")
            crossfold("baseline", "study", "-o", f"{metric}.json")
        told = {}
        for change, rows in changes(features, target, random).items():
            write_table(folder / "rows.csv", *rows)
            for metric in METRICS:
                told[metric, change] = gate(f"{metric}.json")
        older = json.loads((folder / "accuracy.json").read_text())
        del older["row_digests"]
        # Version 3 has no digest of the file.
        (folder / "older.json").write_text(json.dumps({**older, "version": 3, "digest": ""}))
        told["accuracy", "unmatched"] = gate("older.json")
        return told


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--studies", type=int, default=500)
    arguments.add_argument("--model", choices=MODELS, default="mlp")
    arguments = arguments.parse_args()
    told = each(partial(study, model=arguments.model), arguments.studies)
    print(f"{len(told)} studies, {arguments.model}")
    for metric, change in told[0]:
        gates = [study[metric, change] for study in told]
        is_loss = -1 if metric == "log_loss" else 1
        ends = np.array([sorted(is_loss * end for end in gate["interval"]) for gate in gates])
        # Whatever the margin: the whole interval below 0 is a loss, above 0 a gain.
        worse, better = ends[:, 1] < 0, ends[:, 0] > 0
        width = np.median(ends[:, 1] - ends[:, 0]) * 100
        compared = {(gate["changed_data"] or {}).get("compared") for gate in gates}
        print(f"{metric:9} {change:10} worse {share(worse)}, better {share(better)}, width {width:.2f}, compared {compared}")


if __name__ == "__main__":
    main()
