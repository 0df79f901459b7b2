"""What the best of 200 configurations looks like where labels are noise, and without the luck of having been selected.

python selection.py [STUDIES]: so many studies, 300 where nothing is said; `CROSSFOLD` names the program. Every network
is right in half of the rows of two equally frequent classes, whatever it is."""

import sys

import numpy as np

import studies
from ties import KINDS


def study(seed):
    generator = np.random.default_rng([seed, 11])
    features = generator.normal(size=(200, 10))
    target = generator.permutation(np.repeat(["a", "b"], 100))
    spec = {
        "seed": seed,
        "model": {"kind": "mlp"},
        "training": {"optimizer": "adam", "batch_size": 32},
        "search": {"strategy": {"random": {"trials": 200}}, "space": KINDS},
        "cross_validation": {"folds": 5},
        "final": {"refit": "none"},
    }
    best = studies.run(spec, features, target)[0]
    return float(best["mean"]), float(best["corrected"])


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    found = np.array(studies.each(study, count))
    for name, values in zip(("the best as it is", "corrected"), found.T):
        error = values.std(ddof=1) / count**0.5
        print(f"{name}: {100 * values.mean():.2f} ± {100 * error:.2f} % (chance: 50 %)")
