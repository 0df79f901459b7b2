"""Ray Tune with two actors that are used again from trial to trial, each training with PyTorch on one thread."""

import os

os.environ |= {"RAY_AIR_NEW_OUTPUT": "0", "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1", "RAY_DEDUP_LOGS": "0"}

import grid  # Before all else: it sets how many threads libraries have.
import ray
import torch
from ray import tune


class Trial(tune.Trainable):
    def setup(self, config) -> None:
        torch.set_num_threads(1)
        features, labels = grid.rows()
        self.folds = grid.folds(labels)
        self.features, self.labels = torch.from_numpy(features), torch.from_numpy(labels)
        self.settings = config

    def reset_config(self, config) -> bool:
        self.settings = config
        return True

    def step(self) -> dict:
        scores = [grid.accuracy(self.features, self.labels, *fold, **self.settings) for fold in self.folds]
        return {"accuracy": sum(scores) / len(scores), "done": True}


ray.init(num_cpus=grid.WORKERS, include_dashboard=False, log_to_driver=False)
space = {name: tune.grid_search(values) for name, values in grid.SPACE.items()}
settings = tune.TuneConfig(metric="accuracy", mode="max", reuse_actors=True)
results = tune.Tuner(Trial, param_space=space, tune_config=settings, run_config=tune.RunConfig(verbose=0)).fit()
grid.report([result.metrics["accuracy"] for result in results])
