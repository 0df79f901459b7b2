// ---- charts.js: a chart's place on the page, and what all charts share.

/** Marks that tell series apart without colour. */
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow"];

/** The plot library, unpacked when the first chart is drawn. */
function library() {
  if (!window.echarts) document.head.append(element("script", {}, unpacked("library")));
  return window.echarts;
}

const placed = new Set();
const whenNear = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) entry.target.chart.draw();
}, { rootMargin: "400px" });
const whenResized = new ResizeObserver((entries) => {
  for (const entry of entries) entry.target.chart.resize();
});

/**
 * A chart that is drawn once it comes near the screen.
 *
 * `label` says in a sentence what it shows, `option` makes ECharts' option of a theme (colours, and whether it is for paper),
 * `numbers` the same as a table (`{ columns, rows }`), which is built when it is opened. `label` and `height` may be functions. One that `isWide` doesn't
 * fit into a journal's column.
 */
function chart({ label, height = 320, option, numbers = null, click = null, ready = null, isWide = false }) {
  const canvas = element("div", { class: "chart", role: "img" });
  const figure = element("figure", {}, canvas);
  const text = (value) => (typeof value === "function" ? value() : value);
  let drawn = null;
  let details = null;

  const describe = () => {
    canvas.setAttribute("aria-label", text(label));
    if (!drawn) canvas.style.height = `${text(height)}px`;
  };
  const onScreen = () => ({ ...colours(), width: canvas.clientWidth });
  /** ECharts' option, and the height with all rows of the legend. */
  const made = (theme) => {
    const content = whole(option(theme), theme);
    const more = LEGEND_ROW * Math.max(0, legendRows(content.legend, theme) - 1);
    if (more > 0) content.grid = { ...content.grid, top: content.grid.top + more };
    return { content, height: text(height) + more };
  };
  const fillNumbers = () => {
    const { columns, rows } = numbers();
    const isNumeric = (column) => rows.some((row) => typeof row[column] === "number");
    const cells = columns.map((_, column) => rows.map((row) => row[column]));
    const shown = cells.map((cells) => (cells.every((cell) => typeof cell === "number" || cell === null) ? alike(cells) : cells.map((cell) => (typeof cell === "number" ? digits(cell) : cell ?? NONE))));
    details.lastElementChild.replaceChildren(
      table(`${text(label)} The numbers.`, columns, rows.map((_, at) => shown.map((cells) => cells[at])), { numeric: isNumeric }));
  };
  if (numbers) {
    details = element("details", { class: "numbers", ontoggle: () => details.open && fillNumbers() },
      element("summary", {}, "The numbers"), element("div"));
  }

  const self = {
    figure, isWide,
    label: () => text(label),
    /** Draws it for paper: an SVG of this width, in light colours, as text. */
    svg(width) {
      const { content, height } = made({ ...lightColours(), isPaper: true, width });
      const paper = library().init(null, null, { renderer: "svg", ssr: true, width, height });
      paper.setOption(content);
      const svg = paper.renderToSVGString();
      paper.dispose();
      return withAttributes(svg);
    },
    draw() {
      whenNear.unobserve(canvas);
      if (drawn || !canvas.isConnected) return;
      const { content, height } = made(onScreen());
      canvas.style.height = `${height}px`;
      drawn = library().init(canvas, null, { renderer: "canvas" });
      canvas.instance = drawn;
      drawn.setOption(content);
      if (click) drawn.on("click", click);
      if (ready) ready(drawn);
      canvas.dataset.drawn = "";
    },
    resize() {
      if (!drawn || canvas.clientWidth === 0 || drawn.getWidth() === canvas.clientWidth) return;
      drawn.resize();
      self.refresh();
    },
    /** After the data, the colours or the width have changed. */
    refresh() {
      describe();
      if (details?.open) fillNumbers();
      if (!drawn) return;
      const { content, height } = made(onScreen());
      canvas.style.height = `${height}px`;
      if (drawn.getHeight() !== height) drawn.resize();
      drawn.setOption(content, { notMerge: true });
    },
    /** Where it goes for good. */
    remove() {
      whenNear.unobserve(canvas);
      whenResized.unobserve(canvas);
      drawn?.dispose();
      placed.delete(self);
      figure.remove();
    },
  };
  figure.append(element("div", { class: "chart-tools" }, details, saving(self)));
  canvas.chart = self;
  describe();
  placed.add(self);
  whenNear.observe(canvas);
  whenResized.observe(canvas);
  return self;
}

themeListeners.push(() => placed.forEach((chart) => chart.refresh()));

/** The height of a legend's row, the room that an entry takes beside its name, and fonts: other programs know no “system-ui”. */
const LEGEND_ROW = 24;
const LEGEND_ENTRY = 17;
const fontFamily = ({ isPaper }) => (isPaper ? "Arial, Helvetica, sans-serif" : "system-ui, sans-serif");
const ruler = element("canvas").getContext("2d");

/** How many rows a legend takes. */
function legendRows(legend, theme) {
  if (!legend) return 0;
  ruler.font = `12px ${fontFamily(theme)}`;
  let [rows, used] = [1, 0];
  for (const name of legend.data) {
    const wide = legend.itemWidth + LEGEND_ENTRY + ruler.measureText(name).width;
    if (used > 0 && used + wide > theme.width - 12) [rows, used] = [rows + 1, 0];
    used += wide;
  }
  return rows;
}

/** Whether a line's label is to the right of the chart. */
function hasLabelBeside({ series }) {
  return [series].flat().some((one) => one.markLine?.label?.position === "end");
}

/** An option with what all charts have in common. */
function whole(option, theme) {
  const { ink, muted, line, surface } = theme;
  return {
    animation: false,
    textStyle: { fontFamily: fontFamily(theme), color: ink },
    ...option,
    tooltip: {
      confine: true, backgroundColor: surface, borderColor: line, padding: [8, 10],
      textStyle: { color: ink, fontSize: 13 }, extraCssText: "max-width: 320px; white-space: normal;",
      axisPointer: { lineStyle: { color: muted }, label: { show: false } },
      ...option.tooltip,
    },
    legend: option.legend && { top: 0, itemWidth: 20, itemHeight: 10, textStyle: { color: ink }, inactiveColor: muted, ...option.legend },
    grid: option.grid === undefined ? { left: 8, right: hasLabelBeside(option) ? 72 : 16, top: option.legend ? 36 : 12, bottom: 8 } : option.grid,
    xAxis: option.xAxis && styled(option.xAxis, theme),
    yAxis: option.yAxis && styled(option.yAxis, theme),
  };
}

/** An axis, or several, in the page's colours. */
function styled(axis, theme) {
  if (Array.isArray(axis)) return axis.map((one) => styled(one, theme));
  const { muted, line, faint } = theme;
  return {
    nameLocation: "middle", nameGap: 8,
    ...axis,
    nameTextStyle: { color: muted, ...axis.nameTextStyle },
    axisLine: { onZero: false, lineStyle: { color: line }, ...axis.axisLine },
    axisTick: { lineStyle: { color: line }, ...axis.axisTick },
    axisLabel: { color: muted, hideOverlap: true, ...axis.axisLabel },
    splitLine: { lineStyle: { color: faint }, ...axis.splitLine },
  };
}

/** A tip's content: a title, then lines of name and value. */
function tipContent(title, lines) {
  return element("div", { class: "chart-tip" }, element("strong", {}, title),
    element("dl", {}, lines.filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])));
}

/** What a tip says of a trial. */
function trialTip(trial, more = []) {
  return tipContent(trialTitle(trial), [
    [words(study.metric), score(trial.mean)],
    ["interval", trial.interval && interval(trial.interval)],
    ...more,
    ...study.hyperparameters.map(({ name, place }) => [words(name), trial.values[place]]),
  ]);
}

/** A custom series' element: a whisker from `low` to `high` at `at`, along the axis `along` ("x" or "y"). */
function whisker(api, along, at, low, high, colour, cap = 4, width = 1.5) {
  const point = (value) => api.coord(along === "x" ? [value, at] : [at, value]);
  const [from, to] = [point(low), point(high)];
  const across = along === "x" ? [0, cap] : [cap, 0];
  const stroke = (a, b) => ({ type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: colour, lineWidth: width } });
  const capAt = ([x, y]) => stroke([x - across[0], y - across[1]], [x + across[0], y + across[1]]);
  return { type: "group", children: [stroke(from, to), capAt(from), capAt(to)] };
}

/** A custom series of a band between `low` and `high`, one point per step along x; with others beside it, its edges are drawn. */
function band(points, colour, more = {}, isAlone = true) {
  return {
    type: "custom", silent: true, clip: true, data: points, encode: { x: 0, y: [1, 2] }, tooltip: { show: false },
    renderItem: (params, api) => {
      if (params.dataIndex !== 0) return null;
      const edge = (place) => points.map((point) => api.coord([point[0], point[place]]));
      const [low, high] = [edge(1), edge(2)];
      const line = (points) => ({ type: "polyline", shape: { points }, style: { stroke: colour, fill: "none", lineWidth: 1, opacity: 0.35 } });
      return { type: "group", children: [
        { type: "polygon", shape: { points: [...low, ...high.toReversed()] }, style: { fill: colour, opacity: isAlone ? 0.16 : 0.07 } }, ...(isAlone ? [] : [line(low), line(high)]),
      ] };
    },
    ...more,
  };
}
