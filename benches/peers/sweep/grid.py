"""The sweep's rows, folds and settings, and its network in PyTorch.

The environment's `SEED` draws rows and folds, by classes, as Crossfold's `--seed` does; they aren't the same rows.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "fit"))

for library in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[library] = "1"

import data
import numpy
from sklearn.model_selection import StratifiedKFold, train_test_split

WORKERS = 2
SEED = int(os.environ["SEED"])
SPACE = {"layers": [1, 2], "nodes": [64, 128], "dropout": [0.0, 0.3], "batch": [64, 128], "epochs": [2, 4]}


def rows() -> tuple[numpy.ndarray, numpy.ndarray]:
    features, labels = data.mnist()
    taken, _ = train_test_split(numpy.arange(len(labels)), train_size=10_000, stratify=labels, random_state=SEED)
    return features[taken], labels[taken]


def folds(labels) -> list[tuple[numpy.ndarray, numpy.ndarray]]:
    return list(StratifiedKFold(3, shuffle=True, random_state=SEED).split(labels, labels))


def network(layers: int, nodes: int, dropout: float):
    from torch import nn

    stack, width = [], 784
    for _ in range(layers):
        stack += [nn.Linear(width, nodes), nn.ReLU(), nn.Dropout(dropout)]
        width = nodes
    return nn.Sequential(*stack, nn.Linear(width, 10))


def accuracy(features, labels, training, validation, layers, nodes, dropout, batch, epochs) -> float:
    """Of one fold; `features` and `labels` are tensors."""
    import torch

    torch.manual_seed(SEED)
    model = network(layers, nodes, dropout)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = torch.nn.CrossEntropyLoss()
    training, validation = torch.from_numpy(training), torch.from_numpy(validation)
    for _ in range(epochs):
        for part in training[torch.randperm(len(training))].split(batch):
            optimizer.zero_grad()
            loss(model(features[part]), labels[part]).backward()
            optimizer.step()
    model.eval()
    with torch.inference_mode():
        return (model(features[validation]).argmax(1) == labels[validation]).float().mean().item()


def report(accuracies) -> None:
    """The last line that `run.py` reads."""
    print("accuracy", sum(accuracies) / len(accuracies))
