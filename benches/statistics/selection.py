"""The score of the best of 200 configurations where labels are noise, as it is and corrected for selection.

python selection.py [STUDIES]: the number of studies, by default 300. `CROSSFOLD` is the program. Any network is expected to be
right on half of the rows, since there are two equally frequent classes."""

import sys

import numpy as np

import studies
from ties import noise


def study(seed):
    best = studies.run(*noise(seed, 11, 200))[0]
    return float(best["mean"]), float(best["corrected"])


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    found = np.array(studies.each(study, count))
    for name, values in zip(("the best as it is", "corrected"), found.T):
        error = values.std(ddof=1) / count**0.5
        print(f"{name}: {100 * values.mean():.2f} ± {100 * error:.2f} % (chance: 50 %)")
