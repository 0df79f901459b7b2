#!/usr/bin/env python3
"""Runs the tests repeatedly: in the foreground, on a busy machine, under `nohup` and as a background job.

    tests/repeat.py [--times N] [--way WAY]... [--target NAME]... [FILTER...]

Builds the tests once. FILTER selects tests, NAME selects test executables (such as `it`). Exits with 1 if a run failed or
printed anything except the test harness's own lines.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The test harness's own lines; everything else comes from a test.
OWN_LINES = re.compile(
    r"running \d+ tests?|test result: .*|test .* \.\.\. (ok|ignored.*)|test .* has been running for over \d+ seconds|"
    r"nohup: ignoring input|"
)


def executables(names):
    """The path of each test executable and the folder to run it in."""
    command = ["cargo", "test", "--release", "--no-run", "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    messages = map(json.loads, built.stdout.splitlines())
    found = {
        message["executable"]: pathlib.Path(message["manifest_path"]).parent
        for message in messages
        if message.get("executable") and message["profile"]["test"]
        if not names or message["target"]["name"] in names
    }
    return sorted(found.items())


def foreground(command):
    return command


def nohup(command):
    """With SIGHUP ignored."""
    return ["nohup", *command]


def background(command):
    """With SIGINT and SIGQUIT ignored, as a shell without job control starts background jobs."""
    return ["sh", "-c", '"$0" "$@" & wait $!', *command]


class Load:
    """Keeps all cores busy."""

    def __enter__(self):
        cores = len(os.sched_getaffinity(0))
        self.programs = [subprocess.Popen(["yes"], stdout=subprocess.DEVNULL) for _ in range(cores)]

    def __exit__(self, *_):
        for program in self.programs:
            program.kill()
            program.wait()


class Idle:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


WAYS = {
    "foreground": (foreground, Idle),
    "busy": (foreground, Load),
    "nohup": (nohup, Idle),
    "background": (background, Idle),
}


def run(command, folder):
    """Runs tests once. Returns their output if they fail, otherwise the lines that they should not have printed."""
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        return text
    return "\n".join(line for line in text.splitlines() if not OWN_LINES.fullmatch(line))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--way", action="append", choices=WAYS)
    parser.add_argument("--target", action="append")
    parser.add_argument("filter", nargs="*")
    arguments = parser.parse_args()

    # The default actions, even if this script was started with ignored signals.
    for name in [signal.SIGHUP, signal.SIGQUIT]:
        signal.signal(name, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)

    tests = executables(arguments.target)
    failed = 0
    for way in arguments.way or WAYS:
        start, load = WAYS[way]
        passed = 0
        with load():
            for _ in range(arguments.times):
                wrong = [run(start([path, *arguments.filter]), folder) for path, folder in tests]
                passed += not any(wrong)
                failed += any(wrong)
                print(*filter(None, wrong), sep="\n", end="", flush=True)
        print(f"{way}: {passed} of {arguments.times} runs passed", flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
