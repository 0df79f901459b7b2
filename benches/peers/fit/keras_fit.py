"""Keras on its JAX backend and one thread, trained by `fit`."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import data
import keras
import networks
import timing
from keras import layers


def make(network: networks.Network):
    if network.filters:
        # XLA had not finished an epoch on a CPU after four minutes.
        return None
    features, targets = data.table() if network.is_table else data.mnist()
    stack = [keras.Input((network.inputs,))]
    if network.cell:
        cell = {"lstm": layers.LSTM, "gru": layers.GRU}[network.cell]
        stack += [layers.Reshape((28, 28)), cell(networks.NODES)]
    for nodes, dropout in network.hidden:
        stack.append(layers.Dense(nodes, activation="relu"))
        if dropout > 0:
            stack.append(layers.Dropout(dropout))
    model = keras.Sequential([*stack, layers.Dense(network.outputs)])
    loss = "mse" if network.is_table else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(networks.RATE), loss)

    def epoch() -> int:
        model.fit(features, targets, batch_size=network.batch, epochs=1, verbose=0)
        return len(features)

    return epoch


keras.utils.set_random_seed(1)
timing.run("keras", make)
