// ---- provenance.js: where the results come from.

/** Text of the record, whose escapes of JSON were undone by parsing it, with what a browser obeys or doesn't show as escapes. */
function visible(text) {
  const hidden = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}]/gu;
  return text.replace(hidden, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

/** The facts of `study.json` that are a line each, by their path. */
function facts(record) {
  const lines = [];
  const walk = (value, path) => {
    if (value === null || path === "spec" || path === "winner" || path === "test") return;
    if (Array.isArray(value)) {
      const isPlain = value.every((one) => typeof one !== "object");
      if (value.length > 0 && isPlain) lines.push([path, value.join(path === "command" ? " " : path.endsWith("classes") ? ", " : "\n")]);
    } else if (typeof value === "object") {
      Object.entries(value).forEach(([key, inner]) => walk(inner, path ? `${path}, ${key}` : key));
    } else {
      lines.push([path, String(value)]);
    }
  };
  walk(record, "");
  return lines;
}

function provenanceSection() {
  if (!study.record) return null;
  let lines = [];
  try {
    lines = facts(JSON.parse(study.record));
  } catch {
    // Shown as it is, below.
  }
  return section("provenance", "Where it comes from",
    "What would be needed to get the same results again: the data, the seed, the versions. Times differ from run to run.",
    lines.length > 0 && element("dl", { class: "facts" }, lines.map(([name, value]) => [element("dt", {}, visible(words(name))), element("dd", {}, visible(value))])),
    element("details", { class: "numbers" }, element("summary", {}, "study.json"), element("pre", { tabindex: "0" }, study.record)));
}

function specSection() {
  if (!study.spec) return null;
  return section("spec", "Spec", "The text that the study was run from.", element("pre", { tabindex: "0" }, study.spec));
}
