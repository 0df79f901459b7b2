"""Runs the Python code of model cards and compares its predictions with Crossfold's for the same rows.

    python tests/model_card/check.py PROGRAM numpy      # needs requirements.txt
    python tests/model_card/check.py PROGRAM torch      # needs requirements-torch.txt

For each network below, PROGRAM, a built `crossfold`, trains a small study; then the unchanged code of the card is run in the
model's folder. For tables it must predict the same as `crossfold predict`, row by row; for images, which `crossfold predict`
does not read, it must reach the study's own score on the test rows.
"""

import csv
import gzip
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "data"

# The largest accepted difference of probabilities, and of numbers in standard deviations of the predictions.
CLOSE = 1e-5

# The rest of a spec, besides data and network.
REST = "training: {learning_rate: 0.01, batch_size: 16, epochs: EPOCHS}\ncross_validation: {hold_out: 0.2}\n"

MNIST = f"data: {{source: mnist, path: {DATA}/mnist, train_rows: 300}}\nfinal: {{test: true}}\n"
ROWS = "data: {source: csv, path: train.csv, target: TARGET}\n"
VOWELS = (
    f"data: {{source: csv, path: {DATA}/japanese-vowels/train.csv, target: speaker,"
    " sequence: {id: utterance, step: step}}\n"
)
SURE = "final: {refits: 2, calibrate: true}\n"
THREE = "final: {refits: 3}\n"
FOLDS = "final: {refit: folds}\n"
# Of several networks, one of which is linear and so retrained once.
ENSEMBLE = "final: {ensemble: 8, refits: 2}\n"
BY_LOSS = "objective: log_loss\n"
# Embeddings of two columns, one of which has rare names, a target encoding, indicators of missing values, clipping, normal
# scores and a column in bins.
STEPS = """preprocessing:
  numeric: {indicator: true, scale: robust, clip: 3}
  categorical: {rare: 3, encode: {embedding: {size: 3}}}
  columns: {Years: {numeric: {scale: normal, encode: {piecewise: {bins: 4}}}}, League: {categorical: {encode: one_hot}}, NewLeague: {categorical: {encode: target}}}
"""


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def hitters(folder):
    """Salaries, some of which are unknown; some walks are missing, and a column has a comma in its name."""
    rows = read(DATA / "hitters" / "hitters.csv")
    for number, row in enumerate(rows):
        row["Team, home"] = f"team {number % 7 if number % 50 else number}"
        if number % 9 == 0:
            row["Walks"] = ""
    known = [row for row in rows if row["Salary"]]
    write(folder / "train.csv", known[:200])
    write(folder / "new.csv", known[200:] + [row for row in rows if not row["Salary"]])


def votes(folder):
    """Votes, with names in place of some numbers, and some missing incomes and television hours."""
    rows = read(DATA / "anes96" / "anes96.csv")
    for number, row in enumerate(rows):
        row["educ"] = f"level {row['educ']}"
        if number % 11 == 0:
            row["income"] = ""
        if number % 13 == 0:
            row["TVnews"] = ""
    write(folder / "train.csv", rows[:700])
    write(folder / "new.csv", rows[700:])


def vowels(folder):
    """Utterances, some of which are longer than all training utterances."""
    rows = read(DATA / "japanese-vowels" / "test.csv")
    write(folder / "new.csv", rows[:2000])


def digits(folder):
    """The test images, as the cards' code reads them."""


def images(name, header):
    with gzip.open(DATA / "mnist" / name) as file:
        return numpy.frombuffer(file.read()[header:], numpy.uint8)


CATEGORIES = ROWS + "preprocessing: {columns: {TVnews: {categorical: {encode: one_hot}}}}\n"
SALARIES = ROWS.replace("}", ", task: regression}")

# Name, function that makes its files, data, network or networks of an ensemble, epochs.
CASES = {
    "numpy": [
        ("digits-mlp", digits, MNIST, "{kind: mlp, hidden: [24, 16], dropout: 0.2}", 2),
        ("digits-linear", digits, MNIST, "{kind: linear}", 2),
        ("salaries-linear", hitters, SALARIES, "{kind: linear}", 20),
        ("salaries", hitters, SALARIES + STEPS, "{kind: mlp, hidden: [12], activation: tanh}", 20),
        (
            "salaries-periodic",
            hitters,
            SALARIES + STEPS,
            "{kind: mlp, hidden: [12], numbers: periodic, frequencies: 7, sigma: 0.3, number_size: 5}",
            20,
        ),
        ("salaries-bins", hitters, SALARIES + STEPS, "{kind: mlp, hidden: [12], numbers: linear, number_size: 5}", 20),
        ("votes", votes, CATEGORIES, "{kind: mlp, hidden: [8, 8, 8], activation: sigmoid}", 10),
        (
            "votes-batch",
            votes,
            CATEGORIES,
            "{kind: mlp, hidden: [12, 8], dropout: 0.3, input_dropout: 0.1, normalization: batch}",
            10,
        ),
        (
            "votes-layer",
            votes,
            CATEGORIES,
            "{kind: mlp, hidden: [12, 8], normalization: layer, activation: gelu}",
            10,
        ),
        ("votes-leaky", votes, CATEGORIES, "{kind: mlp, hidden: [12], activation: leaky_relu, negative_slope: 0.2}", 10),
        ("vowels-mlp", vowels, VOWELS, "{kind: mlp, hidden: [16]}", 5),
        ("votes-averaged", votes, CATEGORIES + THREE, "{kind: mlp, hidden: [8, 8, 8], normalization: batch}", 10),
        ("votes-calibrated", votes, CATEGORIES + SURE, "{kind: mlp, hidden: [16]}", 40),
        (
            "votes-ensemble",
            votes,
            CATEGORIES + ENSEMBLE.replace("8", "8, calibrate: true") + BY_LOSS,
            ["{kind: linear}", "{kind: mlp, hidden: [8, 8], normalization: batch}", "{kind: mlp, hidden: [30], activation: gelu}"],
            10,
        ),
        (
            "salaries-ensemble",
            hitters,
            SALARIES + STEPS + ENSEMBLE,
            ["{kind: linear}", "{kind: mlp, hidden: [12], activation: tanh}", "{kind: mlp, hidden: [20, 20]}"],
            20,
        ),
        ("salaries-folds", hitters, SALARIES + STEPS + FOLDS, "{kind: mlp, hidden: [12], activation: tanh}", 20),
        # Folds select other inputs.
        ("salaries-folds-selected", hitters, SALARIES + STEPS + "  select: 8\n" + FOLDS, "{kind: linear}", 20),
        (
            "salaries-folds-bins",
            hitters,
            SALARIES + STEPS + FOLDS,
            "{kind: mlp, hidden: [12], numbers: linear, number_size: 5}",
            20,
        ),
        ("votes-folds", votes, CATEGORIES + FOLDS.replace("folds", "folds, calibrate: true"), "{kind: mlp, hidden: [16]}", 40),
        ("vowels-folds", vowels, VOWELS + FOLDS, "{kind: mlp, hidden: [16]}", 5),
        ("digits-folds", digits, MNIST.replace("test: true", "test: true, refit: folds"), "{kind: mlp, hidden: [24]}", 2),
        ("salaries-averaged", hitters, SALARIES + STEPS + THREE, "{kind: mlp, hidden: [12], activation: tanh}", 20),
    ],
    "torch": [
        ("digits-cnn", digits, MNIST, "{kind: cnn, filters: [4, 6], hidden: [16], dropout: 0.2}", 2),
        (
            "digits-cnn-batch",
            digits,
            MNIST,
            "{kind: cnn, filters: [4, 6, 8], hidden: [], normalization: batch, pooling: [max, average, none]}",
            2,
        ),
        # An even kernel and strides, which need one more row of zeros below than above.
        (
            "digits-cnn-layer",
            digits,
            MNIST,
            "{kind: cnn, filters: [4, 6], kernel: [4, 3], stride: 2, pooling: none, normalization: layer,"
            " activation: gelu, hidden: [16, 12]}",
            2,
        ),
        ("digits-cnn-valid", digits, MNIST, "{kind: cnn, filters: 3, blocks: 1, padding: valid, hidden: []}", 1),
        ("digits-lstm", digits, MNIST, "{kind: rnn, hidden: [12]}", 2),
        (
            "digits-gru",
            digits,
            MNIST,
            "{kind: rnn, cell: gru, hidden: [10, 8], bidirectional: true, summary: mean, dropout: 0.2}",
            2,
        ),
        ("vowels-lstm", vowels, VOWELS, "{kind: rnn, hidden: [12], bidirectional: true}", 5),
        ("vowels-gru", vowels, VOWELS, "{kind: rnn, cell: gru, hidden: [12, 10], summary: mean}", 5),
        ("vowels-folds", vowels, VOWELS + FOLDS, "{kind: rnn, hidden: [8], bidirectional: true}", 5),
        ("digits-folds", digits, MNIST.replace("test: true", "test: true, refit: folds"), "{kind: rnn, hidden: [12]}", 2),
        ("vowels-averaged", vowels, VOWELS + THREE, "{kind: rnn, cell: gru, hidden: [8, 6], bidirectional: true}", 5),
        # One of them with NumPy, whose sequences are padded.
        (
            "vowels-ensemble",
            vowels,
            VOWELS + ENSEMBLE + BY_LOSS,
            ["{kind: mlp, hidden: [16]}", "{kind: rnn, hidden: [12], bidirectional: true}", "{kind: rnn, cell: gru, hidden: [12]}"],
            7,
        ),
        (
            "digits-ensemble",
            digits,
            MNIST.replace("test: true", "test: true, ensemble: 8") + BY_LOSS,
            ["{kind: linear}", "{kind: cnn, filters: [4, 6], hidden: [16]}", "{kind: rnn, hidden: [12]}"],
            4,
        ),
        ("vowels-calibrated", vowels, VOWELS + "final: {calibrate: true}\n", "{kind: rnn, hidden: [12]}", 10),
        ("vowels-elman", vowels, VOWELS, "{kind: rnn, cell: elman, hidden: [12], summary: max}", 5),
    ],
}


def example(model):
    """The card's code, and its number of lines without imports."""
    [code] = re.findall(r"^```python\n(.*?)^```$", (model / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for line in code.splitlines() if line and not line.startswith(("import ", "from "))]
    return code, len(lines)


def said(model, code, variable):
    """The output of the code, and the final value of one of its variables."""
    code += f"import numpy\nnumpy.save('said.npy', numpy.asarray({variable}))\n"
    command = [sys.executable, "-W", "error", "-c", code]
    printed = subprocess.run(command, cwd=model, check=True, capture_output=True, text=True).stdout
    return printed, numpy.load(model / "said.npy")


def check_images(model, code):
    """Compares with the study's own scores on the test rows. Returns the difference of the losses."""
    numpy.save(model / "images.npy", images("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28))
    labels = images("t10k-labels-idx1-ubyte.gz", 8)
    printed, probabilities = said(model, code, "p")
    assert probabilities.shape == (10000, 10), probabilities.shape
    assert printed.count("'") == 2 * len(labels), printed[:100]
    scored = {row["metric"]: float(row["value"]) for row in read(model.parent / "test.csv")}
    loss = -numpy.log(probabilities[numpy.arange(len(labels)), labels].astype(float)).mean()
    accuracy = (probabilities.argmax(1) == labels).mean()
    # Rounding may decide a tie differently for one of 10,000 digits.
    assert abs(accuracy - scored["accuracy"]) < 1.5e-4, (accuracy, scored)
    return abs(loss - scored["log_loss"])


def check_table(program, folder, model, code):
    """Compares with `crossfold predict`. Returns the largest difference."""
    command = [program, "predict", "model", "new.csv", "--quiet", "--inputs", "model/inputs.csv", "-o", "new.out"]
    (folder / "model").symlink_to(model)
    subprocess.run(command, cwd=folder, check=True)
    predicted = read(folder / "new.out")
    classes = [name for name in predicted[0] if name.startswith("p_")]
    printed, values = said(model, code, "p" if classes else "y")
    if classes:
        expected = numpy.array([[float(row[name]) for name in classes] for row in predicted])
        names = [row["predicted"] for row in predicted]
        assert re.findall("'(.*?)'", printed) == names, (printed[:100], names[:5])
        return abs(values - expected).max() if values.shape == expected.shape else math.inf
    expected = numpy.array([float(row["predicted"]) for row in predicted])
    return abs(values - expected).max() / expected.std() if values.shape == expected.shape else math.inf


def check(program, case):
    name, prepare, data, network, epochs = case
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        prepare(folder)
        target = {hitters: "Salary", votes: "vote"}.get(prepare, "")
        models = f"model: {network}\n"
        if isinstance(network, list):
            models = "models:\n" + "".join(f"  m{number}: {one}\n" for number, one in enumerate(network))
        spec = f"version: 1\nname: {name}\n{data.replace('TARGET', target)}{models}"
        rest = REST.replace("hold_out: 0.2", "folds: 3") if "refit: folds" in data else REST
        (folder / "spec.yaml").write_text(spec + rest.replace("EPOCHS", str(epochs)), encoding="utf-8")
        subprocess.run([program, "run", "spec.yaml", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        model = folder / "results" / name / "model"
        code, lines = example(model)
        card = (model / "README.md").read_text(encoding="utf-8")
        assert lines <= 10 or f"takes {lines} lines" in card, f"{name}: {lines} lines"
        if isinstance(network, list):
            assert code.count("  # trial ") > 1, f"{name}: no ensemble\n{code}"
        is_image = prepare is digits
        difference = check_images(model, code) if is_image else check_table(program, folder, model, code)
        print(f"{name:20} {lines:3} lines, {difference:.1e} from what Crossfold says", flush=True)
        if not difference <= CLOSE:
            print(code)
        return difference <= CLOSE


def main():
    program, library = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]
    wrong = [case[0] for case in CASES[library] if not check(program, case)]
    if wrong:
        sys.exit(f"not what Crossfold says: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
