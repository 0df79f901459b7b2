"""Counts the instructions of a few training steps and compares them with `instructions.csv`.

    python3 benches/instructions.py            # fails if a network takes over 2 % more than recorded
    python3 benches/instructions.py --write    # records the new counts

Counts have no noise, so a small loss shows even on a busy machine. valgrind's callgrind counts them. It does not support
AVX-512, so the loops for AVX2 are counted, on x86-64 with AVX2. Compilers generate different code: with another one than the
recorded one, 10 % are allowed.
"""

import csv
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[1]
KEPT = pathlib.Path(__file__).with_name("instructions.csv")
STEPS = 2
HEAD = ["network", "instructions_per_step", "compiler"]


def circumstances() -> dict[str, str]:
    """What counts depend on besides the code."""
    compiler = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    return {"compiler": compiler}


def bench() -> str:
    """Builds the benchmark that trains a number of steps, and returns its path."""
    command = ["cargo", "build", "--release", "-p", "crossfold", "-p", "crossfold-model", "--bench", "fit"]
    output = subprocess.run([*command, "--message-format=json"], cwd=ROOT, check=True, capture_output=True, text=True)
    messages = map(json.loads, output.stdout.splitlines())
    built = [m["executable"] for m in messages if m.get("target", {}).get("name") == "fit" and m.get("executable")]
    return built[-1]


def count(program: str) -> dict[str, int]:
    """The number of instructions per step of each network."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"--callgrind-out-file={folder}/out"
        valgrind = ["valgrind", "--tool=callgrind", out, "--toggle-collect=*counted*", "--dump-after=fit::counted"]
        command = [*valgrind, program, "--steps", str(STEPS)]
        output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        networks = output.stdout.split()
        dumps = [(pathlib.Path(folder) / f"out.{number + 1}").read_text() for number in range(len(networks))]
    totals = [int(re.search(r"^(?:summary|totals): (\d+)", dump, re.M)[1]) for dump in dumps]
    if output.returncode != 0 or not totals or 0 in totals:
        sys.exit(f"valgrind counted nothing\n{output.stderr}")
    return {network: total // STEPS for network, total in zip(networks, totals)}


def main() -> None:
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: apt-get install valgrind")
    counts, here = count(bench()), circumstances()
    if "--write" in sys.argv:
        with open(KEPT, "w", newline="") as file:
            rows = [[network, count, *here.values()] for network, count in counts.items()]
            csv.writer(file, lineterminator="\n").writerows([HEAD, *rows])
    with open(KEPT, newline="") as file:
        kept = {row["network"]: row for row in csv.DictReader(file)}
    if kept.keys() != counts.keys():
        sys.exit(f"{KEPT.name} has {', '.join(kept)}, but {', '.join(counts)} were counted: `--write` keeps these.")
    worse = []
    print("| network | instructions a step | kept | ratio |\n|---|---|---|---|")
    for network, instructions in counts.items():
        before = kept[network]
        ratio = instructions / int(before["instructions_per_step"])
        allowed = 1.02 if all(before[what] == value for what, value in here.items()) else 1.1
        print(f"| {network} | {instructions:,} | {int(before['instructions_per_step']):,} | {ratio:.3f} |")
        if ratio > allowed:
            worse.append(network)
    if worse:
        sys.exit(f"more instructions than kept: {', '.join(worse)}. If that is meant, `--write` keeps the new counts.")


if __name__ == "__main__":
    main()
