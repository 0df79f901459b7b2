"""Damaged tables: `data` and `run` read one, or refuse it. What only looks different is read the same; what is certainly torn is
told of."""

import gzip
import json
import zlib

import damage
import tables

SHORT, LONG = 60, 20_000

SPEC = "version: 1\nname: study\ndata: {source: csv, path: table.csv, target: y, missing_target: drop}\nmodel: {kind: linear}\ntraining: {epochs: 1}\n"


def prepare(program, folder):
    return None


def check(_, program, folder, random, covered):
    table = tables.make(random, random.random() < 0.2, False)
    text = table.text(random.choice(",;\t|"))
    (folder / "whole.csv").write_text(text, "utf-8", newline="")
    content, done, expected = random.choice([in_bytes, in_bytes, in_bytes, looks_different, torn, bomb])(random, text)
    (folder / "table.csv").write_bytes(content)
    (folder / "study.yaml").write_text(SPEC, "utf-8")
    outcomes = [program.run(folder, "data", "table.csv", "--target", "y", "--format", "json")]
    if random.random() < 0.3:
        outcomes.append(program.run(folder, "run", "study.yaml", "--quiet"))
    for outcome in outcomes:
        if fault := program.fault(outcome, len(content)):
            return f"{done}: {fault}"
    if expected == "same":
        whole, read = (reading(program, folder, file) for file in ("whole.csv", "table.csv"))
        if whole != read:
            return f"{done}: read otherwise: {str(read)[:600]}"
    if expected == "told" and not tells(outcomes[0]):
        return f"{done}: read without a word\n{outcomes[0].stdout.decode()[-600:]}"
    covered[expected if expected != "any" else "refused" if outcomes[0].code else "read"] += 1
    return None


def reading(program, folder, file):
    """What was read, without what it was read from."""
    outcome = program.run(folder, "data", file, "--target", "y", "--format", "json")
    if outcome.code:
        return outcome.stderr
    said = json.loads(outcome.stdout)
    return {key: said[key] for key in ("columns", "rows", "target")}


def tells(outcome):
    if outcome.code:
        return True
    said = json.loads(outcome.stdout)
    return bool(said["notes"] or said["suspicions"] or outcome.stderr)


def in_bytes(random, text):
    content = text.encode()
    if random.random() < 0.2:
        content = gzip.compress(content, mtime=0)
    content, done = damage.in_bytes(random, content)
    return content, done, "any"


def looks_different(random, text):
    match random.randrange(6):
        case 0:
            return text.rstrip("\n").encode(), "no last line end", "same"
        case 1:
            return b"\xef\xbb\xbf" + text.encode(), "a byte order mark", "same"
        case 2:
            return text.encode("utf-16"), "UTF-16", "same"
        case 3:
            return gzip.compress(text.encode(), mtime=0), "gzip", "same"
        case 4:
            parts = text.encode()
            return gzip.compress(parts[: len(parts) // 2], mtime=0) + gzip.compress(parts[len(parts) // 2 :], mtime=0), "two gzip members", "same"
        case _:
            return (text + "\n\n").encode(), "empty lines at the end", "same"


def torn(random, text):
    content = gzip.compress(text.encode(), mtime=0)
    match random.randrange(4):
        case 0:
            return content[: random.randrange(20, len(content) - 8)], "a cut off gzip file", "told"
        case 1:
            at = len(content) - random.randint(1, 8)
            return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], "a wrong checksum", "told"
        case 2:
            return (text + ",;\t|" * 40 + "\n").encode(), "a line of too many fields", "told"
        case _:
            return (text + '"never closed\n').encode(), "a quote that is never closed", "told"


def bomb(random, text):
    """Some megabytes that unpack to a hundred times as much, or a wide table."""
    filler = random.choice([b",", b'"', b"\n", b"a,b\n", b"\x00", b"1"])
    if random.random() < 0.7:
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        piece = filler * (1_000_000 // len(filler))
        return b"".join(packer.compress(piece) for _ in range(random.choice([10, 300]))) + packer.flush(), f"a bomb of {filler!r}", "any"
    return filler * random.randint(1, 3_000_000), f"a table of {filler!r}", "any"
