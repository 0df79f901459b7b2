"""The networks that are timed, by the names that `crates/crossfold-model/benches/fit.rs` has for them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Network:
    batch: int
    # Nodes and dropout of each hidden layer.
    hidden: tuple[tuple[int, float], ...] = ()
    # Filters of 3×3 convolutions, each followed by max pooling of 2×2.
    filters: tuple[int, ...] = ()
    # A recurrent layer of 64 nodes that reads an image row by row; its last state is what counts.
    cell: str | None = None
    # 20 features and a number to learn, or MNIST.
    is_table: bool = False

    @property
    def inputs(self) -> int:
        return 20 if self.is_table else 784

    @property
    def outputs(self) -> int:
        return 1 if self.is_table else 10


NETWORKS = {
    "256-128": Network(128, hidden=((256, 0.4), (128, 0.3))),
    "32": Network(32, hidden=((32, 0.0),)),
    "table-64-32": Network(64, hidden=((64, 0.0), (32, 0.0)), is_table=True),
    "cnn-16-32": Network(128, hidden=((128, 0.0),), filters=(16, 32)),
    "lstm-64": Network(128, cell="lstm"),
    "gru-64": Network(128, cell="gru"),
}
RATE = 1e-3
NODES = 64
