"""Compares scikit-learn's linear models with Crossfold's winners, on the same folds where these are known.

    cargo crossfold run experiments/anes96.yaml       # and hitters.yaml, california.yaml
    python benches/peers/tables.py [RESULTS]          # needs scikit-learn 1.9.1

RESULTS is the folder of all studies, by default `results`. A study's `predictions.csv` has the rows that each fold
validated, counted from 0 in the data's file. Its true values are compared with the data's, so that a wrong row number
is noticed. A fold's model is fitted on the other rows of the file.
"""

import csv
import pathlib
import sys

import numpy
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROOT = pathlib.Path(__file__).parents[2]


def read(path: pathlib.Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def table(path: str, target: str) -> tuple[numpy.ndarray, list[str]]:
    """The features and the targets of all rows; a missing target is empty."""
    rows = read(ROOT / "data" / path)
    features = [[value for name, value in row.items() if name != target] for row in rows]
    return numpy.array(features, dtype=object), [row[target] for row in rows]


def folds(results: pathlib.Path, truth: list[str], same) -> list[tuple[numpy.ndarray, list[str]]]:
    """The validation rows of each fold, and the winner's predictions for them."""
    found: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for line in read(results / "predictions.csv"):
        row = int(line["row"])
        if not same(line["truth"], truth[row]):
            sys.exit(f"{results.name}: row {row} has the target {truth[row]} and not {line['truth']}")
        predicted = line["predicted"]
        found.setdefault((int(line["repeat"]), int(line["fold"])), []).append((row, predicted))
    return [(numpy.array([row for row, _ in lines]), [p for _, p in lines]) for _, lines in sorted(found.items())]


def compared(features, targets, parts, make, score) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Each fold's score: of the winner, and of a model fitted on the other folds' rows."""
    ours, theirs = [], []
    known = numpy.unique(numpy.concatenate([rows for rows, _ in parts]))
    for rows, predicted in parts:
        training = numpy.setdiff1d(known, rows)
        model = make().fit(features[training], targets[training])
        ours.append(score(predicted, targets[rows]))
        theirs.append(score(model.predict(features[rows]), targets[rows]))
    return numpy.array(ours), numpy.array(theirs)


def standard_error(scores: numpy.ndarray) -> float:
    return scores.std(ddof=1) / len(scores) ** 0.5


def summary(scores: numpy.ndarray, digits: int) -> str:
    return f"{scores.mean():.{digits}f} ± {standard_error(scores):.{digits}f}"


def anes96(results: pathlib.Path) -> list[str]:
    features, truth = table("anes96/anes96.csv", "vote")
    features = features.astype(float)
    features[:, 0] = numpy.log1p(features[:, 0])  # `popul`, as in the spec
    targets = numpy.array(truth)
    parts = folds(results, truth, lambda a, b: a == b)
    right = lambda predicted, true: float(numpy.mean(numpy.array(predicted) == true))
    make = lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    ours, theirs = compared(features, targets, parts, make, right)
    holds = "yes" if ours.mean() >= theirs.mean() - standard_error(theirs) else "no"
    goal = "no lower than logistic regression less one standard error"
    return [f"accuracy, mean of {len(parts)} folds", summary(ours, 4), f"logistic regression {summary(theirs, 4)}", goal, holds]


def hitters(results: pathlib.Path) -> list[str]:
    features, truth = table("hitters/hitters.csv", "Salary")
    targets = numpy.array([value or "nan" for value in truth], dtype=float)
    is_name = numpy.array([not value.replace(".", "").isdigit() for value in features[0]])
    names, numbers = numpy.flatnonzero(is_name), numpy.flatnonzero(~is_name)
    features[:, numbers] = features[:, numbers].astype(float)
    parts = folds(results, truth, lambda a, b: float(a) == float(b))
    error = lambda predicted, true: float(numpy.abs(numpy.array(predicted, dtype=float) - true).mean())
    columns = lambda: make_column_transformer((OneHotEncoder(drop="first"), names), remainder="passthrough")
    ours, theirs = compared(features, targets, parts, lambda: make_pipeline(columns(), LinearRegression()), error)
    ratio = ours.mean() / theirs.mean()
    holds = f"{'yes' if ratio <= 1.05 else 'no'}: {ratio:.3f}"
    what = f"mean absolute error, mean of {len(parts)} folds"
    return [what, summary(ours, 1), f"least squares {summary(theirs, 1)}", "ratio at most 1.05", holds]


def california(results: pathlib.Path) -> list[str]:
    features, truth = table("california-housing/california_housing.csv", "MedHouseVal")
    features, targets = features.astype(float), numpy.array(truth, dtype=float)
    # Rows that no fold validates are test rows.
    training = numpy.concatenate([rows for rows, _ in folds(results, truth, lambda a, b: float(a) == float(b))])
    test = numpy.setdiff1d(numpy.arange(len(targets)), training)
    predicted = LinearRegression().fit(features[training], targets[training]).predict(features[test])
    error = ((predicted - targets[test]) ** 2).mean() ** 0.5
    ours = next(float(line["value"]) for line in read(results / "test.csv") if line["metric"] == "rmse")
    theirs = f"linear regression {error:.4f} on the same rows"
    return ["test root mean squared error", f"{ours:.4f}", theirs, "at most 0.53", "yes" if ours <= 0.53 else "no"]


def main() -> None:
    """Prints a table, and fails if a goal is missed."""
    results = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "results"
    print(f"| scikit-learn {sklearn.__version__} | figure | Crossfold's winner | linear model | goal | reached |")
    print("|---|---|---|---|---|---|")
    missed = False
    for study in [anes96, hitters, california]:
        folder = results / study.__name__
        if folder.is_dir():
            cells = study(folder)
            missed |= cells[-1].startswith("no")
            print("| " + " | ".join([study.__name__, *cells]) + " |")
        else:
            print(f"{study.__name__}: no results yet: cargo crossfold run experiments/{study.__name__}.yaml", file=sys.stderr)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
