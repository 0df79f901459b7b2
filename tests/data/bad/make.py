"""Makes the folders beside this file: data that are refused, each with a spec that is not.

Run it from anywhere; it writes the same bytes every time. What each folder is refused for is
shown in tests/it/snapshots/bad_data.
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


def table(name, rows=None, test=None, data="", path="rows.csv"):
    test_path = ", test_path: test.csv" if test else ""
    spec = (
        "version: 1\nname: bad\n"
        f"data: {{source: csv, path: {path}, target: y{test_path}{data}}}\n"
        "model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\n" + (TEST if test else "")
    )
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
mnist("test-missing", final=TEST, images=images(6), labels=DIGITS)

whole = packed(images(6))
broken = whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
mnist("gzip-cut", suffix=".gz", images=whole[:-12], labels=packed(DIGITS))
mnist("gzip-checksum", suffix=".gz", images=broken, labels=packed(DIGITS))
mnist("gzip-truncated", suffix=".gz", images=packed(images(6)[:-3]), labels=packed(DIGITS))
mnist("gzip-trailing", suffix=".gz", images=packed(images(6) + b"\0"), labels=packed(DIGITS))
mnist("gzip-claims", suffix=".gz", images=packed(idx([6, 20_000, 20_000], [0])), labels=packed(DIGITS))

GOOD = "x,z,y\n1,2,no\n3,4,yes\n"
table("no-file")
table("folder", path=".")
table("empty", "")
table("header-only", "x,z,y\n")
table("missing-value", "x,z,y\n1,,no\n3,NA,yes\n5,6,\n")
table("text-feature", "x,z,y\n1,red,no\n3,4,yes\n")
table("decimal-comma", 'x,z,y\n1,"2,5",no\n3,4,yes\n')
table("not-finite", "x,z,y\n1,inf,no\n1e39,4,yes\n")
table("ragged", "x,z,y\n1,2,no\n3,4\n3,4,5,yes\n")
table("no-target", "x,z,Y\n1,2,no\n3,4,yes\n")
table("semicolons", "x;z;y\n1;2;no\n3;4;yes\n")
table("duplicate-column", "x,x,y\n1,2,no\n3,4,yes\n")
table("unnamed-column", ",x,y\n0,1,no\n1,2,yes\n")
table("no-features", "y\nno\nyes\n")
table("one-class", "x,z,y\n1,2,no\n3,4,no\n")
table("few-rows", GOOD, data=", train_rows: 3")
table("latin-1", "größe,y\n1,no\n2,yes\n".encode("latin-1"))
table("latin-1-class", "x,y\n1,nö\n2,yes\n".encode("latin-1"))
table("utf-16", GOOD.encode("utf-16"))
table("decimal-target", "x,y\n1,2.5\n2,3.0\n3,1\n")
table("windows-lines", "x,z,y\r\n1,2,no\r\n\r\n3,four,yes\r\n")
table("many", "x,z,y\n" + "".join(f"{i},?,no\n" for i in range(12)))
table("test-columns", GOOD, test="x,zz,extra,y\n1,2,3,no\n")
table("test-class", GOOD, test="z,y,x\n1,no,2\n1,maybe,2\n")
table("control-characters", "x,z,y\n1,\x1b[31mred,no\n3,4,yes\n")
