"""The rows that all peers train on, in memory, as numpy arrays."""

import gzip
import pathlib

import numpy

MNIST = pathlib.Path(__file__).parents[3] / "data" / "mnist"


def mnist() -> tuple[numpy.ndarray, numpy.ndarray]:
    """60,000 × 784 numbers in [0, 1], and the digits."""
    return read("train-images-idx3-ubyte", 16).reshape(-1, 784).astype(numpy.float32) / 255, read(
        "train-labels-idx1-ubyte", 8
    ).astype(numpy.int64)


def table() -> tuple[numpy.ndarray, numpy.ndarray]:
    """20,000 rows of 20 features, and a number to learn: what they say doesn't matter to speed."""
    random = numpy.random.default_rng(1)
    features = random.standard_normal((20_000, 20), dtype=numpy.float32)
    return features, features.sum(axis=1)


def read(name: str, header: int) -> numpy.ndarray:
    with gzip.open(MNIST / f"{name}.gz") as file:
        return numpy.frombuffer(file.read()[header:], dtype=numpy.uint8)
