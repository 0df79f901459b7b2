"""How epochs are timed and what a peer prints."""

import statistics
import sys
import time
from collections.abc import Callable

import networks


def run(peer: str, make: Callable[[networks.Network], Callable[[], int] | None]) -> None:
    """Prints `peer network rows/s` for each network named on the command line, or for all.

    `make` returns what trains for an epoch and says on how many rows, or `None` where the peer has no such network.
    The rate is the median of three epochs, after one to warm up and compile.
    """
    for name in sys.argv[1:] or networks.NETWORKS:
        epoch = make(networks.NETWORKS[name])
        if epoch is None:
            continue
        rates = []
        for number in range(networks.WARM_UP + networks.EPOCHS):
            start = time.perf_counter()
            rows = epoch()
            if number >= networks.WARM_UP:
                rates.append(rows / (time.perf_counter() - start))
        print(peer, name, round(statistics.median(rates)), flush=True)
