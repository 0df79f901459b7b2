"""Reads a study's `best.yaml` by YAML 1.1 (PyYAML) and by YAML 1.2 (ruamel.yaml), and fails if they don't agree.

    python -m pip install -r tests/readers/requirements.txt
    python tests/readers/best_yaml.py results/mnist results/hitters …

Also holds `ambiguous.txt`, texts that must be quoted, against both: in quotes each is that text, and without them at least one
reader takes it for something else, or there is a reader that does (Ruby's takes `1,000` for a number).
"""

import pathlib
import sys

import ruamel.yaml
import yaml

# Not by these two readers: Ruby's, those of YAML 1.1 that have its short booleans, and those that treat `:a` as a symbol.
OTHERS = {"y", "N", "1,000", ":a", "2003-04"}


def by_1_2(text):
    return ruamel.yaml.YAML(typ="safe", pure=True).load(text)


def read(reader, text):
    try:
        return reader(text)
    except Exception as error:
        return error


def typed(value):
    """A value with the types of everything in it: 1, 1.0 and true are equal in Python."""
    if isinstance(value, dict):
        return {(type(key), key): typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    return type(value), value


findings = []
texts = pathlib.Path(__file__).with_name("ambiguous.txt").read_text(encoding="utf-8").split("\n")[:-1]
for text in texts:
    quoted = "'" + text.replace("'", "''") + "'"
    if any(read(reader, quoted) != text for reader in (yaml.safe_load, by_1_2)):
        findings.append(f"{quoted} is not read as {text!r}")
    if text not in OTHERS and all(read(reader, f"a: {text}") == {"a": text} for reader in (yaml.safe_load, by_1_2)):
        findings.append(f"{text!r} needs no quotes")
for folder in sys.argv[1:]:
    text = (pathlib.Path(folder) / "best.yaml").read_text(encoding="utf-8")
    old, new = yaml.safe_load(text), by_1_2(text)
    if typed(old) != typed(new):
        findings.append(f"{folder}: YAML 1.1 reads {old}, YAML 1.2 reads {new}")
print("\n".join(findings) or f"ok: {len(texts)} texts, {len(sys.argv) - 1} files")
sys.exit(bool(findings))
