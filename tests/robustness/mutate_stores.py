"""Damaged stores: no command crashes; each names the damage, or says what it says of the whole store. Half of them are of the
version before digests: their damage gets further, and need not be noticed, but may do no harm."""

import contextlib
import shutil
import sqlite3
import threading
from random import Random

import damage
import searches
from results import difference, results

SHORT, LONG = 60, 20_000

KINDS = ("grid", "asha", "bohb", "failing")

COMMANDS = {
    "report": ["report", "study"],
    "run": ["run", "study.yaml", "--quiet"],
    "show": ["show", "study"],
    "list": ["list"],
    "explain": ["explain", "study", "1"],
    "compare": ["compare", "study:0", "study:1"],
    "gc": ["gc"],
    "baseline": ["baseline", "study", "--output", "baseline.json"],
}


class Study:
    """A stored study, and what each command says of it and makes of it. A store knows its folder, so damage is done in place."""

    def __init__(self, program, place, number, kind):
        self.kind, self.place, self.copy, self.lock = kind, place, place.with_suffix(".whole"), threading.Lock()
        place.mkdir()
        searches.write(Random(number), kind, place, epochs=3)
        run = program.run(place, "run", "study.yaml", "--quiet")
        assert run.code in (0, 20), run
        shutil.copytree(place, self.copy)
        self.whole = {}
        for name in COMMANDS:
            self.whole[name] = outcome, _ = self.carry_out(program, name)
            assert not program.fault(outcome), outcome
            self.restore()

    def carry_out(self, program, name):
        """How a command ends, and the results that it leaves."""
        return program.run(self.place, *COMMANDS[name]), results(self.place / "results/study")

    def restore(self):
        shutil.rmtree(self.place)
        shutil.copytree(self.copy, self.place)


def prepare(program, folder):
    """Stores of several kinds of search."""
    return [Study(program, folder / kind, number, kind) for number, kind in enumerate(KINDS)]


def check(studies, program, folder, random, covered):
    study = random.choice(studies)
    with study.lock:
        try:
            return check_in_place(study, program, random, covered)
        finally:
            study.restore()


def check_in_place(study, program, random, covered):
    store = study.place / "results/crossfold.db"
    is_older = random.random() < 0.5
    if is_older:
        without_digests(store)
    is_record, done = random.choice([in_values, in_values, in_values, in_file])(random, store)
    damaged = store.read_bytes()
    about = f"{study.kind}{', without digests' if is_older else ''}, {done}"
    for name in random.sample(sorted(COMMANDS), 3):
        outcome, files = study.carry_out(program, name)
        if fault := program.fault(outcome, len(damaged)):
            return f"{about}: {fault}"
        before, whole = study.whole[name]
        if is_older:
            covered["without digests, used" if outcome.code in (0, 20) else "without digests, refused"] += 1
        elif outcome.code == before.code and outcome.stderr == before.stderr:
            found = difference(whole, files) if name in ("run", "report") else None
            if not found and outcome.stdout != before.stdout:
                found = f"it says\n{outcome.stdout.decode('utf-8', 'replace')[:1500]}"
            # Fits that are gone were never trained, for all that anybody can tell; `run` trains them again.
            if found and (is_record or name == "run"):
                return f"{about}: `{name}` takes it without a word: {found}"
            covered["harmless"] += 1
        else:
            covered["noticed"] += 1
        # Each command sees the damage, and not what another made of it.
        study.restore()
        store.write_bytes(damaged)
    return None


def without_digests(store):
    """As version 6 wrote it."""
    with contextlib.closing(sqlite3.connect(store)) as database:
        database.executescript("DROP TABLE digests; ALTER TABLE deaths DROP COLUMN digest; PRAGMA user_version = 6")


def in_file(random, store):
    content, done = damage.in_bytes(random, store.read_bytes())
    store.write_bytes(content)
    return False, done


def in_values(random, store):
    """Damages a value by SQL. Returns whether the record is still there, and what was done."""
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        filled = [name for name in sorted(names) if database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]]
        table = random.choice(filled)
        columns = [(row[1], row[2]) for row in database.execute(f'PRAGMA table_info("{table}")')]
        rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
        row = random.choice(rows)
        chosen = " AND ".join(f'"{column}" IS ?' for column, _ in columns)
        if random.random() < 0.1:
            database.execute(f'DELETE FROM "{table}" WHERE {chosen}', row)
            return False, f"a row of {table} is gone"
        place = random.randrange(len(columns))
        column, kind = columns[place]
        new = other_value(random, row[place], kind)
        try:
            database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE {chosen}', (new, *row))
        except (sqlite3.IntegrityError, OverflowError):
            return False, f"nothing: {table}.{column} can't be {str(new)[:40]!r}"
        return True, f"{table}.{column} was {shown(row[place])} and is {shown(new)}"


def other_value(random, old, kind):
    if random.random() < 0.1:
        return None
    match old if old is not None else {"INTEGER": 0, "REAL": 0.0, "TEXT": "", "BLOB": b""}.get(kind, 0):
        case int(value):
            return random.choice([value + 1, value - 1, -1, 0, 2**31, 2**32, 2**62, 2**63 - 1, -(2**63)])
        case float(value):
            return random.choice([value + 0.5, -value, 0.0, 1e300, float("inf"), -float("inf"), value * 1.000001])
        case str(value):
            return random.choice([*damage.TEXTS, value + "x", value[:-1], value.upper(), value.replace("1", "2"), damage.in_bytes(random, value.encode())[0].decode("utf-8", "replace")])
        case bytes(value):
            return random.choice([b"", value + b"\0", value[:-1], value * 2, damage.in_bytes(random, value)[0]])


def shown(value):
    text = repr(value)
    return text if len(text) < 90 else f"{text[:90]}…"
