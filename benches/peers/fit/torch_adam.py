"""PyTorch on one thread: rows in memory, taken by their numbers; Adam as it comes, or with `--fused`."""

import sys

import data
import networks
import timing
import torch
from torch import nn


class Recurrent(nn.Module):
    def __init__(self, cell: str, nodes: int) -> None:
        super().__init__()
        layer = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.layer = layer(28, nodes, batch_first=True)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        states, _ = self.layer(rows.view(-1, 28, 28))
        return states[:, -1]


def build(network: networks.Network) -> nn.Sequential:
    layers: list[nn.Module] = []
    width = network.inputs
    if network.filters:
        layers.append(nn.Unflatten(1, (1, 28, 28)))
        channels, side = 1, 28
        for filters in network.filters:
            layers += [nn.Conv2d(channels, filters, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
            channels, side = filters, side // 2
        layers.append(nn.Flatten())
        width = channels * side * side
    if network.cell:
        layers.append(Recurrent(network.cell, networks.NODES))
        width = networks.NODES
    for nodes, dropout in network.hidden:
        layers += [nn.Linear(width, nodes), nn.ReLU()]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
        width = nodes
    return nn.Sequential(*layers, nn.Linear(width, network.outputs))


def make(network: networks.Network):
    arrays = data.table() if network.is_table else data.mnist()
    features, targets = (torch.from_numpy(array) for array in arrays)
    if network.is_table:
        targets = targets[:, None]
    model = build(network)
    loss = nn.MSELoss() if network.is_table else nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=networks.RATE, fused="--fused" in FLAGS or None)

    def epoch() -> int:
        for rows in torch.randperm(len(features)).split(network.batch):
            optimizer.zero_grad()
            loss(model(features[rows]), targets[rows]).backward()
            optimizer.step()
        return len(features)

    return epoch


FLAGS = [argument for argument in sys.argv if argument.startswith("--")]
sys.argv = [argument for argument in sys.argv if not argument.startswith("--")]
torch.set_num_threads(1)
torch.manual_seed(1)
timing.run("torch-fused" if FLAGS else "torch", make)
