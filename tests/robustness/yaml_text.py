"""Writes a spec as YAML with one value a line, so that a line names a value."""

import json


def write(spec):
    """The text of a spec, and the path to the value on each line, such as `("training", "epochs")`."""
    lines, paths = [], []

    def put(text, path):
        lines.append(text)
        paths.append(path)

    def block(value, indent, path):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in entries:
            head = "  " * indent + (f"{name(key)}:" if isinstance(value, dict) else "-")
            if isinstance(inner, (dict, list)) and inner:
                put(head, (*path, key))
                block(inner, indent + 1, (*path, key))
            else:
                put(f"{head} {json.dumps(inner, ensure_ascii=False)}", (*path, key))

    block(spec, 0, ())
    return "\n".join(lines) + "\n", paths


def name(key):
    plain = key.replace("_", "").replace("-", "").replace(".", "")
    return key if plain.isalnum() and plain[0].isalpha() and plain.lower() not in ("true", "false", "null") else json.dumps(key)


def remove(spec, path):
    """Takes a value out of a spec, and what that leaves empty. One that is gone already stays so."""
    *parents, last = path
    holders = [spec]
    try:
        for key in parents:
            holders.append(holders[-1][key])
        del holders[-1][last]
    except (KeyError, IndexError, TypeError):
        return
    for depth in range(len(parents), 0, -1):
        if not holders[depth]:
            del holders[depth - 1][path[depth - 1]]
