// ---- curves.js: from epoch to epoch.

function hasCurve(trial) {
  const curves = study.curves.configurations[trial.configuration];
  return curves !== null && [...curves.validation, ...curves.training].some((band) => band !== null);
}

/** Those of which some curve is known, by name. */
function curveMetrics() {
  return study.curves.metrics.filter((name, place) =>
    study.curves.configurations.some((curves) => curves?.training[place] || curves?.validation[place]));
}

/** A chart of learning curves; `what` says of which trials, metric and parts. */
function curveChart(what, height) {
  const bandOf = (trial, part, metric) => study.curves.configurations[trial.configuration][part][study.curves.metrics.indexOf(metric)];
  // A trial reads its fits at its own epochs, though they may be trained for longer for another trial.
  const points = (trial, part, metric) => {
    const band = bandOf(trial, part, metric);
    if (!band) return [];
    const { epochs } = study.curves.configurations[trial.configuration];
    return band.mean.map((mean, at) => [epochs?.[at] ?? at + 1, mean, band.low?.[at] ?? mean, band.high?.[at] ?? mean])
      .filter(([epoch]) => epoch <= trial.epochs);
  };
  return chart({
    height,
    label: () => {
      const { trials, metric } = what();
      return `Learning curves (${words(metric)} by epoch) of ${trials.length === 0 ? "no trial" : trials.map((trial) => `trial ${trial.trial}`).join(", ")}.`;
    },
    numbers: () => {
      const { trials, metric, parts } = what();
      const rows = trials.flatMap((trial) => parts.flatMap((part) => points(trial, part, metric).map((point) => [trial.trial, part, ...point])));
      return { columns: ["trial", "rows", "epoch", "mean", "least fold", "greatest fold"], rows };
    },
    option: ({ series }) => {
      const { trials, metric, parts, isLog } = what();
      const lines = trials.flatMap((trial, place) => parts.map((part) => ({ trial, place, part, data: points(trial, part, metric) })))
        .filter(({ data }) => data.length > 0);
      // The names are above.
      const name = ({ trial, part }) => `trial ${trial.trial}, ${part}`;
      const about = study.metricOf(metric);
      const [, most] = about.range;
      const canLog = isLog && lines.every(({ data }) => data.every(([, , low]) => low > 0));
      const last = Math.max(1, ...lines.map(({ data }) => data.at(-1)[0]));
      const isAlone = trials.length === 1;
      return {
        // Wide enough to see which lines are dashed.
        legend: { data: lines.map(name), itemWidth: 36 },
        tooltip: {
          trigger: "axis",
          // Beside the pointer and below the legend.
          position: ([x], _, __, ___, { contentSize: [width], viewSize: [all] }) => [x + width + 24 < all ? x + 16 : Math.max(0, x - width - 16), 44],
          formatter: (shown) => tipContent(`epoch ${shown[0]?.value[0]}`, shown.filter(({ seriesType }) => seriesType === "line").map(({ seriesName, value: [, mean, low, high] }) =>
            [seriesName, low === high ? score(mean, about) : `${score(mean, about)} (folds ${score(low, about)} to ${score(high, about)})`])),
        },
        // A single epoch stands in the midst.
        xAxis: {
          type: "value", min: last === 1 ? 0 : 1, max: last === 1 ? 2 : last, name: "epoch", splitLine: { show: false },
          axisTick: { customValues: countTicks(last) }, axisLabel: { customValues: countTicks(last), formatter: (epoch) => epoch.toLocaleString("en") },
        },
        yAxis: { type: canLog ? "log" : "value", scale: true, max: ({ min, max }) => (most !== null && max + (max - min) / 4 > most ? most : null), name: `${words(metric)} (${better(about)})`, axisLabel: { formatter: tick } },
        series: lines.flatMap((line) => {
          const colour = series[line.place % series.length];
          const isTraining = line.part === "training";
          // Of many epochs some have marks, at other ones for each trial, so that lines differ by more than colour.
          const every = Math.ceil(line.data.length / 10);
          const isMarked = (at) => at % every === Math.floor((line.place * every) / Math.max(1, trials.length)) % every;
          const hasBand = line.data.some(([, , low, high]) => low !== high) && (isAlone || !isTraining);
          return [
            {
              // The first selected stays in sight where lines are one.
              name: name(line), type: "line", z: 20 - line.place, data: line.data, encode: { x: 0, y: 1 }, symbol: SYMBOLS[line.place % SYMBOLS.length],
              showSymbol: true, symbolSize: (_, { dataIndex }) => (isMarked(dataIndex) ? (isTraining ? 5 : 8) : 0), color: colour,
              lineStyle: { width: isTraining ? 1.5 : 2.5, type: isTraining ? "dashed" : "solid", color: colour },
            },
            // Behind the line, whose mark is the one in the legend.
            ...(hasBand ? [band(line.data.map(([x, , low, high]) => [x, low, high]), colour, { name: name(line), z: 1 }, isAlone)] : []),
          ];
        }),
      };
    },
  });
}

function curvesSection() {
  const metrics = curveMetrics();
  if (metrics.length === 0 || !study.trials.some(hasCurve)) return null;
  const state = { metric: metrics.includes(study.metric) ? study.metric : metrics[0], parts: ["training", "validation"], isLog: false };
  const shown = curveChart(() => ({ ...state, trials: selection.trials.filter(hasCurve) }), 400);
  const chips = element("div", { class: "chips" });
  const part = (name) => checkbox(name, true, (checked) => {
    state.parts = ["training", "validation"].filter((part) => (part === name ? checked : state.parts.includes(part)));
    shown.refresh();
  });
  const show = () => {
    chips.replaceChildren(...selection.trials.map((trial) =>
      element("button", { type: "button", class: "chip", onclick: () => selection.toggle(trial) },
        chartName(trial), element("span", { "aria-hidden": "true" }, " ×"), element("span", { class: "visually-hidden" }, ", take it out of the chart"))),
    selection.trials.length === 0 ? element("span", { class: "muted" }, "No trial is selected: click rows of the leaderboard.")
      : element("button", { type: "button", class: "plain", onclick: () => selection.clear() }, "none"));
    shown.figure.hidden = selection.trials.length === 0;
    shown.refresh();
  };
  selection.listeners.push(show);
  const made = section("curves", "Learning curves",
    `The selected trials from epoch to epoch: the mean over folds, in a band from the worst to the best fold (of several trials, for validation rows only). Solid lines are validation rows, dashed lines training rows. Where validation gets worse while training still improves, the network overfits. Up to ${MOST_SELECTED} trials are compared; click rows of the leaderboard, or points elsewhere.`,
    element("div", { class: "controls" },
      metrics.length > 1 && choice("metric", metrics.map((name) => [name, words(name)]), state.metric, (metric) => ((state.metric = metric), shown.refresh())),
      part("training"), part("validation"), checkbox("logarithmic", false, (checked) => ((state.isLog = checked), shown.refresh()))),
    chips, shown.figure);
  show();
  return made;
}
