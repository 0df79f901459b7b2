"""How often one of many equally good trials is called worse (the family-wise error rate), and how often one is that is.

python ties.py [STUDIES] [DESIGN …]: the number of studies of each design, by default 1000; a design may have a number of trials,
as in `exchangeable:60`. `CROSSFOLD` is the program.

In the exchangeable designs all trials are the same network; their learning rates differ in the tenth digit, so that initial
weights and the order of rows differ. In `exploded` one or two of them have learning rates of 90 and more, and in `dead` seven of ten
have a penalty that lets them learn nothing; only claims on the others are false. In `two_kinds`, `of_all_kinds` and `grouped` labels are
noise, so that networks of any kind are expected to be right on half of the rows; the kinds differ in how much their scores vary. A
claim is an `adjusted_p` of at most 5 %; it is compared with plain paired t-tests of the folds' scores against the best trial,
each at 5 %.

In `grouped` 40 groups have 20 equal rows each, which the folds of four repeats keep together.

In `power` three of the trials learn too slowly; in `power_beside_dead` twice as many trials are added that learn nothing. How much
worse the three truly are is the mean over studies, in standard deviations of a difference over studies; the oracle knows the pair
and that standard deviation beforehand, and corrects for the number of trials that learn (Bonferroni)."""

import functools
import re
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
SLOW = [0.0045, 0.0019, 0.0006]


def signal(seed, trials, metric, rates=(), dead=0):
    """A search among like networks: its spec, features and target. The first have other learning `rates`, and the last `dead`
    of them a penalty that leaves no weight."""
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
    if dead:
        del spec["search"]
        model = spec.pop("model")
        spec["models"] = {
            "alike": {**model, "space": {"learning_rate": [*rates, *alike][: trials - dead]}},
            "dead": {**model, "training": {"learning_rate": 0.01}, "space": {"l1": [5.0 + place for place in range(dead)]}},
        }
    if metric == "rmse":
        target = [f"{value:.6g}" for value in logit + generator.normal(size=200)]
        spec["data"] = {"task": "regression"}
    return spec, features, target


def exchangeable(seed, trials, metric):
    return claims(board(*signal(seed, trials, metric), metric))


def exploded(seed, trials, metric):
    rates = [100.0, 90.0][: 2 if trials == 5 else 1]
    rows = board(*signal(seed, trials, metric, rates=rates), metric)
    return claims([row for row in rows if int(row["trial"]) >= len(rates)])


def dead(seed, trials, metric):
    alike = trials * 3 // 10
    rows = board(*signal(seed, trials, metric, dead=trials - alike), metric)
    return claims([row for row in rows if int(row["trial"]) < alike])


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


def grouped(seed, trials, metric):
    generator = np.random.default_rng([seed, 17])
    features = np.repeat(generator.normal(size=(40, 5)), 20, axis=0)
    target = np.repeat(generator.permutation(np.repeat(["a", "b"], 20)), 20)
    spec, *_ = noise(seed, 17, trials)
    spec |= {"cross_validation": {"folds": FOLDS, "repeats": 4, "groups": "group"}, "objective": {"metric": metric}}
    return claims(studies.run(spec, features, target, groups=np.repeat(np.arange(40), 20)))


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
    folds = [name for name in rows[0] if re.fullmatch(r"(repeat_\d+_)?fold_\d+", name)]
    scores = np.array([[float(row[fold]) for fold in folds] for row in rows])
    differences = scores[0] - scores[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = differences.mean(1) / differences.std(1, ddof=1) * len(folds) ** 0.5
    plain = 2 * stats.t.sf(np.abs(statistic), len(folds) - 1) < 0.05
    return any(map(is_claimed, rows)), bool(plain.any())


def power(seed, trials, metric, dead=0):
    """Of each trial that learns, by number, how good it is and whether it is called worse."""
    rows = board(*signal(seed, trials + dead, metric, rates=SLOW, dead=dead), metric)
    rows = sorted(rows, key=lambda row: int(row["trial"]))[:trials]
    sign = -1 if metric in ("log_loss", "rmse") else 1
    return [[sign * float(row["mean"]), is_claimed(row)] for row in rows]


def power_beside_dead(seed, trials, metric):
    return power(seed, trials, metric, dead=2 * trials)


def print_power(found, design, metric):
    means, claimed = np.moveaxis(np.array(found, dtype=float), 2, 0)
    critical = stats.norm.isf(0.025 / (means.shape[1] - 1))
    for slow in range(len(SLOW)):
        behind = means[:, -1] - means[:, slow]
        error = behind.std(ddof=1)
        oracle = behind / error > critical
        own, known = studies.share(claimed[:, slow]), studies.share(oracle)
        print(f"| {design} | {metric} | {len(found)} | {behind.mean() / error:.1f} | {own} | {known} |", flush=True)


CLAIMS = [
    *((exchangeable, trials, "accuracy") for trials in (5, 20, 60)),
    *((exchangeable, 20, metric) for metric in ("log_loss", "roc_auc", "rmse")),
    *((exploded, trials, metric) for trials in (5, 20) for metric in ("accuracy", "log_loss", "rmse")),
    *((dead, 10, metric) for metric in ("accuracy", "log_loss", "rmse")),
    (two_kinds, 20, "accuracy"),
    (of_all_kinds, 200, "accuracy"),
    (grouped, 5, "accuracy"),
]
POWER = [
    *((power, trials, "accuracy") for trials in (5, 20, 60)),
    *((power, 20, metric) for metric in ("log_loss", "rmse")),
    *((power_beside_dead, 5, metric) for metric in ("accuracy", "log_loss")),
]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chosen = sys.argv[2:]

    def selected(designs):
        for design, trials, metric in designs:
            if not chosen or {design.__name__, f"{design.__name__}:{trials}"} & set(chosen):
                found = studies.each(functools.partial(design, trials=trials, metric=metric), count)
                yield found, f"{trials} {design.__name__.replace('_', ' ')}", metric

    print("| trials | ranked by | studies | called worse | plain t-tests |\n|---|---|---|---|---|", flush=True)
    for found, design, metric in selected(CLAIMS):
        judged, plain = (studies.share([study[place] for study in found]) for place in (0, 1))
        print(f"| {design} | {metric} | {count} | {judged} | {plain} |", flush=True)
    print("\n| trials | ranked by | studies | standard errors worse | detected | oracle |\n|---|---|---|---|---|---|", flush=True)
    for found, design, metric in selected(POWER):
        print_power(found, design, metric)
