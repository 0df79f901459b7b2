// ---- summary.js: the answer, and the figures that matter most.

function tile(name, value, ...notes) {
  return element("div", { class: "tile" }, element("dt", {}, name), element("dd", { class: `tile-value${value instanceof Element ? " named" : ""}` }, value),
    notes.filter((note) => note).map((note) => element("dd", { class: "tile-note" }, note)));
}

/** A sentence, with text between equal runs of backticks as code (CommonMark, section 6.1). */
function sentence(text) {
  const parts = [];
  let rest = text;
  for (let found; (found = /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/su.exec(rest));) {
    // A space on either side separates backticks in a name from those around it.
    const code = /^ .*[^ ].* $/su.test(found[2]) ? found[2].slice(1, -1) : found[2];
    parts.push(rest.slice(0, found.index), element("code", {}, code));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...parts, rest];
}

/** A trial's name, which breaks between its parts alone. */
function nameOf(trial) {
  const parts = trial.name.split(" · ");
  return element("span", { class: "trial-name" }, parts.map((part, place) => [element("span", {}, place < parts.length - 1 ? `${part} ·` : part), " "]));
}

function summarySection() {
  const { complete, pruned, failed, cancelled } = study.tally;
  const best = study.ranked[0];
  const chosen = study.byNumber.get(study.chosen);
  const metric = words(study.metric);
  const tied = study.trials.filter((trial) => trial.tied && trial !== best).length;
  const tiles = [];
  if (best) {
    tiles.push(tile(complete > 1 ? "Best trial" : "Trial", nameOf(best), `trial ${best.trial}`));
    tiles.push(tile(complete > 1 ? `Its ${metric}` : metric, score(best.mean),
      best.interval ? `95 % interval ${interval(best.interval)}` : best.standard_error !== null ? `± ${spread(best)} (standard error)` : null,
      complete > 1 ? `${overFolds()}; picked from ${plural(complete, pruned > 0 ? "complete trial" : "trial")}, which flatters it` : overFolds()));
  }
  if (chosen && chosen !== best) {
    tiles.push(tile("Chosen trial", nameOf(chosen), `trial ${chosen.trial}${chosen.rank === null ? "" : `, ranked ${chosen.rank}, ${metric} ${score(chosen.mean)}`}`));
  }
  if (study.reference) {
    tiles.push(tile("Reference", score(study.reference.score), `always ${study.reference.label}`, "the score of this answer, without any inputs"));
  }
  const test = study.test?.find((one) => one.metric === study.metric) ?? study.test?.[0];
  if (test) {
    const metric = study.metricOf(test.metric);
    tiles.push(tile(`${words(test.metric)} on test rows`, score(test.value, metric), test.interval ? `95 % interval ${interval(test.interval, metric)}` : null,
      "new data: scored once, after the choice"));
  }
  const all = complete + pruned + failed + cancelled;
  if (all > 1 || complete === 0) {
    tiles.push(tile("Trials", all.toLocaleString("en"), complete < all && `${complete.toLocaleString("en")} complete`,
      pruned > 0 && `${pruned.toLocaleString("en")} pruned`, failed > 0 && `${failed.toLocaleString("en")} failed`, cancelled > 0 && `${cancelled.toLocaleString("en")} not finished`,
      tied > 0 && `${tied.toLocaleString("en")} tied with the best`));
  }
  const [verdict, ...rest] = study.summary;
  return section("summary", "Summary", null,
    study.notice && element("p", { class: "notice", id: "not-reproducible" }, sentence(study.notice)),
    verdict && element("p", { class: "verdict" }, sentence(verdict)),
    element("dl", { class: "tiles" }, tiles),
    rest.length > 0 && element("ul", { class: "prose" }, rest.map((paragraph) => element("li", {}, sentence(paragraph)))),
    study.test?.length > 1 && element("details", { class: "numbers" }, element("summary", {}, "All scores on test rows"),
      table("Scores on test rows", ["metric", "value", "95 % interval"],
        study.test.map(({ metric, value, interval: bounds }) => [words(metric), score(value, study.metricOf(metric)), interval(bounds, study.metricOf(metric))]),
        { numeric: (column) => column === 1, rowHeader: true })));
}
