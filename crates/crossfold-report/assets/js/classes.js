// ---- classes.js: what was taken for what, out of fold, by the chosen trial.

function ofChosen() {
  const chosen = study.byNumber.get(study.chosen);
  return chosen ? `trial ${chosen.trial} (${chosen.name})` : "the chosen trial";
}

function confusionSection() {
  const classes = study.classes;
  if (!classes) return null;
  const { names, confusion, confusions, counts } = classes;
  const right = counts.reduce((sum, [, , hits]) => sum + hits, 0);
  const areas = classes.areas.length === names.length ? classes.areas : [null, classes.areas[0]];
  const perClass = names.map((name, at) => {
    const [rows, predicted, hits] = counts[at];
    return [name, rows.toLocaleString("en"), percent(hits / rows), percent(hits / predicted), areas[at] === null || areas[at] === undefined ? NONE : areas[at].toFixed(4)];
  });
  const isNumeric = (column) => column > 0;
  return section("confusion", "Confusion matrix",
    `Predictions of ${ofChosen()} for rows that it was not trained on: ${right.toLocaleString("en")} of ${classes.rows.toLocaleString("en")} are right (${percent(right / classes.rows)}). Rows are true classes, columns predicted ones: what was taken for what. Shares are of the row, and a stronger colour is a larger share. Everything off the diagonal is wrong.`,
    confusion && confusionSquare(names, confusion),
    confusions.length > 0 && element("div", { class: "half" }, element("h3", {}, "Most frequent confusions"),
      table("Most frequent confusions", ["true class", "taken for", "rows", "share of the class"],
        confusions.slice(0, confusion ? 10 : 40).map(([truth, predicted, rows]) => [names[truth], names[predicted], rows.toLocaleString("en"), percent(rows / counts[truth][0])]),
        { numeric: (column) => column > 1 })),
    element("details", { class: "numbers" }, element("summary", {}, "Class by class"),
      table("Class by class", ["class", "rows", "recall (found of its rows)", "precision (right of its predictions)", "area under ROC"], perClass, { numeric: isNumeric, rowHeader: true })));
}

function confusionSquare(names, confusion) {
  const cell = (truth, predicted, rows) => {
    const all = confusion[truth].reduce((sum, count) => sum + count, 0);
    const share = all > 0 ? rows / all : 0;
    const made = element("td", { class: `${truth === predicted ? "hit" : "miss"}${share > 0.5 ? " strong" : ""}`, tabindex: rows > 0 && truth !== predicted ? "0" : null },
      rows > 0 ? [element("b", {}, rows.toLocaleString("en")), element("small", {}, percent(share))] : "");
    // Small shares of mistakes must be seen too: the root spreads them.
    made.style.setProperty("--share", `${Math.round(Math.sqrt(share) * 100)}%`);
    if (rows === 0) return made;
    return withTip(made, truth === predicted ? `${names[truth]}: ${plural(rows, "row")} right, ${percent(share)} of the class`
      : `${names[truth]} taken for ${names[predicted]}: ${plural(rows, "row")}, ${percent(share)} of ${names[truth]}`);
  };
  return scrollBox("Confusion matrix", element("table", { class: `confusion${names.some((name) => name.length > 8) ? " long" : ""}`, id: "confusion-matrix" },
    element("caption", {}, element("span", {}, "true class (down) by predicted class (across): rows, and share of the true class")),
    element("thead", {}, element("tr", {}, element("td"), names.map((name) => element("th", { scope: "col" }, element("span", {}, name))))),
    element("tbody", {}, confusion.map((row, truth) => element("tr", {}, element("th", { scope: "row" }, names[truth]), row.map((rows, predicted) => cell(truth, predicted, rows)))))));
}

/** That a figure is of all validation rows at once, and what the mean over folds is, by which trials are ranked. */
function pooled(metric, what = "mean over folds") {
  const place = study.metrics.findIndex(({ name }) => name === metric);
  const mean = study.byNumber.get(study.chosen)?.means[place] ?? null;
  if (study.folds.length === 1) return "";
  return ` on all validation rows together${mean === null ? "" : ` (${what}: ${score(mean, study.metrics[place])})`}`;
}

/** A bin of fewer rows is marked. */
const FEW_ROWS = 10;

function calibrationSection() {
  const classes = study.classes;
  if (!classes) return null;
  const { bins, error } = classes.calibration;
  const range = (at) => `${(at / bins.length).toFixed(2)} to ${((at + 1) / bins.length).toFixed(2)}`;
  const known = bins.map((bin, at) => ({ ...bin, at })).filter(({ rows }) => rows > 0);
  // So few rows that their share says little.
  const isFew = ({ rows }) => rows < FEW_ROWS;
  const shown = chart({
    label: `Reliability diagram: share of correct predictions by predicted probability, in ${bins.length} bins, with 95 % intervals. Expected calibration error${pooled("calibration_error")}: ${error.toFixed(4)}.`,
    height: 420,
    numbers: () => ({
      columns: ["probability", "rows", "mean probability", "share correct", "from", "to"],
      rows: known.map(({ at, rows, right, confidence, interval: [low, high] }) => [range(at), rows, confidence, right / rows, low, high]),
    }),
    option: ({ series, muted, surface, ink }) => ({
      // Both have the same left edge, so that a bar stands under its point.
      grid: [{ top: 12, height: 250 }, { top: 318, bottom: 12 }].map((grid) => ({ left: 64, right: 16, outerBoundsMode: "none", ...grid })),
      tooltip: {
        trigger: "item",
        formatter: ({ data: { at } }) => {
          const { rows, right, confidence, interval: [low, high] } = bins[at];
          return tipContent(`probability ${range(at)}`, [["rows", rows.toLocaleString("en")], ["mean probability", percent(confidence)], ["correct", percent(right / rows)], ["95 % interval", `${percent(low)} to ${percent(high)}`]]);
        },
      },
      xAxis: [
        { gridIndex: 0, type: "value", min: 0, max: 1, name: "probability of the predicted class", nameGap: 28 },
        { gridIndex: 1, type: "value", min: 0, max: 1, axisLabel: { show: false }, axisTick: { show: false } },
      ],
      yAxis: [
        { gridIndex: 0, type: "value", min: 0, max: 1, name: "share correct", nameGap: 40 },
        { gridIndex: 1, type: "value", name: "rows", nameGap: 40, splitNumber: 2, axisLabel: { formatter: (count) => count.toLocaleString("en", { notation: "compact" }) } },
      ],
      series: [
        {
          type: "line", data: known.map((bin) => ({ value: [bin.confidence, bin.right / bin.rows], at: bin.at, ...(isFew(bin) && { itemStyle: { color: surface, borderColor: series[0], borderWidth: 2 } }) })),
          color: series[0], symbol: "diamond", symbolSize: 11, lineStyle: { width: 2 }, z: 4,
          markLine: { silent: true, symbol: "none", lineStyle: { color: muted, type: "dashed" }, label: { show: false }, data: [[{ coord: [0, 0] }, { coord: [1, 1] }]] },
        },
        {
          type: "custom", silent: true, encode: { x: 0, y: [1, 2] }, z: 3, data: known.map(({ confidence, interval: [low, high] }) => [confidence, low, high]),
          renderItem: (params, api) => whisker(api, "y", api.value(0), api.value(1), api.value(2), ink, 4, 1),
        },
        {
          type: "custom", xAxisIndex: 1, yAxisIndex: 1, encode: { x: 0, y: 1 }, data: known.map(({ at, rows }) => ({ value: [(at + 0.5) / bins.length, rows], at })),
          renderItem: (params, api) => {
            const [left, top] = api.coord([api.value(0) - 0.5 / bins.length, api.value(1)]);
            const [right, bottom] = api.coord([api.value(0) + 0.5 / bins.length, 0]);
            return { type: "rect", shape: { x: left + 1, y: top, width: right - left - 2, height: bottom - top }, style: { fill: series[0], stroke: surface } };
          },
        },
      ],
    }),
  });
  const few = known.filter(isFew).length;
  return section("calibration", "Calibration",
    `What probabilities are worth: predictions are sorted into bins by the probability that ${ofChosen()} gave them. On the dashed line they are correct as often as predicted; below it the network is overconfident, above it underconfident. Whiskers are 95 % intervals${few > 0 ? `; hollow marks are bins of fewer than ${FEW_ROWS} rows, which say little` : ""}. The bars show how many rows a bin has. The expected calibration error, the distance from the line averaged over rows, is ${error.toFixed(4)}${pooled("calibration_error")}.`,
    element("div", { class: "square" }, shown.figure));
}

function rocSection() {
  const classes = study.classes;
  if (!classes || classes.roc.length === 0) return null;
  const { names, roc } = classes;
  const line = ({ class: of, area }, most = 28) => `${shortened(names[of], most)} (area ${area.toFixed(4)})`;
  const isPair = names.length === 2;
  const shown = chart({
    label: `ROC ${roc.length === 1 ? "curve" : "curves"}: ${roc.map((curve) => line(curve)).join(", ")}.`,
    height: 440,
    numbers: () => ({ columns: ["class", "area", "points"], rows: roc.map(({ class: of, area, points }) => [names[of], area, points.length]) }),
    option: ({ series, muted }) => ({
      legend: { data: roc.map((curve) => line(curve)) },
      tooltip: {
        trigger: "item",
        formatter: ({ seriesIndex, value }) => tipContent(names[roc[seriesIndex].class], [["area", roc[seriesIndex].area.toFixed(4)],
          ["of others taken for it", percent(value[0])], ["of its rows found", percent(value[1])]]),
      },
      xAxis: { type: "value", min: 0, max: 1, name: "share of other rows taken for the class" },
      yAxis: { type: "value", min: 0, max: 1, name: "share of its rows found" },
      series: roc.map((curve, place) => ({
        name: line(curve), type: "line", data: curve.points, color: series[place % series.length], symbol: SYMBOLS[place % SYMBOLS.length], symbolSize: 6, showSymbol: true,
        itemStyle: { opacity: 0 }, emphasis: { itemStyle: { opacity: 1 } },
        lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][Math.floor(place / series.length) % 3] },
        markLine: place > 0 ? undefined : { silent: true, symbol: "none", lineStyle: { color: muted, type: "dashed" }, label: { show: false }, data: [[{ coord: [0, 0] }, { coord: [1, 1] }]] },
      })),
    }),
  });
  return section("roc", "ROC curves",
    `How many rows of ${isPair ? `“${names[1]}”` : "a class"} are found, against how many others are taken for it, as the probability asked for goes down. Up and to the left is better; the dashed line is guessing.${isPair ? "" : " Each class is compared with all others."} ${isPair ? `The area is ${roc[0].area.toFixed(4)}` : "Areas are those"}${pooled("roc_auc", isPair ? undefined : "mean over folds and classes")}.${roc.length < classes.areas.filter((area) => area !== null).length ? ` The ${roc.length} classes with the least area are drawn.` : ""}`,
    element("div", { class: "square" }, shown.figure));
}
