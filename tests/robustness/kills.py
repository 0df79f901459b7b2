"""Runs that are killed at any moment: the next one goes on from there."""

import os
import signal
import subprocess
import time

import disturbed

SHORT, LONG = 25, 1_000


def prepare(program, folder):
    return disturbed.prepare(program, folder, epochs=200)


def check(studies, program, folder, random, covered):
    """One to three kills of a run, or one of what comes after it."""
    study = random.choice(studies)
    study.copy_to(folder)
    stored = set()
    about = f"{study.kind}"
    for _ in range(random.choice([1, 1, 2, 3])):
        after, jobs = random.uniform(0.0, 1.1) * study.seconds, random.choice("112")
        output = killed(program, folder, after, "run", "study.yaml", "--json", "--quiet", "--retry", "--jobs", jobs)
        about += f", killed after {after:.3f} s"
        if lost := disturbed.epochs(output) & stored:
            return f"{about}: {len(lost)} epochs are trained again that were stored, such as {min(lost)}"
        stored |= disturbed.stored_epochs(output)
        covered["kills"] += 1
    if random.random() < 0.3:
        command = random.choice([("report", "study"), ("gc", "--yes"), ("gc", "--yes", "--forget", "other"), ("show", "study")])
        killed(program, folder, random.uniform(0.0, 0.15), *command)
        about += f", and `{command[0]}` is killed"
        covered["kills of other commands"] += 1
    wrong = disturbed.run_again(program, folder, study, stored)
    return f"{about}: {wrong}" if wrong else None


def killed(program, folder, after, *arguments):
    """Starts a command, kills it, and returns what it had printed."""
    with open(folder / "output", "w+b") as output:
        started = program.start(folder, *arguments, stdout=output, stderr=subprocess.DEVNULL)
        time.sleep(after)
        # It isn't reaped yet, so the number is still its own.
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
        output.seek(0)
        return output.read()
