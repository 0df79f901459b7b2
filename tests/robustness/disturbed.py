"""Studies that something happens to, and what must hold afterwards: the next run gives the bytes of an undisturbed one, and trains
no epoch again of a fit that was announced as ended."""

import contextlib
import json
import shutil
import time
from random import Random

import searches
from results import difference, results


class Undisturbed:
    """A study that nothing happened to."""

    def __init__(self, program, place, number, kind, epochs):
        place.mkdir()
        self.kind, self.place = kind, place
        searches.write(Random(number), kind, place, epochs)
        began = time.monotonic()
        self.outcome = program.run(place, "run", "study.yaml", "--json", "--quiet", "--jobs", "1")
        self.seconds = time.monotonic() - began
        assert self.outcome.code in (0, 20), self.outcome
        self.results = results(place / "results/study")

    def copy_to(self, folder):
        """The spec and its table, not what came of them."""
        for file in ("study.yaml", "table.csv"):
            shutil.copyfile(self.place / file, folder / file)


def prepare(program, folder, epochs):
    return [Undisturbed(program, folder / kind, number, kind, epochs) for number, kind in enumerate(searches.SEARCHES)]


def events(output):
    for line in output.split(b"\n"):
        # A kill may cut the last line.
        with contextlib.suppress(ValueError):
            yield json.loads(line)


def epochs(output):
    """The epochs that a run trained, each as configuration, repeat, fold and epoch."""
    return {(*fit(said), said["epoch"]) for said in events(output) if said["event"] == "epoch"}


def stored_epochs(output):
    """Those of fits that the run said to have ended, by which time they are stored."""
    running, stored = {}, set()
    for said in events(output):
        match said["event"]:
            case "fit_started":
                running[fit(said)] = set()
            case "epoch":
                running[fit(said)].add((*fit(said), said["epoch"]))
            case "fit_ended" if said["state"] == "complete":
                stored |= running.pop(fit(said), set())
    return stored


def fit(said):
    return said["configuration"], said["repeat"], said["fold"]


def run_again(program, folder, whole, stored):
    """Runs a study that was disturbed, and says what is wrong with what comes of it."""
    outcome = program.run(folder, "run", "study.yaml", "--json", "--quiet", "--retry")
    if fault := program.fault(outcome):
        return fault
    if outcome.code != whole.outcome.code:
        return f"the next run: {outcome}"
    if lost := epochs(outcome.stdout) & stored:
        return f"the next run trains {len(lost)} epochs again that were stored, such as {min(lost)}"
    if found := difference(whole.results, results(folder / "results/study")):
        return f"after the next run {found}"
    return None
