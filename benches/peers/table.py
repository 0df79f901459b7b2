"""Turns lines of `who network samples/s` into a Markdown table of medians and ratios."""

import collections
import statistics
import sys

WHO = ["crossfold", "torch", "fused"]


def main() -> None:
    rates: dict[str, dict[str, list[float]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for line in sys.stdin:
        who, network, rate = line.split()
        rates[network][who].append(float(rate))
    print("| hidden nodes | Crossfold | PyTorch, Adam | PyTorch, fused Adam | ratio to Adam | to fused |")
    print("|---|---|---|---|---|---|")
    for network, of in rates.items():
        ours, torch, fused = (statistics.median(of[who]) for who in WHO)
        cells = [network, f"{ours:,.0f}", f"{torch:,.0f}", f"{fused:,.0f}", f"{ours / torch:.2f}", f"{ours / fused:.2f}"]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
