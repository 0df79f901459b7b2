import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file

weights = load_file("weights.safetensors")
x = np.load("images.npy").reshape(-1, 64) / 255
inputs, mean = x, 0
for member in range(0, 2):  # trial 4, weight 3 of 4
    own = f"members.{member}."
    w = {name[len(own):]: values for name, values in weights.items() if name.startswith(own)}
    x = inputs
    x = x @ w["layers.0.weight"].T + w["layers.0.bias"]
    p = np.exp(x - np.logaddexp.reduce(x, axis=1, keepdims=True))
    mean = mean + p * 3 / 8
x = torch.tensor(np.load("images.npy"), dtype=torch.float32).reshape(-1, 1, 8, 8) / 255
inputs = x
for member in range(2, 3):  # trial 1, weight 1 of 4
    own = f"members.{member}."
    w = {name[len(own):]: torch.tensor(values) for name, values in weights.items() if name.startswith(own)}
    x = inputs
    x = F.relu(F.conv2d(x, w["convolutions.0.weight"], w["convolutions.0.bias"], padding=1))
    x = F.max_pool2d(x, 2)
    p = F.linear(x.flatten(1), w["layers.0.weight"], w["layers.0.bias"]).softmax(1)
    mean = mean + p.numpy() * 1 / 4
p = mean
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
