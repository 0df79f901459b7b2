// ---- importance.js: which hyperparameters matter, as a model of the scores has it.

function importanceSection() {
  const view = study.importance;
  if (!view || view.hyperparameters.length === 0) return null;
  // What has one value in all scored trials has no effect to show.
  const values = ({ name }) => { const known = study.hyperparameters.find((other) => other.name === name); return known ? new Set(study.ranked.map((trial) => trial.values[known.place]).filter((value) => value !== null)).size : 2; };
  const parts = view.hyperparameters.filter((part) => values(part) > 1);
  if (parts.length === 0) return null;
  const bars = chart({
    label: `Share of the variance of scores that each hyperparameter explains; most: ${words(parts.toSorted((a, b) => b.share - a.share)[0].name)}.`,
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
          type: "custom", silent: true, encode: { x: [0, 1], y: 2 }, z: 5, data: parts.map(({ share, sd }, place) => [Math.max(0, share - sd), Math.min(1, share + sd), place]),
          renderItem: (params, api) => whisker(api, "x", api.value(2), api.value(0), api.value(1), ink),
        },
      ],
    }),
  });
  const effects = parts.filter(({ effect }) => effect.length > 1);
  const [min, max] = withinMetric(...extent(effects.flatMap(({ effect }) => effect.flatMap(({ mean, sd }) => [mean - sd, mean + sd]))));
  const trials = `${plural(view.trials, "trial")}`;
  const how = `A random forest that models the scores${study.prunes ? ` of the ${study.tally.complete.toLocaleString("en")} complete trials` : ""} (functional analysis of variance) says how much of their variance over the search space each hyperparameter explains on its own; whiskers are one standard deviation over its trees. Below: the expected score at each value, averaged over all values of the others. Hyperparameters that only some models have share what they explain with the choice of the model.`;
  const charts = [
    bars.figure,
    effects.length > 0 && element("div", { class: "multiples" }, effects.map((part) => effectChart(part, min, max))),
    view.pairs.length > 0 && element("details", { class: "numbers" }, element("summary", {}, "Hyperparameters that act together"),
      table("Shares of pairs of hyperparameters", ["hyperparameters", "share"], view.pairs.map(({ first, second, share }) => [`${words(first)} and ${words(second)}`, percent(share)]),
        { numeric: (column) => column === 1, rowHeader: true })),
  ];
  if (view.is_conclusive) return section("importance", "Which hyperparameters matter", how, charts);
  return section("importance", "Which hyperparameters matter", null,
    element("p", { class: "verdict" }, `${trials[0].toUpperCase()}${trials.slice(1)} are too few to say which hyperparameters matter.`),
    element("p", { class: "how" }, "A model that learns the scores from the hyperparameters doesn’t predict trials that it hasn’t seen. More trials, or more folds and repeats, would help."),
    element("details", { class: "numbers" }, element("summary", {}, "What the model says all the same"), element("p", { class: "how" }, how), charts));
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
  const labelled = fewPlaces(values.length, MOST_LABELS_OF_SMALL);
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
      xAxis: !inPlaces ? { min: "dataMin", max: "dataMax", ...valueAxis(axis, values), name: words(name) }
        : { type: "category", data: values, name: words(name),
            axisLabel: { interval: (at) => labelled.includes(at), formatter: (text) => shortened(text), rotate: labelled.map((at) => shortened(String(values[at]))).join("").length > 32 ? 35 : 0 } },
      yAxis: scoreAxis({ min, max }),
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
