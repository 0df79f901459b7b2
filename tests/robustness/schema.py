"""Draws values from the JSON schema of specs, so that a new key is drawn as soon as the schema has it."""

import json
import math

# Ranges of what decides how long a study takes, by key; the schema's own would take hours.
RANGES = {
    "epochs": (1, 6), "nodes": (1, 6), "hidden": (1, 6), "layers": (0, 2), "filters": (1, 3), "blocks": (1, 2), "kernel": (1, 3),
    "stride": (1, 2), "pool_size": (1, 2), "batch_size": (4, 64), "trials": (2, 7), "folds": (2, 4), "repeats": (1, 2), "gap": (0, 2),
    "window": (1, 9), "factor": (2, 4), "min_epochs": (1, 3), "min_folds": (1, 2), "startup": (1, 4), "select": (1, 8),
    "warmup": (0, 3), "patience": (0, 3), "decay_epochs": (1, 4), "rows": (40, 90), "train_rows": (30, 90), "fit_seconds": (1000, 2000),
    "max_failures": (0, 3), "fits": (1, 20), "size": (1, 4), "rare": (0, 6), "batch": (1, 6), "flops": (1e4, 1e8), "step": (1, 2),
    "megabytes": (0, 1), "best": (0, 3), "without_improvement": (1, 5), "refits": (1, 3), "ensemble": (1, 4), "seed": (0, 99),
    "hold_out": (0.15, 0.5), "test_share": (0.15, 0.4), "inner_share": (0.1, 0.5), "smoothing": (0.0, 20.0),
    "l1": (0.0, 0.01), "l2": (0.0, 0.01), "weight_decay": (0.0, 0.1), "mixup": (0.0, 1.0), "noise": (0.0, 0.5),
}  # fmt: skip

# The deepest value that is drawn; a schema may contain itself.
DEEPEST = 12

# The most optional properties of one object.
MOST = 6


class Schema:
    def __init__(self, program, folder):
        self.tree = json.loads(program.run(folder, "schema").stdout)

    def resolve(self, node):
        while "$ref" in node:
            target = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def properties(self, *path):
        """The properties of the object at a path of property names, and their schemas."""
        node = self.resolve(self.tree)
        for key in path:
            node = self.resolve(node["properties"][key])
        return node.get("properties", {})

    def words(self):
        """All words that the schema offers: keys and values of enumerations."""
        found = set()

        def walk(node, seen):
            if isinstance(node, list):
                for inner in node:
                    walk(inner, seen)
            if not isinstance(node, dict):
                return
            for key, inner in node.items():
                if key == "properties":
                    found.update(inner)
                    walk(list(inner.values()), seen)
                elif key == "enum" or key == "const":
                    found.update(word for word in (inner if key == "enum" else [inner]) if isinstance(word, str))
                elif isinstance(inner, (dict, list)):
                    walk(inner, seen)

        walk(self.tree, set())
        return found


class Draw:
    """Draws values; `names` says which strings a key of free text may have."""

    def __init__(self, schema, random, names):
        self.schema, self.random, self.names = schema, random, names

    def value(self, node, *path):
        """A value of a schema, below a path of keys."""
        node = self.schema.resolve(node)
        random = self.random
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return random.choice(node["enum"])
        for choice in ("oneOf", "anyOf"):
            if choice in node:
                return self.value(random.choice(node[choice]), *path)
        kind = node.get("type")
        if isinstance(kind, list):
            kind = random.choice([one for one in kind if one != "array" or "items" in node])
        match kind:
            case "object":
                return self.object(node, path)
            case "array":
                least = max(1, node.get("minItems", 0))
                items = [self.value(node["items"], *path) for _ in range(random.randint(least, least + 2))]
                return distinct(items) if node.get("uniqueItems") else items
            case "integer" | "number":
                return self.number(node, path, kind)
            case "boolean":
                return random.random() < 0.5
            case "string":
                return self.text(node, path)
        raise ValueError(f"{path} is of an unknown type: {node}")

    def object(self, node, path):
        random = self.random
        properties = node.get("properties", {})
        required = set(node.get("required", ()))
        optional = [name for name in properties if name not in required]
        share = 0.0 if len(path) > DEEPEST else random.choice([0.15, 0.3, 0.5])
        some = [name for name in optional if random.random() < share]
        chosen = required | set(random.sample(some, min(len(some), MOST)))
        if not chosen and optional:
            chosen.add(random.choice(optional))
        drawn = {name: self.value(properties[name], *path, name) for name in properties if name in chosen}
        if isinstance(node.get("additionalProperties"), dict) and not properties:
            names = node.get("propertyNames", {}).get("enum") or self.names(path[-1])
            for name in random.sample(names, min(len(names), random.randint(1, 2))):
                drawn[name] = self.value(node["additionalProperties"], *path, name)
        return ordered(drawn)

    def number(self, node, path, kind):
        random = self.random
        low = node.get("minimum", node.get("exclusiveMinimum", 0))
        high = node.get("maximum", node.get("exclusiveMaximum", math.inf))
        # The ends of a range of a hyperparameter are the hyperparameter's.
        key = next((key for key in reversed(path) if key in RANGES or key == "learning_rate"), None)
        if key == "learning_rate" and path[-1] not in ("weights", "factor"):
            # Some diverge.
            return random.choice([0.001, 0.01, 0.03, 0.1, 0.5, 10, 1000])
        if key in RANGES:
            # Where a range lies wholly outside the schema's, the key means something else here.
            inner = max(low, RANGES[key][0]), min(high, RANGES[key][1])
            low, high = inner if inner[0] <= inner[1] else (low, high)
        if kind == "integer":
            return random.randint(int(low), int(min(high, low + 100)))
        high = low + 1 if high == math.inf else high
        if random.random() < 0.15 and "exclusiveMinimum" not in node:
            return low
        return round(low + (high - low) * random.uniform(0.05, 0.95), 4)

    def text(self, node, path):
        pattern = node.get("pattern", "")
        if "%" in pattern:
            return self.random.choice(["5%", "10%", "50%"])
        if "d)?" in pattern:
            return self.random.choice(["1h", "2m"])
        names = self.names(path[-1])
        return self.random.choice(names) if names else "x"


def distinct(items):
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def ordered(drawn):
    """With the ends of a range in order, and what is likeliest between them."""
    low, high = drawn.get("low"), drawn.get("high")
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        drawn["low"], drawn["high"] = low, high = min(low, high), max(low, high)
        if isinstance(drawn.get("prior"), dict):
            drawn["prior"]["mode"] = low if isinstance(low, int) else round((low + high) / 2, 4)
    return drawn
