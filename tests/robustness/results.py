"""The files of a study's results folder, and how two folders differ."""

import pathlib

# Records of a run differ from run to run, by times for example; all other files are results.
RECORDS = {".progress", "study.json", "timings.csv", "report.html"}


def all_files(folder):
    """The bytes of all files but logs, lock and crash marks, by name: what `report` writes as `run` did."""
    folder = pathlib.Path(folder)
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in ("logs", ".lock", ".in-flight"):
            found[str(name)] = path.read_bytes()
    return found


def results(folder):
    """The bytes of all results, by name."""
    return {name: found for name, found in all_files(folder).items() if name not in RECORDS}


def difference(before, after):
    """Where two folders differ, in a line; `None` if nowhere."""
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            return f"{name} is {'new' if one is None else 'gone'}"
        if one != other:
            lines = zip(one.split(b"\n"), other.split(b"\n"))
            number, pair = next(((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1]), (0, (b"", b"")))
            shown = " became ".join(repr(text[:120].decode("utf-8", "replace")) for text in pair)
            return f"{name} differs in line {number}: {shown}"
    return None
