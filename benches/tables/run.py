"""Compares Crossfold with other tools on seven tables, and prints Markdown tables.

    python3 benches/tables/run.py [--tables NAME,…] [--methods NAME,…] [--protocols 80,64] [--seeds N] [--output CSV]

`init` is Crossfold with the spec that `crossfold init` writes, unchanged. Each pair of a table and a method is a process of its own. Times are CPU seconds, reading and search included; memory is the peak of
the process. All predictions are scored here, by scikit-learn, on the same test rows.

Protocol 80 learns from 80 % of the rows, by whatever splits a method makes of them. Protocol 64 learns from 64 %, as published
figures have it; RealMLP and TabM choose their best epoch by the other 16 %, and all other methods don't see these.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
DATA = ROOT / "data" / "tables"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "crossfold" / "bench-tables"
PYTHON = CACHE / "bin" / "python"

# The target of each table, and its task.
TABLES = {
    "concrete": ("compressive_strength", "regression"),
    "crime": ("ViolentCrimesPerPop", "regression"),
    "splice": ("class", "classification"),
    "churn": ("churn", "classification"),
    "phoneme": ("class", "classification"),
    "magic": ("class", "classification"),
    "california": ("MedHouseVal", "regression"),
}

# Of networks after a search of 100 trials, on other splits: TALENT (arXiv 2407.00956), for California TabM's report (arXiv 2410.24210).
PUBLISHED = {
    "concrete": "– / 4.67 / 4.38",
    "crime": "0.1338 / 0.1381 / 0.1336",
    "splice": "0.934 / 0.958 / 0.953",
    "churn": "0.933 / 0.963 / 0.958",
    "phoneme": "0.868 / 0.878 / 0.880",
    "magic": "0.872 / 0.879 / 0.879",
    "california": "0.495 / – / 0.431",
}

PEERS = ("linear", "hgb", "lightgbm", "catboost", "realmlp", "tabm")


def install() -> None:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE)], check=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", HERE / "requirements.txt"], check=True)


def prepare(name: str, protocol: str, folder: pathlib.Path) -> dict:
    """Writes a table's parts into a folder, and returns its facts."""
    import pandas

    target, task = TABLES[name]
    read = lambda part: pandas.read_csv(DATA / f"{name}.{part}.csv.gz", dtype=str, keep_default_na=False)
    train, test = read("trainval"), read("test")
    if protocol == "64":
        rows = [int(line) for line in (DATA / f"{name}.val-rows.txt").read_text().split()]
        train.iloc[rows].to_csv(folder / "validation.csv", index=False)
        train = train.drop(index=rows)
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    facts = {"target": target, "task": task}
    (folder / "table.json").write_text(json.dumps(facts))
    return facts


def timed(command: list, folder: pathlib.Path) -> tuple[float, float]:
    """Runs a command. Returns its CPU seconds, and its peak memory in MB."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with open(folder / "log.txt", "ab") as log:
        started = subprocess.Popen([str(word) for word in command], cwd=folder, env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(started.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed:\n{(folder / 'log.txt').read_text()[-3000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def crossfold(facts: dict, seed: int, folder: pathlib.Path, program: str) -> tuple[float, float]:
    """Searches as `init` proposes it, and writes the predictions of the retrained winner."""
    import pandas

    timed([program, "init", "train.csv", "--target", facts["target"], "--test", "test.csv", "-o", "init.yaml", "--force"], folder)
    # Other methods don't rank variables.
    settings = ["--set", f"seed={seed}", "--set", "final.variables=false"]
    used = timed([program, "run", "init.yaml", "--quiet", "--jobs", "2", *settings, "--results", f"results-{seed}"], folder)
    (found,) = (folder / f"results-{seed}").glob("*/test_predictions.csv")
    rows = pandas.read_csv(found, dtype={"truth": str, "predicted": str})
    classes = [column for column in rows if column.startswith("p_")]
    if classes:
        predicted = rows[classes].rename(columns=lambda column: column.removeprefix("p_"))
    else:
        predicted = pandas.DataFrame({"y": rows["predicted"].astype(float)})
    predicted.to_csv(folder / f"init-{seed}.csv", index=False)
    return used


def scores(facts: dict, folder: pathlib.Path, predictions: pathlib.Path) -> dict[str, float]:
    import numpy
    import pandas
    from sklearn.metrics import log_loss

    predicted = pandas.read_csv(predictions)
    if facts["task"] == "regression":
        truth = pandas.read_csv(folder / "test.csv")[facts["target"]].to_numpy()
        return {"rmse": float(numpy.sqrt(((predicted["y"].to_numpy() - truth) ** 2).mean()))}
    truth = pandas.read_csv(folder / "test.csv", dtype=str, keep_default_na=False)[facts["target"]].to_numpy()
    names = numpy.array(sorted(predicted.columns))
    probabilities = predicted[list(names)].to_numpy(dtype=float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return {
        "accuracy": float((names[probabilities.argmax(axis=1)] == truth).mean()),
        "log_loss": float(log_loss(truth, probabilities, labels=names)),
    }


def measure(options) -> list[dict]:
    results = []
    for protocol in options.protocols:
        for name in options.tables:
            with tempfile.TemporaryDirectory() as place:
                folder = pathlib.Path(place)
                facts = prepare(name, protocol, folder)
                for method in options.methods:
                    for seed in range(options.seeds):
                        path = folder / f"{method}-{seed}.csv"
                        if method == "init":
                            seconds, megabytes = crossfold(facts, seed, folder, options.program)
                        else:
                            seconds, megabytes = timed([PYTHON, HERE / "peers.py", method, folder, seed, path], folder)
                        for metric, value in scores(facts, folder, path).items():
                            row = {"protocol": protocol, "table": name, "method": method, "seed": seed, "metric": metric}
                            results.append({**row, "value": value, "cpu_seconds": round(seconds, 2), "megabytes": round(megabytes)})
                            print(results[-1], file=sys.stderr, flush=True)
    return results


def show(results: list[dict], options) -> None:
    """Prints means over seeds; in parentheses the CPU seconds of a seed."""
    for protocol in options.protocols:
        print(f"\nProtocol {protocol}\n")
        print(f"| table | metric | {' | '.join(options.methods)} | published MLP / RealMLP / CatBoost |")
        print("|---" * (len(options.methods) + 3) + "|")
        for name in options.tables:
            for metric in ("rmse", "accuracy", "log_loss"):
                cells = []
                for method in options.methods:
                    same = lambda row: (row["protocol"], row["table"], row["method"], row["metric"]) == (protocol, name, method, metric)
                    found = [row for row in results if same(row)]
                    if found:
                        seconds = statistics.median(row["cpu_seconds"] for row in found)
                        cells.append(f"{statistics.mean(row['value'] for row in found):.4f} ({seconds:.0f})")
                if cells:
                    print(f"| {name} | {metric} | {' | '.join(cells)} | {'' if metric == 'log_loss' else PUBLISHED[name]} |")


def main() -> None:
    names = lambda text: text.split(",")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=names, default=list(TABLES))
    parser.add_argument("--methods", type=names, default=["init", *PEERS])
    parser.add_argument("--protocols", type=names, default=["80", "64"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, help="a CSV file with every figure")
    parser.add_argument("--program", default=str(ROOT / "target" / "release" / "crossfold"))
    options = parser.parse_args()
    if pathlib.Path(sys.prefix) != CACHE:
        # Scoring needs the peers' libraries, too.
        install()
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    results = measure(options)
    if options.output:
        with open(options.output, "w", newline="") as file:
            writer = csv.DictWriter(file, list(results[0]))
            writer.writeheader()
            writer.writerows(results)
    show(results, options)


if __name__ == "__main__":
    main()
