// ---- numbers.js: predicted numbers beside the true ones, out of fold, by the chosen trial.

function numbersSection() {
  const numbers = study.numbers;
  if (!numbers || numbers.points.length === 0) return null;
  const { points, rows, residuals } = numbers;
  const tip = ([row, truth, predicted]) => tipContent(`row ${(row + 1).toLocaleString("en")}`, [["true", allDigits(truth)], ["predicted", digits(predicted)], ["true − predicted", digits(truth - predicted)]]);
  const scatter = (label, x, y, names, line) => chart({
    label, height: 380,
    option: ({ series, muted }) => {
      const [minX, maxX] = extent(points.map(x));
      const [minY, maxY] = extent(points.map(y));
      return {
        tooltip: { trigger: "item", formatter: ({ dataIndex }) => tip(points[dataIndex]) },
        xAxis: { type: "value", min: minX, max: maxX, name: names[0], ...looseEnds() },
        yAxis: { type: "value", min: minY, max: maxY, name: names[1], ...looseEnds() },
        series: [{
          type: "scatter", symbolSize: 5, color: series[0], itemStyle: { opacity: 0.45 }, data: points.map((point) => [x(point), y(point)]),
          markLine: { silent: true, symbol: "none", animation: false, lineStyle: { color: muted, type: "dashed" }, label: { show: false }, data: [line([minX, maxX], [minY, maxY])] },
        }],
      };
    },
  });
  const diagonal = (x, y) => {
    const [low, high] = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
    return [{ coord: [low, low] }, { coord: [high, high] }];
  };
  const level = (x) => [{ coord: [x[0], 0] }, { coord: [x[1], 0] }];
  const { low, high, counts } = residuals;
  const [from, to, width] = [low, high, (high - low) / counts.length];
  const histogram = chart({
    label: `Histogram of residuals of ${plural(rows, "row")}: mean ${digits(residuals.mean)}, standard deviation ${digits(residuals.sd)}.`,
    height: 300,
    numbers: () => ({ columns: ["from", "to", "rows"], rows: counts.map((count, at) => [from + at * width, from + (at + 1) * width, count]) }),
    option: ({ series, surface }) => ({
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => tipContent(`${digits(from + dataIndex * width, 4)} to ${digits(from + (dataIndex + 1) * width, 4)}`, [["rows", counts[dataIndex].toLocaleString("en")]]) },
      xAxis: { type: "value", min: from, max: to, name: "true − predicted", ...looseEnds() },
      yAxis: { type: "value", name: "rows", minInterval: 1 },
      series: [{
        type: "custom", encode: { x: [0, 1], y: 2 }, data: counts.map((count, at) => [from + at * width, from + (at + 1) * width, count]),
        renderItem: (params, api) => {
          const [left, top] = api.coord([api.value(0), api.value(2)]);
          const [right, bottom] = api.coord([api.value(1), 0]);
          return { type: "rect", shape: { x: left, y: top, width: Math.max(1, right - left - 1), height: bottom - top }, style: { fill: series[0], stroke: surface } };
        },
      }],
    }),
  });
  const thinned = points.length < rows ? ` ${points.length.toLocaleString("en")} of ${plural(rows, "row")} are drawn.` : "";
  return section("numbers", "Predicted and true",
    `Predictions of ${ofChosen()} for validation rows.${thinned} On the dashed lines they are exact. A bend away from the line, or a cloud that widens to one side, shows something the network has not learnt. Rows are counted from 1, below the header.`,
    element("div", { class: "multiples wide" },
      element("div", { class: "small" }, element("h3", {}, "Predicted against true"), scatter(`Predicted against true numbers of ${plural(points.length, "row")}.`, ([, truth]) => truth, ([, , predicted]) => predicted, ["true", "predicted"], diagonal).figure),
      element("div", { class: "small" }, element("h3", {}, "Residuals against predicted"), scatter(`Residuals against predicted numbers of ${plural(points.length, "row")}.`, ([, , predicted]) => predicted, ([, truth, predicted]) => truth - predicted, ["predicted", "true − predicted"], level).figure)),
    element("h3", {}, "Residuals"),
    element("p", { class: "prose" }, `Their mean is ${digits(residuals.mean, 4)} and their standard deviation ${digits(residuals.sd, 4)}; a mean far from 0 shows that predictions lean to one side.${residuals.outside > 0 ? ` The outermost bars also count ${plural(residuals.outside, "row")} further off.` : ""}`),
    histogram.figure);
}
