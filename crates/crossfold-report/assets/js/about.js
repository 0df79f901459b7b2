// ---- about.js: what the study is, and whether its search has ended.

/** A list of facts; names from users are code. */
function factList(facts, attributes = {}) {
  return element("dl", { class: "facts", ...attributes }, facts.map(({ name, value }) => [element("dt", {}, name), element("dd", {}, sentence(value))]));
}

/** First of all on the page; `null` where the search has ended. */
function banner() {
  return study.interrupted && element("p", { class: "notice banner", id: "interrupted" }, element("strong", {}, sentence(study.interrupted)));
}

function aboutSection() {
  return section("about", "Study", null, factList(study.about));
}
