#!/usr/bin/env python3
"""Adds a throw-away hyperparameter, layer, metric and so on, one at a time, and counts the files that each of them touches.

    tests/additions/check.py [NAME]...

Each addition is a file of edits beside this script. It is made in a copy of the checkout, which must then compile without
warnings. The number of files must be the one in the table of `CONTRIBUTING.md`.

A file of edits has a heading for each edit, with the text to write below it:

    >>> new PATH                the file is created
    >>> after PATH: LINE        the text is inserted after the one line that is equal to LINE, apart from white space
    >>> before PATH: LINE       ... before it
    >>> append PATH             the text is added at the end
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = ["hyperparameter", "layer", "metric", "source", "sampler", "pruner", "result", "store"]
HEADING = re.compile(r">>> (new|append|after|before) ([^:\n]+)(?:: (.*))?\n")


def documented():
    """The number of files for each addition, by the table of `CONTRIBUTING.md`."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    return {name: int(count) for name, count in re.findall(r"^\| an? (\w+) \| (\d+)\b", text, re.MULTILINE)}


def copy_checkout(target):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def read_edits(name):
    parts = HEADING.split(pathlib.Path(__file__).with_name(f"{name}.edits").read_text())
    # What is above the first heading is a comment.
    return list(zip(*[iter(parts[1:])] * 4))


def apply(edit, copy):
    kind, path, anchor, text = edit
    file = copy / path
    if kind == "new":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return
    if not file.exists():
        sys.exit(f"{path} does not exist: where has it gone?")
    lines = file.read_text().splitlines(keepends=True)
    if kind == "append":
        at = len(lines)
    else:
        found = [number for number, line in enumerate(lines) if line.strip() == anchor.strip()]
        if len(found) != 1:
            sys.exit(f"{path} has {len(found)} lines `{anchor.strip()}`, expected one: choose another line to insert at")
        at = found[0] + (kind == "after")
    lines.insert(at, text)
    file.write_text("".join(lines))


def check(name, copy, expected):
    """Makes an addition, compiles, and takes it back."""
    edits = read_edits(name)
    files = sorted({path for _, path, _, _ in edits})
    before = {path: (copy / path).read_bytes() for path in files if (copy / path).exists()}
    for edit in edits:
        apply(edit, copy)
    command = ["cargo", "check", "--release", "--workspace", "--quiet"]
    compiled = subprocess.run(command, cwd=copy, stderr=subprocess.PIPE, text=True)
    for path in files:
        if path in before:
            (copy / path).write_bytes(before[path])
        else:
            (copy / path).unlink()
    print(f"{name}: {len(files)} files\n  " + "\n  ".join(files), flush=True)
    if compiled.returncode != 0 or "warning: " in compiled.stderr:
        return f"{compiled.stderr}\n{name}: does not compile without warnings"
    if len(files) != expected:
        return f"{name}: touches {len(files)} files, `CONTRIBUTING.md` says {expected}"
    return None


def main():
    counts = documented()
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        copy_checkout(copy)
        wrong = [check(name, copy, counts.get(name)) for name in sys.argv[1:] or NAMES]
    wrong = list(filter(None, wrong))
    for line in wrong:
        print(line, file=sys.stderr)
    return len(wrong) > 0


if __name__ == "__main__":
    os.environ.setdefault("CARGO_TARGET_DIR", str(ROOT / "target"))
    sys.exit(main())
