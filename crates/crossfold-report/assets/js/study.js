// ---- study.js: the data, unpacked, and what follows from them at once.

/** The page's data; see the Rust type `Document` for what is in it. */
let study = null;

/** The bytes of a block that the page carries, unpacked, as text. */
function unpacked(id) {
  const block = document.getElementById(id);
  const letters = atob(block.textContent);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  block.remove();
  return new TextDecoder().decode(inflate(bytes));
}

function readStudy() {
  study = JSON.parse(unpacked("data"));
  study.metricOf = (name) => study.metrics.find((metric) => metric.name === name);
  study.byNumber = new Map(study.trials.map((trial) => [trial.trial, trial]));
  study.ranked = study.trials.filter((trial) => trial.rank !== null);
  study.searched = [];
  study.hyperparameters.forEach((hyperparameter, place) => {
    const known = study.trials.map((trial) => trial.values[place]).filter((value) => value !== null);
    hyperparameter.place = place;
    hyperparameter.isNumber = known.length > 0 && known.every((value) => value !== "" && Number.isFinite(Number(value)));
    const numbers = hyperparameter.isNumber ? known.map(Number) : [];
    const isBesideLogarithms = hyperparameter.scale === "log" && numbers.includes(0);
    const [low, high] = [Math.min(...(isBesideLogarithms ? numbers.filter((number) => number !== 0) : numbers)), Math.max(...numbers)];
    // Listed values that span two powers of ten are seen best by their logarithms, as those drawn so are.
    const spansMuch = hyperparameter.scale === null && high / low >= 100;
    hyperparameter.isLog = hyperparameter.isNumber && low > 0 && high > low && (hyperparameter.scale === "log" || spansMuch);
    // Where zero is drawn, which has no logarithm: below the range.
    hyperparameter.zero = hyperparameter.isLog && isBesideLogarithms ? 10 ** (Math.floor(Math.log10(low)) - 1) : null;
    hyperparameter.distinct = [...new Set(known)].sort((a, b) => hyperparameter.isNumber ? a - b : 0);
    if (hyperparameter.is_searched) study.searched.push(hyperparameter);
  });
  for (const trial of study.trials) {
    trial.numbers = study.hyperparameters.map(({ isNumber, place }) => {
      const value = trial.values[place];
      return value === null ? null : isNumber ? Number(value) : value;
    });
  }
}

/** `layers 2, nodes 64`: the values in which trials differ. */
function settings(trial) {
  const known = study.hyperparameters.filter(({ place }) => trial.values[place] !== null);
  return known.map(({ name, place }) => `${words(name)} ${trial.values[place]}`).join(", ");
}

/** A trial by what distinguishes it, and its number, by which it can be looked up. */
function trialTitle(trial) {
  return `${trial.name} (trial ${trial.trial}, ${trial.rank === null ? stateOf(trial) : `ranked ${trial.rank}`})`;
}

/** How a trial ended, in words. */
function stateOf(trial) {
  return trial.state === "cancelled" ? "not finished" : trial.state;
}

/** Which way is better, in words. */
function better(metric = study.metricOf(study.metric)) {
  return metric.higher_is_better ? "higher is better" : "lower is better";
}
