"""scikit-learn's grid search over its own perceptrons, which have no dropout: 16 configurations."""

import warnings

import grid  # First: it sets how many threads libraries have.
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore", ConvergenceWarning)
# Workers are processes of their own.
import os

os.environ["PYTHONWARNINGS"] = "ignore"
features, labels = grid.rows()
hidden = [(nodes,) * layers for layers in grid.SPACE["layers"] for nodes in grid.SPACE["nodes"]]
space = {"hidden_layer_sizes": hidden, "batch_size": grid.SPACE["batch"], "max_iter": grid.SPACE["epochs"]}
model = MLPClassifier(alpha=0.0, learning_rate_init=1e-3, random_state=grid.SEED)
search = GridSearchCV(model, space, n_jobs=grid.WORKERS, cv=grid.folds(labels), refit=False)
search.fit(features, labels)
grid.report(search.cv_results_["mean_test_score"])
