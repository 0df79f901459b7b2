"""Compares permutation importance with scikit-learn's, of the same linear model on the same folds.

    cargo build --release -p crossfold
    python benches/peers/importance.py [PROGRAM]      # needs scikit-learn 1.9.1; by default target/release/crossfold

A study of anes96 with one network without hidden layers, trained until its loss no longer falls, is logistic regression without a
penalty. `predictions.csv` has the rows that each fold validated. scikit-learn fits the other rows, and shuffles each column of a
fold's validation rows as many times as `variables.csv` does. Both means over shuffles vary by chance, so for each column their
difference is compared with its standard error; the networks may differ from the exact fit by a little more.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy
import sklearn
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tables import ROOT, folds, read, table

# How often `variables.csv` shuffles a column on each fold, if there are at most 20.
REPETITIONS = 10
# Chance alone exceeds it for one of nine columns in about one of 1,700 studies. Both sides are seeded.
MOST_ERRORS = 4
# By how much a network may differ from the exact fit, as a share of the importance.
TRAINING = 0.01

SPEC = """
version: 1
name: linear
seed: 7
data: {{source: csv, path: {path}, target: vote}}
model: {{kind: linear}}
training: {{optimizer: adam, learning_rate: 0.02, batch_size: 1024, epochs: 1500}}
cross_validation: {{folds: 5, stratified: true}}
objective: {{metric: log_loss}}
final: {{refit: none, variables: true}}
"""


def main() -> None:
    """Prints a table, and fails if a column's importance is another one."""
    program = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "target/release/crossfold"
    with tempfile.TemporaryDirectory() as folder:
        spec = pathlib.Path(folder) / "linear.yaml"
        spec.write_text(SPEC.format(path=ROOT / "data/anes96/anes96.csv"))
        subprocess.run([program, "run", spec, "--quiet", "--results", folder], check=True, stdout=subprocess.DEVNULL)
        results = pathlib.Path(folder) / "linear"
        ours = {row["column"]: float(row["importance"]) for row in read(results / "variables.csv")}
        features, truth = table("anes96/anes96.csv", "vote")
        parts = [rows for rows, _ in folds(results, truth, lambda a, b: a == b)]
    names = [name for name in read(ROOT / "data/anes96/anes96.csv")[0] if name != "vote"]
    features, targets = features.astype(float), numpy.array(truth)
    means, errors = [], []
    for number, rows in enumerate(parts):
        training = numpy.setdiff1d(numpy.arange(len(targets)), rows)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=numpy.inf, tol=1e-10, max_iter=10_000))
        model.fit(features[training], targets[training])
        found = permutation_importance(
            model, features[rows], targets[rows], scoring="neg_log_loss", n_repeats=REPETITIONS, random_state=number
        )
        means.append(found.importances_mean)
        errors.append(found.importances.var(axis=1, ddof=1) / REPETITIONS)
    theirs = numpy.mean(means, axis=0)
    # Crossfold's mean varies as much by chance as scikit-learn's.
    errors = (2 * numpy.sum(errors, axis=0)) ** 0.5 / len(parts)
    print(f"| column | Crossfold | scikit-learn {sklearn.__version__} | difference in standard errors |")
    print("|---|---|---|---|")
    differs = False
    for place in numpy.argsort(-theirs):
        name = names[place]
        beyond = max(0.0, abs(ours[name] - theirs[place]) - TRAINING * abs(theirs[place]))
        away = beyond / errors[place]
        differs |= away > MOST_ERRORS
        print(f"| {name} | {ours[name]:.4f} | {theirs[place]:.4f} | {away:.1f} |")
    sys.exit("an importance is not scikit-learn's" if differs else 0)


if __name__ == "__main__":
    main()
