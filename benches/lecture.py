"""Runs the lecture's experiments with several seeds, and compares their results with the goals.

    python benches/lecture.py [NAME…]     # all rows, or those whose names begin with a NAME; no packages needed

Takes about twenty minutes. Prints a Markdown table row by row, and fails if a goal is missed. All scores are on the test rows,
which no selection has used: each network is searched and refitted by itself, so that each is tested.
"""

import csv
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable

ROOT = pathlib.Path(__file__).parents[1]


def accuracy(experiment: str, seed: int, *arguments: str) -> float:
    """The test accuracy of the network that wins."""
    with tempfile.TemporaryDirectory() as results:
        command = ["cargo", "crossfold", "run", f"experiments/{experiment}.yaml", "--quiet", "--seed", str(seed)]
        subprocess.run([*command, "--results", results, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        with open(pathlib.Path(results) / experiment / "test.csv", newline="") as file:
            return next(float(row["value"]) for row in csv.DictReader(file) if row["metric"] == "accuracy")


def errors(model: str) -> list[float]:
    """The test error of one of ISLR's networks in percent, for each seed."""
    return [100 * (1 - accuracy("islr-mnist", seed, "--set", f"search.models=[{model}]")) for seed in (1, 2, 3)]


def islr(model: str, goal: float) -> tuple[str, bool]:
    found = errors(model)
    mean = sum(found) / len(found)
    return f"{mean:.2f} % wrong ({', '.join(f'{e:.2f}' for e in found)})", mean <= goal


def single(experiment: str, goal: float, seed: int = 1) -> tuple[str, bool]:
    found = 100 * accuracy(experiment, seed)
    return f"{found:.2f} % right", found >= goal


def augmentation() -> tuple[str, bool]:
    pairs = []
    for seed in range(1, 6):
        pairs.append([100 * accuracy("mnist-augmentation", seed, "--set", f"search.models=[{m}]") for m in ("plain", "augmented")])
    shown = ", ".join(f"{plain:.2f} → {augmented:.2f}" for plain, augmented in pairs)
    return f"better in {sum(a > p for p, a in pairs)} of 5 seeds ({shown})", all(a > p for p, a in pairs)


ROWS: dict[str, tuple[str, Callable[[], tuple[str, bool]]]] = {
    "logistic": ("at most 7.7 % wrong, mean of 3 seeds (ISLR: 7.2)", lambda: islr("logistic", 7.7)),
    "ridge": ("at most 2.3 % wrong, mean of 3 seeds (ISLR: 2.3)", lambda: islr("ridge", 2.3)),
    "dropout": ("at most 1.8 % wrong, mean of 3 seeds (ISLR: 1.8)", lambda: islr("dropout", 1.8)),
    "mnist-cnn": ("at least 99.2 % right", lambda: single("mnist-cnn", 99.2)),
    "mnist-augmentation": ("better with augmentation in 5 of 5 seeds", augmentation),
    "mnist-rnn": ("at least 98.5 % right", lambda: single("mnist-rnn", 98.5)),
    "japanese-vowels": ("at least 96 % right", lambda: single("japanese-vowels", 96.0, seed=9)),
}


def main() -> None:
    wanted = sys.argv[1:]
    print("| experiment | goal | test rows | reached |\n|---|---|---|---|", flush=True)
    missed = False
    for name, (goal, measure) in ROWS.items():
        if not wanted or any(name.startswith(prefix) for prefix in wanted):
            found, reached = measure()
            missed |= not reached
            print(f"| {name} | {goal} | {found} | {'yes' if reached else 'no'} |", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
