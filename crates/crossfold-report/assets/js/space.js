// ---- space.js: where in the search space good scores are.

/** The searched hyperparameters of which trials have more than one value. */
function varied() {
  return study.searched.filter(({ distinct }) => distinct.length > 1);
}

function parallelSection() {
  const axes = varied();
  const trials = study.ranked.toReversed();
  if (axes.length === 0 || trials.length < 2) return null;
  const status = element("p", { class: "status", role: "status" }, "Nothing is brushed.");
  const show = element("button", { type: "button", class: "plain", disabled: true }, "Show them in the leaderboard");
  let brushed = [];
  const value = (hyperparameter, trial) => {
    const known = trial.numbers[hyperparameter.place];
    return known === null ? "-" : asCategory(hyperparameter) ? trial.values[hyperparameter.place] : onAxis(hyperparameter, known);
  };
  // A few values are a step each, however far apart they are.
  const asCategory = ({ isNumber, distinct }) => !isNumber || distinct.length <= 8;
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const shown = chart({
    label: `Parallel coordinates: a line a trial through its values of ${axes.map(({ name }) => words(name)).join(", ")} and its ${words(study.metric)}. The leaderboard has the same numbers.`,
    height: 420,
    ready: (drawn) => drawn.on("axisareaselected", () => {
      const active = drawn.getModel().getSeriesByIndex(0).getRawIndicesByActiveState("active");
      brushed = active.map((place) => trials[place]).reverse();
      const isBrushed = brushed.length < trials.length;
      show.disabled = !isBrushed || brushed.length === 0;
      status.textContent = !isBrushed ? "Nothing is brushed." : brushed.length === 0 ? "No trial is in there."
        : `${plural(brushed.length, "trial")} brushed; the best of them is ${trialTitle(brushed[0])}, with ${score(brushed[0].mean)}.`;
    }),
    click: ({ dataIndex }) => selection.toggle(trials[dataIndex]),
    option: ({ surface, line, ink, scale, accent }) => {
      // Lines run behind the labels.
      const halo = { color: ink, textBorderColor: surface, textBorderWidth: 4 };
      // A chart that is drawn anew has forgotten what was brushed.
      brushed = [];
      show.disabled = true;
      status.textContent = "Nothing is brushed.";
      const means = trials.map((trial) => trial.mean);
      const [low, high] = [Math.min(...means), Math.max(...means)];
      const axis = (hyperparameter, dim) => {
        const { axisLabel, ...numbers } = valueAxis(hyperparameter);
        return {
          dim, name: words(hyperparameter.name), inverse: false,
          ...(asCategory(hyperparameter) ? { type: "category", data: hyperparameter.distinct } : { ...numbers, axisLabel: { ...halo, ...axisLabel } }),
        };
      };
      return {
        grid: null,
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => trialTip(trials[dataIndex]) },
        visualMap: {
          type: "continuous", show: false, dimension: axes.length, min: low, max: high === low ? low + 1 : high,
          inRange: { color: higher ? scale : scale.toReversed() },
        },
        parallel: {
          left: 40, right: 72, top: 44, bottom: 32,
          parallelAxisDefault: {
            nameLocation: "end", nameGap: 14, nameTextStyle: { color: ink, fontSize: 12 }, axisLine: { lineStyle: { color: line, width: 1.5 } },
            axisTick: { show: false }, axisLabel: halo, z: 10, areaSelectStyle: { width: 22, borderColor: accent, color: accent, opacity: 0.25 },
          },
        },
        parallelAxis: [...axes.map(axis), { dim: axes.length, name: words(study.metric), scale: true, type: "value", inverse: !higher, axisLabel: { ...halo, formatter: tick } }],
        series: [{
          type: "parallel", lineStyle: { width: trials.length > 300 ? 1 : 2, opacity: trials.length > 300 ? 0.4 : 0.7 },
          emphasis: { lineStyle: { width: 3.5, opacity: 1 } }, inactiveOpacity: 0.04, activeOpacity: 0.9,
          data: trials.map((trial) => [...axes.map((hyperparameter) => value(hyperparameter, trial)), trial.mean]),
        }],
      };
    },
  });
  show.addEventListener("click", () => {
    leaderboard.restrict(brushed, `${plural(brushed.length, "brushed trial")}`);
    document.getElementById("leaderboard").scrollIntoView();
  });
  return section("parallel", "Hyperparameters together",
    "Each line is a trial, running through its values to its score on the right; the better, the stronger its colour. Drag along an axis to keep only the lines that pass there (on several axes at once, if you like); click beside the area to let it go.",
    element("div", { class: "scroll-chart" }, shown.figure), element("div", { class: "controls" }, status, show));
}

/** So far beside its value is a point drawn, so that equal values don't hide each other: the same on every day. */
function jitter(trial) {
  return (((trial.trial + 1) * 0.618033988749895) % 1) - 0.5;
}

function slicesSection() {
  const axes = varied();
  const trials = study.ranked;
  if (axes.length === 0 || trials.length < 2) return null;
  const [min, max] = extent(trials.map((trial) => trial.mean));
  const slice = (hyperparameter) => {
    const { name, place, isNumber, distinct } = hyperparameter;
    // Few values are places in a row; many are numbers on an axis.
    const inPlaces = !isNumber || distinct.length <= 8;
    // The chosen trial is drawn last, over the others.
    const known = trials.filter((trial) => trial.values[place] !== null).sort((a, b) => (a.trial === study.chosen) - (b.trial === study.chosen));
    const x = (trial) => (inPlaces ? distinct.indexOf(trial.values[place]) + jitter(trial) * 0.5 : onAxis(hyperparameter, trial.numbers[place]));
    const shown = chart({
      label: `${words(study.metric)} of ${plural(known.length, "trial")} against ${words(name)}. The leaderboard has the same numbers.`,
      height: 230,
      click: ({ dataIndex }) => selection.toggle(known[dataIndex]),
      option: ({ series, ink }) => ({
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => trialTip(known[dataIndex]) },
        xAxis: inPlaces
          ? { type: "value", min: -0.5, max: distinct.length - 0.5, interval: 0.5, name: words(name), splitLine: { show: false }, axisTick: { show: false },
              axisLabel: { formatter: (at) => (Number.isInteger(at) ? distinct[at] ?? "" : ""), rotate: Math.max(...distinct.map((text) => text.length)) * distinct.length > 32 ? 30 : 0 } }
          : { ...valueAxis(hyperparameter), name: words(name) },
        yAxis: { type: "value", min, max, ...looseEnds() },
        series: [{
          type: "scatter", symbolSize: known.length > 300 ? 5 : 8, itemStyle: { opacity: known.length > 300 ? 0.45 : 0.7 }, color: series[0],
          data: known.map((trial) => (trial.trial === study.chosen
            ? { value: [x(trial), trial.mean], symbol: "diamond", symbolSize: 14, itemStyle: { color: series[1], opacity: 1, borderColor: ink, borderWidth: 1 } }
            : [x(trial), trial.mean])),
        }],
      }),
    });
    return element("div", { class: "small" }, element("h3", {}, words(name)), shown.figure);
  };
  return section("slices", "One hyperparameter at a time",
    `Each dot is a trial: its ${words(study.metric)} (${better()}) against one hyperparameter, whatever the others are.${study.chosen !== null ? " The diamond is the chosen trial." : ""} A slope says that the hyperparameter matters; a flat cloud that it hardly does.`,
    element("div", { class: "multiples" }, axes.map(slice)));
}
