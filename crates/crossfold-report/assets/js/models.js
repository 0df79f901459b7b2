// ---- models.js: the best of each model, side by side.

/** A sentence with a capital letter and a full stop. */
function asSentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function modelsSection() {
  const { models } = study;
  if (!models) return null;
  const p = (value) => (value < 0.0001 ? "below 0.0001" : value.toPrecision(2));
  const rows = models.models.map(({ name, kind, trials, best, settings, mean, interval: bounds, behind }) => [
    kind ? `${name} (${kind})` : name, trials.toLocaleString("en"), `${best}`, settings, score(mean), bounds && interval(bounds),
    behind && score(behind.difference), behind && interval(behind.interval), behind && p(behind.p),
  ]);
  return section("models", "Best of each model", asSentence(`differences are how far a model is behind the first; ${models.allowance}`),
    models.verdict && element("p", { class: "prose" }, sentence(asSentence(models.verdict))),
    table("Best of each model", ["model", "trials", "best trial", "settings", words(study.metric), "95 % interval", "behind the first", "95 % interval of that", "p"],
      rows, { numeric: (column) => [1, 2, 4, 6, 8].includes(column), rowHeader: true }));
}

/** The score without inputs, below the trials that should exceed it. */
function baselineLine() {
  if (!study.reference) return null;
  const { answer, score: value } = study.reference;
  return element("p", { class: "how", id: "baseline" }, sentence(`Always answering ${answer}, on the same folds: ${words(study.metric)} `), element("strong", {}, score(value)));
}
