import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

w = load_file("weights.safetensors")
x = torch.tensor(np.load("images.npy"), dtype=torch.float32).reshape(-1, 8, 8) / 255
for i, rnn in enumerate([torch.nn.LSTM(8, 6, batch_first=True, bidirectional=True)]):
    rnn.load_state_dict({name: w[f"recurrences.{i}." + name.replace("_l0", "")] for name in rnn.state_dict()})
    x, (h, _) = rnn(x)
x = torch.cat(tuple(h), 1).detach()
p = F.linear(x, w["layers.0.weight"], w["layers.0.bias"]).softmax(1)
print([["a", "b"][i] for i in p.argmax(1)])  # p: how probable each is
