"""`just bench-search`: the regrets of samplers on spaces whose values are all known, compared with Optuna's, and the scores
that pruners reach by numbers of epochs.

    python3 benches/search/run.py            compares with Optuna's recorded regrets (optuna.csv, optuna.json)
    python3 benches/search/run.py --optuna   runs Optuna again first: TPE takes minutes, GP about an hour per table

Python packages are installed in a virtual environment under `target/`; one of them has the published tables. Nothing is trained.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = ROOT / "target" / "bench-search"


def run(*command):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--optuna", action="store_true", help="run Optuna again")
    arguments = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    python = TARGET / "venv" / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", TARGET / "venv")
    wanted = (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    # Optuna's Gaussian process needs PyTorch, which has gigabytes.
    names = [line for line in wanted if arguments.optuna or not line.startswith(("torch", "optuna"))]
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *names)
    tables = TARGET / "tables"
    run(python, HERE / "published.py", tables)
    shutil.copy(HERE / "mnist-mlp.table", tables)
    theirs = HERE / "optuna.csv"
    if arguments.optuna:
        theirs = TARGET / "optuna.csv"
        run(python, HERE / "optuna_runs.py", tables, "--output", theirs)
    ours = TARGET / "ours.csv"
    bench = ["cargo", "bench", "--quiet", "-p", "crossfold-search"]
    run(*bench, "--bench", "search", "--", "--tables", tables, "--samplers", "tpe,gp", "--csv", ours)
    run(python, HERE / "compare.py", ours, theirs)
    run(*bench, "--bench", "search", "--", "--speed")
    run(*bench, "--bench", "pruners")


if __name__ == "__main__":
    main()
