"""Compares Crossfold with its peers, which take turns within one run, and prints Markdown tables of medians and ratios.

    python3 benches/peers/run.py fit [ROUNDS [TOOL…]]       one fit on one thread; 5 rounds by default
    python3 benches/peers/run.py sweep [ROUNDS [TOOL…]]     a whole sweep with two workers

A TOOL is part of a tool's name; without any, Crossfold is compared with all tools.

Peers are installed first, by `requirements.txt`, into a virtual environment (6 GB). Nothing else should be running, because all
programs share the same caches.
"""

import collections
import csv
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "crossfold" / "peers"
PYTHON = str(CACHE / "bin" / "python")
PEERS = {
    "torch": ["torch_adam.py"],
    "torch-fused": ["torch_adam.py", "--fused"],
    "jax": ["jax_scan.py"],
    "sklearn": ["sklearn_mlp.py"],
    "keras": ["keras_fit.py"],
}


def install() -> None:
    if not (CACHE / "bin").exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)


def machine() -> str:
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        flags = next(line.split(":")[1].split() for line in lines if line.startswith("flags"))
        widest = next((name for name in ["avx512f", "avx2", "sse2"] if name in flags), "")
    except (OSError, StopIteration):
        model, widest = platform.processor(), ""
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[1]
    pinned = ", ".join((HERE / "requirements.txt").read_text().split())
    return f"{os.cpu_count()} × {model} ({widest}), {platform.system()}; Rust {rust}; {pinned}"


def is_named(tool: str) -> bool:
    named = sys.argv[3:]
    return not named or any(part.lower() in tool.lower() for part in named)


def table(head: list[str], rows: list[list[str]]) -> None:
    for cells in [head, ["---"] * len(head), *rows]:
        print("| " + " | ".join(cells) + " |")


def fit(rounds: int) -> None:
    """Rows per second on one thread."""
    bench = ["cargo", "bench", "--quiet", "-p", "crossfold", "-p", "crossfold-model", "--bench", "fit"]
    subprocess.run([*bench, "--no-run"], cwd=ROOT, check=True)
    rates: dict[str, dict[str, list[float]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    commands = {"crossfold": bench} | {peer: [PYTHON, *command] for peer, command in PEERS.items() if is_named(peer)}
    for number in range(rounds):
        for peer, command in commands.items():
            print(f"round {number + 1} of {rounds}: {peer}", file=sys.stderr)
            where = ROOT if peer == "crossfold" else HERE / "fit"
            for line in output(command, where):
                *_, network, rate = line.split()
                rates[network][peer].append(float(rate))
    rows = []
    for network, of in rates.items():
        ours = statistics.median(of["crossfold"])
        cells = [network, f"{ours:,.0f}"]
        for peer in PEERS:
            theirs = statistics.median(of[peer]) if of[peer] else None
            cells.append(f"{theirs:,.0f} ({ours / theirs:.2f})" if theirs else "–")
        rows.append(cells)
    table(["network", "Crossfold", *(f"{peer} (ratio)" for peer in PEERS)], rows)


def output(command: list[str], where: pathlib.Path) -> list[str]:
    """The lines that a command prints. It runs on one core, so that no library uses more threads."""
    core = {min(os.sched_getaffinity(0))}
    run = subprocess.run(
        command, cwd=where, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, core)
    )
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{run.stderr}")
    return run.stdout.splitlines()


def pss(root: int) -> float:
    """The memory of a process and its descendants in MB. Shared memory is counted once."""
    children = collections.defaultdict(list)
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children[parent].append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children[process]
        try:
            lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def measured(command: list[str], where: pathlib.Path) -> tuple[float, float, str]:
    """The seconds that a process takes, its peak memory in MB, and its last line of output."""
    start = time.perf_counter()
    errors = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(command, cwd=where, stdout=subprocess.PIPE, stderr=errors, text=True)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], pss(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0]
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    if process.returncode != 0:
        errors.seek(0)
        sys.exit(f"{' '.join(command)} failed:\n{errors.read()}")
    return seconds, peak[0], (output.strip().splitlines() or [""])[-1]


def crossfold(seed: int, jobs: int, *epochs: int) -> tuple[float, float, float]:
    """The sweep's seconds, memory and mean accuracy, as one study or as one study per number of epochs."""
    parts = [["--set", f"search.space.epochs=[{number}]"] for number in epochs] or [[]]
    seconds, peak, accuracies = 0.0, 0.0, []
    for setting in parts:
        with tempfile.TemporaryDirectory() as folder:
            binary = str(pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "crossfold")
            spec = str(HERE / "sweep" / "sweep.yaml")
            settings = ["--quiet", "--jobs", str(jobs), "--seed", str(seed), "--results", folder, *setting]
            command = [binary, "run", spec, *settings]
            took, memory, _ = measured(command, ROOT)
            seconds, peak = seconds + took, max(peak, memory)
            with open(pathlib.Path(folder) / "sweep" / "leaderboard.csv", newline="") as file:
                accuracies += [float(row["mean"]) for row in csv.DictReader(file)]
    return seconds, peak, statistics.mean(accuracies)


def script(seed: int, name: str) -> tuple[float, float, float]:
    os.environ["SEED"] = str(seed)
    seconds, peak, last = measured([PYTHON, name], HERE / "sweep")
    return seconds, peak, float(last.split()[1])


def sweep(rounds: int) -> None:
    """A whole process with two workers; each round draws different rows."""
    subprocess.run(["cargo", "build", "--quiet", "--release", "-p", "crossfold"], cwd=ROOT, check=True)
    tools = {
        "Crossfold": (crossfold, 2),
        "Crossfold, one worker": (crossfold, 1),
        "Crossfold, no epochs shared": (crossfold, 2, 2, 4),
        "Optuna + PyTorch": (script, "optuna_torch.py"),
        "skorch + GridSearchCV": (script, "skorch_grid.py"),
        "Ray Tune + PyTorch": (script, "ray_tune.py"),
        "scikit-learn, 16 configurations": (script, "sklearn_grid.py"),
    }
    tools = {tool: run for tool, run in tools.items() if tool == "Crossfold" or is_named(tool)}
    found = collections.defaultdict(list)
    for number in range(rounds):
        for tool, (run, *arguments) in tools.items():
            print(f"round {number + 1} of {rounds}: {tool}", file=sys.stderr)
            found[tool].append(run(number + 1, *arguments))
    medians = {tool: [statistics.median(figures) for figures in zip(*runs)] for tool, runs in found.items()}
    ours = medians["Crossfold"]
    rows = [
        [tool, f"{seconds:.2f}", f"{seconds / ours[0]:.2f}", f"{memory:.0f}", f"{memory / ours[1]:.2f}", f"{accuracy:.4f}"]
        for tool, (seconds, memory, accuracy) in medians.items()
    ]
    table(["tool", "s", "of Crossfold's", "peak MB", "of Crossfold's", "mean accuracy"], rows)


if __name__ == "__main__":
    which, rounds = sys.argv[1] if len(sys.argv) > 1 else "", int(sys.argv[2]) if len(sys.argv) > 2 else 5
    if which not in ("fit", "sweep"):
        sys.exit(__doc__)
    install()
    {"fit": fit, "sweep": sweep}[which](rounds)
    print(f"\nMedians of {rounds}. {machine()}.")
