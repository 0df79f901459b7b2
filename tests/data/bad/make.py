"""Makes the folders beside this file: data that are refused, each with a valid spec.

Run it from anywhere; it writes the same bytes every time. The errors are in tests/it/snapshots/bad_data.
"""

import gzip
import pathlib
import struct

HERE = pathlib.Path(__file__).parent

IMAGES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}
LABELS = {"train": "train-labels-idx1-ubyte", "test": "t10k-labels-idx1-ubyte"}


def idx(dimensions, values, code=0x08):
    header = struct.pack(f">BBBB{len(dimensions)}I", 0, 0, code, len(dimensions), *dimensions)
    return header + bytes(values)


def images(rows, high=2, wide=2):
    return idx([rows, high, wide], [17 * i % 256 for i in range(rows * high * wide)])


def labels(values):
    return idx([len(values)], values)


def packed(content):
    return gzip.compress(content, mtime=0)


def write(name, spec, files):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "spec.yaml").write_text(spec)
    for file, content in files.items():
        (folder / file).write_bytes(content)


def mnist(name, data="", final="", suffix="", **files):
    spec = (
        "version: 1\nname: bad\n"
        f"data: {{source: mnist, path: .{data}}}\n"
        "model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\n" + final
    )
    names = {"images": IMAGES["train"], "labels": LABELS["train"]}
    names |= {"test_images": IMAGES["test"], "test_labels": LABELS["test"]}
    write(f"mnist-{name}", spec, {names[key] + suffix: content for key, content in files.items()})


def table(name, rows=None, test=None, data="", more="", path="rows.csv"):
    test_path = ", test_path: test.csv" if test else ""
    spec = (
        "version: 1\nname: bad\n"
        f"data: {{source: csv, path: {path}, target: y{test_path}{data}}}\n"
        "model: {kind: mlp, layers: 0}\n"
    )
    spec += ("" if "training:" in more else "training: {epochs: 1}\n") + more + (TEST if test else "")
    files = {"rows.csv": rows, "test.csv": test}
    encoded = {k: v.encode() if isinstance(v, str) else v for k, v in files.items() if v is not None}
    write(f"csv-{name}", spec, encoded)


TEST = "final: {refit: best, test: true}\n"
DIGITS = labels([3, 1, 4, 1, 5, 9])

mnist("no-files")
mnist("no-labels", images=images(6))
mnist("empty-file", images=b"", labels=DIGITS)
mnist("cut-header", images=images(6)[:10], labels=DIGITS)
mnist("truncated", images=images(6)[:-3], labels=DIGITS)
mnist("trailing", images=images(6) + b"\0", labels=DIGITS)
mnist("web-page", images=b"<!DOCTYPE html><title>404 Not Found</title>", labels=DIGITS)
mnist("floats", images=idx([6, 2, 2], 96 * [0], code=0x0D), labels=DIGITS)
mnist("interchanged", images=DIGITS, labels=images(6))
mnist("unpaired", images=images(5), labels=DIGITS)
mnist("label-past-classes", images=images(6), labels=labels([3, 1, 4, 10, 5, 9]))
mnist("no-rows", images=images(0), labels=labels([]))
mnist("too-large", images=idx([2**32 - 1, 2**16, 2**16], []), labels=DIGITS)
mnist("one-class", images=images(3), labels=labels([7, 7, 7]))
mnist("few-rows", data=", train_rows: 7", images=images(6), labels=DIGITS)
mnist("subset-of-one-class", data=", train_rows: 2", images=images(6), labels=labels([1, 1, 1, 1, 1, 9]))
mnist("test-size", final=TEST, images=images(6), labels=DIGITS, test_images=images(6, high=3), test_labels=DIGITS)
mnist("columns", final="cross_validation: {folds: 2, groups: writer}\n", images=images(6), labels=DIGITS)
mnist("test-missing", final=TEST, images=images(6), labels=DIGITS)

whole = packed(images(6))
broken = whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
mnist("gzip-cut", suffix=".gz", images=whole[:-12], labels=packed(DIGITS))
mnist("gzip-checksum", suffix=".gz", images=broken, labels=packed(DIGITS))
mnist("gzip-truncated", suffix=".gz", images=packed(images(6)[:-3]), labels=packed(DIGITS))
mnist("gzip-trailing", suffix=".gz", images=packed(images(6) + b"\0"), labels=packed(DIGITS))
mnist("gzip-claims", suffix=".gz", images=packed(idx([6, 20_000, 20_000], [0])), labels=packed(DIGITS))

GOOD = "x,z,y\n1,2,no\n3,4,yes\n"

# Files that can't be read as tables.

table("no-file")
table("folder", path=".")
table("below-a-file", path="spec.yaml/rows.csv")
table("empty", "")
table("header-only", "x,z,y\n")
table("damaged-gzip", packed(GOOD.encode())[:-12])
table("spreadsheet", b"PK\x03\x04\x14\0\0\0\x08\0" + b"\0" * 20 + b"\x13\0\0\0[Content_Types].xml")
table("not-utf-8", "größe,y\n1,no\n2,yes\n".encode("latin-1"), data=", encoding: utf-8")
table("zero-byte", "x,z,y\n1,2,no\n3,\0,yes\n")
table("open-quote", 'x,z,y\n1,2,no\n3,"4,yes\n5,6,no\n')
table("merge-conflict", "x,z,y\n1,2,no\n<<<<<<< HEAD\n3,4,yes\n=======\n3,5,yes\n>>>>>>> theirs\n")
table("duplicate-column", "x,x,y\n1,2,no\n3,4,yes\n")
table("unnamed-column", "x,,y\n0,1,no\n1,2,yes\n")
table("ragged", "x,z,y\n1,2,no\n3,4\n3,4,5,yes\n")
table("short-header", "x,y\n1,2,no\n3,4,yes\n5,6,no\n")

# Values that a column can't have.

table("not-finite", "x,z,y\n1,inf,no\n1e39,4,yes\n")
table("not-a-number", "x,z,y\n1,2,no\n3,four,yes\n", data=", columns: {z: numeric}")
table("not-a-number-with-a-comma", 'x,z,y\n1,2,no\n3,"1,234.5.6",yes\n', data=", columns: {z: numeric}")
table("not-a-date", "x,z,y\n1,2026-11-23,no\n3,2026-02-30,yes\n", data=", columns: {z: date}")
table("not-a-boolean", "x,z,y\n1,yes,no\n3,perhaps,yes\n", data=", columns: {z: boolean}")
table("unknown-level", "x,z,y\n1,low,no\n3,hihg,yes\n", data=", columns: {z: {ordinal: [low, high]}}")
table("control-characters", "x,z,y\n1,\x1b[31mred,no\n3,4,yes\n", data=", columns: {z: numeric}")
table("many", "x,z,y\n" + "".join(f"{i},word,no\n" for i in range(12)), data=", columns: {z: numeric}")

# Targets.

table("no-target", "x,z,Y\n1,2,no\n3,4,yes\n")
table("missing-value", "x,z,y\n1,,no\n3,NA,yes\n5,6,\n")
table("missing-values", "x,z,y\n1,,no\n3,NA,\n5,6,?\n")
table("no-target-at-all", "x,z,y\n1,2,\n3,4,\n", data=", missing_target: drop")
table("decimal-target", "x,y\n1,2.5\n2,3.0\n3,1\n")
table("text-target", "x,y\n1,12\n2,about 13\n", data=", task: regression")
table("text-target-as-given", "x,y\n1,no\n2,yes\n", data=", task: regression, columns: {y: categorical}")
table("one-class", "x,z,y\n1,2,no\n3,4,no\n")
table("one-class-of-first-rows", "x,z,y\n1,2,no\n3,4,no\n5,6,yes\n", data=", rows: 2")
table("one-row", "x,y\n1,2\n", data=", task: regression")
table("few-rows", GOOD, data=", train_rows: 3")
table("weight-of-no-class", GOOD, more="training: {epochs: 1, class_weights: {yse: 2}}\ncross_validation: {folds: 2}\n")

# Columns that aren't what the spec takes them for.

table("no-features", "y\nno\nyes\n")
table("nothing-but-ids", "id,comment,y\n1,as it was,no\n2,so it goes,yes\n", data=", columns: {comment: text}")
table("no-column-to-drop", GOOD, data=", columns: {w: drop}")
table("no-column-to-type", GOOD, data=", columns: {w: categorical}")
table("no-column-to-order", GOOD, data=", columns: {w: {ordinal: [low, high]}}")
table("no-column-to-preprocess", GOOD, more="preprocessing: {columns: {w: {numeric: {log: true}}}}\n")
table("preprocessed-target", GOOD, more="preprocessing: {columns: {y: {categorical: {encode: ordinal}}}}\n")
table("preprocessed-id", "x,id,y\n1,7,no\n3,8,yes\n", more="preprocessing: {columns: {id: {numeric: {log: true}}}}\n")
table(
    "preprocessed-drop",
    GOOD,
    data=", columns: {z: drop}",
    more="preprocessing: {columns: {z: {numeric: {log: true}}}}\n",
)
table("names-for-numbers", GOOD, more="preprocessing: {columns: {z: {categorical: {encode: target}}}}\n")
table(
    "numbers-for-names",
    "x,z,y\n1,a,no\n3,b,yes\n5,a,no\n",
    more="preprocessing: {columns: {z: {numeric: {log: true}}}}\n",
)

# Splits.

GROUPS = "x,day,house,part,y\n1,1,a,1,no\n2,2,a,1,yes\n3,3,b,1,no\n4,4,b,1,yes\n"


def splits(name, cross_validation, rows=GROUPS, data=""):
    table(name, rows, data=data, more=f"cross_validation: {{{cross_validation}}}\n")


splits("more-folds-than-rows", "folds: 5", GOOD)
splits("small-hold-out", "hold_out: 0.1")
splits("great-hold-out", "hold_out: 0.9")
splits("no-group-column", "folds: 2, groups: hose")
splits("no-column-to-leave-out", "leave_out: houses")
splits("no-time-column", "folds: 2, time: week")
splits("no-predefined-column", "predefined: fold")
splits("row-without-group", "folds: 2, groups: house", GROUPS + "5,5,,1,no\n")
splits("row-without-group-to-leave-out", "leave_out: house", GROUPS + "5,5,,1,no\n")
splits("row-without-time", "folds: 2, time: day", GROUPS + "5,,b,1,no\n")
splits("more-folds-than-groups", "folds: 3, groups: house")
splits("one-group-to-leave-out", "leave_out: part")
splits("one-group-to-hold-out", "hold_out: 0.2, groups: part")
splits("more-folds-than-periods", "folds: 4, time: day")
splits("gap-over-all-periods", "folds: 2, time: day, gap: 2")
splits("one-period-to-hold-out", "hold_out: 0.2, time: part")
splits("gap-before-the-hold-out", "hold_out: 0.25, time: day, gap: 3")
splits("one-predefined-fold", "predefined: part")
splits("no-predefined-fold", "predefined: w", "x,w,y\n1,,no\n2,,yes\n3,,no\n")

# Test rows.

table("test-columns", GOOD, test="x,zz,extra,y\n1,2,3,no\n")
table("test-class", GOOD, test="z,y,x\n1,no,2\n1,maybe,2\n")
table("test-retyped", GOOD, test="x,z,y\n1,two,no\n")
table("test-without-target", GOOD, test="x,z\n1,2\n")
table("test-missing-target", GOOD, test="x,z,y\n1,2,\n")
table("test-number", "x,y\n1,2\n2,3\n", test="x,y\n1,two\n", data=", task: regression")
table("test-share-too-small", GOOD, data=", test_share: 0.1", more=TEST)
table("test-share-too-great", GOOD, data=", test_share: 0.9", more=TEST)
table("test-share-of-periods", GROUPS, data=", test_share: 0.1", more="cross_validation: {folds: 2, time: day}\n")
table("test-share-of-groups", GROUPS, data=", test_share: 0.2", more="cross_validation: {folds: 2, groups: part}\n")

# Sequences.

STEPS = "who,at,x,tone,y\na,1,5,low,no\na,2,6,high,no\nb,1,7,low,yes\nb,2,8,high,yes\n"


def sequences(name, columns, rows=STEPS, more="", test=None):
    table(name, rows, data=f", sequence: {{{columns}}}", more=more + "cross_validation: {folds: 2}\n", test=test)


sequences("no-sequence-column", "id: whom")
sequences("no-step-column", "id: who, step: et")
sequences("row-of-no-sequence", "id: who", STEPS + ",3,9,low,yes\n")
sequences("row-at-no-step", "id: who, step: at", STEPS + "b,,9,low,yes\n")
sequences("step-twice", "id: who, step: at", STEPS + "a,1,9,low,no\n")
sequences("target-varies", "id: who, step: at", STEPS + "b,3,9,low,no\n")
sequences("embedded-steps", "id: who, step: at", more="preprocessing: {categorical: {encode: embedding}}\n")
table(
    "group-varies", STEPS, data=", sequence: {id: who, step: at}", more="cross_validation: {folds: 2, groups: tone}\n"
)
sequences("test-row-of-no-sequence", "id: who, step: at", test=STEPS.replace("b,2", ",2"))
