"""How often one of many equally good trials is called worse (the family-wise error rate), and how often one is that is.

python ties.py [STUDIES] [DESIGN …]: the number of studies of each design, by default 1000. `CROSSFOLD` is the program.

In the exchangeable designs all trials are the same network; their learning rates differ in the tenth digit, so that initial
weights and the order of rows differ. In `exploded` one of them has a learning rate of 100, and only claims on the others are
false. In `two_kinds` and `of_all_kinds` labels are noise, so that networks of any kind are expected to be right on half of the
rows; the kinds differ in how much their scores vary. A claim is an `adjusted_p` of at most 5 %; it is compared with plain paired
t-tests of the folds' scores against the best trial, each at 5 %.

In `power` three of the trials learn too slowly. How much worse they truly are is the mean over studies, in standard deviations of
a difference over studies; the oracle knows the pair and that standard deviation beforehand, and corrects for the number of
trials (Bonferroni)."""

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
SLOW = [0.004, 0.0025, 0.001]


def signal(seed, trials, metric, rates=()):
    """A search among like networks, the first of which have other learning `rates`: its spec, features and target."""
    generator = np.random.default_rng([seed, trials])
    features = generator.normal(size=(200, 5))
    logit = 1.5 * features[:, 0] - features[:, 1] + features[:, 2] * features[:, 3]
    target = np.where(generator.random(200) < 1 / (1 + np.exp(-logit)), "a", "b")
    alike = [0.01 * (1 + trial * 1e-9) for trial in range(len(rates), trials)]
    spec = {
        "seed": seed,
        "model": {"kind": "mlp", "layers": 1, "nodes": 8},
        "training": {"optimizer": "adam", "batch_size": 32, "epochs": 10},
        "search": {"space": {"learning_rate": [*rates, *alike]}},
    }
    if metric == "rmse":
        target = [f"{value:.6g}" for value in logit + generator.normal(size=200)]
        spec["data"] = {"task": "regression"}
    return spec, features, target


def exchangeable(seed, trials, metric):
    return claims(board(*signal(seed, trials, metric), metric))


def exploded(seed, trials, metric):
    rows = board(*signal(seed, trials, metric, rates=[100.0]), metric)
    return claims([row for row in rows if row["trial"] != "0"])


def of_all_kinds(seed, trials, metric):
    return claims(board(*noise(seed, 9, trials), metric))


def two_kinds(seed, trials, metric):
    spec, features, target = noise(seed, 13, trials)
    del spec["model"], spec["search"]
    spec["training"]["epochs"] = 10
    rates = [0.01 * (1 + trial * 1e-9) for trial in range(trials // 2)]
    spec["models"] = {
        "linear": {"kind": "linear", "space": {"learning_rate": rates}},
        "network": {"kind": "mlp", "layers": 1, "nodes": 16, "space": {"learning_rate": [2 * rate for rate in rates]}},
    }
    return claims(board(spec, features, target, metric))


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


def board(spec, features, target, metric):
    spec |= {"cross_validation": {"folds": FOLDS}, "objective": {"metric": metric}, "final": {"refit": "none"}}
    return studies.run(spec, features, target)


def is_claimed(row):
    return row["adjusted_p"] != "" and float(row["adjusted_p"]) <= 0.05


def claims(rows):
    """Whether any trial is called worse than the best, by the leaderboard and by plain tests."""
    scores = np.array([[float(row[f"fold_{fold}"]) for fold in range(1, FOLDS + 1)] for row in rows])
    differences = scores[0] - scores[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = differences.mean(1) / differences.std(1, ddof=1) * FOLDS**0.5
    plain = 2 * stats.t.sf(np.abs(statistic), FOLDS - 1) < 0.05
    return any(map(is_claimed, rows)), bool(plain.any())


def power(seed, trials, metric):
    """Of each trial, by number, how good it is and whether it is called worse."""
    rows = sorted(board(*signal(seed, trials, metric, rates=SLOW), metric), key=lambda row: int(row["trial"]))
    sign = -1 if metric in ("log_loss", "rmse") else 1
    return [[sign * float(row["mean"]), is_claimed(row)] for row in rows]


def print_power(found, trials, metric):
    means, claimed = np.moveaxis(np.array(found, dtype=float), 2, 0)
    critical = stats.norm.isf(0.025 / (trials - 1))
    for slow in range(len(SLOW)):
        behind = means[:, -1] - means[:, slow]
        error = behind.std(ddof=1)
        oracle = behind / error > critical
        own, known = studies.share(claimed[:, slow]), studies.share(oracle)
        print(f"| {trials} | {metric} | {len(found)} | {behind.mean() / error:.1f} | {own} | {known} |", flush=True)


CLAIMS = [
    *((exchangeable, trials, "accuracy") for trials in (5, 20, 60)),
    *((exchangeable, 20, metric) for metric in ("log_loss", "roc_auc", "rmse")),
    *((exploded, 20, metric) for metric in ("accuracy", "log_loss", "rmse")),
    (two_kinds, 20, "accuracy"),
    (of_all_kinds, 200, "accuracy"),
]
POWER = [*((trials, "accuracy") for trials in (5, 20, 60)), (20, "log_loss"), (20, "rmse")]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chosen = sys.argv[2:] or ["exchangeable", "exploded", "two_kinds", "of_all_kinds", "power"]
    print("| trials | ranked by | studies | told apart | plain t-tests |\n|---|---|---|---|---|")
    for design, trials, metric in CLAIMS:
        if design.__name__ not in chosen:
            continue
        found = studies.each(functools.partial(design, trials=trials, metric=metric), count)
        judged, plain = (studies.share([study[place] for study in found]) for place in (0, 1))
        print(f"| {trials} {design.__name__.replace('_', ' ')} | {metric} | {count} | {judged} | {plain} |", flush=True)
    if "power" in chosen:
        print("\n| trials | ranked by | studies | standard errors worse | told apart | oracle |\n|---|---|---|---|---|---|")
        for trials, metric in POWER:
            print_power(studies.each(functools.partial(power, trials=trials, metric=metric), count), trials, metric)
