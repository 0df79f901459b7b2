"""Disks that become full: a run ends and says so, and once there is room the next one goes on from there."""

import contextlib
import os
import subprocess

import disturbed
import preload

SHORT, LONG = 20, 300


def prepare(program, folder):
    return preload.build(folder), can_mount(folder), disturbed.prepare(program, folder, epochs=4)


def can_mount(folder):
    (folder / "disk").mkdir()
    with contextlib.suppress(OSError, subprocess.CalledProcessError), disk(folder / "disk", 1 << 20):
        return True
    return False


@contextlib.contextmanager
def disk(folder, size):
    """A file system of some bytes, which only root can have."""
    if os.geteuid() != 0:
        raise PermissionError("only root can mount")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "crossfold-test", folder], **quiet)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], **quiet)


def check(prepared, program, folder, random, covered):
    library, mounts, studies = prepared
    study = random.choice(studies)
    study.copy_to(folder)
    needed = sum(path.stat().st_size for path in (study.place / "results").rglob("*") if path.is_file())
    # Most of what is written is written twice, to the log of the store and to the store.
    room = random.randrange(4096, int(needed * random.choice([0.3, 1.0, 2.0])))
    place = folder / "results"
    place.mkdir()
    real = mounts and random.random() < 0.6
    with disk(place, room) if real else contextlib.nullcontext():
        env = {} if real else preload.environment(library, room=room)
        outcome = program.run(folder, "run", "study.yaml", "--json", "--quiet", "--jobs", "1", env=env)
        covered[f"{'full file systems' if real else 'failing writes'}, {'ended' if outcome.code == 30 else 'got over'}"] += 1
        about = f"{study.kind}, {room:,} of {needed:,} bytes {'of a file system' if real else 'written'}"
        if fault := program.fault(outcome):
            return f"{about}: {fault}"
        stored = disturbed.stored_epochs(outcome.stdout)
        if real:
            subprocess.run(["mount", "-o", f"remount,size={64 << 20}", place], check=True)
        wrong = disturbed.run_again(program, folder, study, stored)
    return f"{about}: {wrong}\n{outcome}" if wrong else None
