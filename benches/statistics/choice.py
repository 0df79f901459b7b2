"""How often the best of one group of trials is called better than the best of another, if neither is: what `CHOICE` in
`crates/crossfold-report/src/analysis/statistics/chosen.rs` was measured with.

python choice.py [STUDIES]: the number of studies of each design, by default 400. It needs no `crossfold`: trials are ridge regressions
on features, or on random rectified ones, of which thousands are fitted in a second. `net` draws new random features for each fit,
as a network draws initial weights; `wide` has more of them, and so less noise of training; `nets` have different sizes and penalties.

Compared are the two best as they are; the best on the other folds; and the best in bootstrap draws of the rows outside each fold,
averaged over draws, with no allowance for the choice, with a third of the variance between chosen trials, and with all of it."""

import sys

import numpy as np
from scipy import stats

DRAWS = 200
SHARES = (0.0, 1 / 3, 1.0)


def predictions(features, target, folds, trial, generator):
    """A trial's out-of-fold predictions."""
    penalty, hidden = trial
    found = np.empty(len(target))
    for fold in range(folds.max() + 1):
        inputs = features
        if hidden:
            weights = generator.normal(size=(features.shape[1], hidden))
            inputs = np.maximum(features @ weights + generator.normal(size=hidden), 0)
        inputs = np.c_[np.ones(len(inputs)), inputs]
        inside, outside = folds != fold, folds == fold
        ridge = penalty * np.diag([0.0] + [1.0] * (inputs.shape[1] - 1))
        solved = np.linalg.solve(inputs[inside].T @ inputs[inside] + ridge, inputs[inside].T @ target[inside])
        found[outside] = inputs[outside] @ solved
    return found


def contributions(predicted, target, metric, folds):
    """What each row contributes to the score, of which more is better, to first order."""
    if metric == "accuracy":
        return (np.sign(predicted) == target).astype(float)
    squares, found = (predicted - target) ** 2, np.empty(len(target))
    for fold in range(folds.max() + 1):
        own = folds == fold
        error = np.sqrt(squares[own].mean())
        found[own] = -(error + (squares[own] - error**2) / (2 * error))
    return found


def of_folds(rows, folds):
    return np.array([rows[..., folds == fold].mean(-1) for fold in range(folds.max() + 1)]).T


def test(difference, folds, added=0.0):
    """The difference of two trials' scores and its p-value, as `crossfold compare` has it, with `added` variance."""
    count, parts = len(difference), folds.max() + 1
    scores = of_folds(difference, folds)
    shares = (difference - scores[folds]) / (np.bincount(folds)[folds] * parts)
    squares, fourth = (shares**2).sum(), (shares**4).sum()
    rows, spread = squares * count / (count - 1), fourth - squares**2 / count
    freedom = min(2 * squares**2 / spread, count - 1) if spread > 0 else count - 1
    per_fold = count / parts
    of_mean = scores.var(ddof=1) / parts
    training = of_mean - squares * per_fold / (per_fold - 1)
    noise = of_mean**2 / (parts - 1) if training > 0 else 0.0
    total = rows + max(training, 0.0)
    freedom = max(total**2 / (rows**2 / freedom + noise), 1.0)
    return scores.mean(), 2 * stats.t.sf(abs(scores.mean()) / np.sqrt(total + added), freedom) if total + added > 0 else 1.0


def best(trials, folds):
    return trials[of_folds(trials, folds).mean(1).argmax()]


def best_of_other_folds(trials, folds):
    found, scores = np.empty(trials.shape[1]), of_folds(trials, folds)
    for fold in range(folds.max() + 1):
        found[folds == fold] = trials[np.delete(scores, fold, 1).mean(1).argmax()][folds == fold]
    return found


def best_of_draws(trials, folds, draws):
    """The mean over draws, and the variance between the trials that are chosen."""
    found, chosen, count = np.empty(trials.shape[1]), np.zeros(len(trials)), trials.shape[1]
    parts = folds.max() + 1
    for fold in range(parts):
        outside = folds != fold
        choices = (draws[:, outside] @ trials[:, outside].T).argmax(1)
        weights = np.bincount(choices, minlength=len(trials)) / len(draws)
        found[~outside] = weights @ trials[:, ~outside]
        chosen += weights / parts
    scores = of_folds(trials, folds)
    centred = trials - scores[:, folds]
    by_rows = (chosen[:, None] * (centred - chosen @ centred) ** 2).sum() / (count * (count - 1))
    by_folds = (chosen * (scores - of_folds(found, folds)).var(1, ddof=1)).sum() / parts
    return found, max(by_rows, by_folds)


def group(kind, count, generator):
    match kind:
        case "net":
            return [(5.0, 12)] * count
        case "wide":
            return [(5.0, 60)] * count
        case "nets":
            return [(10 ** generator.uniform(-1, 2), int(generator.choice([4, 8, 12, 16]))) for _ in range(count)]
        case "linear":
            return [(penalty, 0) for penalty in np.geomspace(0.1, 30, count)]


def study(seed, metric, groups, signal, rows, parts):
    generator = np.random.default_rng([seed, rows, parts])
    features, folds = generator.normal(size=(rows, 5)), generator.permutation(np.arange(rows) % parts)
    truth = signal * (features[:, 0] - 0.7 * features[:, 1] + 0.5 * features[:, 2] * features[:, 3])
    if metric == "accuracy":
        target = np.where(generator.random(rows) < 1 / (1 + np.exp(-1.5 * truth)), 1.0, -1.0)
    else:
        target = truth + generator.normal(size=rows)
    both = [
        np.array([
            contributions(predictions(features, target, folds, trial, generator), target, metric, folds)
            for trial in group(*one, generator)
        ])
        for one in groups
    ]
    draws = generator.multinomial(rows, np.full(rows, 1 / rows), size=DRAWS).astype(float)
    (first, between), (second, other) = (best_of_draws(trials, folds, draws) for trials in both)
    return [
        test(best(both[0], folds) - best(both[1], folds), folds),
        test(best_of_other_folds(both[0], folds) - best_of_other_folds(both[1], folds), folds),
        *(test(first - second, folds, share * (between + other)) for share in SHARES),
    ]


DESIGNS = [
    ("accuracy", (("net", 1), ("net", 1)), 1, 200, 5),
    ("accuracy", (("net", 20), ("net", 20)), 1, 200, 5),
    ("accuracy", (("net", 50), ("net", 2)), 1, 200, 5),
    ("accuracy", (("net", 50), ("net", 2)), 1, 200, 10),
    ("accuracy", (("net", 50), ("net", 2)), 1, 800, 5),
    ("rmse", (("net", 50), ("net", 2)), 1, 200, 5),
    ("rmse", (("net", 20), ("net", 20)), 1, 200, 5),
    ("rmse", (("wide", 50), ("wide", 2)), 1, 200, 5),
    ("rmse", (("net", 50), ("net", 2)), 1, 800, 5),
    # Labels are noise, so that all are right on half of the rows.
    ("accuracy", (("nets", 50), ("linear", 2)), 0, 200, 5),
    ("accuracy", (("nets", 2), ("linear", 50)), 0, 200, 5),
    ("accuracy", (("nets", 20), ("linear", 20)), 0, 200, 10),
]

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    names = ["two best directly", "best of other folds", *(f"bootstrap, {share:.2g}" for share in SHARES)]
    print(f"| metric | rows | folds | groups | {' | '.join(names)} |\n|{'---|' * (4 + len(names))}", flush=True)
    for metric, groups, signal, rows, parts in DESIGNS:
        found = np.array([study(seed, metric, groups, signal, rows, parts) for seed in range(count)])
        claims = [f"{100 * (found[:, place, 1] <= 0.05).mean():.1f} %" for place in range(len(names))]
        shown = " and ".join(f"{trials} {kind}" for kind, trials in groups) + ("" if signal else ", noise")
        print(f"| {metric} | {rows} | {parts} | {shown} | {' | '.join(claims)} |", flush=True)
