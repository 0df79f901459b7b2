"""Damaged models: `predict` refuses one, says what is odd, or predicts what the whole one does. Half of them are of the version
before digests: their damage gets further, and need not be noticed, but may do no harm."""

import json
import shutil
import struct
from random import Random

import damage
import tables

SHORT, LONG = 60, 20_000

NETWORKS = {
    "linear": "model: {kind: linear}\n",
    "embedded": "model: {kind: mlp, hidden: [4, 3], normalization: batch}\npreprocessing: {categorical: {encode: embedding}}\n",
    "target": "model: {kind: mlp, layers: 1, nodes: 3}\npreprocessing: {categorical: {encode: target, rare: 3}, numeric: {scale: quantile, indicator: true}}\n",
    "recurrent": "model: {kind: rnn, hidden: [3], bidirectional: true}\n",
    "regression": "model: {kind: mlp, hidden: [4], normalization: layer}\npreprocessing: {numeric: {scale: robust, log: true}, select: 5}\n",
}  # fmt: skip


def prepare(program, folder):
    """A model of each kind, and what it predicts."""
    models = []
    for number, (name, network) in enumerate(NETWORKS.items()):
        place = folder / name
        place.mkdir()
        table = tables.make(Random(number), name == "regression", name == "recurrent")
        (place / "table.csv").write_text(table.text(), "utf-8", newline="")
        task = "regression" if name == "regression" else "classification"
        sequence = ", sequence: {id: sequence, step: step}" if name == "recurrent" else ""
        text = f"version: 1\nname: study\ndata: {{source: csv, path: table.csv, target: y, task: {task}{sequence}}}\n{network}"
        (place / "study.yaml").write_text(text + "training: {epochs: 3, learning_rate: 0.05}\ncross_validation: {hold_out: 0.3}\n", "utf-8")
        run = program.run(place, "run", "study.yaml", "--quiet")
        assert run.code == 0, run
        predicted = program.run(place, "predict", "results/study/model", "table.csv")
        assert predicted.code == 0, predicted
        models.append((place, predicted))
    return models


def check(models, program, folder, random, covered):
    place, whole = random.choice(models)
    shutil.copytree(place / "results/study/model", folder / "model")
    is_older = random.random() < 0.5
    if is_older:
        without_digest(folder / "model/model.json")
    file, done = random.choice([damaged_json, damaged_json, damaged_weights])(random, folder / "model")
    outcome = program.run(folder, "predict", "model", place / "table.csv")
    size = sum(path.stat().st_size for path in (folder / "model").iterdir())
    about = f"{place.name}{', without a digest' if is_older else ''}, {file}: {done}"
    if fault := program.fault(outcome, size):
        return f"{about}: {fault}"
    if is_older:
        covered["without a digest, used" if outcome.code == 0 else "without a digest, refused"] += 1
        return None
    if outcome.code == 0 and outcome.stdout != whole.stdout and outcome.stderr == whole.stderr:
        return f"{about}: taken without a word"
    covered["noticed" if outcome.code or outcome.stderr != whole.stderr else "harmless"] += 1
    return None


def without_digest(path):
    """As version 2 wrote it."""
    model = json.loads(path.read_text("utf-8"))
    assert model.pop("digest")
    path.write_text(json.dumps(model | {"version": 2}), "utf-8")


def damaged_json(random, model):
    path = model / "model.json"
    if random.random() < 0.3:
        content, done = damage.in_bytes(random, path.read_bytes())
        path.write_bytes(content)
    else:
        value, done = damage.in_json(random, json.loads(path.read_text("utf-8")))
        path.write_text(json.dumps(value), "utf-8")
    return path.name, done


def damaged_weights(random, model):
    """Bytes, the header, or one weight."""
    path = model / "weights.safetensors"
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    match random.randrange(3):
        case 0:
            content, done = damage.in_bytes(random, content)
        case 1:
            header, done = damage.in_json(random, json.loads(content[8 : 8 + length]))
            text = json.dumps(header).encode()
            content = struct.pack("<Q", random.choice([len(text)] * 4 + [0, 1, 2**62])) + text + content[8 + length :]
        case _:
            at = 8 + length + 4 * random.randrange((len(content) - 8 - length) // 4)
            value = random.choice([float("nan"), float("inf"), -float("inf"), 3e38, 1e-45, 0.0, 1.0])
            content, done = content[:at] + struct.pack("<f", value) + content[at + 4 :], f"{value} at {at}"
    path.write_bytes(content)
    return path.name, done
