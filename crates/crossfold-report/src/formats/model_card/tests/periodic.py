import numpy as np
from safetensors.numpy import load_file

w = load_file("weights.safetensors")
x = np.loadtxt("inputs.csv", delimiter=",", skiprows=1, ndmin=2, encoding="utf-8")[:, 1:]
x = np.hstack([x[:, :2], *(w[f"embeddings.{i}.weight"][x[:, 2 + i].astype(int)] for i in range(2))])
v = x[:, 0:1].reshape(-1, 1, 1)
v = 2 * np.pi * v * w["numbers.0.frequencies"]
v = np.concatenate((np.cos(v), np.sin(v)), 2)
v = np.einsum("rni,noi->rno", v, w["numbers.0.weight"].reshape(1, 5, 6)) + w["numbers.0.bias"].reshape(1, 5)
x = np.concatenate((np.maximum(v, 0).reshape(-1, 5), x[:, 1:7]), 1)
x = np.maximum(x @ w["layers.0.weight"].T + w["layers.0.bias"], 0)
x = x @ w["layers.1.weight"].T + w["layers.1.bias"]
p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
