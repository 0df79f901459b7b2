"""How long Optuna takes to propose a trial after a number of others: CPU time of its one thread, medians.

    nice -n 19 python3 benches/search/optuna_speed.py        # prints a Markdown table

Two spaces: the seven axes of `mnist-mlp.table`, and the six numbers of Hartmann's function. Past trials are drawn at random.
Each proposal gets a result before the next one is asked for.
"""

import itertools
import statistics
import time
import warnings

import optuna_runs
import searches
from optuna_runs import SAMPLERS, optuna

MEASURED = [("tpe", 1000, 100), ("tpe-group", 1000, 100), ("tpe-independent", 1000, 100), ("gp", 100, 5), ("gp", 500, 3)]


def milliseconds(search, sampler, past, proposals):
    study = optuna.create_study(direction="minimize", sampler=SAMPLERS["random"](0))
    study.optimize(search.loss, n_trials=past)
    study.sampler = SAMPLERS[sampler](0)
    taken = []
    for _ in range(proposals):
        begun = time.process_time()
        trial = study.ask()
        loss = search.loss(trial)
        taken.append(1000 * (time.process_time() - begun))
        study.tell(trial, loss)
    return statistics.median(taken)


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    optuna_runs.one_thread()
    known = searches.all_searches("no tables but ours")
    print("| space | sampler | past trials | ms a proposal | proposals a second |\n|---|---|---|---|---|")
    for name, (sampler, past, proposals) in itertools.product(["mnist-mlp", "hartmann6"], MEASURED):
        taken = milliseconds(known[name], sampler, past, proposals)
        print(f"| {name} | {sampler} | {past} | {taken:.3g} | {1000 / taken:.3g} |", flush=True)


if __name__ == "__main__":
    main()
