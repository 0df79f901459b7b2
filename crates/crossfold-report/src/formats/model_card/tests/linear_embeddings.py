import numpy as np
from safetensors.numpy import load_file

w = load_file("weights.safetensors")
x = np.loadtxt("inputs.csv", delimiter=",", skiprows=1, ndmin=2, encoding="utf-8")[:, 1:]
v = x[:, 0:4].reshape(-1, 2, 2)
v = np.einsum("rni,noi->rno", v, w["numbers.0.weight"].reshape(2, 5, 2)) + w["numbers.0.bias"].reshape(2, 5)
x = np.maximum(v, 0).reshape(-1, 10)
x = np.maximum(x @ w["layers.0.weight"].T + w["layers.0.bias"], 0)
x = x @ w["layers.1.weight"].T + w["layers.1.bias"]
p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
