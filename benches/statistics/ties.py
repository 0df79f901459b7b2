"""How often one of many equally good trials is called worse: the family-wise error rate.

python ties.py [STUDIES]: the number of studies of each design, by default 1000. `CROSSFOLD` is the program.

In the exchangeable designs all trials are the same network; their learning rates differ in the tenth digit, so that initial
weights and the order of rows differ. In the last design, labels are noise, so that networks of any kind are expected to be
right on half of the rows. The leaderboard's `tied_with_best` is compared with plain paired t-tests of the folds' scores
against the best trial, each at 5 %."""

import functools
import sys

import numpy as np
from scipy import stats

import studies

FOLDS = 5
KINDS = {
    "layers": [0, 1, 2],
    "nodes": [4, 8, 16, 32],
    "learning_rate": {"log_uniform": {"low": 1e-3, "high": 3e-2}},
    "dropout": {"uniform": {"low": 0.0, "high": 0.5}},
    "epochs": [5, 10, 20],
}


def exchangeable(seed, trials, metric):
    generator = np.random.default_rng([seed, trials])
    features = generator.normal(size=(200, 5))
    logit = 1.5 * features[:, 0] - features[:, 1] + features[:, 2] * features[:, 3]
    target = np.where(generator.random(200) < 1 / (1 + np.exp(-logit)), "a", "b")
    spec = {
        "seed": seed,
        "model": {"kind": "mlp", "layers": 1, "nodes": 8},
        "training": {"optimizer": "adam", "batch_size": 32, "epochs": 10},
        "search": {"space": {"learning_rate": [0.01 * (1 + trial * 1e-9) for trial in range(trials)]}},
    }
    return claims(spec, features, target, metric)


def of_all_kinds(seed, trials, metric):
    return claims(*noise(seed, 9, trials), metric)


def noise(seed, stream, trials):
    """A search among networks of all kinds where labels are noise: its spec, features and labels."""
    generator = np.random.default_rng([seed, stream])
    features = generator.normal(size=(200, 10))
    target = generator.permutation(np.repeat(["a", "b"], 100))
    spec = {
        "seed": seed,
        "model": {"kind": "mlp"},
        "training": {"optimizer": "adam", "batch_size": 32},
        "search": {"strategy": {"random": {"trials": trials}}, "space": KINDS},
        "cross_validation": {"folds": FOLDS},
        "final": {"refit": "none"},
    }
    return spec, features, target


def claims(spec, features, target, metric):
    """Whether any trial is called worse than the best, by the leaderboard and by plain tests."""
    spec |= {"cross_validation": {"folds": FOLDS}, "objective": {"metric": metric}, "final": {"refit": "none"}}
    board = studies.run(spec, features, target)
    scores = np.array([[float(row[f"fold_{fold}"]) for fold in range(1, FOLDS + 1)] for row in board])
    differences = scores[0] - scores[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = differences.mean(1) / differences.std(1, ddof=1) * FOLDS**0.5
    plain = 2 * stats.t.sf(np.abs(statistic), FOLDS - 1) < 0.05
    return any(row["tied_with_best"] == "false" for row in board), bool(plain.any())


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| trials | ranked by | studies | told apart | plain t-tests |\n|---|---|---|---|---|")
    designs = [
        *((exchangeable, trials, "accuracy") for trials in (5, 20, 60)),
        (exchangeable, 20, "log_loss"),
        (exchangeable, 20, "roc_auc"),
        (of_all_kinds, 200, "accuracy"),
    ]
    for design, trials, metric in designs:
        found = studies.each(functools.partial(design, trials=trials, metric=metric), count)
        judged, plain = (studies.share([study[place] for study in found]) for place in (0, 1))
        print(f"| {trials} {design.__name__.replace('_', ' ')} | {metric} | {count} | {judged} | {plain} |", flush=True)
