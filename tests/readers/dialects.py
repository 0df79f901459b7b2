"""Writes one table in many dialects and reads it with crossfold, pandas, DuckDB and R's readr.

    python -m pip install -r tests/readers/requirements.txt
    python tests/readers/dialects.py [--count N] [--seed S] [--first N] PROGRAM     # needs Rscript with readr for R's column
    python tests/readers/dialects.py --short PROGRAM                                # without what others find; in CI

What each file means is known, because it was written from the values. crossfold must read these values, or refuse the file, or
say in a note what it took for what: a silent difference fails. pandas is told the dialect and must find the values, which
confirms that the file means what it was written to mean. How often the others find the values by themselves is printed,
except with `--short`.
"""

import argparse
import collections
import csv
import datetime
import gzip
import io
import json
import math
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import duckdb
import pandas

READR = pathlib.Path(__file__).with_name("dialects.R")

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MARKERS = ["", "", "", "NA", "N/A", "null", "None", "?", "-", ".", "nan", "#N/A", "missing"]
# What nobody takes for missing without being told.
TOLD_MARKERS = ["-99", "refused", "k.A.", "*"]
DATES = {"%Y-%m-%d": None, "%Y/%m/%d": None, "%d.%m.%Y": None, "%d/%m/%Y": "day", "%m/%d/%Y": "month", "%Y-%m-%dT%H:%M:%S": None}
# Two words for no and yes.
FLAGS = [("no", "yes"), ("false", "true"), ("False", "True"), ("n", "y"), ("nein", "ja"), ("off", "on"), ("0", "1")]
# Lines before the header: Excel's own, a comment, a title.
PREAMBLES = ["sep={delimiter}", "# exported by hand", "Survey of trees"]
NAMES = ["ash", "oak", "Birne", "a b", 'say "hi"', "x,y", "u;v", "p|q", "père", "it's"]


class Dialect:
    """How a file is written."""

    def __init__(self, random):
        self.delimiter = random.choice(",,,;;;\t\t\t||| :^")
        self.decimal = random.choice("..,")
        marks = [mark for mark in (",", ".", " ", "\u00a0", "'") if mark not in (self.decimal, self.delimiter)]
        self.thousands = random.choice([None, None, *marks])
        self.encoding = random.choice(["utf-8"] * 5 + ["utf-8-sig", "cp1252", "utf-16", "utf-16-be with a mark", "utf-16-le"])
        self.negative = random.choice(["-{}"] * 8 + ["({})", "{}-"])
        self.unit = random.choice(["{}"] * 12 + ["${}", "{} €"])
        self.flags = random.choice(FLAGS)
        self.day_first = random.choice([True] * 9 + [False])
        self.preamble = random.choice([None] * 20 + PREAMBLES)
        self.last_delimiter = random.random() < 0.04
        self.quoting = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        # Between fields without quotes a backslash is a letter like any other.
        self.escape = random.choice(["double", "double", "backslash" if self.quoting != csv.QUOTE_MINIMAL else "double"])
        self.line_end = random.choice(["\n", "\n", "\r\n", "\r\n", "\r"])
        self.header = random.random() < 0.85
        self.marker = random.choice(MARKERS if random.random() < 0.8 else TOLD_MARKERS)
        self.date = random.choice(list(DATES))
        self.space = " " if random.random() < 0.1 else ""
        self.blank_lines = random.random() < 0.05
        self.packed = random.random() < 0.1
        # What the reader is told; the rest it has to find.
        share = random.choice([0.0, 0.0, 0.5, 1.0])
        self.told = {key for key in ("delimiter", "decimal", "encoding", "header", "missing") if random.random() < share}
        if self.delimiter not in DELIMITERS:
            self.told.discard("delimiter")
        if self.delimiter == " ":
            # Names and dates hold none, and an empty field can't be seen.
            self.marker, self.space = self.marker or "NA", ""
            # A title of three words looks like three fields.
            self.preamble = None
        if self.marker in TOLD_MARKERS:
            self.told.add("missing")

    def __str__(self):
        return ", ".join(f"{key}={value!r}" for key, value in vars(self).items())

    def arguments(self):
        """What crossfold is told on its command line."""
        encoding = {"cp1252": "latin-1", "utf-8": "utf-8", "utf-8-sig": "utf-8"}.get(self.encoding, "utf-16")
        known = {
            "delimiter": DELIMITERS.get(self.delimiter),
            "decimal": {".": "point", ",": "comma"}[self.decimal],
            "encoding": encoding,
            "header": str(self.header).lower(),
            "missing": self.marker,
        }
        return [f"--{key}={known[key]}" for key in sorted(self.told) if known[key]]

    def number(self, value, places):
        if value is None:
            return self.marker
        text = f"{abs(value):,.{places}f}" if self.thousands else f"{abs(value):.{places}f}"
        text = text.translate({ord(","): self.thousands, ord("."): self.decimal})
        return (self.negative if value < 0 else "{}").format(self.unit.format(text))

    def value(self, text):
        """The number that a text stands for."""
        digits = (text.replace(self.thousands, "") if self.thousands else text).replace(self.decimal, ".")
        return float(re.sub(r"[^0-9.]", "", digits)) * (-1 if re.search(r"^[-(]|-$", text) else 1)

    def write(self, columns):
        """The file's bytes."""
        rows = [list(columns)] if self.header else []
        rows += [list(row) for row in zip(*(cells for cells, _ in columns.values()))]
        out = io.StringIO()
        escape = {"doublequote": True} if self.escape == "double" else {"doublequote": False, "escapechar": "\\"}
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\n", quoting=self.quoting, **escape)
        writer.writerows(rows)
        text = out.getvalue()
        if self.space:
            # Behind delimiters, in front of quotes and fields alike.
            text = "\n".join(self.space_out(line) for line in text.split("\n"))
        if self.blank_lines:
            text += "\n\n"
        if self.last_delimiter:
            text = "".join(f"{line}{self.delimiter}\n" if line else "\n" for line in text.removesuffix("\n").split("\n"))
        if self.preamble:
            text = f"{self.preamble.format(delimiter=self.delimiter)}\n{text}"
        text = text.replace("\n", self.line_end)
        if self.encoding == "utf-16-be with a mark":
            content = b"\xfe\xff" + text.encode("utf-16-be")
        else:
            content = text.encode(self.encoding)
        return gzip.compress(content, mtime=0) if self.packed else content

    def space_out(self, line):
        out, inside = [], False
        for letter in line:
            inside ^= letter == '"'
            out.append(letter + self.space if letter == self.delimiter and not inside else letter)
        return "".join(out)


def table(random, dialect):
    """Columns by name, each its cells as text and its values; the last one is names."""
    rows = random.randint(25, 60)
    gap = random.choice([0.0, 0.1, 0.3])

    def gappy(values):
        return [None if random.random() < gap else value for value in values]

    great = gappy(round(random.uniform(-1, 1) * 10 ** random.randint(2, 6), 2) for _ in range(rows))
    small = gappy(round(random.uniform(-20, 20), random.choice([1, 1, 2, 3])) for _ in range(rows))
    whole = gappy(random.randint(0, random.choice([9, 500, 40_000])) for _ in range(rows))
    names = gappy(random.choice(random.sample(NAMES, 5)) for _ in range(rows))
    usable = [name for name in NAMES if dialect.delimiter != " " or " " not in name]
    levels = random.sample(usable, 5)
    names = gappy(random.choice(levels) for _ in range(rows))
    flags = gappy(random.choice(dialect.flags) for _ in range(rows))
    # Days beyond the twelfth settle which number is the day. Mostly there are some.
    days = gappy(datetime.datetime(2019, 1, 1) + datetime.timedelta(days=random.randrange(2500)) for _ in range(rows))
    if not dialect.day_first:
        days = [day and day.replace(day=1 + day.day % 12) for day in days]
    places = max((len(str(value).partition(".")[2]) for value in small if value is not None), default=1)
    columns = {
        "great": ([dialect.number(value, 2) for value in great], great),
        "small": ([dialect.number(value, places) for value in small], small),
        "whole": ([dialect.number(value, 0) for value in whole], whole),
        "name": ([dialect.marker if name is None else name for name in names], names),
        "flag": ([dialect.marker if flag is None else flag for flag in flags], flags),
        "day": ([dialect.marker if day is None else day.strftime(dialect.date) for day in days], days),
    }
    order = random.sample(sorted(columns), len(columns))
    return {name: columns[name] for name in order}


def summary(values):
    """What `crossfold data` says of a column that holds these values."""
    known = [value for value in values if value is not None]
    found = {"missing": len(values) - len(known), "distinct": len(set(known))}
    if known and isinstance(known[0], str):
        found["levels"] = collections.Counter(known)
    elif known and isinstance(known[0], datetime.datetime):
        found["first"], found["last"] = min(known).date().isoformat(), max(known).date().isoformat()
        found["distinct"] = None
    elif known:
        found |= {"min": min(known), "max": max(known), "mean": statistics.fmean(known), "deviation": statistics.pstdev(known)}
    return found


def said_of(column):
    """The same of a column in crossfold's JSON."""
    found = {"missing": column["missing"], "distinct": column["distinct"]}
    if "commonest" in column:
        found["levels"] = collections.Counter({level["level"]: level["rows"] for level in column["commonest"]})
    if "boolean" in column:
        found["levels"] = collections.Counter(column["boolean"])
    if "dates" in column:
        found |= {key: column["dates"][key][:10] for key in ("first", "last")}
        found["distinct"] = None
    if "numbers" in column:
        numbers = column["numbers"]
        found |= {key: numbers[key] for key in ("min", "max", "mean")} | {"deviation": numbers["standard_deviation"]}
    return found


def alike(one, other):
    """Whether two summaries are of the same values; words for no and yes may be others."""
    if "levels" in one and one.get("levels", {}).keys() <= {word for pair in FLAGS for word in pair}:
        # 0 and 1 are numbers.
        if "mean" in other:
            count = one["levels"].get("1", 0)
            return one["missing"] == other["missing"] and math.isclose(other["mean"], count / max(1, one["levels"].total()))
        return one["missing"] == other["missing"] and sorted(one["levels"].values()) == sorted(n for n in other.get("levels", {}).values() if n)
    if one.keys() != other.keys():
        return False
    for key, value in one.items():
        if isinstance(value, float):
            if not math.isclose(value, other[key], rel_tol=1e-9, abs_tol=1e-9):
                return False
        elif value != other[key]:
            return False
    return True


def by_crossfold(program, path, dialect, columns):
    """`right`, `told` or what differs without a word."""
    done = subprocess.run([program, "data", path, "--format", "json", *dialect.arguments()], capture_output=True, text=True)
    if done.returncode not in (0, 11):
        return f"ended with {done.returncode}: {done.stderr}"
    if done.returncode:
        return "told"
    said = json.loads(done.stdout)
    notes = said["notes"]
    rows = len(next(iter(columns.values()))[0])
    if dialect.last_delimiter and len(said["columns"]) == len(columns) + 1 and said["columns"][-1]["missing"] == rows:
        said["columns"].pop()
    if said["rows"] != rows or len(said["columns"]) != len(columns):
        what = f"{said['rows']} rows of {len(said['columns'])} columns where there are {rows} of {len(columns)}"
        return "told" if notes else what
    told = False
    for place, ((name, (_, values)), column) in enumerate(zip(columns.items(), said["columns"]), 1):
        expected = name if dialect.header else f"column_{place}"
        if column["name"] != expected:
            return "told" if notes else f"column {expected!r} is named {column['name']!r}"
        if alike(summary(values), said_of(column)):
            continue
        # A column without any value has no kind.
        if not any(value is not None for value in values):
            continue
        if not any(f"`{expected}`" in note for note in notes):
            return f"column `{expected}` is {said_of(column)} where it is {summary(values)}; notes: {notes}"
        told = True
    return "told" if told else "right"


def as_values(column, values, dialect):
    """A reader's column against the values; dates are compared as text if the reader left them so."""
    for found, value in zip(column, values, strict=True):
        missing = found is None or found is pandas.NA or found is pandas.NaT or (isinstance(found, float) and math.isnan(found))
        if value is None:
            if not missing and not (found == "" or found == dialect.marker):
                return False
        elif missing:
            return False
        elif isinstance(value, datetime.datetime):
            text = str(found).strip().replace(" ", "T")
            if text not in (value.strftime(dialect.date), value.isoformat(), value.date().isoformat(), f"{value.date()}T00:00:00"):
                return False
        elif isinstance(value, str):
            if str(found).strip() != value and not is_flag(found, value):
                return False
        elif isinstance(found, str) or isinstance(found, bool) or not math.isclose(float(found), value, rel_tol=1e-9, abs_tol=1e-9):
            return False
    return True


def is_flag(found, value):
    """Whether a truth value or a number is what a word for no or yes stands for."""
    return not isinstance(found, str) and any(value in pair and found == pair.index(value) for pair in FLAGS)


def by_pandas(path, dialect, columns):
    """With the dialect told: whether the file means what it should. Only fields are pandas', because it takes dates for numbers
    with thousands."""
    with gzip.open(path) if dialect.packed else open(path, "rb") as file:
        content = file.read()
    encoding = "utf-16" if dialect.encoding.endswith(("16", "mark")) else dialect.encoding
    frame = pandas.read_csv(
        io.StringIO(content.decode(encoding), newline=""), sep=dialect.delimiter, header=0 if dialect.header else None, dtype=str,
        keep_default_na=False, na_values=[dialect.marker], skiprows=1 if dialect.preamble else 0, index_col=False, skipinitialspace=bool(dialect.space), doublequote=dialect.escape == "double",
        escapechar="\\" if dialect.escape == "backslash" else None,
    )  # fmt: skip
    for place, (_, values) in enumerate(columns.values()):
        cells = frame.iloc[:, place].tolist()
        if any(isinstance(value, (int, float)) for value in values):
            cells = [cell if not isinstance(cell, str) else dialect.value(cell) for cell in cells]
        if not as_values(cells, values, dialect):
            return False
    return True


def by_pandas_alone(path, dialect, columns):
    frame = pandas.read_csv(path, sep=None, engine="python", compression="gzip" if dialect.packed else None)
    return frame.shape[1] == len(columns) and all(
        as_values(frame.iloc[:, place].tolist(), values, dialect) for place, (_, values) in enumerate(columns.values())
    )


def by_duckdb_alone(path, dialect, columns):
    relation = duckdb.sql(f"SELECT * FROM read_csv('{path}', sample_size=-1{', compression=gzip' if dialect.packed else ''})")
    found = relation.fetchall()
    return len(relation.columns) == len(columns) and all(
        as_values([row[place] for row in found], values, dialect) for place, (_, values) in enumerate(columns.values())
    )


def by_readr_alone(found, dialect, columns):
    """From what `dialects.R` wrote of a file: a list of columns, numbers as numbers."""
    return len(found) == len(columns) and all(
        as_values(cells, values, dialect) for cells, (_, values) in zip(found, columns.values())
    )


def attempt(read, *arguments):
    """Whether a reader finds the values; a file that it refuses or trips over counts as refused."""
    try:
        return "right" if read(*arguments) else "different"
    except Exception:
        return "refused"


def with_readr(folder):
    """What readr makes of all files, by file name; `None` without R or readr."""
    if not shutil.which("Rscript"):
        return None
    done = subprocess.run(["Rscript", "--vanilla", READR, folder], capture_output=True)
    if done.returncode:
        print(f"without readr: {done.stderr.decode(errors='replace').strip()[-300:]}", file=sys.stderr)
        return None
    found = collections.defaultdict(list)
    undo = {"\\\\": "\\", "\\n": "\n", "\\t": "\t"}
    # Not as text, because Python would take a `\r` within a cell for the end of a line.
    for line in done.stdout.decode(errors="replace").split("\n")[:-1]:
        file, kind, *cells = line.split("\t")
        cells = [re.sub(r"\\.", lambda match: undo.get(match[0], match[0]), cell) for cell in cells]
        found[file].append([None if cell == "" else float(cell) if kind == "number" else cell for cell in cells])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="PROGRAM")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    tallies, failures = collections.defaultdict(collections.Counter), 0
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number in range(options.first, options.first + options.count):
            drawn = random.Random(f"dialects:{options.seed}:{number}")
            dialect = Dialect(drawn)
            columns = table(drawn, dialect)
            path = pathlib.Path(folder) / f"{number}.csv{'.gz' if dialect.packed else ''}"
            path.write_bytes(dialect.write(columns))
            files[number] = path, dialect, columns
        by_readr = None if options.short else with_readr(folder)
        for number, (path, dialect, columns) in files.items():
            confirmed = attempt(by_pandas, path, dialect, columns)
            ours = by_crossfold(program, path, dialect, columns)
            tallies["pandas, told the dialect"][confirmed] += 1
            tallies["crossfold"][ours if ours in ("right", "told") else "silently different"] += 1
            if not options.short:
                tallies["pandas"][attempt(by_pandas_alone, path, dialect, columns)] += 1
                tallies["DuckDB"][attempt(by_duckdb_alone, path, dialect, columns)] += 1
            if by_readr is not None:
                tallies["readr"][attempt(by_readr_alone, by_readr[path.name], dialect, columns)] += 1
            if confirmed != "right":
                ours = f"pandas doesn't confirm the file: {confirmed}"
            if ours not in ("right", "told"):
                failures += 1
                print(f"FAILED: {sys.argv[0]} {options.program} --seed {options.seed} --first {number} --count 1\n  {dialect}\n  {ours}")
    for reader, tally in tallies.items():
        print(f"{reader}: {', '.join(f'{what} {times}' for what, times in tally.most_common())}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
