"""The library that lets system calls fail, and the environment that tells it which."""

import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).with_name("faults.c")


def build(folder):
    """Compiles the library."""
    library = folder / "faults.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def environment(library, **settings):
    """`call="write", at=3` becomes `FAULT_CALL=write` and `FAULT_AT=3`."""
    return {"LD_PRELOAD": str(library), **{f"FAULT_{name.upper()}": str(value) for name, value in settings.items()}}
