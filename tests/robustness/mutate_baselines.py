"""Damaged baselines: `gate` refuses one, says what is odd, or says what it says of the whole one. One of version 3, which has
no digest, may be taken, but does no harm."""

import json
from random import Random

import damage
import searches

SHORT, LONG = 40, 20_000

KINDS = ("grid", "random", "failing")


def prepare(program, folder):
    """Baselines, plain and exact, and what `gate` says of each."""
    baselines = []
    for number, kind in enumerate(KINDS):
        place = folder / kind
        place.mkdir()
        searches.write(Random(number), kind, place, epochs=2)
        run = program.run(place, "run", "study.yaml", "--quiet")
        assert run.code in (0, 20), run
        for exact in ([], ["--exact"]):
            file = place / f"{'exact' if exact else 'plain'}.json"
            made = program.run(place, "baseline", "study", "--output", file.name, *exact)
            assert made.code == 0, made
            gated = program.run(place, "gate", file.name, "--json", "--results", "gated", *exact)
            assert gated.code == 0, gated
            baselines.append((file, exact, gated))
    return baselines


def check(baselines, program, folder, random, covered):
    file, exact, whole = random.choice(baselines)
    content = file.read_bytes()
    has_digest = random.random() < 0.7
    if not has_digest:
        content = json.dumps(json.loads(content) | {"version": 3, "digest": ""}, indent=2).encode()
    if random.random() < 0.05:
        content, done = large(random, json.loads(content))
    elif random.random() < 0.4:
        content, done = damage.in_bytes(random, content)
    else:
        value, done = damage.in_json(random, json.loads(content))
        content = json.dumps(value).encode()
    # Beside the whole one, because the path of its table starts there.
    damaged = file.with_name(f"{folder.name}.json")
    damaged.write_bytes(content)
    try:
        outcome = program.run(file.parent, "gate", damaged.name, "--json", "--results", folder / "results", *exact)
    finally:
        damaged.unlink()
    about = f"{file.parent.name}, {file.name}{'' if has_digest else ' of version 3'}: {done}"
    if fault := program.fault(outcome, len(content)):
        return f"{about}: {fault}"
    said = outcome.stderr.replace(damaged.name.encode(), file.name.encode())
    if has_digest and outcome.code == 0 and outcome.stdout != whole.stdout and said == whole.stderr:
        return f"{about}: taken without a word"
    covered["noticed" if outcome.code or said != whole.stderr else "harmless"] += 1
    return None


def large(random, baseline):
    """Many values that take more memory than text."""
    key = random.choice(["unknown", "correct", "errors", "parts", "influences", "origin", "folds", "trace", "metrics"])
    one = random.choice(["0", '""', "[]", "{}", "null", '"- - - -"'])
    content = json.dumps({**baseline, key: "HERE"}).replace('"HERE"', f"[{','.join([one] * 12_000_000)}]")
    return content.encode(), f"twelve million times {one} in `{key}`"
