// ---- charts.js: a chart's place on the page, and what all charts share.

/** Marks that tell series apart without colour. */
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow"];

/** The plot library, unpacked when the first chart comes near the screen. */
function library() {
  library.loaded ??= unpacked("library").then((code) => {
    document.head.append(element("script", {}, code));
    return window.echarts;
  });
  return library.loaded;
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
 * `label` says in a sentence what it shows, `option` makes ECharts' option of the theme's colours, `numbers` the same
 * as a table (`{ columns, rows }`), which is built when it is opened. `label` and `height` may be functions.
 */
function chart({ label, height = 320, option, numbers = null, click = null, ready = null }) {
  const canvas = element("div", { class: "chart", role: "img" });
  const figure = element("figure", {}, canvas);
  const text = (value) => (typeof value === "function" ? value() : value);
  let drawn = null;
  let details = null;

  const describe = () => {
    canvas.setAttribute("aria-label", text(label));
    canvas.style.height = `${text(height)}px`;
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
    figure.append(details);
  }

  const self = {
    figure,
    async draw() {
      whenNear.unobserve(canvas);
      const echarts = await library();
      if (drawn || !canvas.isConnected) return;
      drawn = echarts.init(canvas, null, { renderer: "canvas" });
      canvas.instance = drawn;
      drawn.setOption(whole(option(colours())));
      if (click) drawn.on("click", click);
      if (ready) ready(drawn);
      canvas.dataset.drawn = "";
    },
    resize() {
      if (drawn && canvas.clientWidth > 0 && drawn.getWidth() !== canvas.clientWidth) drawn.resize();
    },
    /** After the data or the colours have changed. */
    refresh() {
      describe();
      if (details?.open) fillNumbers();
      if (!drawn) return;
      if (drawn.getHeight() !== canvas.clientHeight) drawn.resize();
      drawn.setOption(whole(option(colours())), { notMerge: true });
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
  canvas.chart = self;
  describe();
  placed.add(self);
  whenNear.observe(canvas);
  whenResized.observe(canvas);
  return self;
}

themeListeners.push(() => placed.forEach((chart) => chart.refresh()));

/** An option with what all charts have in common. */
function whole(option) {
  const { ink, muted, line, surface } = colours();
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif", color: ink },
    ...option,
    tooltip: {
      confine: true, backgroundColor: surface, borderColor: line, padding: [8, 10],
      textStyle: { color: ink, fontSize: 13 }, extraCssText: "max-width: 320px; white-space: normal;",
      axisPointer: { lineStyle: { color: muted }, label: { show: false } },
      ...option.tooltip,
    },
    legend: option.legend && {
      type: "scroll", top: 0, textStyle: { color: ink }, pageTextStyle: { color: ink }, pageIconColor: ink,
      pageIconInactiveColor: line, inactiveColor: muted, ...option.legend,
    },
    grid: option.grid === undefined ? { left: 8, right: 16, top: option.legend ? 36 : 12, bottom: 8 } : option.grid,
    xAxis: option.xAxis && styled(option.xAxis, { nameGap: 8 }),
    yAxis: option.yAxis && styled(option.yAxis, { nameGap: 8 }),
  };
}

/** An axis, or several, in the page's colours. */
function styled(axis, { nameGap }) {
  if (Array.isArray(axis)) return axis.map((one) => styled(one, { nameGap }));
  const { muted, line, faint } = colours();
  return {
    nameLocation: "middle", nameGap,
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

/** A custom series of a band between `low` and `high`, a point a step along x. */
function band(points, colour, more = {}) {
  return {
    type: "custom", silent: true, clip: true, data: points, encode: { x: 0, y: [1, 2] }, tooltip: { show: false },
    renderItem: (params, api) => {
      if (params.dataIndex !== 0) return null;
      const corners = [...points.map(([x, low]) => api.coord([x, low])), ...points.map(([x, , high]) => api.coord([x, high])).reverse()];
      return { type: "polygon", shape: { points: corners }, style: { fill: colour, opacity: 0.16 } };
    },
    ...more,
  };
}

/** The least and greatest of some numbers with room on both sides, for an axis that needn't begin at 0. */
function extent(values, room = 0.04) {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = (high - low) * room || Math.abs(high) * room || 1;
  return [low - margin, high + margin];
}

/** An axis for the values of a hyperparameter. */
function valueAxis({ isLog, zero }) {
  const formatter = (value) => (zero !== null && value <= 1.001 * zero ? "0" : tick(value));
  return { type: isLog ? "log" : "value", scale: true, axisLabel: { formatter }, ...(zero !== null && { min: zero }) };
}

/** Where a value is on that axis. */
function onAxis({ zero }, value) {
  return value === 0 && zero !== null ? zero : value;
}

/** A number at an axis. */
function tick(value) {
  return digits(Number(value.toPrecision(4)), 4);
}

/** Of an axis whose ends are no round numbers: they are neither named nor ruled. */
function looseEnds() {
  return { axisLabel: { formatter: tick, showMinLabel: false, showMaxLabel: false }, splitLine: { showMinLine: false, showMaxLine: false } };
}
