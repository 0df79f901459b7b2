"""What the best of 200 configurations looks like where labels are noise, and without the luck of having been selected.

python selection.py [STUDIES]: so many studies, 300 where nothing is said; `CROSSFOLD` names the program. Every network
is right in half of the rows of two equally frequent classes, whatever it is."""

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
