"""Makes tables with columns of every kind, and tiny images."""

import csv
import gzip
import io
import struct

WORDS = ["ash", "birch", "cedar", "elm", "fir", "oak", "père", "zelkova"]
SCALE = ["low", "medium", "high"]
TEXTS = ["Lorem ipsum {}", "a, quoted \"{}\" text", "line {}\nof two", "naïve {} – dash", "<b>{}</b> & |{}|"]


class Table:
    """Columns by name; `kinds` names the features among them."""

    def __init__(self, columns, kinds, classes):
        self.columns, self.kinds, self.classes = columns, kinds, classes

    def text(self, delimiter=",", rows=None):
        """All rows, or the first `rows`."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n", delimiter=delimiter)
        writer.writerow(self.columns)
        writer.writerows(list(zip(*self.columns.values()))[:rows])
        return out.getvalue()


def make(random, regression, sequences):
    """A table of 40 to 110 rows in random order; with `sequences`, of as many steps."""
    rows = random.randint(40, 110)
    signal = [random.gauss(0, 1) for _ in range(rows)]
    groups = random.randint(4, 12)
    kinds = {
        "number": lambda row: f"{signal[row] + random.gauss(0, 0.5):.3f}",
        "whole": lambda row: str(random.randint(-5, 200)),
        "great": lambda row: f"{random.choice([-1, 1]) * 10 ** random.uniform(-12, 12):.4g}",
        "constant": lambda row: "3.5",
        "gappy": lambda row: random.choice(["", "NA", f"{random.random():.2f}", f"{random.random():.2f}"]),
        "truth": lambda row: random.choice(["yes", "no"]),
        "date": lambda row: f"20{random.randint(10, 25)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        "quarter": lambda row: f"20{random.randint(10, 25)}Q{random.randint(1, 4)}",
        "name": lambda row: random.choice(WORDS),
        "rare": lambda row: random.choice(WORDS[:2] * 12 + WORDS[2:]),
        "scale": lambda row: random.choice(SCALE),
        "text": lambda row: random.choice(TEXTS).replace("{}", str(row * 7919 % 104729)),
        "user_id": lambda row: str(10_000 + row * 37),
    }  # fmt: skip
    chosen = random.sample(sorted(kinds), random.randint(2, len(kinds)))
    if not {"number", "whole", "name", "truth"} & set(chosen):
        chosen.append("number")
    columns = {name: [kinds[name](row) for row in range(rows)] for name in chosen}
    owner = [random.randrange(groups) for _ in range(rows)]
    columns["group"] = [f"g{number}" for number in owner]
    columns["day"] = [str(random.randint(1, 12)) for _ in range(rows)]
    columns["part"] = [random.choice(["a", "b", "c"]) for _ in range(rows)]
    if sequences:
        # What belongs to a sequence is the same at all of its steps.
        of = sorted(random.randrange(max(12, rows // 3)) for _ in range(rows))
        first = {number: row for row, number in reversed(list(enumerate(of)))}
        for name in ("group", "day", "part"):
            columns[name] = [columns[name][first[number]] for number in of]
        signal = [signal[first[number]] for number in of]
        columns["sequence"] = [f"s{number}" for number in of]
        columns["step"] = [str(step) for step in range(rows)]
    classes = random.sample(["hi", "lo", "mid", "2", "né"], random.choice([2, 2, 3, 5]))
    if regression:
        columns["y"] = [f"{10 * value + 3:.2f}" for value in signal]
    elif sequences:
        columns["y"] = [classes[int(abs(value) * 7) % len(classes)] for value in signal]
    else:
        columns["y"] = [classes[min(int(abs(value + random.gauss(0, 0.3)) * 2), len(classes) - 1)] for value in signal]
    return Table(columns, kinds=chosen, classes=classes)


def images(random, folder):
    """MNIST's four files, with a few small images each."""
    folder.mkdir()
    side = random.choice([6, 8, 28])
    for part, count in (("train", random.randint(60, 100)), ("t10k", 20)):
        labels = bytes(random.randrange(3) for _ in range(count))
        pixels = bytes(
            min(255, label * 80 + random.randrange(90)) if random.random() < 0.7 else 0 for label in labels for _ in range(side * side)
        )
        put(folder / f"{part}-labels-idx1-ubyte.gz", struct.pack(">II", 2049, count) + labels)
        put(folder / f"{part}-images-idx3-ubyte.gz", struct.pack(">IIII", 2051, count, side, side) + pixels)


def put(path, content):
    path.write_bytes(gzip.compress(content, mtime=0))
