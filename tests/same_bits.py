#!/usr/bin/env python3
"""Runs studies with narrower vectors, and in an emulator as other CPUs, and compares all result files with those of this machine.

    python3 tests/same_bits.py target/release/crossfold [--qemu]

The emulator is `qemu-x86_64` of qemu-user, 7.2 or later."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/robustness"))
from results import difference, results

EXPERIMENTS = ["smoke", "ci", "anes96", "hitters", "california", "mnist"]
# Multiply-adds in software take about five times as long as in hardware.
IN_SOFTWARE = ["smoke", "ci", "anes96", "hitters"]
# Emulated, a study takes 15 to 300 times as long.
EMULATED = ["smoke"]
# Vectors of 256 bits, of two makers.
CPUS = ["Haswell", "EPYC"]
# Without fused multiply-adds: they agree with each other, not with this machine.
OLD_CPUS = ["core2duo", "Nehalem"]


def run(command, experiment, folder, jobs, vectors=None):
    """The results of an experiment."""
    environment = {**os.environ, **({"CROSSFOLD_VECTORS": vectors} if vectors else {})}
    spec = ROOT / "experiments" / f"{experiment}.yaml"
    arguments = ["run", spec, "--quiet", "--results", folder, "--jobs", str(jobs)]
    subprocess.run([*command, *arguments], check=True, env=environment)
    return results(pathlib.Path(folder) / experiment)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--qemu", action="store_true", help="emulate other CPUs, too")
    arguments = parser.parse_args()
    program = [arguments.program.resolve()]
    wrong = 0
    for experiment in EXPERIMENTS:
        with tempfile.TemporaryDirectory() as folder:
            here = run(program, experiment, f"{folder}/here", 2)
            assert {"leaderboard.csv", "curves.csv", "predictions.csv"} <= here.keys(), f"{experiment} has {sorted(here)}"
            settings = [("avx512", 5), ("avx2", 1)] + [("sse", 2)] * (experiment in IN_SOFTWARE)
            ways = [(f"{vectors}, jobs {jobs}", program, jobs, vectors) for vectors, jobs in settings]
            if arguments.qemu and experiment in EMULATED:
                ways += [(f"as {cpu}", ["qemu-x86_64", "-cpu", cpu, *program], 2, None) for cpu in CPUS]
            for name, command, jobs, vectors in ways:
                differs = difference(here, run(command, experiment, f"{folder}/{name}", jobs, vectors))
                print(f"{experiment}, {name}: {differs or 'the same'}", flush=True)
                wrong += differs is not None
    if arguments.qemu:
        with tempfile.TemporaryDirectory() as folder:
            old = [run(["qemu-x86_64", "-cpu", cpu, *program], "smoke", f"{folder}/{cpu}", 2) for cpu in OLD_CPUS]
        for cpu, found in zip(OLD_CPUS[1:], old[1:]):
            differs = difference(old[0], found)
            print(f"smoke, as {cpu} and as {OLD_CPUS[0]}: {differs or 'the same'}", flush=True)
            wrong += differs is not None
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
