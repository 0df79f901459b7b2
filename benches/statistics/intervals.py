"""How often a leaderboard's 95 % interval covers the expected score of a network trained on a fold's share of the rows.

python intervals.py [STUDIES [TRUTHS]]: the number of studies of each design, by default 1000, and of networks for its true
score, by default 400. `CROSSFOLD` is the program.

The truth of a design is the mean score, on 4,000 other rows, of networks that are each trained on as many rows as a
fold's. The plain interval is the mean ± t · se, without allowance for folds that share training rows; Nadeau and Bengio's
(2003) is √(1 + m·ρ) times as wide, of m folds with ρ validation rows per training row."""

import csv
import functools
import os
import pathlib
import sys
import tempfile

import numpy as np
from scipy import stats

import studies


def logistic(generator, rows):
    features = generator.normal(size=(rows, 5))
    return features, labels(generator, 1.5 * features[:, 0] - features[:, 1] + features[:, 2])


def interaction(generator, rows):
    features = generator.normal(size=(rows, 5))
    return features, labels(generator, 2 * features[:, 0] * features[:, 1] - features[:, 2])


def rare(generator, rows):
    features = generator.normal(size=(rows, 5))
    return features, labels(generator, -2.2 + 1.5 * features[:, 0] - features[:, 1])


def labels(generator, logit):
    return np.where(generator.random(len(logit)) < 1 / (1 + np.exp(-logit)), "b", "a")


def linear(generator, rows):
    features = generator.normal(size=(rows, 10))
    return features, features @ np.linspace(1, 0.1, 10) + generator.normal(size=rows)


def friedman(generator, rows):
    """Friedman 1991, "Multivariate adaptive regression splines", Annals of Statistics 19, section 4.3."""
    x = generator.random((rows, 6))
    mean = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, mean + generator.normal(size=rows)


def heavy_tails(generator, rows):
    features = generator.normal(size=(rows, 5))
    return features, features[:, 0] - features[:, 1] + generator.standard_t(3, size=rows)


def sizes(generator, rows):
    """Of each row its group: groups have 1 to 11 rows."""
    found = []
    while sum(found) < rows:
        found.append(int(generator.integers(1, 12)))
    found[-1] -= sum(found) - rows
    return np.repeat(np.arange(len(found)), found)


def grouped(generator, rows):
    """Two features and an effect on the target are a group's, three features a row's."""
    groups = sizes(generator, rows)
    features = generator.normal(size=(rows, 5))
    features[:, :2] = generator.normal(size=(groups[-1] + 1, 2))[groups]
    effect = generator.normal(size=groups[-1] + 1)[groups]
    return features, labels(generator, 1.5 * features[:, 0] - features[:, 1] + features[:, 2] + effect), groups


def skewed(generator, rows):
    """Log-normal errors. A log-normal target, with outliers that most samples lack, is not covered by any interval."""
    features = generator.normal(size=(rows, 5))
    return features, features[:, 0] - features[:, 1] + np.exp(0.5 * generator.normal(size=rows))


LINEAR = {
    "model": {"kind": "linear"},
    "training": {"optimizer": "adam", "learning_rate": 0.05, "batch_size": 32, "epochs": 30},
}
MLP = {
    "model": {"kind": "mlp", "layers": 1, "nodes": 16},
    "training": {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 32, "epochs": 30},
}
NUMBERS = {"data": {"task": "regression"}}
DESIGNS = {
    "logistic regression": (logistic, 150, 5, 1, LINEAR, "accuracy"),
    "network, interaction": (interaction, 300, 10, 1, MLP, "accuracy"),
    "network, interaction, repeated": (interaction, 200, 5, 3, MLP, "log_loss"),
    "logistic regression, rare class": (rare, 300, 5, 1, LINEAR, "roc_auc"),
    "least squares": (linear, 100, 5, 1, LINEAR | NUMBERS, "rmse"),
    "network, Friedman's function": (friedman, 200, 5, 2, MLP | NUMBERS, "r2"),
    "least squares, heavy tails": (heavy_tails, 150, 10, 1, LINEAR | NUMBERS, "mae"),
    "logistic regression, groups": (grouped, 300, 5, 1, LINEAR, "accuracy"),
    "network, interaction, ten by three": (interaction, 200, 10, 3, MLP, "accuracy"),
    "least squares, skewed errors": (skewed, 150, 5, 1, LINEAR | NUMBERS, "mae"),
}


def estimate(seed, name):
    make, rows, folds, repeats, spec, metric = DESIGNS[name]
    features, target, *groups = make(np.random.default_rng([seed, len(name)]), rows)
    splits = {"folds": folds, "repeats": repeats, **({"groups": "group"} if groups else {})}
    spec = {
        "seed": seed,
        **spec,
        "cross_validation": splits,
        "objective": {"metric": metric},
        "final": {"refit": "none"},
    }
    best = studies.run(spec, features, target, groups=groups[0] if groups else None)[0]
    return [float(best[column]) for column in ("mean", "se", "interval_low", "interval_high")]


def truth(seed, name):
    make, rows, folds, _, spec, metric = DESIGNS[name]
    generator = np.random.default_rng([seed, len(name), 7])
    features, target, *_ = make(generator, rows * (folds - 1) // folds)
    with tempfile.TemporaryDirectory() as folder:
        test = os.path.join(folder, "test.csv")
        studies.write_table(test, *make(generator, 4000)[:2])
        spec = {
            "seed": seed,
            **spec,
            "data": {**spec.get("data", {}), "test_path": test},
            "cross_validation": {"folds": 2},
            "objective": {"metric": metric},
            "final": {"refit": "best", "test": True},
        }
        _, scores = studies.run(spec, features, target, extra=tested)
    return scores[metric]


def tested(folder: pathlib.Path):
    with open(folder / "test.csv", newline="") as lines:
        return {row["metric"]: float(row["value"] or "nan") for row in csv.DictReader(lines)}


if __name__ == "__main__":
    count, truths = (int(given) for given in (sys.argv[1:] + ["1000", "400"][len(sys.argv) - 1 :])[:2])
    print("| design | rows | folds | score | truth | mean estimate | covered | plain covers | width to plain | to Nadeau and Bengio's |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, (_, rows, folds, repeats, _, metric) in DESIGNS.items():
        if os.environ.get("DESIGN", "") not in name:
            continue
        mean, se, low, high = np.array(studies.each(functools.partial(estimate, name=name), count)).T
        true = np.mean(studies.each(functools.partial(truth, name=name), truths))
        reach = stats.t.ppf(0.975, folds * repeats - 1) * se
        covered = studies.share((low <= true) & (true <= high))
        plain = studies.share((mean - reach <= true) & (true <= mean + reach))
        width = (high - low).mean() / (2 * reach).mean()
        corrected = width / np.sqrt(1 + folds * repeats / (folds - 1))
        splits = f"{folds} × {repeats}" if repeats > 1 else folds
        print(f"| {name} | {rows} | {splits} | {metric} | {true:.4f} | {mean.mean():.4f} | {covered} | {plain} | {width:.2f} | {corrected:.2f} |", flush=True)
