"""Damaged specs: `check` takes one or refuses it with its mistakes, and refuses what is certainly wrong."""

import pathlib
from random import Random

import damage
import studies
from schema import Schema

SHORT, LONG = 60, 20_000

EXPERIMENTS = pathlib.Path(__file__).resolve().parent.parent.parent / "experiments"


def prepare(program, folder):
    """Specs without mistakes: those that come with crossfold, and generated ones."""
    texts = [path.read_text("utf-8") for path in sorted(EXPERIMENTS.glob("*.yaml"))]
    assert texts, f"{EXPERIMENTS} holds no specs"
    schema = Schema(program, folder)
    for number in range(30):
        place = folder / str(number)
        place.mkdir()
        spec, _, draw = studies.drawn_study(schema, Random(number), place)
        if studies.until_taken(program, place, draw, spec, ("check", "study.yaml")):
            texts.append((place / "study.yaml").read_text("utf-8"))
    return texts


def check(texts, program, folder, random, covered):
    content, done, refused = random.choice([in_bytes, in_bytes, in_lines, in_lines, certainly_wrong])(random, random.choice(texts))
    (folder / "damaged.yaml").write_bytes(content)
    outcome = program.run(folder, "check", "damaged.yaml")
    about = f"{done}:\n--- spec\n{content[:4000].decode('utf-8', 'replace')}\n---"
    if fault := program.fault(outcome, len(content)):
        return f"{about} {fault}"
    if outcome.code not in (0, 10) or (refused and outcome.code == 0):
        return f"{about} ended with {outcome.code}"
    covered["noticed" if outcome.code else "taken as another spec"] += 1
    return None


def in_bytes(random, text):
    content, done = damage.in_bytes(random, text.encode())
    return content, done, False


def in_lines(random, text):
    """Lines that are gone, doubled, moved, indented otherwise, or have another value."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    match random.randrange(6):
        case 0:
            lines.pop(at)
        case 1:
            lines.insert(random.randrange(len(lines)), lines[at])
        case 2:
            lines.insert(random.randrange(len(lines)), lines.pop(at))
        case 3:
            lines[at] = random.choice(["  ", " ", "\t", "- ", "? ", "&a ", "*a ", "!!binary ", "<<: ", "# ", "| ", "> "]) + lines[at]
        case 4:
            head = lines[at].partition(":")[0]
            lines[at] = f"{head}: {random.choice([*map(str, damage.NUMBERS), '~', '[]', '{}', '.nan', '-.inf', 'yes', '0x1F', '1_000', '2001-01-01', '[[[[1]]]]'])}"
        case _:
            lines[at] = lines[at] + random.choice(damage.TEXTS)
    return "\n".join(lines).encode(), f"line {at + 1}", False


def certainly_wrong(random, text):
    """What no spec may hold."""
    added, done = random.choice([
        ("unknown_key: 1\n", "an unknown key"),
        ("version: 1\n", "a key twice"),
        ("name: &a x\n", "an anchor"),
        ("---\nversion: 1\n", "two documents"),
        ("seed: -1\nseed: 2\n", "a key twice"),
        ("budget: {trials: 1e400}\n", "an infinite number"),
        ("models: {" + ", ".join(f"m{number}: {{kind: linear, layers: 3}}" for number in range(300)) + "}\n", "300 wrong models"),
        ("limits: " + "[" * 3000 + "]" * 3000 + "\n", "3000 levels"),
        ("predictions: {best: " + "9" * 5000 + "}\n", "a number of 5000 digits"),
        ("\x00", "a NUL"),
    ])  # fmt: skip
    return (text.rstrip("\n") + "\n" + added).encode(), done, True
