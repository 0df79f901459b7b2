"""Ways to damage bytes and JSON."""

import copy
import json

# Numbers that overflow, allocate or divide.
NUMBERS = [0, -1, 1, 2**31, 2**32 - 1, 2**53 + 1, 2**62, 2**64 - 1, 10**30, 0.5, -0.0, 1e-320, 1e300, -1e300]
TEXTS = ["", "\u0000", "\u001b]0;title\u0007", "\u202egnp.exe", "x" * 70_000, "../../etc/passwd", "=1+1", "\ufffe", "no", "1", "é", "\n# h"]


def in_bytes(random, content):
    """Damages bytes. Returns the new ones and what was done."""
    content = bytearray(content)
    if not content:
        return bytes([random.randrange(256)]), "a byte in an empty file"
    at = random.randrange(len(content))
    length = min(len(content) - at, random.choice([1, 2, 4, 8, 64, 512, 4096]))
    other = random.randrange(len(content))
    match random.randrange(10):
        case 0 | 1:
            content[at] ^= 1 << random.randrange(8)
            done = f"a bit at {at}"
        case 2 | 3:
            content[at : at + length] = random.randbytes(length)
            done = f"{length} random bytes at {at}"
        case 4:
            filler = random.choice([0, 0xFF, 0x20, 0x22, 0x2C])
            content[at : at + length] = bytes([filler]) * length
            done = f"{length} bytes {filler:#x} at {at}"
        case 5:
            del content[at : at + length]
            done = f"{length} bytes gone at {at}"
        case 6:
            del content[at:]
            done = f"cut off at {at}"
        case 7:
            content[at:at] = content[other : other + length]
            done = f"{length} bytes of {other} once more at {at}"
        case 8:
            content[at:at] = random.randbytes(length)
            done = f"{length} random bytes inserted at {at}"
        case _:
            number = str(random.choice(NUMBERS)).encode()
            content[at : at + len(number)] = number
            done = f"{number.decode()} at {at}"
    return bytes(content), done


def places(value, path=()):
    """The paths of all values in JSON but the whole."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from places(inner, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def in_json(random, value):
    """Damages one value of JSON. Returns the new JSON and what was done."""
    value = copy.deepcopy(value)
    every = list(places(value))
    *parents, key = random.choice(every)
    holder = at(value, parents)
    old = holder[key]
    where = ".".join(map(str, (*parents, key)))
    match random.randrange(9):
        case 0:
            del holder[key]
            return value, f"{where} is gone"
        case 1 if isinstance(holder, dict):
            holder[f"{key}x"] = holder.pop(key)
            return value, f"{where} is renamed"
        case 2 if isinstance(holder, dict):
            holder["unknown"] = 1
            return value, f"a key beside {where}"
        case 3:
            new = copy.deepcopy(at(value, random.choice(every)))
        case 4 if isinstance(old, (int, float)) and not isinstance(old, bool):
            new = random.choice([old + 1, old - 1, -old, old * 1.0000001])
        case 4 if isinstance(old, list):
            new = random.choice([[], old * 2, old[::-1], old[:-1], old + [None]])
        case 4 if isinstance(old, str):
            new = random.choice([old.upper(), old + "x", old[:-1], old[::-1]])
        case 5:
            new = random.choice(TEXTS)
        case 6:
            new = random.choice([None, True, False, [], {}, "", [[]] * 1000])
        case _:
            new = random.choice(NUMBERS)
    holder[key] = new
    return value, f"{where} becomes {json.dumps(new)[:60]}"
