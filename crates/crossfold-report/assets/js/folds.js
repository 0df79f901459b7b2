// ---- folds.js: how far folds differ, against how far trials do.

const MOST_RANKS = 30;

function foldsSection() {
  const trials = study.ranked.slice(0, MOST_RANKS);
  if (trials.length === 0) return null;
  const bounds = (trial) => trial.interval ?? (trial.standard_error === null ? null : [trial.mean - trial.standard_error, trial.mean + trial.standard_error]);
  const hasIntervals = trials.some((trial) => trial.interval);
  const hasWhiskers = trials.some(bounds);
  const hasTies = trials.some((trial) => trial.tied !== null);
  const isChosen = (trial) => trial.trial === study.chosen && trial.rank > 1;
  const name = (trial, most) => `${trial.rank}. ${chartName(trial, most)}${isChosen(trial) ? ", chosen" : ""}`;
  const isSingle = study.folds.length === 1;
  // Of many folds the dots are a cloud behind the mean.
  const isMany = study.folds.length > 20;
  const spreads = trials.map((trial) => [...(isSingle ? [] : trial.scores.filter((value) => value !== null)), ...(bounds(trial) ?? [])]);
  const range = scoreRange(trials.map(({ mean }) => mean), { spreads });
  const shown = chart({
    label: isSingle ? `Scores of the best ${plural(trials.length, "trial")}${hasWhiskers ? ", with whiskers" : ""}.` : `Scores of the best ${plural(trials.length, "trial")} on each fold, as dots, with their means${hasWhiskers ? " and whiskers" : ""}.`,
    height: 64 + trials.length * 24,
    click: ({ value }) => value && selection.toggle(trials[value[1]]),
    numbers: () => ({
      columns: ["rank", "trial", ...study.folds.map(words), "mean", "from", "to", ...(hasTies ? ["tied with the best"] : [])],
      rows: trials.map((trial) => [trial.rank, trial.trial, ...trial.scores, trial.mean, ...(bounds(trial) ?? [null, null]), ...(hasTies ? [trial.tied ? "yes" : "no"] : [])]),
    }),
    option: (theme) => {
      const { series, muted, ink, surface, width } = theme;
      const colour = (trial) => (trial.tied === false ? muted : series[0]);
      const dots = trials.flatMap((trial, place) => trial.scores.flatMap((value, fold) => (value === null ? [] : [{ value: [range.place(value), place, fold], ...range.mark(value, "x"), itemStyle: { color: colour(trial) } }])));
      const means = trials.map((trial, place) => ({
        value: [range.place(trial.mean), place],
        ...(trial.tied === false ? { symbol: "circle", itemStyle: { color: surface, borderColor: muted, borderWidth: 2 } }
          : { symbol: "diamond", symbolSize: 13, itemStyle: { color: series[1], borderColor: surface, borderWidth: 1 } }),
        ...range.mark(trial.mean, "x"),
        ...(range.isOutside(trial.mean) && { label: { show: true, position: study.metricOf(study.metric).higher_is_better ? "right" : "left", formatter: score(trial.mean), color: ink, textBorderColor: surface, textBorderWidth: 3 } }),
      }));
      return {
        tooltip: {
          trigger: "item",
          formatter: ({ value: [, place, fold], seriesName }) => {
            const trial = trials[place];
            return trialTip(trial, [[seriesName === "fold" ? words(study.folds[fold]) : "mean", score(seriesName === "fold" ? trial.scores[fold] : trial.mean)],
              ["tied with the best", trial.tied === null || trial.rank === 1 ? null : trial.tied ? "yes" : trial.below ?? "no"]]);
          },
        },
        // The line of the reference score has its name above.
        grid: { left: 8, right: 24, top: range.reference === null ? 12 : 28, bottom: 8 },
        xAxis: scoreAxis(range),
        yAxis: { type: "category", inverse: true, data: trials.map((trial) => name(trial, width < 600 ? 10 : 34)), axisLabel: { color: ink, interval: 0 }, axisTick: { show: false } },
        series: [
          {
            name: "interval", type: "custom", silent: true, encode: { x: [0, 1], y: 2 },
            data: trials.flatMap((trial, place) => (bounds(trial) && !range.isOutside(trial.mean) ? [[...bounds(trial).map((bound) => range.place(bound)), place]] : [])),
            renderItem: (params, api) => whisker(api, "x", api.value(2), api.value(0), api.value(1), colour(trials[api.value(2)]), 5, 2),
          },
          { name: "fold", type: "scatter", symbolSize: isMany ? 5 : 7, itemStyle: { opacity: isMany ? 0.3 : 0.65 }, data: isSingle ? [] : dots },
          { name: "mean", type: "scatter", symbolSize: 10, data: means, markLine: referenceLine(theme, range, "x") },
        ],
      };
    },
  });
  const whiskers = !hasWhiskers ? "" : hasIntervals ? ` The whisker is the 95 % interval${isSingle ? "" : ", which allows for folds that share training rows"}.` : " The whisker is one standard error on either side.";
  const ties = hasTies ? " A diamond marks the mean of a trial that is tied with the best, a hollow circle that of one that is worse." : " The diamond is the mean.";
  return section("folds", isSingle ? "Scores and their intervals" : "Scores on folds",
    `${isSingle ? `Each mark is a trial’s ${words(study.metric)} on the validation part` : `Each dot is one fold’s ${words(study.metric)}`} (${better()}).${whiskers}${ties} Where whiskers overlap widely, the order of trials means little.${range.note()}`,
    shown.figure);
}
