"""PyTorch's side of benches/peers/run.sh: one thread, rows in memory, Adam.

Prints a line `name samples/s` for each network, as `crates/crossfold-model/benches/fit.rs` does:
the median of three epochs over MNIST's 60,000 rows, after 100 steps to warm up.
"""

import gzip
import pathlib
import statistics
import sys
import time

import torch
from torch import nn

EPOCHS = 3
NETWORKS = {
    "256-128": ([(256, 0.4), (128, 0.3)], 128),
    "128-128": ([(128, 0.2), (128, 0.2)], 128),
    "64": ([(64, 0.2)], 64),
    "32-32": ([(32, 0.0), (32, 0.0)], 32),
}


def read(name: str, header: int) -> torch.Tensor:
    folder = pathlib.Path(__file__).parents[2] / "data" / "mnist"
    with gzip.open(folder / f"{name}.gz") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def mlp(hidden: list[tuple[int, float]]) -> nn.Sequential:
    layers: list[nn.Module] = []
    width = 784
    for nodes, dropout in hidden:
        layers += [nn.Linear(width, nodes), nn.ReLU()]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
        width = nodes
    return nn.Sequential(*layers, nn.Linear(width, 10))


def main() -> None:
    fused = "--fused" in sys.argv
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    torch.set_num_threads(1)
    torch.manual_seed(1)
    features = read("train-images-idx3-ubyte", 16).view(-1, 784).float() / 255
    labels = read("train-labels-idx1-ubyte", 8).long()
    for name in named or NETWORKS:
        hidden, batch = NETWORKS[name]
        network = mlp(hidden)
        loss = nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=fused or None)

        def epoch(steps: int | None = None) -> None:
            order = torch.randperm(len(features))
            for rows in order.split(batch)[:steps]:
                optimizer.zero_grad()
                loss(network(features[rows]), labels[rows]).backward()
                optimizer.step()

        epoch(100)
        rates = []
        for _ in range(EPOCHS):
            start = time.perf_counter()
            epoch()
            rates.append(len(features) / (time.perf_counter() - start))
        print(name, round(statistics.median(rates)))


if __name__ == "__main__":
    main()
