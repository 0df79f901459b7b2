"""Fits one peer on one table, and writes its predictions of the test rows.

    python benches/tables/peers.py METHOD FOLDER SEED PREDICTIONS

FOLDER has `train.csv`, `test.csv`, `table.json` and, where a method may use them for early stopping, `validation.csv`. Every method has its
library's defaults. PREDICTIONS has one column per class, or one column `y`.
"""

import json
import pathlib
import sys

import pandas


class Table:
    """The rows of a folder: features as numbers or categories, and targets."""

    def __init__(self, folder: pathlib.Path):
        facts = json.loads((folder / "table.json").read_text())
        self.target, self.is_classification = facts["target"], facts["task"] == "classification"
        parts = {part: pandas.read_csv(folder / f"{part}.csv") for part in ("train", "validation", "test") if (folder / f"{part}.csv").exists()}
        together = pandas.concat(parts.values()).drop(columns=self.target)
        self.names = [name for name in together if not pandas.api.types.is_numeric_dtype(together[name])]
        kinds = {name: pandas.CategoricalDtype(sorted(together[name].unique())) for name in self.names}
        self.features = {part: rows.drop(columns=self.target).astype(kinds) for part, rows in parts.items()}
        self.targets = {part: rows[self.target] for part, rows in parts.items()}


def linear(table, seed):
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.linear_model import LogisticRegressionCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    names = make_column_selector(dtype_include="category")
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    inputs = make_column_transformer((encoder, names), remainder=StandardScaler())
    if table.is_classification:
        return fit(make_pipeline(inputs, LogisticRegressionCV(max_iter=2000, scoring="neg_log_loss")), table)
    return fit(make_pipeline(inputs, RidgeCV(alphas=[10.0**power for power in range(-4, 5)])), table)


def hgb(table, seed):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if table.is_classification else HistGradientBoostingRegressor
    return fit(kind(categorical_features="from_dtype", random_state=seed), table)


def lightgbm(table, seed):
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMClassifier if table.is_classification else LGBMRegressor
    return fit(kind(random_state=seed, n_jobs=1, verbose=-1), table)


def catboost(table, seed):
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostClassifier if table.is_classification else CatBoostRegressor
    model = kind(random_seed=seed, thread_count=1, verbose=0, allow_writing_files=False, cat_features=table.names)
    return fit(model, table)


def realmlp(table, seed):
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    kind = RealMLP_TD_Classifier if table.is_classification else RealMLP_TD_Regressor
    return fit_with_validation(kind(random_state=seed, n_threads=1, device="cpu"), table)


def tabm(table, seed):
    from pytabkit import TabM_D_Classifier, TabM_D_Regressor

    kind = TabM_D_Classifier if table.is_classification else TabM_D_Regressor
    return fit_with_validation(kind(random_state=seed, n_threads=1, device="cpu"), table)


def fit(model, table):
    return model.fit(table.features["train"], table.targets["train"])


def fit_with_validation(model, table):
    """Fits a model that chooses its best epoch by the validation rows, or, without them, by a part of its own."""
    validation = {"X_val": table.features["validation"], "y_val": table.targets["validation"]} if "validation" in table.features else {}
    return model.fit(table.features["train"], table.targets["train"], **validation)


METHODS = {method.__name__: method for method in (linear, hgb, lightgbm, catboost, realmlp, tabm)}


def main() -> None:
    method, folder, seed, path = sys.argv[1:]
    table = Table(pathlib.Path(folder))
    model = METHODS[method](table, int(seed))
    if table.is_classification:
        predicted = pandas.DataFrame(model.predict_proba(table.features["test"]), columns=model.classes_)
    else:
        predicted = pandas.DataFrame({"y": model.predict(table.features["test"]).ravel()})
    predicted.to_csv(path, index=False)


if __name__ == "__main__":
    main()
