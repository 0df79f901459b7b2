import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

w = load_file("weights.safetensors")
x = torch.tensor(np.load("images.npy"), dtype=torch.float32).reshape(-1, 7, 8, 3).movedim(-1, 1) / 255
x = F.conv2d(F.pad(x, (1, 1, 1, 2)), w["convolutions.0.weight"], w["convolutions.0.bias"], stride=2)
x = F.layer_norm(x.movedim(1, -1), w["normalizations.0.weight"].shape, w["normalizations.0.weight"], w["normalizations.0.bias"]).movedim(-1, 1)
x = F.relu(x)
p = F.linear(x.flatten(1), w["layers.0.weight"], w["layers.0.bias"]).softmax(1)
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
