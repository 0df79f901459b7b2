"""Whole studies, generated: run, report, run again, run with other `--jobs`, predict, baseline, gate.

A study must end with a documented code, and every command that writes its files must write the same bytes. Specs are drawn from the JSON
schema; what `check` refuses is left out, line by line, so that a new key takes part as soon as the schema has it.
"""

import gzip

import tables
import yaml_text
from mistakes import mend
from results import all_files, difference, results
from schema import Draw, Schema

SHORT, LONG = 40, 20_000

# Keys that are not drawn from the schema alone, because they have to fit the table or each other.
BY_HAND = {"version", "name", "data", "path", "source", "target", "test_path", "task", "model", "models", "search", "device"}

# How often a spec is mended before it is given up.
ROUNDS = 12


def prepare(program, folder):
    return Schema(program, folder)


def summary(schema, covered):
    """Which words of the schema no study had."""
    known = {word for word in schema.words() if "." not in word}
    missing = sorted(word for word in known if not covered["word", word])
    return f"{len(known) - len(missing)} of {len(known)} words of the schema" + (f"; without {', '.join(missing)}" if len(missing) < 30 else "")


def check(schema, program, folder, random, covered):
    """Carries a study out. Returns what is wrong with it, or `None`; counts its words in `covered`."""
    try:
        carry_out(schema, program, folder, random, covered)
    except Wrong as wrong:
        return f"{wrong}\n--- spec\n{(folder / 'study.yaml').read_text('utf-8')}"
    return None


def drawn_study(schema, random, folder):
    """A spec, its table (`None` for images), and what draws further values."""
    source = random.choice(["table"] * 6 + ["sequences", "images"])
    regression = source != "images" and random.random() < 0.35
    if source == "images":
        table = None
        tables.images(random, folder / "images")
    else:
        table = tables.make(random, regression, source == "sequences")
    draw = Draw(schema, random, lambda key: names(random, table, key))
    data = {"source": "mnist", "path": "images"}
    if table:
        data = {"source": "csv", "path": "table.csv", "target": "y", "task": "regression" if regression else "classification"}
        data |= columns(random, table)
        data |= some(draw, schema.properties("data"), 0.1, {"train_rows", "test_share", "missing_target", "missing", "rows"})
        data |= written(random, table, folder)
        if random.random() < 0.1:
            (folder / "test.csv").write_text(table.text(rows=25), "utf-8", newline="")
            data["test_path"] = "test.csv"
    if source == "sequences":
        data["sequence"] = {"id": "sequence", **({"step": "step"} if random.random() < 0.7 else {})}
    kind = {"table": ["linear", "mlp"], "sequences": ["linear", "mlp", "rnn", "rnn"], "images": ["linear", "mlp", "cnn", "cnn", "rnn"]}[source]
    spec = {"version": 1, "name": "study", "data": data, "device": random.choice(["flex"] * 9 + ["ndarray"])}
    if random.random() < 0.25:
        spec["models"] = {name: network(draw, schema, random.choice(kind)) for name in random.sample(["a", "b-2", "net"], 2)}
    else:
        spec["model"] = network(draw, schema, random.choice(kind))
    spec["training"] = {"epochs": random.randint(2, 6), **some(draw, schema.properties("training"), 0.2)}
    if random.random() < 0.85:
        spec["search"] = search(draw, schema, random, spec, kind)
    top = {key: node for key, node in schema.properties().items() if key not in BY_HAND and key not in spec}
    for key in top:
        if random.random() < 0.45 and (key != "augmentation" or source == "images" or random.random() < 0.2):
            spec[key] = draw.value(top[key], key)
    if isinstance(spec.get("budget"), dict) and "wall" in spec["budget"] and random.random() < 0.8:
        del spec["budget"]["wall"]
    return {key: value for key, value in spec.items() if value != {}}, table, draw


def written(random, table, folder):
    """Writes the table in one of many forms, and returns what the spec says of it."""
    delimiter, mark = random.choice([("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("pipe", "|")])
    encoding, codec = random.choice([("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("latin-1", "cp1252"), ("utf-16", "utf-16")])
    content = table.text(mark).encode(codec)
    (folder / "table.csv").write_bytes(gzip.compress(content, mtime=0) if random.random() < 0.2 else content)
    said = {"delimiter": delimiter, "encoding": encoding, "header": True, "decimal": "point"}
    return {key: value for key, value in said.items() if random.random() < 0.3}


def names(random, table, key):
    """What a key of free text may be: columns of the table by the part that they have, classes, or models."""
    if not table:
        return ["a"]
    roles = {
        "groups": ["group"], "leave_out": ["part", "group"], "predefined": ["part"], "time": ["day"], "id": ["sequence"],
        "step": ["step"], "class_weights": table.classes, "models": ["a", "b-2"], "missing": ["NA", "-5"], "constant": ["oak", "1"],
    }  # fmt: skip
    return roles.get(key) or sorted(table.columns)


def some(draw, properties, share, only=None):
    """Some of an object's properties."""
    chosen = [key for key in properties if (only is None or key in only) and draw.random.random() < share]
    return {key: draw.value(properties[key], key) for key in chosen if key not in BY_HAND and key != "epochs"}


def columns(random, table):
    """What the spec says of the table's columns."""
    own = {
        "number": "numeric", "whole": "numeric", "gappy": "numeric", "truth": "boolean", "date": "date", "quarter": "date",
        "scale": {"ordinal": tables.SCALE}, "user_id": "id", "text": "text",
    }  # fmt: skip
    said = {}
    for name in table.kinds:
        if random.random() < 0.15:
            said[name] = random.choice([own.get(name, "categorical"), "categorical", "drop"])
    return {"columns": said} if said else {}


def network(draw, schema, kind):
    drawn = {"kind": kind, **some(draw, schema.properties("model"), 0.2)}
    if kind == "cnn":
        drawn.setdefault("filters", draw.random.randint(1, 3))
    if kind in ("mlp", "rnn") and "hidden" not in drawn:
        drawn |= {"layers": 1, "nodes": draw.random.randint(1, 6)}
    return drawn


def search(draw, schema, random, spec, kinds):
    properties = schema.properties("search")
    drawn = {"strategy": draw.value(properties["strategy"], "strategy")} if random.random() < 0.8 else {}
    # Without a number of trials most strategies need a budget; that is rare.
    if (name := drawn.get("strategy", "grid")) != "grid" and random.random() < 0.95:
        name, said = (name, {}) if isinstance(name, str) else next(iter(name.items()))
        drawn["strategy"] = {name: said if name == "grid" else {"trials": random.randint(2, 7), **said}}
    drawn |= some(draw, properties, 0.25, set(properties) - {"strategy", "space", "enqueue", "pruner"})
    if random.random() < 0.5:
        drawn["pruner"] = draw.value(properties["pruner"], "pruner")
        if "bohb" in drawn["pruner"]:
            drawn["strategy"] = {"tpe": {"trials": random.randint(2, 7), "startup": random.randint(1, 4)}}
    space = schema.properties("search", "space")
    short = [key for key in space if "." not in key]
    fixed = {"kind", *spec.get("model", ()), *spec["training"]}
    chosen = random.sample(sorted(set(short) - fixed), random.randint(1, 4))
    if "learning_rate" not in fixed and random.random() < 0.6:
        chosen.append("learning_rate")
    drawn["space"] = {key: draw.value(space[key], key) for key in dict.fromkeys(chosen)}
    if "model" in spec and random.random() < 0.1:
        del spec["model"]["kind"]
        drawn["space"]["kind"] = kinds
    conditions(random, drawn["space"])
    if random.random() < 0.3:
        drawn["enqueue"] = [point(random, drawn["space"]) for _ in range(random.randint(1, 2))]
    if "a" not in spec.get("models", ()):
        drawn.pop("models", None)
    return drawn


def listed(space):
    """The values of those hyperparameters that have a list of them."""
    values = {key: domain if isinstance(domain, list) else domain.get("values") for key, domain in space.items()}
    return {key: found for key, found in values.items() if found}


def conditions(random, space):
    """Lets each condition name another hyperparameter of the space."""
    for key, domain in space.items():
        if isinstance(domain, dict) and "when" in domain:
            others = {other: values for other, values in listed(space).items() if other != key}
            if others:
                other = random.choice(sorted(others))
                domain["when"] = {other: random.choice(others[other])}
            else:
                del domain["when"]


def point(random, space):
    """A point of the space, as far as its values are listed."""
    return {key: random.choice(values) for key, values in listed(space).items() if random.random() < 0.8}


def until_taken(program, folder, draw, spec, *commands):
    """Runs commands on a spec, and mends it until none refuses it. Returns how the last one ended, `None` if it is given up."""
    for _ in range(ROUNDS):
        text, paths = yaml_text.write(spec)
        (folder / "study.yaml").write_text(text, "utf-8")
        for command in commands:
            outcome = program.run(folder, *command)
            if fault := program.fault(outcome):
                raise Wrong(fault)
            if outcome.code in (10, 11):
                break
        if outcome.code not in (10, 11):
            return outcome
        if not mend(spec, draw, outcome.stderr.decode("utf-8", "replace"), paths):
            return None
    return None


def carry_out(schema, program, folder, random, covered):
    """Runs all commands."""
    spec, table, draw = drawn_study(schema, random, folder)
    jobs, other = random.choice([("1", "2"), ("2", "1"), ("1", "5"), ("3", "1")])
    first = until_taken(program, folder, draw, spec, ("check", "study.yaml"), ("run", "study.yaml", "--jobs", jobs))
    covered[f"exit {first.code}" if first else "refused"] += 1
    if not first or first.code not in (0, 20, 21, 22):
        return

    def step(*arguments, codes=None):
        outcome = program.run(folder, *arguments)
        if fault := program.fault(outcome):
            raise Wrong(fault)
        if codes and outcome.code not in codes:
            raise Wrong(f"not {codes}: {outcome}")
        return outcome

    def same(before, after, what):
        if found := difference(before, after):
            raise Wrong(f"{what}: {found}")

    place = folder / "results/study"
    written, whole = results(place), all_files(place)
    panics = [name for name, found in written.items() if name.endswith(".csv") and b"panick" in found]
    if panics:
        raise Wrong(f"a fit panics, see {panics[0]}")
    covered.update(("word", word) for word in words(spec))
    step("report", "study", codes=[0])
    same(whole, all_files(place), "`report` after `run`")
    # Depends on the clock, or on which fit ends first.
    if "wall" in spec.get("budget", {}) or spec.get("search", {}).get("order") == "free":
        return
    step("run", "study.yaml", "--jobs", jobs, codes=[first.code])
    same(written, results(place), "a second `run`")
    if first.code == 22:
        # What else was trained before the last failure depends on the clock.
        return
    step("run", "study.yaml", "--jobs", other, "--results", "other", codes=[first.code])
    same(written, results(folder / "other/study"), f"--jobs {other} instead of {jobs}")
    if table and (place / "model/model.json").exists():
        predict(step, same, folder)
    # A baseline is made from stored predictions.
    if "best.yaml" in written and spec.get("predictions", {}).get("best") != 0 and random.random() < 0.5:
        gate(step, folder, random, other)


def predict(step, same, folder):
    """Both models say the same of the table."""
    said = []
    for results_folder in ("results", "other"):
        inputs = folder / f"{results_folder}.inputs.csv"
        outcome = step("predict", f"{results_folder}/study/model", "table.csv", "--inputs", inputs, codes=[0, 11])
        said.append({"stdout": outcome.stdout, "inputs": inputs.read_bytes() if inputs.exists() else b""})
    same(*said, "`predict` by the models of two runs")


def gate(step, folder, random, jobs):
    """The same binary is as good as its own baseline, bit for bit."""
    exact = ["--exact"] if random.random() < 0.5 else []
    step("baseline", "study", "--output", "baseline.json", *exact, codes=[0])
    step("gate", "baseline.json", "--jobs", jobs, "--results", "gated", *exact, codes=[0])


class Wrong(Exception):
    """What a study did that it must not."""


def words(value):
    """The keys and words of a spec."""
    if isinstance(value, dict):
        return {*value, *(word for inner in value.values() for word in words(inner))}
    if isinstance(value, list):
        return {word for inner in value for word in words(inner)}
    return {value} if isinstance(value, str) else set()
