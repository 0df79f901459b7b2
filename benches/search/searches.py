"""The spaces that are searched: tables, and functions whose minimum is known. Values are losses, so smaller is better."""

import dataclasses
import math
import pathlib
from collections.abc import Callable

import numpy as np

import table


@dataclasses.dataclass
class Search:
    name: str
    best: float
    loss: Callable  # of an Optuna trial


def of_table(path):
    header, values = table.read(path)
    sign = -1 if header["better"] == "greater" else 1
    losses = sign * table.scores(header, values)
    axes = header["axes"]

    def loss(trial):
        place = 0
        for axis in axes:
            name, values = axis["name"], axis["values"]
            if axis["kind"] == "choice":
                at = values.index(trial.suggest_categorical(name, values))
            else:
                at = trial.suggest_int(name, 0, len(values) - 1)
            place = place * len(values) + at
        return float(losses[place])

    return Search(header["name"], float(np.nanmin(losses)), loss)


def of_function(name, dimensions, best, function):
    def loss(trial):
        return function([trial.suggest_float(f"x{axis}", 0, 1) for axis in range(dimensions)])

    return Search(name, best, loss)


def branin(unit):
    x, y = 15 * unit[0] - 5, 15 * unit[1]
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
HARTMANN_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
HARTMANN_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def hartmann(unit):
    return float(-HARTMANN_ALPHA @ np.exp(-(HARTMANN_A * (np.array(unit) - HARTMANN_P) ** 2).sum(axis=1)))


def ackley(unit):
    x = 32.768 * (2 * np.array(unit) - 1)
    spread, waves = math.sqrt((x * x).mean()), np.cos(2 * math.pi * x).mean()
    return float(-20 * math.exp(-0.2 * spread) - math.exp(waves) + 20 + math.e)


def rosenbrock(unit):
    x = 15 * np.array(unit) - 5
    return float((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum())


def conditional(trial):
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    if kind == "a":
        return (trial.suggest_float("x", 0, 1) - 0.7) ** 2 + 0.05
    if kind == "b":
        return (trial.suggest_float("y", 0, 1) - 0.2) ** 2 + (trial.suggest_float("z", 0, 1) - 0.9) ** 2
    return abs(trial.suggest_int("n", 1, 20) - 13) / 20 + 0.02


FUNCTIONS = [
    of_function("branin", 2, 0.39788735772973816, branin),
    of_function("hartmann6", 6, -3.322368011415515, hartmann),
    of_function("ackley5", 5, 0.0, ackley),
    of_function("rosenbrock4", 4, 0.0, rosenbrock),
    Search("conditional", 0.0, conditional),
]


def all_searches(folder):
    ours = pathlib.Path(__file__).parent / "mnist-mlp.table"
    tables = [*([ours] if ours.exists() else []), *sorted(pathlib.Path(folder).glob("*.table"))]
    return {search.name: search for search in [*map(of_table, tables), *FUNCTIONS]}
