#!/usr/bin/env python3
"""Tries to break `crossfold`: generated studies, damaged files, failing system calls, kills, full disks.

    tests/robustness/run.py [--short] [--count N] [--seed S] [--first N] [--jobs N] PROGRAM [BENCH...]

Exits with 1 if anything failed. Each failure is printed with the command that repeats it.
"""

import argparse
import collections
import concurrent.futures
import importlib
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

from program import Program

BENCHES = (
    "studies", "mutate_specs", "mutate_tables", "mutate_models", "mutate_baselines", "mutate_stores", "mutate_exports", "faults", "kills", "full_disks",
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM", help="the binary")
    parser.add_argument("benches", metavar="BENCH", nargs="*", help=f"{', '.join(BENCHES)} [default: all]")
    parser.add_argument("--short", action="store_true", help="as many cases as CI has time for")
    parser.add_argument("--count", type=int, help="the number of cases of each bench")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="cases at the same time")
    parser.add_argument("--keep", action="store_true", help="keep the folders of cases that failed")
    options = parser.parse_args()
    unknown = set(options.benches) - set(BENCHES)
    if unknown:
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    failures = sum(carry_out(name, options) for name in options.benches or BENCHES)
    sys.exit(1 if failures else 0)


def carry_out(name, options):
    """Runs the cases of one bench. Returns the number of failures."""
    bench = importlib.import_module(name)
    count = options.count or (bench.SHORT if options.short else bench.LONG)
    program, began = Program(options.program), time.monotonic()
    covered, failures = collections.Counter(), 0
    # In memory where that is possible: most of the time would be syncs otherwise.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    root = pathlib.Path(tempfile.mkdtemp(prefix=f"crossfold-{name}-", dir=memory))
    try:
        (root / "prepared").mkdir()
        prepared = bench.prepare(program, root / "prepared")

        def case(number):
            folder, own = root / str(number), collections.Counter()
            folder.mkdir()
            try:
                complaint = bench.check(prepared, program, folder, random.Random(f"{name}:{options.seed}:{number}"), own)
            except Exception:
                complaint = f"the bench itself failed:\n{traceback.format_exc()}"
            if not (complaint and options.keep):
                shutil.rmtree(folder, ignore_errors=True)
            return number, folder, complaint, own

        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for number, folder, complaint, own in pool.map(case, range(options.first, options.first + count)):
                covered += own
                if complaint:
                    failures += 1
                    again = f"{sys.argv[0]} {options.program} {name} --seed {options.seed} --first {number} --count 1"
                    print(f"FAILED: {again}{f' (kept in {folder})' if options.keep else ''}\n{complaint}\n", flush=True)
        tally = ", ".join(f"{what} {times}" for what, times in sorted(covered.items(), key=str) if isinstance(what, str))
        more = f"; {bench.summary(prepared, covered)}" if hasattr(bench, "summary") else ""
        print(f"{name}: {count:,} cases, {failures:,} failures, {time.monotonic() - began:.0f} s ({tally}{more})", flush=True)
    finally:
        if not (failures and options.keep):
            shutil.rmtree(root, ignore_errors=True)
    return failures


if __name__ == "__main__":
    main()
