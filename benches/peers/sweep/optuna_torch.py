"""Optuna's grid sampler in two threads of one process, each training with PyTorch on one."""

import grid  # First: it sets how many threads libraries have.
import optuna
import torch

torch.set_num_threads(1)
optuna.logging.set_verbosity(optuna.logging.WARNING)
features, labels = grid.rows()
folds = grid.folds(labels)
features, labels = torch.from_numpy(features), torch.from_numpy(labels)


def objective(trial: optuna.Trial) -> float:
    settings = {name: trial.suggest_categorical(name, values) for name, values in grid.SPACE.items()}
    scores = [grid.accuracy(features, labels, *fold, **settings) for fold in folds]
    return sum(scores) / len(scores)


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.GridSampler(grid.SPACE, seed=1))
study.optimize(objective, n_jobs=grid.WORKERS)
grid.report([trial.value for trial in study.trials if trial.value is not None])
