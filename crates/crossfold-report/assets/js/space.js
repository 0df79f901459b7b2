// ---- space.js: where in the search space good scores are.

/** The searched hyperparameters of which trials have more than one value. */
function varied() {
  return study.searched.filter(({ distinct }) => distinct.length > 1);
}

/** Lists as `[64, 32]` by their length, then their numbers; other text as it is. */
function inOrder(values) {
  const key = (text) => (text.startsWith("[") ? text.slice(1, -1).split(",").map(Number) : null);
  return values.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (!left || !right) return 0;
    return left.length - right.length || left.map((number, at) => number - right[at]).find((difference) => difference !== 0) || 0;
  });
}

/** Numbers of which each is a place of its own, however far apart they are. */
const MOST_PLACES = 8;

/** The values of a hyperparameter that these trials have, as places in a row; `null` where they are numbers on an axis. */
function placesOf({ place, isNumber, scale, distinct }, trials) {
  const known = new Set(trials.map((trial) => trial.values[place]).filter((value) => value !== null));
  const values = distinct.filter((value) => known.has(value));
  if (!isNumber) return inOrder(values);
  const areListed = scale === null || values.every((value) => Number.isInteger(Number(value)));
  return areListed && values.length <= MOST_PLACES ? values : null;
}

/** Axes of parallel coordinates run from 0 to 1. Below is where trials are that have no such hyperparameter. */
const WITHOUT = -0.12;

/** Labels at an axis of parallel coordinates, and at the places of another. */
const MOST_LABELS = 12;
const MOST_LABELS_OF_SMALL = 8;

/** A hyperparameter as an axis of parallel coordinates: where trials are on it, and its labels. `trials` are the worst first. */
function parallelAxis(hyperparameter, trials) {
  const { place } = hyperparameter;
  const isKnown = (trial) => trial.values[place] !== null;
  const without = trials.some((trial) => !isKnown(trial)) ? [[WITHOUT, "none"]] : [];
  // Trials with the same value are beside each other, the better the higher, so that each line can be followed.
  const better = new Map(trials.map((trial, order) => [trial, trials.length > 1 ? order / (trials.length - 1) - 0.5 : 0]));
  const beside = (trial, at, width) => at + better.get(trial) * width;
  const values = placesOf(hyperparameter, trials);
  if (values) {
    const width = 1 / values.length;
    const at = new Map(values.map((value, order) => [value, (order + 0.5) * width]));
    const labels = fewPlaces(values.length, MOST_LABELS).map((order) => [at.get(values[order]), values[order]]);
    return { labels: [...without, ...labels], of: (trial) => (isKnown(trial) ? beside(trial, at.get(trial.values[place]), width * 0.62) : beside(trial, WITHOUT, 0.06)) };
  }
  const scale = hyperparameter.isLog ? Math.log10 : (value) => value;
  const of = (trial) => scale(onAxis(hyperparameter, trial.numbers[place]));
  const known = trials.filter(isKnown).map(of);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const at = (scaled) => (high > low ? (scaled - low) / (high - low) : 0.5);
  const isZero = (scaled) => hyperparameter.zero !== null && scaled <= Math.log10(hyperparameter.zero) + 1e-9;
  const ticks = hyperparameter.isLog && high - low >= 1.5 ? roundNumbers(Math.ceil(low), high, 8).filter(Number.isInteger)
    : hyperparameter.isLog ? roundNumbers(10 ** low, 10 ** high).map(Math.log10) : roundNumbers(low, high);
  return { labels: [...without, ...ticks.map((scaled) => [at(scaled), isZero(scaled) ? "0" : tick(hyperparameter.isLog ? 10 ** scaled : scaled)])], of: (trial) => (isKnown(trial) ? at(of(trial)) : beside(trial, WITHOUT, 0.06)) };
}

function parallelSection() {
  const axes = varied();
  const trials = study.ranked.toReversed();
  if (axes.length === 0 || trials.length < 2) return null;
  const idle = "Drag along an axis to select trials.";
  const status = element("p", { class: "status", role: "status" }, idle);
  const show = element("button", { type: "button", class: "plain", disabled: true }, "Show them in the leaderboard");
  let brushed = [];
  const range = scoreRange(trials.map(({ mean }) => mean));
  const scaled = (value) => (value - range.min) / (range.max - range.min);
  const laid = axes.map((hyperparameter) => parallelAxis(hyperparameter, trials));
  const rows = trials.map((trial) => [...laid.map(({ of }) => of(trial)), scaled(range.place(trial.mean))]);
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const shown = chart({
    label: `Parallel coordinates: one line per trial through its values of ${axes.map(({ name }) => words(name)).join(", ")} and its ${words(study.metric)}. The leaderboard has the same numbers.`,
    height: 460,
    isWide: true,
    ready: (drawn) => drawn.on("axisareaselected", () => {
      const active = drawn.getModel().getSeriesByIndex(0).getRawIndicesByActiveState("active");
      brushed = active.map((place) => trials[place]).reverse();
      const isBrushed = brushed.length < trials.length;
      show.disabled = !isBrushed || brushed.length === 0;
      status.textContent = !isBrushed ? idle : brushed.length === 0 ? "No trial is in the selected range."
        : `${plural(brushed.length, "trial")} selected; the best is ${trialTitle(brushed[0])}, with ${score(brushed[0].mean)}.`;
    }),
    click: ({ dataIndex }) => selection.toggle(trials[dataIndex]),
    option: ({ surface, line, ink, scale, accent, isPaper, width }) => {
      // Lines run behind the labels.
      const halo = { color: ink, textBorderColor: surface, textBorderWidth: 4 };
      if (!isPaper) {
        // A chart that is drawn anew has forgotten what was selected.
        brushed = [];
        show.disabled = true;
        status.textContent = idle;
      }
      // Letters that fit between two axes.
      const room = Math.max(5, Math.floor((width - 120) / axes.length / 6.6) - 3);
      const axis = (name, dim, labels, low) => ({
        dim, name, type: "value", min: low, max: 1, inverse: false, splitLine: { show: false },
        // Names take turns in height where there are many.
        nameGap: axes.length > 5 && dim % 2 === 1 ? 32 : 14,
        axisLabel: { ...halo, hideOverlap: true, customValues: labels.map(([at]) => at), formatter: (at) => shortened(labels.find(([other]) => Math.abs(other - at) < 1e-9)?.[1] ?? "", room) },
      });
      const scores = roundNumbers(range.min, range.max).map((value) => [scaled(value), tick(value)]);
      const low = laid.some(({ labels }) => labels[0]?.[0] === WITHOUT) ? WITHOUT - 0.04 : 0;
      return {
        grid: null,
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => trialTip(trials[dataIndex]) },
        visualMap: {
          type: "continuous", show: false, dimension: axes.length, min: Math.min(...rows.map((row) => row.at(-1))), max: Math.max(...rows.map((row) => row.at(-1))) + 1e-9,
          inRange: { color: higher ? scale : scale.toReversed() },
        },
        parallel: {
          left: 44, right: 76, top: axes.length > 5 ? 64 : 44, bottom: 20,
          parallelAxisDefault: {
            nameLocation: "end", nameTextStyle: { color: ink, fontSize: 12, lineHeight: 15 }, axisLine: { lineStyle: { color: line, width: 1.5 } },
            axisTick: { show: false }, z: 10, areaSelectStyle: { width: 22, borderColor: accent, color: accent, opacity: 0.25 },
          },
        },
        parallelAxis: [...laid.map(({ labels }, dim) => axis(shortened(words(axes[dim].name), axes.length > 5 ? 2 * room : room + 2), dim, labels, low)),
          axis(`${words(study.metric)}\n${higher ? "↑" : "↓"} better`, axes.length, scores, low)],
        series: [{
          type: "parallel", progressive: 0, lineStyle: { width: trials.length > 300 ? 1 : 2, opacity: trials.length > 300 ? 0.4 : 0.7 },
          emphasis: { lineStyle: { width: 3.5, opacity: 1 } }, inactiveOpacity: 0.04, activeOpacity: 0.9, data: rows,
        }],
      };
    },
  });
  show.addEventListener("click", () => {
    leaderboard.restrict(brushed, plural(brushed.length, "selected trial"));
    document.getElementById("leaderboard").scrollIntoView();
  });
  const hasGaps = laid.some(({ labels }) => labels[0]?.[0] === WITHOUT);
  const scrolled = element("div", { class: "scroll-chart" }, shown.figure);
  // Where axes would be too close, the chart scrolls.
  shown.figure.style.minWidth = `${120 + 80 * axes.length}px`;
  return section("parallel", "Parallel coordinates",
    `Hyperparameters together: each line is a trial, running through its values to its ${words(study.metric)} on the right; the better, the stronger its colour. Trials with the same value are drawn side by side, the better ones higher.${hasGaps ? " At “none” are trials that don’t have the hyperparameter." : ""}${range.note().replace("by a triangle at its end", "at its end")} Drag along an axis to select the lines that pass there (on several axes at once, if you like); click beside the area to remove it.`,
    scrolled, element("div", { class: "controls" }, status, show));
}

/** How far beside its value a point is drawn, so that equal values don't hide each other: the same on every day. */
function jitter(trial) {
  return (((trial.trial + 1) * 0.618033988749895) % 1) - 0.5;
}

function slicesSection() {
  const axes = varied();
  const trials = study.ranked;
  if (axes.length === 0 || trials.length < 2) return null;
  const failed = study.trials.filter(({ state }) => state === "failed");
  const range = scoreRange(trials.map(({ mean }) => mean), { hasEdge: failed.length > 0 });
  const slice = (hyperparameter) => {
    const { name, place } = hyperparameter;
    // The chosen trial is drawn last, over the others.
    const isKnown = (trial) => trial.values[place] !== null;
    const known = trials.filter(isKnown).sort((a, b) => (a.trial === study.chosen) - (b.trial === study.chosen));
    const broken = failed.filter(isKnown);
    const places = placesOf(hyperparameter, [...known, ...broken]);
    const x = (trial) => (places ? places.indexOf(trial.values[place]) + jitter(trial) * 0.5 : onAxis(hyperparameter, trial.numbers[place]));
    const labelled = places && fewPlaces(places.length, MOST_LABELS_OF_SMALL);
    const isLong = places && Math.max(...labelled.map((at) => Math.min(14, places[at].length))) * labelled.length > 32;
    const shown = chart({
      label: `${words(study.metric)} of ${plural(known.length, "trial")} against ${words(name)}${broken.length > 0 ? `; ${broken.length} that failed at the edge` : ""}. The leaderboard has the same numbers.`,
      height: isLong ? 270 : 240,
      click: ({ seriesIndex, dataIndex }) => selection.toggle((seriesIndex === 0 ? known : broken)[dataIndex]),
      option: (theme) => ({
        tooltip: { trigger: "item", formatter: ({ seriesIndex, dataIndex }) => { const trial = (seriesIndex === 0 ? known : broken)[dataIndex]; return trialTip(trial, [["why", trial.error]]); } },
        xAxis: places
          ? { type: "value", min: -0.5, max: places.length - 0.5, name: words(name), splitLine: { show: false }, axisTick: { show: false },
              axisLabel: { customValues: labelled, formatter: (at) => shortened(places[Math.round(at)] ?? ""), rotate: isLong ? 35 : 0 } }
          : { ...valueAxis(hyperparameter, [...known, ...broken].map((trial) => trial.numbers[place])), name: words(name) },
        yAxis: scoreAxis(range),
        series: [
          {
            type: "scatter", symbolSize: known.length > 300 ? 5 : 8, itemStyle: { opacity: known.length > 300 ? 0.45 : 0.7 }, color: theme.series[0],
            markLine: referenceLine(theme, range, "y"),
            data: known.map((trial) => ({
              value: [x(trial), range.place(trial.mean)], ...range.mark(trial.mean, "y"),
              ...(trial.trial === study.chosen && { symbol: "diamond", symbolSize: 14, itemStyle: { color: theme.series[1], opacity: 1, borderColor: theme.ink, borderWidth: 1 } }),
            })),
          },
          { type: "scatter", symbol: CROSS, symbolSize: 9, color: theme.bad, data: broken.map((trial) => [x(trial), range.edge]) },
        ],
      }),
    });
    return element("div", { class: "small" }, element("h3", {}, words(name)), shown.figure);
  };
  return section("slices", "One hyperparameter at a time",
    `Each dot is a trial: its ${words(study.metric)} (${better()}) against one hyperparameter, whatever the others are.${study.chosen !== null ? " The diamond is the chosen trial." : ""}${failed.length > 0 ? " Crosses at the edge are trials that failed." : ""}${range.note()} A slope suggests that the hyperparameter matters, a flat cloud that it hardly does.`,
    element("div", { class: "multiples" }, axes.map(slice)));
}
