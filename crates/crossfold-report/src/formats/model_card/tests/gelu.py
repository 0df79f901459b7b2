import math
import numpy as np
from safetensors.numpy import load_file

w = load_file("weights.safetensors")
x = np.load("images.npy").reshape(-1, 64) / 255
x = x @ w["layers.0.weight"].T + w["layers.0.bias"]
x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-5)
x = x * w["normalizations.0.weight"] + w["normalizations.0.bias"]
x = x * (1 + np.vectorize(math.erf)(x / 2**0.5)) / 2
x = x @ w["layers.1.weight"].T + w["layers.1.bias"]
p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
