"""System calls that fail, one by one or from then on: a command says so or needn't care, and nothing is lost."""

import errno
import json

import disturbed
import preload
from results import all_files

SHORT, LONG = 40, 2_000

# A write that takes only a part of its bytes.
SHORT_WRITE = -1

FULL = [errno.ENOSPC, errno.EIO, errno.EDQUOT]
ERRORS = {
    "write": [*FULL, errno.EINTR, errno.EFBIG, SHORT_WRITE],
    "fsync": [*FULL, errno.EINTR],
    "rename": [*FULL, errno.EACCES, errno.EXDEV],
    "open": [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE, errno.ENFILE, errno.EINTR],
    "mkdir": [errno.ENOSPC, errno.EIO, errno.EACCES],
    "unlink": [errno.EIO, errno.EACCES, errno.EBUSY],
    "ftruncate": FULL,
    "read": [errno.EIO, errno.EINTR],
    "mmap": [errno.ENOMEM, errno.ENODEV],
    "fallocate": FULL,
    "flock": [errno.EIO, errno.ENOLCK, errno.EWOULDBLOCK],
    "stat": [errno.EIO, errno.EACCES],
}

# What a command besides `run` writes; the last argument is its file or the results folder.
COMMANDS = {
    "run": ["run", "study.yaml", "--json", "--quiet", "--jobs", "1"],
    "report": ["report", "study"],
    "baseline": ["baseline", "study", "--output", "baseline.json"],
    "predict": ["predict", "results/study/model", "table.csv", "--output", "predicted.csv"],
    "gc": ["gc", "--yes"],
}


def prepare(program, folder):
    """The library, the studies, and how often each command makes each call."""
    library = preload.build(folder)
    return library, [(study, counted(program, library, study)) for study in disturbed.prepare(program, folder, epochs=4)]


def counted(program, library, study):
    calls = {}
    (study.place / "counted").mkdir()
    study.copy_to(study.place / "counted")
    for name, command in COMMANDS.items():
        report = study.place / f"{name}.calls"
        env = preload.environment(library, call="count", report=report)
        outcome = program.run(study.place / "counted", *command, env=env)
        assert outcome.code in (0, 20), outcome
        calls[name] = {call: int(number) for call, number in map(str.split, report.read_text().splitlines()) if int(number)}
    return calls


def check(prepared, program, folder, random, covered):
    library, studies = prepared
    study, calls = random.choice(studies)
    study.copy_to(folder)
    name = random.choice(["run"] * 6 + sorted(COMMANDS))
    call = random.choice(sorted(calls[name]))
    error = random.choice(ERRORS[call])
    at = random.randint(1, calls[name][call])
    once = random.random() < 0.7 or error == errno.EINTR
    about = f"{study.kind}, `{name}`, {call} {at} of {calls[name][call]} {'fails' if once else 'and later ones fail'} with {errno.errorcode.get(error, 'a part')}"
    stored = set()
    if name != "run":
        # Their files are there already, so that what is half written shows.
        for command in ("run", "report", "baseline", "predict"):
            stored |= disturbed.stored_epochs(program.run(folder, *COMMANDS[command]).stdout)
    before = all_files(folder)
    settings = {"call": call, "at": at, "errno": error} | ({} if once else {"on": 1})
    outcome = program.run(folder, *COMMANDS[name], env=preload.environment(library, **settings))
    if fault := program.fault(outcome):
        return f"{about}: {fault}"
    stored |= disturbed.stored_epochs(outcome.stdout)
    covered["got over" if outcome.code in (0, 20) else "ended"] += 1
    wrong = half_written(before, folder, name, outcome) if name != "run" else None
    if name == "run" and outcome.code == study.outcome.code:
        written = disturbed.results(folder / "results/study")
        # A file that can't be removed stays until the next run.
        kept = {name: found for name, found in written.items() if not name.rpartition("/")[2].startswith(".unfinished-")}
        wrong = disturbed.difference(study.results, kept)
    wrong = wrong or disturbed.run_again(program, folder, study, stored)
    return f"{about}: {wrong}\n{outcome}" if wrong else None


def half_written(before, folder, command, outcome):
    """A file that is neither as it was nor as it should be, which is the same here, that is gone, or that is left behind."""
    after = all_files(folder)
    for name in sorted({*before, *after}):
        if name.startswith("results/crossfold.db") or "/logs/" in name or name.endswith("/.lock"):
            continue
        if name not in after:
            # `report` removes the files that it may not write again, before it writes any.
            if command != "report" or not name.startswith("results/study/"):
                return f"{name} is gone"
        elif name not in before:
            # As above.
            if not name.rpartition("/")[2].startswith(".unfinished-"):
                return f"{name} is new"
        elif before[name] != after[name]:
            # Without the table a baseline lacks the digests of its rows, which is said.
            if command == "baseline" and b"can't match rows" in outcome.stderr and "row_digests" not in json.loads(after[name]):
                continue
            return f"{name} is half written"
    return None
