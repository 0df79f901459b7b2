// ---- provenance.js: where the results come from.

function provenanceSection() {
  if (!study.record) return null;
  return section("provenance", "Provenance",
    "Where the results come from: what is needed to get them again. Times differ from run to run.",
    factList(study.provenance),
    element("details", { class: "numbers" }, element("summary", {}, "All of it, as in study.json"), element("pre", { tabindex: "0" }, study.record)));
}

function specSection() {
  if (!study.spec) return null;
  return section("spec", "Spec", "The text that the study was run from.", element("pre", { tabindex: "0" }, study.spec));
}
