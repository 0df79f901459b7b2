"""Opens a study's CSV files with pandas, DuckDB and R, and fails if a reader gets wrong types or values.

    python -m pip install -r tests/readers/requirements.txt
    python tests/readers/check.py results/mnist results/hitters …      # needs Rscript as well

The readers must infer the intended types and read the same values; pandas and DuckDB must read numbers back as the same bits.
Each column must be documented in the folder's `README.md`. A spreadsheet must be able to open the files: UTF-8, no formulas,
no cell that is too long.
"""

import csv
import math
import pathlib
import re
import subprocess
import sys

import duckdb
import pandas

READ = pathlib.Path(__file__).with_name("read.R")

# Excel's limits: characters in a cell, columns and rows of a sheet.
CELL, COLUMNS, ROWS = 32_767, 16_384, 1_048_576

WHOLE = {
    "rank", "trial", "configuration", "repeat", "fold", "row", "epoch", "epochs", "best_epoch", "layers", "nodes", "batch_size",
    "parameters", "kernel", "pool_size", "patience", "weight", "networks",
}  # fmt: skip
TRUTH = {"tied_with_best", "nesterov", "bidirectional"}
TEXT = {"state", "hidden", "activation", "optimizer", "stands_for", "error", "kind", "hyperparameter", "with", "metric", "cell", "summary", "model", "column"}
NUMBERS = re.compile(
    r"mean|se|se_corrected|interval_low|interval_high|adjusted_p|p|corrected|sd|seconds|watched_loss|l1|l2|learning_rate|momentum"
    r"|ensemble_.*|single_mean|picked_mean|difference|difference_.*"
    r"|importance|log_loss_.*|reference|standardised|coefficient|p_.*|mean_.*|training_.*|validation_.*|(repeat_\d+_)?fold_\d+"
)

# Their types depend on the study: classes or numbers, numbers or names, and numbers or lists of one per layer.
MIXED = {"truth", "predicted", "value", "class", "level", "dropout", "filters"}

EXPECTED = (
    "leaderboard.csv", "folds.csv", "curves.csv", "predictions.csv", "timings.csv", "importance.csv", "test.csv", "variables.csv",
    "coefficients.csv", "test_predictions.csv", "baselines.csv", "ensemble.csv",
)  # fmt: skip

findings = []


def check(holds, finding):
    if not holds:
        findings.append(finding)


def kind_of(column):
    """The intended type of a column; `None` if it depends on the study."""
    if column in WHOLE:
        return "whole"
    if column in TRUTH:
        return "truth"
    if column in TEXT:
        return "text"
    if column in MIXED:
        return None
    return "number" if NUMBERS.fullmatch(column) else None


def is_number(text):
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def in_a_spreadsheet(where, rows):
    """Checks that Excel can open a file and takes no cell for a formula."""
    check(len(rows) <= ROWS and len(rows[0]) <= COLUMNS, f"{where}: {len(rows)} × {len(rows[0])} cells")
    for row in rows:
        for cell in row:
            check(len(cell) <= CELL, f"{where}: a cell of {len(cell)} characters")
            begins = cell.lstrip()[:1] in tuple("=+-@＝＋－＠") or cell[:1] in tuple("\t\r\n")
            check(not begins or is_number(cell), f"{where}: {cell[:40]!r} is taken for a formula")


def same(a, b):
    """Whether two cells are the same; an empty one is `None`."""
    if a is None or b is None:
        return a is b
    if isinstance(a, bool) or isinstance(b, bool) or isinstance(a, str) or isinstance(b, str):
        return type(a) is type(b) and a == b
    # The same bits; integers may be floating-point numbers in a reader if some are missing.
    return float(a) == float(b) and math.copysign(1.0, a) == math.copysign(1.0, b)


def plain(value):
    """A reader's value as a Python value."""
    if value is None or value is pandas.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def by_r(path):
    """The class that R infers for each column, and its cells as text."""
    done = subprocess.run(["Rscript", "--vanilla", READ, path], capture_output=True, text=True, encoding="utf-8", check=True)
    undo = {"\\\\": "\\", "\\n": "\n", "\\t": "\t"}
    lines = [line.split("\t") for line in done.stdout.split("\n")[:-1]]
    return [(name, [re.sub(r"\\.", lambda found: undo[found[0]], cell) for cell in cells]) for name, *cells in lines]


def is_type(kind, pandas_type, duckdb_type, r_class):
    is_number = pandas.api.types.is_numeric_dtype(pandas_type) and not pandas.api.types.is_bool_dtype(pandas_type)
    match kind:
        case "whole":
            return is_number and duckdb_type == "BIGINT" and r_class == "integer"
        case "number":
            return is_number and duckdb_type in ("DOUBLE", "BIGINT") and r_class in ("numeric", "integer")
        case "truth":
            return not is_number and duckdb_type == "BOOLEAN" and r_class == "logical"
        case "text":
            return not is_number and duckdb_type == "VARCHAR" and r_class == "character"


def in_readers(where, path, rows):
    """Compares types and values in each reader with the cells of the file."""
    header, *rows = rows
    frame = pandas.read_csv(path, keep_default_na=False, na_values=[""])
    relation = duckdb.sql(f"SELECT * FROM read_csv('{path}', sample_size=-1)")
    found, found_by_r = relation.fetchall(), by_r(path)
    check(list(frame.columns) == header, f"{where}: pandas finds columns {list(frame.columns)}")
    check(relation.columns == header, f"{where}: DuckDB finds columns {relation.columns}")
    counts = {len(rows), len(frame), len(found), *(len(cells) for _, cells in found_by_r)}
    if len(counts) > 1 or len(found_by_r) != len(header):
        return check(False, f"{where}: {counts} rows, {len(found_by_r)} columns in R")
    for place, column in enumerate(header):
        cells = [row[place] for row in rows]
        known = [cell for cell in cells if cell != ""]
        if not known:
            # No reader can infer the type of an empty column.
            continue
        kind = kind_of(column) or ("number" if all(map(is_number, known)) else "text")
        r_class, r_cells = found_by_r[place]
        types = frame[column].dtype, str(relation.types[place]), r_class
        at = f"{where}: {column} ({', '.join(map(str, types))})"
        if not is_type(kind, *types):
            check(False, f"{at}: not {kind}")
            continue
        for cell, one, other, text in zip(cells, frame[column], found, r_cells):
            one, other = plain(one), plain(other[place])
            written = {"": None, "TRUE": True, "FALSE": False}.get(cell, cell) if kind != "text" else cell or None
            if kind in ("whole", "number") and written is not None:
                written = float(cell)
                # R's parser of numbers may be off by the last bit.
                agrees = text != "" and math.isclose(float(text), written, rel_tol=1e-15, abs_tol=0.0)
            else:
                agrees = text == {None: "", True: "TRUE", False: "FALSE"}.get(written, written)
            if not (same(written, one) and same(written, other) and agrees):
                check(False, f"{at}: {cell!r} is {one!r} in pandas, {other!r} in DuckDB and {text!r} in R")
                break


def dictionary(text):
    """The columns that `README.md` explains, by file."""
    sections = re.split(r"^## `(.+)`$", text, flags=re.M)[1:]
    explained = {}
    for file, section in zip(sections[::2], sections[1::2]):
        names = [line.split(" | ")[0].removeprefix("| ") for line in section.splitlines() if line.startswith("| `")]
        # A name that contains a backtick is enclosed in two.
        names = [re.sub(r"^`` (.*) ``$", r"`\1`", name.replace("\\|", "|")) for name in names]
        explained[file] = names
    return explained


def is_explained(column, names):
    """By its name, or within a range such as `fold_1` … `fold_5`."""
    if f"`{column}`" in names:
        return True
    for name in names:
        bounds = re.fullmatch(r"`([a-z_\d]+)` … `([a-z_\d]+)`", name)
        if not bounds or not re.fullmatch(re.sub(r"\d+", r"\\d+", bounds[1]), column):
            continue
        first, last, own = ([int(number) for number in re.findall(r"\d+", text)] for text in (*bounds.groups(), column))
        if all(low <= number <= high for low, number, high in zip(first, own, last)):
            return True
    return False


def check_study(folder):
    explained = dictionary((folder / "README.md").read_text("utf-8"))
    files = sorted(path.name for path in folder.glob("*.csv"))
    check({"leaderboard.csv", "folds.csv", "curves.csv", "timings.csv"} <= set(files), f"{folder}: there are only {files}")
    cells = 0
    for file in files:
        path, where = folder / file, f"{folder.name}/{file}"
        text = path.read_bytes().decode("utf-8")
        check(not text.startswith("\ufeff") and "\r" not in text and text.endswith("\n"), f"{where}: not plain lines")
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
        check(file in EXPECTED, f"{where}: nobody knows this file")
        for column in rows[0]:
            check(is_explained(column, explained.get(file, [])), f"{where}: README.md doesn't explain `{column}`")
        check(len(set(rows[0])) == len(rows[0]), f"{where}: two columns have one name")
        in_a_spreadsheet(where, rows)
        in_readers(where, path, rows)
        cells += len(rows) * len(rows[0])
    print(f"{folder.name}: {', '.join(files)}: {cells:,} cells")


for argument in sys.argv[1:]:
    check_study(pathlib.Path(argument))
for finding in findings[:40]:
    print(f"  {finding}")
if findings or len(sys.argv) < 2:
    sys.exit(f"{len(findings)} findings" if findings else __doc__)
