// ---- price.js: what scores cost.

function priceSection() {
  const kinds = [
    ["price", "operations", (trial) => trial.price, operations],
    ["parameters", "parameters", (trial) => trial.parameters, (value) => digits(value)],
    ["seconds", "seconds a fit", (trial) => trial.seconds, duration],
  ].filter(([, , of]) => study.ranked.some((trial) => of(trial) > 0));
  if (study.ranked.length < 2 || kinds.length === 0) return null;
  const { higher_is_better: higher } = study.metricOf(study.metric);
  let [key, label, of, show] = kinds[0];
  const priced = () => study.ranked.filter((trial) => of(trial) > 0);
  // Those that no cheaper trial is as good as. Of equal price the better comes first.
  const front = () => {
    const kept = [];
    for (const trial of priced().toSorted((a, b) => of(a) - of(b) || a.rank - b.rank)) {
      if (kept.length === 0 || trial.rank < kept.at(-1).rank) kept.push(trial);
    }
    return kept;
  };
  const shown = chart({
    label: () => `${words(study.metric)} of ${plural(priced().length, "trial")} against ${label}; ${front().length} of them are worth their price.`,
    height: 380,
    numbers: () => ({ columns: ["trial", label, words(study.metric)], rows: front().map((trial) => [trial.trial, of(trial), trial.mean]) }),
    click: ({ data }) => data?.trial !== undefined && selection.toggle(study.byNumber.get(data.trial)),
    option: ({ series, ink }) => {
      const trials = priced();
      const [min, max] = extent(trials.map((trial) => trial.mean));
      return {
        tooltip: { trigger: "item", formatter: ({ data }) => { const trial = study.byNumber.get(data.trial); return trialTip(trial, [[label, show(of(trial))]]); } },
        xAxis: { type: "log", name: label, axisLabel: { formatter: (value) => show(value) } },
        yAxis: { type: "value", min, max, name: words(study.metric), inverse: !higher, ...looseEnds() },
        series: [
          { type: "scatter", symbolSize: 7, color: series[0], itemStyle: { opacity: 0.5 }, data: trials.map((trial) => ({ value: [of(trial), trial.mean], trial: trial.trial })) },
          { type: "line", step: "end", color: series[1], symbol: "diamond", symbolSize: 11, itemStyle: { borderColor: ink, borderWidth: 0.5 }, lineStyle: { width: 1.5, type: "dashed" },
            data: front().map((trial) => ({ value: [of(trial), trial.mean], trial: trial.trial })) },
        ],
      };
    },
  });
  const total = study.trials.reduce((sum, trial) => sum + (trial.price ?? 0), 0);
  const { seconds, fits } = study.curves;
  return section("price", "What scores cost",
    `Each dot is a trial: its ${words(study.metric)} against what it takes, on a logarithmic axis. The dashed line joins the diamonds, the trials that nothing cheaper is as good as. Operations are those of training on all folds.${higher ? "" : " The axis is upside down, so that better is higher."}`,
    element("dl", { class: "tiles" },
      fits > 0 && tile("Time of all fits", duration(seconds), `${plural(fits, "fit")}, ${duration(seconds / fits)} each in the mean, as if one after another`),
      total > 0 && tile("Operations of all trials", operations(total), "as if no two trials shared a fit")),
    kinds.length > 1 && element("div", { class: "controls" }, choice("against", kinds.map(([key, label]) => [key, label]), key, (value) => {
      [key, label, of, show] = kinds.find(([key]) => key === value);
      shown.refresh();
    })),
    shown.figure);
}
