"""Reads what `check` and `run` say against a spec, and mends the spec by it."""

import re

import yaml_text

# What a spec can't do without. Mistakes that point here are mended elsewhere.
KEPT = {("version",), ("name",), ("data",), ("data", "source"), ("data", "path"), ("data", "target"), ("data", "sequence"), ("model",), ("models",), ("training",), ("training", "epochs"), ("search",), ("search", "space")}  # fmt: skip

# What is drawn anew in place of being left out.
REDRAWN = [("objective",), ("search", "strategy")]


def mend(spec, draw, stderr, paths):
    """Takes out of a spec what messages point at, or follows their hint. Returns whether anything was changed.

    `paths` has the path of each line of the spec's text.
    """
    changed = False
    messages = re.split(r"^ *error: ", stderr, flags=re.M)[1:]
    removed = []
    for message in messages:
        named = re.match(r"`([a-z_.0-9-]+)`: missing", message)
        place = re.search(r"study\.yaml:(\d+):\d+\]", message)
        path = paths[int(place[1]) - 1] if place and int(place[1]) <= len(paths) else within(spec, message)
        use = re.search(r"or use `(\w+): ([\w.]+)`", message)
        redrawn = next((whole for whole in REDRAWN if path and path[: len(whole)] == whole), None)
        if redrawn:
            place_of(spec, redrawn)[redrawn[-1]] = draw.value(draw.schema.properties(*redrawn[:-1])[redrawn[-1]], *redrawn)
            changed = True
        elif named and supply(spec, draw, named[1].split(".")):
            changed = True
        elif not path:
            continue
        elif use and use[1] != "kind" and use[1] not in place_of(spec, path) and draw.random.random() < 0.5:
            place_of(spec, path)[use[1]] = use[2]
            changed = True
        elif path not in KEPT and (path[-1] != "kind" or "space" in path):
            removed.append(path)
    # The last entry of a list first, so that the other paths stay right.
    for path in sorted(set(removed), key=lambda path: [(isinstance(key, int), key if isinstance(key, int) else 0) for key in path], reverse=True):
        yaml_text.remove(spec, path)
    return changed or bool(removed)


def within(spec, message):
    """The path that a message without a place names, as far as the spec has it."""
    for found in re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)", message):
        path, inner = (), spec
        for key in found.split("."):
            if isinstance(inner, dict) and key in inner:
                path, inner = (*path, key), inner[key]
        path = path or anywhere(spec, found)
        if path and path not in KEPT:
            return path
    return None


def anywhere(spec, key):
    """The path to a key, wherever it is."""
    for name, inner in spec.items():
        if name == key:
            return (name,)
        if isinstance(inner, dict) and (below := anywhere(inner, key)):
            return (name, *below)
    return None


def place_of(spec, path):
    """The map that holds what a path ends at."""
    holder = spec
    for key in path[:-1]:
        if not isinstance(holder[key], dict):
            break
        holder = holder[key]
    return holder


def supply(spec, draw, path):
    """Adds what is missing, if the schema has it. Returns whether it did."""
    if path == ["search", "space"]:
        spec["search"]["space"] = {"learning_rate": [0.01, 0.1]}
        return True
    section = "model" if path[0] in ("model", "models") else path[0]
    known = draw.schema.properties().get(section) and draw.schema.properties(section)
    if not known or path[-1] not in known or section == "search":
        return False
    holder = spec
    for key in path[:-1]:
        holder = holder.setdefault(key, {})
    holder[path[-1]] = draw.value(known[path[-1]], section, path[-1])
    return True
