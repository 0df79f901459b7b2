#!/usr/bin/env python3
"""Measures how far the time left that a run foresees is from the time that it then takes.

    python3 benches/eta.py target/release/crossfold experiments/mnist.yaml [more specs] [--jobs N] [--tiny]

Each spec is run in a folder of its own. While it trains, the record that `crossfold status` reads is read four times a
second. Printed are, from a tenth to nine tenths of the training time, the largest errors both ways and the share of the
samples within 30 %. `--tiny` adds a study of 2,000 fits of a few milliseconds."""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

TINY = """version: 1
name: tiny
data: {source: csv, path: %s, target: vote}
model: {kind: mlp, layers: 1}
training: {epochs: 40}
search:
  space: {nodes: [2, 4, 8, 16], learning_rate: [0.001, 0.003, 0.01, 0.03, 0.1], dropout: [0, 0.1, 0.2, 0.3, 0.4]}
cross_validation: {folds: 5, repeats: 4}
final: {refit: none}
""" % (ROOT / "data/anes96/anes96.csv")


def seconds(duration):
    return duration["secs"] + duration["nanos"] * 1e-9


def samples(program, spec, jobs):
    """Pairs of the time that passed and the time that was said to be left, and the time of training."""
    with tempfile.TemporaryDirectory() as results:
        command = [program, "run", str(spec), "--results", results, "--quiet", "--json"]
        run = subprocess.Popen(command + (["--jobs", jobs] if jobs else []), stdout=subprocess.DEVNULL)
        found, total = {}, None
        while run.poll() is None and total is None:
            for path in pathlib.Path(results).glob("*/.progress"):
                try:
                    record = json.loads(path.read_text().split("\n")[0])
                except (OSError, ValueError):
                    continue
                status = record["status"]
                if status["phase"] != "Training":
                    total = seconds(status["elapsed"])
                elif status["left"] is not None:
                    found[seconds(status["elapsed"])] = seconds(status["left"])
            time.sleep(0.25)
        run.wait()
        return sorted(found.items()), total or max(found, default=0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("specs", nargs="*", type=pathlib.Path)
    parser.add_argument("--jobs")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.tiny:
            tiny = pathlib.Path(folder) / "tiny.yaml"
            tiny.write_text(TINY)
            args.specs.append(tiny)
        for spec in args.specs:
            found, total = samples(args.program, spec, args.jobs)
            errors = [(now, left / (total - now) - 1) for now, left in found if 0.1 * total <= now <= 0.9 * total]
            if args.verbose:
                for now, left in found:
                    print(f"    {now:7.1f} s: {left:7.1f} s left, truly {total - now:7.1f} s")
            if not errors:
                print(f"{spec.stem}: {total:.1f} s, too short to sample")
                continue
            within = sum(abs(error) <= 0.3 for _, error in errors) / len(errors)
            least, most = min(error for _, error in errors), max(error for _, error in errors)
            print(f"{spec.stem}: {total:.1f} s, errors {100 * least:+.0f} % to {100 * most:+.0f} %, "
                  f"{100 * within:.0f} % of {len(errors)} samples within 30 %")


if __name__ == "__main__":
    main()
