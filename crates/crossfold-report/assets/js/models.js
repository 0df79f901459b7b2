// ---- models.js: the best of each model, side by side.

/** A sentence with a capital letter and a full stop. */
function asSentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function modelsSection() {
  const { models } = study;
  if (!models) return null;
  const p = (value) => (value < 0.0001 ? "below 0.0001" : value.toPrecision(2));
  // On other rows than those that choose, a model may be ahead of the first.
  const distance = ({ difference, interval: [low, high] }) => (difference < 0 ? `${score(-difference)} ahead (${interval([-high, -low])})` : `${score(difference)} behind (${interval([low, high])})`);
  const rows = models.models.map(({ name, kind, trials, best, settings, mean, interval: bounds, behind }) => [
    kind ? `${name} (${kind})` : name, trials.toLocaleString("en"), settings ? `${best}: ${settings}` : `${best}`, score(mean), bounds && interval(bounds),
    behind && distance(behind), behind && p(behind.p), behind && (behind.is_shown ? "yes" : "no"),
  ]);
  return section("models", "Best of each model", asSentence(`models are chosen and compared with the first on different rows, with 95 % intervals: ${models.allowance}`),
    table("Best of each model", ["model", "trials", "best trial", words(study.metric), "95 % interval", "on different rows", "p", "significant"],
      rows, { numeric: (column) => [1, 3, 6].includes(column), rowHeader: true }));
}

/** Baseline methods on the same folds, below the trials that they are compared with. */
function baselinesTable() {
  if (study.baselines.length === 0) return null;
  const distance = ({ difference, interval: [low, high] }) => (difference < 0 ? `${score(-difference)} ahead (${interval([-high, -low])})` : `${score(difference)} behind (${interval([low, high])})`);
  const rows = study.baselines.map(({ name, place, mean, standard_error: error, gap }) => [
    name, `(${place})`, error === null ? score(mean) : `${score(mean)} ± ${score(error)}`, gap && distance(gap), gap && (gap.p < 0.0001 ? "below 0.0001" : gap.p.toPrecision(2)), gap && (gap.is_shown ? "no" : "yes"),
  ]);
  return element("div", { id: "baselines" }, table("Baseline methods on the same folds", ["baseline", "rank of its score", words(study.metric), "beside the best trial (95 % interval)", "p", "tied"],
    rows, { numeric: (column) => [1, 4].includes(column), rowHeader: true }));
}

/** The reference score, below the trials that should exceed it. */
function referenceScore() {
  if (!study.reference) return null;
  const { answer, score: value } = study.reference;
  return element("p", { class: "how", id: "reference" }, sentence(`Reference score, of always answering ${answer} on the same folds: ${words(study.metric)} `), element("strong", {}, score(value)));
}
