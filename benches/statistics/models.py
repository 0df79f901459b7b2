"""How often the better of two models is called better, where neither is and where one is: the comparison of "best of each model".

python models.py [STUDIES] [DESIGN …]: the number of studies of each design, by default 400. `CROSSFOLD` is the program.

In `alike`, both models are the same network, with 50 and 2 learning rates that differ in the tenth digit; whatever is claimed is false.
In `noise`, labels have nothing to do with the features: 50 networks and 2 logistic regressions are right on half of the rows. In `signal`
the target depends on a product that logistic regression can't represent.

Beside the planned comparison of `report.md` stands that of the two best trials as they are, by `crossfold compare`."""

import csv
import functools
import json
import os
import subprocess
import sys

import numpy as np

import studies

FOLDS = 5


def alike(generator):
    features = generator.normal(size=(200, 5))
    logit = 1.5 * features[:, 0] - features[:, 1] + features[:, 2] * features[:, 3]
    rates = [0.01 * (1 + trial * 1e-9) for trial in range(52)]
    network = {"kind": "mlp", "layers": 1, "nodes": 8}
    models = {
        "many": {**network, "space": {"learning_rate": rates[:50]}},
        "few": {**network, "space": {"learning_rate": rates[50:]}},
    }
    return features, generator.random(200) < 1 / (1 + np.exp(-logit)), models


def unlike(generator, features, labels):
    rates = [float(rate) for rate in 10 ** generator.uniform(-2.5, -1.5, 50)]
    models = {
        "many": {"kind": "mlp", "layers": 1, "space": {"learning_rate": rates[:10], "nodes": [4, 8, 12, 16, 24]}},
        "few": {"kind": "linear", "space": {"learning_rate": [0.01, 0.02]}},
    }
    return features, labels, models


def noise(generator):
    return unlike(generator, generator.normal(size=(200, 10)), generator.permutation(np.repeat([True, False], 100)))


def signal(generator):
    features = generator.normal(size=(200, 5))
    logit = features[:, 0] - features[:, 1] + 2 * features[:, 2] * features[:, 3]
    return unlike(generator, features, generator.random(200) < 1 / (1 + np.exp(-logit)))


def planned(report):
    """The p-value of the planned comparison in `report.md`, and whether `many` is ahead."""
    lines = report.split("## Best of each model")[1].strip().splitlines()
    header, first, second = ([cell.strip() for cell in lines[place].strip("|").split("|")] for place in (0, 2, 3))
    p, behind = second[header.index("p")], float(second[header.index("behind the first")])
    is_many = first[0].startswith("many") == (behind >= 0)
    return 0.0 if p.startswith("below") else float(p), is_many


def study(seed, design):
    generator = np.random.default_rng([seed, DESIGNS.index(design)])
    features, labels, models = design(generator)
    spec = {
        "seed": seed, "models": models, "cross_validation": {"folds": FOLDS}, "final": {"refit": "none"},
        "training": {"optimizer": "adam", "batch_size": 32, "epochs": 10},
    }

    def answers(folder):
        p, is_many = planned((folder / "report.md").read_text())
        number = lambda model: next(row["trial"] for row in board(folder) if row["model"] == model)
        pair = [f"simulated:{number(model)}" for model in ("few", "many")]
        command = [studies.CROSSFOLD, "compare", *pair, "--json"]
        naive = json.loads(subprocess.run(command, cwd=folder.parent.parent, check=True, capture_output=True).stdout)
        return [(p, is_many), (naive["p_value"], naive["difference"] > 0)]

    return studies.run(spec, features, np.where(labels, "a", "b"), extra=answers)[1]


def board(folder):
    with open(folder / "leaderboard.csv", newline="") as lines:
        return list(csv.DictReader(lines))


DESIGNS = [alike, noise, signal]

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print("| design | studies | comparison | 50 trials better | 2 trials better |\n|---|---|---|---|---|", flush=True)
    for design in DESIGNS:
        if len(sys.argv) > 2 and design.__name__ not in sys.argv[2:]:
            continue
        found = studies.each(functools.partial(study, design=design), count, int(os.environ.get("JOBS", os.cpu_count())))
        for place, name in enumerate(("planned", "the two best directly")):
            claims = [p <= 0.05 for p, _ in (one[place] for one in found)]
            many = [claim and one[place][1] for claim, one in zip(claims, found)]
            few = [claim and not one[place][1] for claim, one in zip(claims, found)]
            print(f"| {design.__name__} | {count} | {name} | {studies.share(many)} | {studies.share(few)} |", flush=True)
