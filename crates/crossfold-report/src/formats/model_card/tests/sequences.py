import csv
from itertools import groupby
import numpy as np
from safetensors.numpy import load_file

w = load_file("weights.safetensors")
rows = list(csv.reader(open("inputs.csv", encoding="utf-8")))[1:]
steps = [[list(map(float, row[2:])) for row in rows] for _, rows in groupby(rows, lambda row: row[0])]
x = [np.ravel(rows) for rows in steps]
x = np.stack([np.pad(row, (0, 10 - row.size)) for row in x])
x = np.maximum(x @ w["layers.0.weight"].T + w["layers.0.bias"], 0)
x = x @ w["layers.1.weight"].T + w["layers.1.bias"]
p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
