// ---- figures.js: numbers as people read them.

const NONE = "–";

/** A number with `significant` digits, thousands separated, and powers of ten where it is very large or small. */
function digits(value, significant = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return value.toLocaleString("en");
  if (size < 1e-4 || size >= 1e9) return value.toExponential(Math.min(significant - 1, 3)).replace(/\.?0+e/, "e").replace("e+", "e");
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", { minimumFractionDigits: 0, maximumFractionDigits: Math.min(decimals, 12) });
}

/** A number with a fixed number of decimals, as Rust has it: its binary value is rounded, and halves to the even digit. */
function decimal(value, decimals) {
  if (Math.abs(value) >= 1e21) return value.toLocaleString("en");
  let text = value.toFixed(decimals);
  const isHalf = /^50*$/.test(value.toFixed(100).split(".")[1].slice(decimals));
  // `toFixed` rounds a half away from zero.
  if (isHalf && Number(text.at(-1)) % 2 === 1) text = `${text.slice(0, -1)}${Number(text.at(-1)) - 1}`;
  const [whole, ...rest] = text.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

/** A number with all of its digits, as a file has it. */
function allDigits(value) {
  const [whole, ...rest] = String(value).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

/** Numbers of a column, all with as many decimals as give the largest `significant` digits; where that would leave none of the smallest, each with its own. */
function alike(values, significant = 4) {
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  if (!(smallest >= 1e-4 * largest && largest >= 1e-4 && largest < 1e9)) return values.map((value) => digits(value, significant));
  const decimals = values.every((value) => !Number.isFinite(value) || Number.isInteger(value)) ? 0 : Math.max(0, significant - 1 - Math.floor(Math.log10(largest)));
  return values.map((value) => (Number.isFinite(value) ? decimal(value, decimals) : NONE));
}

/** A metric's value: the text that a terminal and report.md have, with the decimals of the best trial. See Rust's `Precision`. */
function score(value, metric = study.metricOf(study.metric)) {
  if (value === null || value === undefined) return NONE;
  const exponent = value === 0 ? 0 : Number(value.toExponential(3).split("e")[1]);
  if (metric.decimals !== null && exponent <= 9) return decimal(value, metric.decimals);
  if (value === 0) return "0";
  return metric.decimals === null && exponent >= -6 && exponent <= 9 ? decimal(value, Math.max(0, 3 - exponent)) : value.toExponential(3).replace("e+", "e");
}

/** A trial's standard error, with as many decimals as its mean. */
function spread(trial) {
  return trial.standard_error === null ? "" : score(trial.standard_error);
}

function interval(bounds, metric) {
  return bounds ? `${score(bounds[0], metric)} to ${score(bounds[1], metric)}` : NONE;
}

/** One decimal, so that shares in a table line up. */
function percent(share) {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}\u00a0%` : NONE;
}

/** 12.3 TFLOP. */
function operations(value) {
  if (value === null || value === undefined) return NONE;
  const units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${Number((value / 1000 ** unit).toPrecision(3))}\u00a0${units[unit]}`;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(3))}\u00a0ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(3))}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${(minutes / 1440).toFixed(1)} days`;
}

function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** `fold_1` → `fold 1`, `rmse` → `RMSE`. */
function words(name) {
  return study.metricOf(name)?.label ?? name.replaceAll("_", " ");
}

/** What a trial's score is: `mean over folds`. */
function overFolds() {
  return study.folds.length === 1 ? "on one validation part" : "mean over folds";
}
