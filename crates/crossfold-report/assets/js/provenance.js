// ---- provenance.js: where the results come from.

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
    lines.length > 0 && element("dl", { class: "facts" }, lines.map(([name, value]) => [element("dt", {}, words(name)), element("dd", {}, value)])),
    element("details", { class: "numbers" }, element("summary", {}, "study.json"), element("pre", { tabindex: "0" }, study.record)));
}

function specSection() {
  if (!study.spec) return null;
  return section("spec", "Spec", "The text that the study was run from.", element("pre", { tabindex: "0" }, study.spec));
}
