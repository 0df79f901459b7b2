"""How epochs are timed and what a peer prints."""

import sys
import time
from collections.abc import Callable

import networks


def run(peer: str, make: Callable[[networks.Network], Callable[[], int] | None]) -> None:
    """Prints `peer network rows/s` for each network named on the command line, or for all.

    `make` returns what trains for an epoch and says on how many rows, or `None` where the peer has no such network.
    The rate is that of one epoch, after one to warm up and compile.
    """
    for name in sys.argv[1:] or networks.NETWORKS:
        epoch = make(networks.NETWORKS[name])
        if epoch is None:
            continue
        epoch()
        start = time.perf_counter()
        rows = epoch()
        print(peer, name, round(rows / (time.perf_counter() - start)), flush=True)
