// ---- price.js: what scores cost.

function priceSection() {
  const kinds = [
    ["seconds", "seconds per fit", (trial) => trial.seconds, duration],
    ["price", "operations", (trial) => trial.price, operations],
    ["parameters", "parameters", (trial) => trial.parameters, (value) => digits(value)],
  ].filter(([, , of]) => study.ranked.some((trial) => of(trial) > 0));
  if (study.ranked.length < 2 || kinds.length === 0) return null;
  const range = scoreRange(study.ranked.map(({ mean }) => mean));
  let [key, label, of, show] = kinds[0];
  const priced = () => study.ranked.filter((trial) => of(trial) > 0);
  // The Pareto front: those that no cheaper trial matches. Of equal price the better comes first.
  const front = () => {
    const kept = [];
    for (const trial of priced().toSorted((a, b) => of(a) - of(b) || a.rank - b.rank)) {
      if (kept.length === 0 || trial.rank < kept.at(-1).rank) kept.push(trial);
    }
    return kept;
  };
  const shown = chart({
    label: () => `${words(study.metric)} of ${plural(priced().length, "trial")} against ${label}; ${front().length} of them are on the Pareto front.`,
    height: 380,
    numbers: () => ({ columns: ["trial", label, words(study.metric)], rows: front().map((trial) => [trial.trial, of(trial), trial.mean]) }),
    click: ({ data }) => data?.trial !== undefined && selection.toggle(study.byNumber.get(data.trial)),
    option: (theme) => {
      const { series, ink } = theme;
      const trials = priced();
      return {
        tooltip: { trigger: "item", formatter: ({ data }) => { const trial = study.byNumber.get(data.trial); return trialTip(trial, [[label, show(of(trial))]]); } },
        xAxis: { ...logAxis(trials.map(of), show), name: label },
        yAxis: scoreAxis(range),
        series: [
          { type: "scatter", symbolSize: 7, color: series[0], itemStyle: { opacity: 0.5 }, data: trials.map((trial) => ({ value: [of(trial), range.place(trial.mean)], trial: trial.trial, ...range.mark(trial.mean, "y") })), markLine: referenceLine(theme, range, "y") },
          { type: "line", step: "end", color: series[1], symbol: "diamond", symbolSize: 11, itemStyle: { borderColor: ink, borderWidth: 0.5 }, lineStyle: { width: 1.5, type: "dashed" },
            data: front().map((trial) => ({ value: [of(trial), range.place(trial.mean)], trial: trial.trial, ...range.mark(trial.mean, "y") })) },
        ],
      };
    },
  });
  const total = study.trials.reduce((sum, trial) => sum + (trial.price ?? 0), 0);
  const { seconds, fits } = study.curves;
  return section("price", "Cost",
    `What scores cost: each dot is a trial, its ${words(study.metric)} (${better()}) against what it takes, on a logarithmic axis. The dashed line joins the Pareto front: the trials that no cheaper one matches. Operations are those of training on all folds.${range.note()}`,
    element("dl", { class: "tiles" },
      fits > 0 && tile("Time of all fits", duration(seconds), `${plural(fits, "fit")}, ${duration(seconds / fits)} on average; total of all fits, one after another`),
      total > 0 && tile("Operations of all trials", operations(total), "without sharing fits between trials")),
    kinds.length > 1 && element("div", { class: "controls" }, choice("against", kinds.map(([key, label]) => [key, label]), key, (value) => {
      [key, label, of, show] = kinds.find(([key]) => key === value);
      shown.refresh();
    })),
    shown.figure);
}
