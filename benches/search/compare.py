"""Compares this project's samplers with Optuna's by their regrets.

    python compare.py OURS.csv OPTUNA.csv

Both files have the columns table, sampler, seed, trial, regret. For each of our samplers and its counterpart, each table and
each number of trials, a two-sided Mann-Whitney test compares the runs, with Holm's correction for the number of tests. Over
all tables, a Wilcoxon signed-rank test compares each table's median regrets, divided by the larger of the two.
"""

import csv
import sys
from collections import defaultdict

import numpy as np
from scipy.stats import mannwhitneyu, wilcoxon

TRIALS = (25, 50, 100)
FEWEST_SEEDS = 20


def regrets(path):
    found = defaultdict(dict)
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if int(row["trial"]) in TRIALS:
                found[row["table"], row["sampler"], int(row["trial"])][int(row["seed"])] = float(row["regret"])
    return {key: np.array([runs[seed] for seed in sorted(runs)]) for key, runs in found.items()}


def holm(p):
    order = np.argsort(p)
    adjusted = np.maximum.accumulate([(len(p) - place) * p[at] for place, at in enumerate(order)])
    result = np.empty(len(p))
    result[order] = np.minimum(1.0, adjusted)
    return result


def main():
    ours, theirs = regrets(sys.argv[1]), regrets(sys.argv[2])
    for sampler in ("tpe", "gp"):
        keys = sorted(key for key in ours if key[1] == sampler and len(theirs.get(key, [])) >= FEWEST_SEEDS)
        if not keys:
            continue
        tables = sorted({table for table, _, _ in keys})
        print(f"\n| {sampler}: median regret at 25 / 50 / 100 trials | Optuna | Crossfold |\n|---|---|---|")
        for table in tables:
            medians = [
                " / ".join(f"{np.median(side[table, sampler, trial]):.3g}" for trial in TRIALS) for side in (theirs, ours)
            ]
            print(f"| {table} | {medians[0]} | {medians[1]} |")
        p, worse = [], []
        for key in keys:
            same = np.array_equal(np.sort(ours[key]), np.sort(theirs[key]))
            test = None if same else mannwhitneyu(ours[key], theirs[key])
            p.append(1.0 if test is None else test.pvalue)
            worse.append(test is not None and test.statistic > len(ours[key]) * len(theirs[key]) / 2)
        adjusted = holm(np.array(p))
        told = [key for key, p, is_worse in zip(keys, adjusted, worse) if p < 0.05 and is_worse]
        better = sum(p < 0.05 and not is_worse for p, is_worse in zip(adjusted, worse))
        print(f"\n{sampler}: of {len(keys)} comparisons worse after Holm's correction: {told or 'none'}; better: {better}")
        for trial in TRIALS:
            pairs = [
                (np.median(ours[table, sampler, trial]), np.median(theirs[table, sampler, trial]))
                for table in tables
            ]
            shares = [(a - b) / max(a, b) if max(a, b) > 0 else 0.0 for a, b in pairs]
            p_value = wilcoxon(shares, alternative="less").pvalue if any(shares) else 1.0
            lower, higher = sum(share < 0 for share in shares), sum(share > 0 for share in shares)
            print(f"{sampler} at {trial}: lower on {lower}, higher on {higher} of {len(pairs)}; signed-rank p = {p_value:.2g}")


if __name__ == "__main__":
    main()
