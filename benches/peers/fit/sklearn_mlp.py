"""scikit-learn's multilayer perceptrons on one thread, which have no dropout."""

import os

for library in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[library] = "1"

import warnings

import data
import networks
import timing
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.simplefilter("ignore", ConvergenceWarning)


def make(network: networks.Network):
    if network.filters or network.cell:
        return None
    features, targets = data.table() if network.is_table else data.mnist()
    kind = MLPRegressor if network.is_table else MLPClassifier
    hidden = [nodes for nodes, _ in network.hidden]
    # `alpha`: no penalty, as with all others.
    settings = {"batch_size": network.batch, "learning_rate_init": networks.RATE, "alpha": 0.0, "random_state": 1}
    model = kind(hidden_layer_sizes=hidden, max_iter=1, warm_start=True, **settings)

    def epoch() -> int:
        model.fit(features, targets)
        return len(features)

    return epoch


timing.run("sklearn", make)
