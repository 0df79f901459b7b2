// ---- axes.js: axes of charts: of scores, clipped to the better part, of hyperparameters and of epochs.

/** A cross, which ECharts doesn't have. */
const CROSS = "path://M0,2L2,0L5,3L8,0L10,2L7,5L10,8L8,10L5,7L2,10L0,8L3,5Z";

/** A text that fits beside others. */
function shortened(text, most = 14) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A trial's name at a chart: what distinguishes it, as far as there is room, and its number. */
function chartName(trial, most = 30) {
  return trial.name ? `${shortened(trial.name, most)} (trial ${trial.trial})` : `trial ${trial.trial}`;
}

/** How scores are called at an axis, which also says which end is the better one. */
function scoreName() {
  return `${words(study.metric)} (${better()})`;
}

/** Of scores on an axis, at most this many times further from the best than the median keep their place. */
const CLIPPED = 8;

/** The ends of an axis of scores, none beyond what the metric can be. */
function withinMetric(min, max) {
  const [least, most] = study.metricOf(study.metric).range;
  return [Math.max(min, least ?? min), Math.min(max, most ?? max)];
}

/** The score that is `CLIPPED` times as far from the best as the median. */
function worstOfInterest(scores) {
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const sorted = scores.toSorted((a, b) => (higher ? b - a : a - b));
  const [best, middle] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  return best + CLIPPED * (middle - best);
}

/** The worst score that keeps its place on an axis; `null` if all do, because the others aren't squeezed by it. */
function worstInPlace(scores) {
  // Of a few trials all are looked at.
  if (scores.length < 8) return null;
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const ends = [Math.min, Math.max].map((of) => scores.reduce((a, b) => of(a, b)));
  const [worst, best] = higher ? ends : ends.toReversed();
  const limit = worstOfInterest(scores);
  return limit !== best && (worst - best) / (limit - best) > 1.5 ? limit : null;
}

/**
 * The range of an axis of scores. `means` decide how much of it is shown, `spreads` are the scores beside them that should be
 * in it as well (folds and whiskers, one list per mean), and `others` are scores that are in it if they are near the better ones.
 */
function scoreRange(means, { spreads = [], others = [], hasEdge = false } = {}) {
  const { higher_is_better: higher } = study.metricOf(study.metric);
  const isWorse = (value, limit) => limit !== null && (higher ? value < limit : value > limit);
  const limit = worstInPlace(means);
  const kept = spreads.filter((_, place) => !isWorse(means[place], limit)).filter((spread) => spread.length > 0);
  const worstOf = (spread) => (higher ? Math.min(...spread) : Math.max(...spread));
  const spreadLimit = worstInPlace(kept.map(worstOf));
  const values = [
    ...means.filter((mean) => !isWorse(mean, limit)), ...kept.flat().filter((value) => !isWorse(value, spreadLimit)),
    ...others.filter((value) => means.length === 0 || !isWorse(value, worstOfInterest(means))),
  ];
  let [min, max] = extent(values);
  // The reference score is shown if they don't squeeze the rest in their turn.
  const reference = study.reference?.score ?? null;
  if (reference !== null && reference > min - (max - min) * 0.4 && reference < max + (max - min) * 0.4) [min, max] = extent([min, max, reference], 0.01);
  const isOutside = (value) => value < min || value > max;
  // Marks of what lies outside have a strip of their own, at the worse end.
  if (hasEdge || means.some(isOutside)) {
    if (higher) min -= (max - min) * 0.07;
    else max += (max - min) * 0.07;
  }
  const strip = (max - min) * 0.03;
  [min, max] = withinMetric(min, max);
  return {
    min, max, isOutside,
    /** Where marks of what lies outside are. */
    edge: higher ? min + strip : max - strip,
    /** Where a score is drawn. */
    place(value) {
      if (!isOutside(value)) return value;
      return value < min === higher ? this.edge : higher ? max : min;
    },
    /** How a score is marked that lies outside: by a triangle that points where it is. `along` is the axis, "x" or "y". */
    mark(value, along) {
      if (!isOutside(value)) return {};
      return { symbol: "triangle", symbolSize: 9, symbolRotate: { x: [-90, 90], y: [0, 180] }[along][value < min ? 1 : 0] };
    },
    outside: means.filter(isOutside).length,
    reference: reference === null || isOutside(reference) ? null : reference,
    /** What a caption says of scores outside. */
    note() {
      const beyond = this.outside === 0 ? "" : ` ${plural(this.outside, "trial")} with a worse score than the axis shows ${this.outside === 1 ? "is" : "are"} marked by a triangle at its end.`;
      return beyond + this.referenceNote();
    },
    referenceNote() {
      if (reference === null) return "";
      const name = `reference score, of always answering ${study.reference.label}`;
      return this.reference === null ? ` The ${name} (${score(reference)}), is off the axis.` : ` The grey dashed line is the ${name} (${score(reference)}).`;
    },
  };
}

/** The line of the reference score, as part of a series. */
function referenceLine({ ink, muted, surface, width }, range, along) {
  if (range.reference === null) return undefined;
  return {
    silent: true, symbol: "none", animation: false, lineStyle: { color: muted, type: [6, 4], width: 1.5 },
    label: {
      formatter: ["reference", "score", score(range.reference)].join(along === "y" ? "\n" : " "), lineHeight: 14, color: ink, fontSize: 12, textBorderColor: surface, textBorderWidth: 3,
      // Beside the chart, so that it covers no mark, and away from the other axis; a small chart has no room for it. Above an
      // upright line, on the side that has room; ranks run downwards, so that it starts at the top.
      ...(along === "y" ? width < 400 ? { show: false } : { position: "end", verticalAlign: range.reference > (range.min + range.max) / 2 ? "top" : "bottom" } : { position: "start", align: range.reference > (range.min + range.max) / 2 ? "right" : "left" }),
    },
    data: [{ [`${along}Axis`]: range.reference }],
  };
}

/** An axis of scores. */
function scoreAxis({ min, max }) {
  return { type: "value", min, max, name: scoreName(), ...looseEnds() };
}

/** The least and greatest of some numbers with room on both sides, for an axis that needn't begin at 0. */
function extent(values, room = 0.04) {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return [0, 1];
  const [low, high] = [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))];
  const margin = (high - low) * room || Math.abs(high) * room || 1;
  return [low - margin, high + margin];
}

/** An axis for the values of a hyperparameter, which these are some of. */
function valueAxis({ isLog, zero }, values) {
  const formatter = (value) => (zero !== null && value <= 1.001 * zero ? "0" : tick(value));
  if (!isLog) return { type: "value", scale: true, axisLabel: { formatter } };
  return logAxis(values.map((value) => onAxis({ zero }, value)), formatter, zero === null ? [] : [zero]);
}

/** A logarithmic axis from the least to the greatest of some numbers, with some room. */
function logAxis(values, formatter, more = []) {
  const [low, high] = extent(values.map(Math.log10), 0.04).map((exponent) => 10 ** exponent);
  const ticks = [...new Set([...more, ...logTicks(low, high)])];
  return { type: "log", min: low, max: high, axisTick: { customValues: ticks }, axisLabel: { customValues: ticks, formatter }, splitLine: { show: false } };
}

/** Powers of ten between two numbers; where these are few, twice and five times them as well. */
function logTicks(low, high) {
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, at) => 10 ** (Math.floor(Math.log10(low)) + at));
  const inside = (factors) => powers.flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(3)))).filter((value) => value >= low && value <= high);
  return [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map(inside).find((ticks) => ticks.length >= 3) ?? roundNumbers(low, high, 4);
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

/** At most `most` round numbers from `low` to `high`. */
function roundNumbers(low, high, most = 6) {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
  const from = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - from + 1 }, (_, at) => Number(((from + at) * step).toPrecision(12)));
}

/** Round numbers of which 1 is one: 1, 5, 10, 15, … */
function countTicks(last, most = 8) {
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500].find((step) => last / step <= most) ?? 10 ** Math.ceil(Math.log10(last / most));
  const round = Array.from({ length: Math.floor(last / step) }, (_, at) => (at + 1) * step);
  const ticks = [1, ...round.filter((one) => one > 1)];
  // The first and the second must not touch.
  return ticks.length > 2 && ticks[1] - 1 < step * 0.6 ? ticks.filter((_, at) => at !== 1) : ticks;
}

/** `count` of `labels`, evenly spread, with the first and the last: their places. */
function fewPlaces(length, count) {
  if (length <= count) return Array.from({ length }, (_, place) => place);
  return [...new Set(Array.from({ length: count }, (_, at) => Math.round((at * (length - 1)) / (count - 1))))];
}
