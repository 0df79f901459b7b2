// ---- summary.js: the verdict, and the figures that matter most.

function tile(name, value, ...notes) {
  return element("div", { class: "tile" }, element("dt", {}, name), element("dd", { class: "tile-value" }, value),
    notes.filter((note) => note).map((note) => element("dd", { class: "tile-note" }, note)));
}

/** A sentence, with what stands between backticks as code. */
function sentence(text) {
  return text.split("`").map((part, place) => (place % 2 === 1 ? element("code", {}, part) : part));
}

function summarySection() {
  const { complete, pruned, failed, cancelled } = study.tally;
  const ranked = `${complete.toLocaleString("en")} ${pruned > 0 ? "complete " : ""}${complete === 1 ? "trial" : "trials"}`;
  const best = study.ranked[0];
  const chosen = study.byNumber.get(study.chosen);
  const tied = study.trials.filter((trial) => trial.tied && trial !== best).length;
  const tiles = [];
  if (best) {
    tiles.push(tile(`Best ${words(study.metric)}`, score(best.mean),
      best.interval ? `95 % interval ${interval(best.interval)}` : best.standard_error !== null ? `± ${spread(best)} (standard error)` : null,
      complete > 1 ? `${overFolds()}, selected over ${ranked}, so rather optimistic` : overFolds()));
  }
  if (chosen) {
    tiles.push(tile("Chosen trial", `${chosen.trial}`, settings(chosen),
      chosen === best ? null : chosen.rank === null ? null : `ranked ${chosen.rank}, ${words(study.metric)} ${score(chosen.mean)}`));
  }
  tiles.push(tile("Trials scored", `${complete.toLocaleString("en")} of ${(complete + pruned + failed + cancelled).toLocaleString("en")}`,
    pruned > 0 ? `${plural(pruned, "trial")} pruned` : null, failed > 0 ? `${plural(failed, "trial")} failed` : null, cancelled > 0 ? `${plural(cancelled, "trial")} stopped` : null,
    tied > 0 ? `${plural(tied, "trial")} can’t be told from the best` : null));
  const test = study.test?.find((one) => one.metric === study.metric) ?? study.test?.[0];
  if (test) {
    const metric = study.metricOf(test.metric);
    tiles.push(tile(`${words(test.metric)} on test rows`, score(test.value, metric), test.interval ? `95 % interval ${interval(test.interval, metric)}` : null,
      "scored after the choice was made"));
  }
  const [verdict, ...rest] = study.summary;
  return section("summary", "Summary", null,
    study.notice && element("p", { class: "notice", id: "not-reproducible" }, sentence(study.notice)),
    verdict && element("p", { class: "verdict" }, sentence(verdict)),
    rest.map((paragraph) => element("p", { class: "prose" }, sentence(paragraph))),
    element("dl", { class: "tiles" }, tiles),
    study.test?.length > 1 && element("details", {}, element("summary", {}, "All scores on test rows"),
      table("Scores on test rows", ["metric", "value", "95 % interval"],
        study.test.map(({ metric, value, interval: bounds }) => [words(metric), score(value, study.metricOf(metric)), interval(bounds, study.metricOf(metric))]),
        { numeric: (column) => column === 1, rowHeader: true })));
}
