// ---- figures.js: numbers as people read them.

const NONE = "–";

/** A number with `significant` digits, thousands separated, and powers of ten where it is very large or small. */
function digits(value, significant = 5) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return value.toLocaleString("en");
  if (size < 1e-4 || size >= 1e9) return value.toExponential(Math.min(significant - 1, 3)).replace(/\.?0+e/, "e").replace("e+", "e");
  const decimals = Math.max(0, significant - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", { minimumFractionDigits: 0, maximumFractionDigits: Math.min(decimals, 12) });
}

/** A metric's value: as many decimals as the leaderboard in a terminal has. */
function score(value, metric = study.metricOf(study.metric)) {
  if (value === null || value === undefined) return NONE;
  if (metric.decimals !== null && Math.abs(value) < 1e4) return value.toFixed(metric.decimals);
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e5 ? value.toPrecision(5) : digits(value);
}

/** A trial's standard error, with as many decimals as its mean. */
function spread(trial) {
  if (trial.standard_error === null) return "";
  const decimals = /^-?[\d]+\.(\d+)$/.exec(score(trial.mean))?.[1].length;
  return decimals === undefined ? score(trial.standard_error) : trial.standard_error.toFixed(decimals);
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
