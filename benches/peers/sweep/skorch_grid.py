"""scikit-learn's grid search over PyTorch networks wrapped by skorch."""

import grid  # First: it sets how many threads libraries have.
import torch
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetClassifier


class Network(torch.nn.Module):
    def __init__(self, layers: int = 1, nodes: int = 64, dropout: float = 0.0) -> None:
        super().__init__()
        self.stack = grid.network(layers, nodes, dropout)

    def forward(self, rows):
        return self.stack(rows)


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(grid.SEED)
    features, labels = grid.rows()
    space = {f"module__{name}": grid.SPACE[name] for name in ["layers", "nodes", "dropout"]}
    space |= {"batch_size": grid.SPACE["batch"], "max_epochs": grid.SPACE["epochs"]}
    settings = {"criterion": torch.nn.CrossEntropyLoss, "optimizer": torch.optim.Adam, "lr": 1e-3}
    model = NeuralNetClassifier(Network, **settings, train_split=None, verbose=0)
    search = GridSearchCV(model, space, n_jobs=grid.WORKERS, cv=grid.folds(labels), refit=False)
    search.fit(features, labels)
    grid.report(search.cv_results_["mean_test_score"])


if __name__ == "__main__":
    main()
