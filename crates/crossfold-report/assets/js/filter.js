// ---- filter.js: what is typed above the leaderboard.

const CONDITION = /^([^\s<>=!]+)(<=|>=|!=|=|<|>)(.+)$/;

/** Words of a filter: apart by spaces, which quotes and brackets keep together. */
function filterWords(text) {
  return text.match(/(?:\[[^\]]*\]|"[^"]*"|[^\s"])+/g) ?? [];
}

/**
 * `dropout>0.2 epochs=10 relu` → what a row must meet, all of it; or what is wrong, in words.
 *
 * `columns` have a `key`, perhaps `aliases`, and give a row's `value` (a number, text or null) and its `text`.
 */
function parseFilter(text, columns) {
  const tests = [];
  for (const word of filterWords(text.trim())) {
    const condition = CONDITION.exec(word);
    if (!condition) {
      const wanted = word.replaceAll('"', "").toLowerCase();
      tests.push((row) => columns.some((column) => column.text(row).toLowerCase().includes(wanted)));
      continue;
    }
    const [, key, operator, given] = condition;
    const column = columns.find((column) => column.key === key.toLowerCase() || column.aliases?.includes(key.toLowerCase()));
    if (!column) return { mistake: `no column “${key}”; there are ${columns.map((column) => column.key).join(", ")}` };
    const wanted = given.replaceAll('"', "");
    tests.push((row) => meets(column.value(row), operator, wanted));
  }
  return { test: (row) => tests.every((test) => test(row)) };
}

/** Whether a value meets a condition; what has no value meets none but `!=`. */
function meets(value, operator, wanted) {
  if (value === null || value === undefined) return operator === "!=";
  const number = Number(wanted);
  const isNumber = typeof value === "number" && Number.isFinite(number);
  const bare = (text) => String(text).replaceAll(" ", "").toLowerCase();
  const [left, right] = isNumber ? [value, number] : [bare(value), bare(wanted)];
  switch (operator) {
    case "=": return left === right;
    case "!=": return left !== right;
    case "<": return left < right;
    case "<=": return left <= right;
    case ">": return left > right;
    default: return left >= right;
  }
}
