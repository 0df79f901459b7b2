// ---- variables.js: which columns of the table matter to the chosen trial's predictions.

function variablesSection() {
  const view = study.variables;
  if (!view || view.columns.length === 0) return null;
  const metric = study.metricOf(view.metrics[0]);
  const drawn = view.columns.slice(0, 30);
  const names = drawn.map(({ name }) => name);
  const loss = ({ losses: [{ mean }] }) => mean;
  const bounds = ({ losses: [{ mean, interval }] }) => interval ?? [mean, mean];
  const [least, most] = extent(drawn.flatMap((column) => bounds(column).filter(Number.isFinite)));
  // All values of a metric have as many decimals: those of four digits of the largest.
  const decimals = view.metrics.map((_, place) => {
    const largest = Math.max(...view.columns.map(({ losses }) => Math.abs(losses[place].mean ?? 0)));
    return Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(largest || 1))));
  });
  const lost = (value, place) => (Number.isFinite(value) ? decimal(value, decimals[place]).replace(/^-(0\.?0*)$/, "$1") : NONE);
  const range = (interval, place) => (interval ? `${lost(interval[0], place)} to ${lost(interval[1], place)}` : NONE);
  const bars = chart({
    label: `How much worse the ${metric.label} is with each column shuffled; most: ${names[0]}.`,
    height: 64 + drawn.length * 26,
    option: ({ series, ink, muted }) => ({
      tooltip: { trigger: "axis", axisPointer: { type: "none" }, formatter: ([{ dataIndex }]) =>
        tipContent(names[dataIndex], view.metrics.flatMap((name, place) => {
          const { mean, interval } = drawn[dataIndex].losses[place];
          const { label } = study.metricOf(name);
          return [[`${label} lost`, lost(mean, place)], ["95 % interval", range(interval, place)]];
        })) },
      xAxis: { type: "value", min: Math.min(0, least), max: most > 0 ? most : undefined, name: `importance (${metric.label})`, ...looseEnds() },
      yAxis: { type: "category", inverse: true, data: names, axisLabel: { color: ink, interval: 0, width: 160, overflow: "truncate" }, axisTick: { show: false } },
      series: [
        { type: "bar", barMaxWidth: 14, itemStyle: { borderRadius: [0, 3, 3, 0] },
          data: drawn.map((column) => ({ value: loss(column), itemStyle: { color: bounds(column)[0] > 0 ? series[0] : muted } })) },
        {
          type: "custom", silent: true, encode: { x: [0, 1], y: 2 }, z: 5, data: drawn.map((column, place) => [...bounds(column), place]),
          renderItem: (params, api) => whisker(api, "x", api.value(2), api.value(0), api.value(1), ink),
        },
      ],
    }),
  });
  const cells = ({ name, losses }, place) => [String(place + 1), name, ...losses.flatMap(({ mean, interval }, metric) => [lost(mean, metric), range(interval, metric)])];
  const heads = view.metrics.flatMap((name) => [`${study.metricOf(name).label} lost`, "95 % interval"]);
  const pairs = view.correlated.slice(0, 5).map(([one, other, r]) => `${one} and ${other} (${r.toFixed(2)})`).join(", ");
  const correlated = pairs && ` Strongly correlated here (|r| > ${view.strong}): ${pairs}${view.correlated.length > 5 ? ` and ${plural(view.correlated.length - 5, "more pair")}` : ""}.`;
  const intervals = view.folds > 1
    ? "Whiskers are 95 % intervals over folds, which allow for folds that share training rows; a grey bar’s interval reaches 0, so the column doesn’t matter measurably."
    : "One validation part gives no intervals.";
  return section("variables", "Which variables matter",
    `The values of one column are shuffled among the validation rows, ${plural(view.repetitions, "time")} on each fold, and the networks of ${ofChosen()}, which weren’t trained on these rows, are scored again: what they lose is what they had from the column (permutation importance). ${intervals} Correlated columns can stand in for each other, so each loses less by itself.${correlated}`,
    bars.figure,
    drawn.length < view.columns.length && element("p", { class: "how" }, `The first ${drawn.length} of ${plural(view.columns.length, "column")} are drawn; the table has all.`),
    table("How much worse scores are with each column shuffled", ["rank", "column", ...heads], view.columns.map(cells), { numeric: (column) => column !== 1 }));
}
