"""JAX on one thread: a whole epoch compiled as one `lax.scan` over batches, Adam written out.

Dropout's random numbers are those of JAX's default generator. Batches are whole, what is left of the rows is dropped, because shapes are compiled.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import data
import jax
import jax.numpy as np
import networks
import timing
from jax import lax


def dense(key, inputs: int, outputs: int):
    bound = inputs**-0.5
    return jax.random.uniform(key, (inputs, outputs), minval=-bound, maxval=bound), np.zeros(outputs)


def initial(network: networks.Network, key) -> list:
    layers, width = [], network.inputs
    if network.cell:
        gates = {"lstm": 4, "gru": 3}[network.cell] * networks.NODES
        key, first, second = jax.random.split(key, 3)
        layers.append((*dense(first, 28, gates), *dense(second, networks.NODES, gates)))
        width = networks.NODES
    for nodes in [*(nodes for nodes, _ in network.hidden), network.outputs]:
        key, part = jax.random.split(key)
        layers.append(dense(part, width, nodes))
        width = nodes
    return layers


def recurrent(cell: str, weights, rows):
    """The last state."""
    w, b, u, c = weights
    inputs = np.swapaxes(rows.reshape(-1, 28, 28), 0, 1) @ w + b
    zeros = np.zeros((rows.shape[0], networks.NODES))

    def lstm(carry, x):
        state, memory = carry
        i, f, g, o = np.split(x + state @ u + c, 4, axis=1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * np.tanh(g)
        return (jax.nn.sigmoid(o) * np.tanh(memory), memory), None

    def gru(state, x):
        (r, z, n), (hr, hz, hn) = np.split(x, 3, axis=1), np.split(state @ u + c, 3, axis=1)
        r, z = jax.nn.sigmoid(r + hr), jax.nn.sigmoid(z + hz)
        n = np.tanh(n + r * hn)
        return n + z * (state - n), None

    if cell == "lstm":
        return lax.scan(lstm, (zeros, zeros), inputs)[0][0]
    return lax.scan(gru, zeros, inputs)[0]


def forward(network: networks.Network, parameters: list, values, key):
    layers = iter(parameters)
    if network.cell:
        values = recurrent(network.cell, next(layers), values)
    for (_, dropout), (weight, bias) in zip(network.hidden, layers):
        values = jax.nn.relu(values @ weight + bias)
        if dropout > 0:
            key, part = jax.random.split(key)
            values = np.where(jax.random.bernoulli(part, 1 - dropout, values.shape), values / (1 - dropout), 0)
    weight, bias = parameters[-1]
    return values @ weight + bias


def make(network: networks.Network):
    if network.filters:
        # XLA had not finished an epoch on a CPU after four minutes.
        return None
    features, targets = (np.asarray(array) for array in (data.table() if network.is_table else data.mnist()))
    steps = len(features) // network.batch

    def loss(parameters, rows, truth, key):
        outputs = forward(network, parameters, rows, key)
        if network.is_table:
            return np.mean((outputs[:, 0] - truth) ** 2)
        return -np.mean(np.take_along_axis(jax.nn.log_softmax(outputs), truth[:, None], axis=1))

    def step(carry, rows):
        parameters, mean, square, count, key = carry
        key, part = jax.random.split(key)
        gradient = jax.grad(loss)(parameters, features[rows], targets[rows], part)
        count = count + 1
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
        rate, scale = networks.RATE / (1 - 0.9**count), 1 / (1 - 0.999**count)
        update = lambda w, m, v: w - rate * m / (np.sqrt(v * scale) + 1e-8)
        return (jax.tree.map(update, parameters, mean, square), mean, square, count, key), None

    @jax.jit
    def train(carry):
        *rest, key = carry
        key, part = jax.random.split(key)
        order = jax.random.permutation(part, len(features))[: steps * network.batch]
        return lax.scan(step, (*rest, key), order.reshape(steps, network.batch))[0]

    parameters = initial(network, jax.random.key(1))
    zeros = lambda: jax.tree.map(np.zeros_like, parameters)
    state = [(parameters, zeros(), zeros(), np.float32(0), jax.random.key(2))]

    def epoch() -> int:
        state[0] = jax.block_until_ready(train(state[0]))
        return steps * network.batch

    return epoch


timing.run("jax", make)
