// ---- importance.js: which hyperparameters matter, as a model of the scores has it.

function importanceSection() {
  const view = study.importance;
  if (!view || view.hyperparameters.length === 0) return null;
  const parts = view.hyperparameters;
  const bars = chart({
    label: `Share of the scores’ differences that each hyperparameter accounts for; most: ${words(parts.toSorted((a, b) => b.share - a.share)[0].name)}.`,
    height: 56 + parts.length * 32,
    numbers: () => ({ columns: ["hyperparameter", "share", "standard deviation"], rows: parts.map(({ name, share, sd }) => [words(name), share, sd]) }),
    option: ({ series, ink }) => ({
      tooltip: { trigger: "axis", axisPointer: { type: "none" }, formatter: ([{ dataIndex }]) =>
        tipContent(words(parts[dataIndex].name), [["share", percent(parts[dataIndex].share)], ["standard deviation", percent(parts[dataIndex].sd)]]) },
      xAxis: { type: "value", min: 0, name: "share of the scores’ variance", axisLabel: { formatter: (value) => `${Math.round(value * 100)} %` } },
      yAxis: { type: "category", inverse: true, data: parts.map(({ name }) => words(name)), axisLabel: { color: ink, interval: 0 }, axisTick: { show: false } },
      series: [
        { type: "bar", barMaxWidth: 16, color: series[0], itemStyle: { borderRadius: [0, 3, 3, 0] }, data: parts.map(({ share }) => share) },
        {
          type: "custom", silent: true, encode: { x: [0, 1], y: 2 }, z: 5, data: parts.map(({ share, sd }, place) => [Math.max(0, share - sd), share + sd, place]),
          renderItem: (params, api) => whisker(api, "x", api.value(2), api.value(0), api.value(1), ink),
        },
      ],
    }),
  });
  const effects = parts.filter(({ effect }) => effect.length > 0);
  const [min, max] = extent(effects.flatMap(({ effect }) => effect.flatMap(({ mean, sd }) => [mean - sd, mean + sd])));
  return section("importance", "What matters",
    `${study.prunes ? `Made from the scores of ${study.tally.complete.toLocaleString("en")} complete trials; those that were pruned have no part in it. ` : ""}` +
    "A model of the scores (a random forest, taken apart by functional analysis of variance) tells how much of their variance over the search space each hyperparameter accounts for by itself; the whisker is the model’s own doubt, a standard deviation over its trees. Below: the score to be expected at each value, in the mean over all values of the others. Hyperparameters that only some models have share what they account for with the choice of the model.",
    bars.figure,
    effects.length > 0 && element("div", { class: "multiples" }, effects.map((part) => effectChart(part, min, max))),
    view.pairs.length > 0 && element("details", { class: "numbers" }, element("summary", {}, "Hyperparameters that act together"),
      table("Shares of pairs of hyperparameters", ["hyperparameters", "share"], view.pairs.map(({ first, second, share }) => [`${words(first)} and ${words(second)}`, percent(share)]),
        { numeric: (column) => column === 1, rowHeader: true })));
}

/** The expected score at each value of a hyperparameter. */
function effectChart({ name, effect }, min, max) {
  const isNumber = effect.every(({ value }) => typeof value === "number");
  const values = effect.map(({ value }) => value);
  // A few listed values are places in a row: nothing is known of what lies between them.
  const inPlaces = !isNumber || (values.length <= 8 && study.hyperparameters.every((other) => other.name !== name || other.scale === null));
  const { isLog = false, zero = null } = study.hyperparameters.find((other) => other.name === name) ?? {};
  const axis = { zero, isLog: isLog && values.every((value) => onAxis({ zero }, value) > 0) };
  const at = (value) => onAxis(axis, value);
  const shown = chart({
    label: `Expected ${words(study.metric)} by ${words(name)}.`,
    height: 210,
    numbers: () => ({ columns: [words(name), "expected", "standard deviation"], rows: effect.map(({ value, mean, sd }) => [value, mean, sd]) }),
    option: ({ series, muted }) => ({
      tooltip: {
        trigger: "axis",
        formatter: (shown) => {
          const { value, mean, sd } = effect[shown[0].dataIndex];
          return tipContent(`${words(name)} ${typeof value === "number" ? digits(value, 4) : value}`, [["expected", score(mean)], ["standard deviation", score(sd)]]);
        },
      },
      xAxis: !inPlaces ? { ...valueAxis(axis), min: "dataMin", max: "dataMax", name: words(name) }
        : { type: "category", data: values, name: words(name), axisLabel: { interval: 0, rotate: values.join("").length > 32 ? 30 : 0 } },
      yAxis: { type: "value", min, max, ...looseEnds() },
      series: !inPlaces
        ? [
            band(effect.map(({ value, mean, sd }) => [at(value), mean - sd, mean + sd]), series[0]),
            { type: "line", color: series[0], lineStyle: { width: 2 }, showSymbol: effect.length <= 12, symbolSize: 6, data: effect.map(({ value, mean }) => [at(value), mean]) },
          ]
        : [
            isNumber ? { type: "line", symbol: "diamond", symbolSize: 11, color: series[0], lineStyle: { width: 1.5 }, data: effect.map(({ mean }) => mean) }
              : { type: "scatter", symbol: "diamond", symbolSize: 12, color: series[0], data: effect.map(({ mean }) => mean) },
            { type: "custom", silent: true, encode: { x: 0, y: [1, 2] }, data: effect.map(({ mean, sd }, at) => [at, mean - sd, mean + sd]),
              renderItem: (params, api) => whisker(api, "y", api.value(0), api.value(1), api.value(2), muted) },
          ],
    }),
  });
  return element("div", { class: "small" }, element("h3", {}, words(name)), shown.figure);
}
