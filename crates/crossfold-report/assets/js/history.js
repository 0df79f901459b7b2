// ---- history.js: the search as it went: every trial in the order of its proposal, and the best score so far.

/** Where trials were pruned, the earliest first: epochs and folds. */
function rungs() {
  const all = study.trials.flatMap(({ rung }) => (rung ? [rung] : []));
  const places = new Map(all.map(({ epochs, folds }) => [`${epochs} ${folds}`, { epochs, folds }]));
  return [...places.values()].sort((a, b) => a.epochs * a.folds - b.epochs * b.folds || a.epochs - b.epochs);
}

/** `3 epochs, 1 fold`; folds are named only where rungs differ in them. */
function rungName({ epochs, folds }, all) {
  const sameFolds = all.every((other) => other.folds === folds);
  return plural(epochs, "epoch") + (sameFolds ? "" : ` on ${plural(folds, "fold")}`);
}

function historySection() {
  const trials = study.trials.filter(({ state }) => state !== "cancelled").toSorted((a, b) => a.trial - b.trial);
  const scored = trials.filter(({ mean }) => mean !== null);
  if (trials.length < 2 || (scored.length === 0 && !trials.some(({ rung }) => rung?.mean))) return null;
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const steps = rungs();
  const failed = trials.filter(({ state }) => state === "failed");
  const valueOf = (trial) => trial.mean ?? trial.rung?.mean ?? null;

  // The training time up to the end of each trial; fits that trials share are counted once.
  const times = new Map();
  const counted = new Set();
  let time = 0;
  for (const trial of trials) {
    if (!counted.has(trial.configuration)) time += trial.seconds_of_all_fits ?? 0;
    counted.add(trial.configuration);
    times.set(trial, time);
  }
  const bySeconds = { label: "training time of all trials so far, fits one after another", of: (trial) => times.get(trial) };
  const byTrial = { label: "trial, in the order of proposal", of: (trial) => trial.trial };
  let x = byTrial;

  const bests = [];
  for (const trial of scored) {
    const isBetter = bests.length === 0 || (higher ? trial.mean > bests.at(-1).mean : trial.mean < bests.at(-1).mean);
    if (isBetter) bests.push(trial);
  }
  const bestAt = (trial) => bests.findLast((best) => best.trial <= trial.trial) ?? null;
  const isPruned = (trial, step) => trial.rung?.epochs === step.epochs && trial.rung?.folds === step.folds;
  const others = trials.flatMap(({ rung }) => (rung?.mean != null ? [rung.mean] : []));
  const range = scoreRange(scored.map(({ mean }) => mean), { others, hasEdge: failed.length > 0 || others.length > 0 });
  const small = trials.length > 300;
  const point = (trial) => {
    const value = valueOf(trial);
    if (value === null) return { value: [x.of(trial), range.edge], trial: trial.trial, symbol: "triangle" };
    return { value: [x.of(trial), range.place(value)], trial: trial.trial, ...range.mark(value, "y") };
  };
  const states = [
    ...steps.map((step) => `pruned at ${rungName(step, steps)}`), ...(scored.length > 0 ? ["complete", "best so far"] : []), ...(failed.length > 0 ? ["failed"] : []),
  ];
  const shown = chart({
    label: () => `Search history: ${words(study.metric)} of ${plural(trials.length, "trial")} by ${x.label}; ${plural(scored.length, "trial")} complete, ${trials.filter(({ rung }) => rung).length} pruned, ${failed.length} failed.${
      bests.length > 0 ? ` The best score was improved ${bests.length - 1} times, last by trial ${bests.at(-1).trial} to ${score(bests.at(-1).mean)}.` : ""}`,
    height: 400,
    click: ({ data }) => data?.trial !== undefined && selection.toggle(study.byNumber.get(data.trial)),
    numbers: () => ({
      columns: ["trial", "state", words(study.metric), "best so far", ...(steps.length > 0 ? ["pruned at epochs", "on folds"] : []), ...(time > 0 ? ["training time so far (s)"] : [])],
      rows: trials.map((trial) => [trial.trial, trial.state, valueOf(trial), bestAt(trial)?.mean ?? null,
        ...(steps.length > 0 ? [trial.rung?.epochs ?? null, trial.rung?.folds ?? null] : []), ...(time > 0 ? [Number(times.get(trial).toPrecision(4))] : [])]),
    }),
    option: (theme) => {
      const { series, ink, surface, bad } = theme;
      const last = trials.at(-1);
      const line = bests.map((trial) => ({ value: [x.of(trial), trial.mean], trial: trial.trial }));
      if (line.length > 0 && x.of(last) > line.at(-1).value[0]) line.push({ value: [x.of(last), bests.at(-1).mean], trial: bests.at(-1).trial, symbol: "none" });
      return {
        legend: { data: states },
        tooltip: {
          trigger: "item",
          formatter: ({ data }) => {
            const trial = study.byNumber.get(data.trial);
            return trialTip(trial, [["state", stateOf(trial)], ...pruningLines(trial), ["best so far", score(bestAt(trial)?.mean)], ["why", trial.error]]);
          },
        },
        xAxis: {
          type: "value", name: x.label, splitLine: { show: false }, min: x === byTrial ? trials[0].trial : 0, max: x.of(last),
          axisLabel: { formatter: x === byTrial ? (at) => digits(at) : duration }, ...(x === byTrial && { minInterval: 1 }),
        },
        yAxis: scoreAxis(range),
        series: [
          ...steps.map((step, place) => ({
            name: `pruned at ${rungName(step, steps)}`, type: "scatter", symbol: ["circle", "rect", "diamond"][place % 3], symbolSize: small ? 4 : 6, color: series[(place + 2) % series.length],
            itemStyle: { opacity: 0.6 }, data: trials.filter((trial) => isPruned(trial, step)).map(point),
          })),
          {
            name: "complete", type: "scatter", symbolSize: small ? 6 : 9, color: series[0], itemStyle: { opacity: 0.85, borderColor: surface, borderWidth: 0.5 }, z: 4,
            data: scored.map(point), markLine: referenceLine(theme, range, "y"),
          },
          {
            name: "best so far", type: "line", step: "end", z: 5, color: series[1], symbol: "diamond", symbolSize: 10, lineStyle: { width: 2 }, itemStyle: { borderColor: ink, borderWidth: 0.5 }, data: line,
          },
          { name: "failed", type: "scatter", symbol: CROSS, symbolSize: small ? 7 : 10, color: bad, z: 6, data: failed.map((trial) => ({ value: [x.of(trial), range.edge], trial: trial.trial })) },
        ].filter(({ data }) => data.length > 0),
      };
    },
  });
  const pruned = study.tally.pruned;
  return section("history", "Search history",
    `Every trial in the order in which the search proposed it, and the best ${words(study.metric)} so far (${better()}).${
      pruned > 0 ? " Scores of pruned trials are from where they were pruned, on fewer epochs or folds, so they aren’t comparable with those of complete trials." : ""}${
      failed.length > 0 ? " Crosses at the edge are trials that failed." : ""}${pruned > 0 ? ` Triangles at an edge are scores beyond the axis.${range.referenceNote()}` : range.note()}`,
    time > 0 && element("div", { class: "controls" }, choice("by", [["trial", "trial"], ["time", "training time"]], "trial", (value) => {
      x = value === "time" ? bySeconds : byTrial;
      shown.refresh();
    })),
    shown.figure,
    steps.length > 0 && [element("h3", {}, "How far trials were trained"), endsChart(trials, steps).figure]);
}

/** What a tip says of where a trial was pruned. */
function pruningLines(trial) {
  if (!trial.rung) return [];
  return [["pruned at", `${plural(trial.rung.epochs, "epoch")}, ${plural(trial.rung.folds, "fold")}`], [`${words(study.metric)} there`, score(trial.rung.mean)]];
}

/** How many trials ended where. */
function endsChart(trials, steps) {
  const ended = (state) => trials.filter((trial) => trial.state === state).length;
  const ends = [
    ...steps.map((step, place) => [`pruned at ${rungName(step, steps)}`, trials.filter(({ rung }) => rung?.epochs === step.epochs && rung?.folds === step.folds).length, (place + 2)]),
    ["complete", ended("complete"), 0], ["failed", ended("failed"), null],
  ].filter(([, count]) => count > 0);
  return chart({
    label: `Numbers of trials by how far they were trained: ${ends.map(([name, count]) => `${count} ${name}`).join(", ")}.`,
    height: 24 + ends.length * 30,
    numbers: () => ({ columns: ["end", "trials"], rows: ends.map(([name, count]) => [name, count]) }),
    option: ({ series, ink, bad }) => ({
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => tipContent(ends[dataIndex][0], [["trials", ends[dataIndex][1].toLocaleString("en")], ["share", percent(ends[dataIndex][1] / trials.length)]]) },
      grid: { left: 8, right: 16, top: 4, bottom: 8 },
      // With room for the number behind the longest bar.
      xAxis: { type: "value", show: false, max: Math.max(...ends.map(([, count]) => count)) * 1.25 },
      yAxis: { type: "category", inverse: true, data: ends.map(([name]) => name), axisLabel: { color: ink, interval: 0 }, axisTick: { show: false } },
      series: [{
        type: "bar", barMaxWidth: 18, label: { show: true, position: "right", color: ink, formatter: ({ value }) => value.toLocaleString("en") },
        data: ends.map(([, count, place]) => ({ value: count, itemStyle: { color: place === null ? bad : series[place % series.length], borderRadius: [0, 3, 3, 0] } })),
      }],
    }),
  });
}
