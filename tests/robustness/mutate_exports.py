"""Damaged exports: `store import` refuses one, and takes nothing, or takes what the whole one has. Half of them are forged: their
digests are right. Those may be taken, but the store that they are taken into is whole, and no command crashes."""

import gzip
import hashlib
import struct
import zlib
from random import Random

import damage
import searches

SHORT, LONG = 60, 20_000

KINDS = ("grid", "asha", "models", "failing")


class Export:
    """A study's folder, its exported fits, and their records."""

    def __init__(self, program, place, number, kind):
        self.kind, self.place = kind, place
        place.mkdir()
        searches.write(Random(number), kind, place, epochs=3)
        run = program.run(place, "run", "study.yaml", "--quiet")
        assert run.code in (0, 20), run
        made = program.run(place, "store", "export", "study", "--output", "study.cfx")
        assert made.code == 0, made
        self.bytes = (place / "study.cfx").read_bytes()
        self.plain = gzip.decompress(self.bytes)
        self.records = records(self.plain)
        assert with_digests(self.records) == self.plain


def records(plain):
    """The first line, each record without its digest, and the end without its."""
    at = plain.index(b"\n") + 1
    found = [plain[:at]]
    while plain[at]:
        end = at + 41 + struct.unpack_from("<I", plain, at + 37)[0]
        found.append(plain[at:end])
        at = end + 8
    return found + [plain[at : at + 17]]


def with_digests(parts):
    plain = parts[0]
    for number, part in enumerate(parts[1:], 2):
        plain += part
        plain += hashlib.sha256(plain).digest()[: 32 if number == len(parts) else 8]
    return plain


def prepare(program, folder):
    return [Export(program, folder / kind, number, kind) for number, kind in enumerate(KINDS)]


def forge(random, export):
    """Changes the content of a record, or the order and number of records."""
    parts = list(export.records)
    at = random.randrange(1, len(parts) - 1)
    match random.randrange(5):
        case 0:
            other = random.randrange(1, len(parts) - 1)
            parts[at], parts[other] = parts[other], parts[at]
            done = f"records {at} and {other} swapped"
        case 1:
            parts.insert(at, parts[at])
            done = f"record {at} twice"
        case 2:
            length = random.choice([0, 2**28, 2**28 + 1, 2**32 - 1])
            parts[at] = parts[at][:37] + struct.pack("<I", length) + parts[at][41:]
            done = f"length {length} of record {at}"
        case 3:
            parts[-1] = random.randbytes(17)
            done = "other counts"
        case _:
            content, done = damage.in_bytes(random, parts[at][41:])
            parts[at] = parts[at][:37] + struct.pack("<I", len(content)) + content
            done = f"record {at}: {done}"
    return compress(with_digests(parts)), done


def compress(plain):
    return gzip.compress(plain, 1, mtime=0)


def check(exports, program, folder, random, covered):
    export = random.choice(exports)
    is_forged = random.random() < 0.5
    if is_forged:
        content, done = forge(random, export)
    elif random.random() < 0.5:
        content, done = damage.in_bytes(random, export.bytes)
    else:
        plain, done = damage.in_bytes(random, export.plain)
        content = compress(plain)
    (folder / "damaged.cfx").write_bytes(content)
    about = f"{export.kind}{', forged' if is_forged else ''}: {done}"
    results = ["--results", folder / "results"]
    taken = program.run(folder, "store", "import", "damaged.cfx", *results)
    if fault := program.fault(taken, max(len(content), len(plain_of(content)))):
        return f"{about}: {fault}"
    if taken.code:
        if (folder / "results").exists():
            return f"{about}: refused, but there is a store"
        covered["refused"] += 1
        return None
    verified = program.run(folder, "store", "verify", *results)
    if verified.code:
        return f"{about}: what was taken is damaged: {verified}"
    again = program.run(folder, "store", "export", "--all", "--output", "again.cfx", *results)
    if again.code:
        return f"{about}: {again}"
    is_same = (folder / "again.cfx").read_bytes() == export.bytes
    if not is_same and not is_forged:
        return f"{about}: taken without a word"
    ran = program.run(export.place, "run", "study.yaml", "--quiet", *results)
    if fault := program.fault(ran):
        return f"{about}: {fault}"
    covered["harmless" if is_same else "taken"] += 1
    return None


def plain_of(content):
    """What can be decompressed."""
    try:
        return zlib.decompressobj(31).decompress(content)
    except zlib.error:
        return b""
