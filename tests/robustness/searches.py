"""Small studies of each kind of search, for benches that damage or interrupt them."""

import tables

COMMON = """version: 1
name: study
data: {source: csv, path: table.csv, target: y, test_share: 0.2}
cross_validation: {folds: 3}
final: {test: true}
predictions: {megabytes: 1}
"""
RATES = "learning_rate: {log_uniform: {low: 0.001, high: 0.3}}"

SEARCHES = {
    "grid": "model: {kind: mlp, hidden: [4]}\nsearch: {space: {learning_rate: [0.01, 0.1], dropout: [0, 0.2]}}\n",
    "random": f"model: {{kind: linear}}\nsearch: {{strategy: {{random: {{trials: 5}}}}, space: {{{RATES}}}}}\n",
    "halving": f"model: {{kind: linear}}\nsearch: {{strategy: {{sobol: {{trials: 6}}}}, pruner: halving, space: {{{RATES}}}}}\n",
    "asha": f"model: {{kind: mlp, hidden: [3]}}\nsearch: {{strategy: {{random: {{trials: 6}}}}, pruner: asha, space: {{{RATES}}}}}\n",
    "bohb": f"model: {{kind: linear}}\nsearch: {{strategy: {{tpe: {{trials: 6, startup: 3}}}}, pruner: bohb, space: {{{RATES}}}}}\n",
    "racing": f"model: {{kind: linear}}\nsearch: {{strategy: {{gp: {{trials: 5, startup: 3}}}}, pruner: racing, space: {{{RATES}}}}}\n",
    "models": "models: {a: {kind: linear}, b: {kind: mlp, hidden: [3], normalization: batch, training: {patience: 2}}}\n",
    "failing": "model: {kind: linear}\nsearch: {space: {learning_rate: [0.01, 1000], optimizer: [sgd, adam]}}\n",
}


def write(random, kind, folder, epochs, batch_size=16):
    """Writes a search's spec and table."""
    table = tables.make(random, regression=kind == "failing", sequences=False)
    (folder / "table.csv").write_text(table.text(), "utf-8", newline="")
    task = "objective: {metric: rmse}\n" if kind == "failing" else ""
    text = COMMON.replace("target: y,", "target: y, task: regression,") if task else COMMON
    training = f"training: {{epochs: {epochs}, batch_size: {batch_size}}}\n"
    (folder / "study.yaml").write_text(text + SEARCHES[kind] + training + task, "utf-8")
