// ---- leaderboard.js: every trial, to sort, to filter and to pick from.

const PAGE_SIZES = [25, 100];

/** The table's columns, and what a filter may name. */
function leaderboardColumns() {
  const has = (of) => study.trials.some((trial) => of(trial) !== null && of(trial) !== undefined);
  const column = (key, label, value, text, more = {}) => ({
    key, label, value, numeric: true, text: (trial) => (value(trial) === null || value(trial) === undefined ? "" : text(value(trial))), ...more,
  });
  const columns = [
    column("rank", "rank", (trial) => trial.rank, String),
    column("trial", "trial", (trial) => trial.trial, String),
    column("mean", words(study.metric), (trial) => trial.mean, (value) => score(value),
      { aliases: [study.metric], title: `${overFolds()}, ${better()}` }),
    column("se", "± se", (trial) => trial.standard_error, String, { text: (trial) => spread(trial), title: "standard error of the mean" }),
    column("low", "interval", (trial) => trial.interval?.[0] ?? null, String,
      { text: (trial) => (trial.interval ? interval(trial.interval) : ""), title: "of 95 %, allowing for folds that share training rows; sorted by its lower end" }),
    column("tied", "tied", (trial) => (trial.tied === null ? null : trial.tied ? "yes" : "no"), String,
      { numeric: false, title: "can’t be told from the best" }),
    column("state", "state", (trial) => trial.state, String, { numeric: false }),
    column("rung_mean", "at its rung", (trial) => trial.rung?.mean ?? null, (value) => score(value),
      { title: `${words(study.metric)} of a pruned trial where the search ended it` }),
    column("rung_epochs", "rung epochs", (trial) => trial.rung?.epochs ?? null, String, { title: "epochs at which a pruned trial was read" }),
    column("rung_folds", "rung folds", (trial) => trial.rung?.folds ?? null, String, { title: "folds on which a pruned trial was read" }),
    ...study.hyperparameters.map(({ name, place, isNumber }) =>
      ({ key: name, label: words(name), numeric: isNumber, value: (trial) => trial.numbers[place], text: (trial) => trial.values[place] ?? "" })),
    column("p", "adjusted p", (trial) => trial.p, (value) => (value < 1e-4 ? "< 0.0001" : value.toFixed(4)), { title: "of no difference from the best" }),
    column("parameters", "parameters", (trial) => trial.parameters, digits, { title: "weights and biases" }),
    column("price", "price", (trial) => trial.price, operations, { title: "operations that training all folds took" }),
  ];
  const isKnown = ({ key, value }) => !["se", "low", "tied", "rung_mean", "rung_epochs", "rung_folds", "p", "price"].includes(key) || has(value);
  const others = study.metrics.filter(({ name }) => name !== study.metric).map(({ name }) => {
    const place = study.metrics.findIndex((metric) => metric.name === name);
    return column(name, words(name), (trial) => trial.means[place], String);
  });
  return { shown: columns.filter(isKnown), filterable: [...columns.filter(isKnown), ...others] };
}

const leaderboard = {
  /** Trials that a brush elsewhere has left, and what to call it. */
  brushed: null,
  show: () => {},

  restrict(trials, label) {
    this.brushed = trials && { trials: new Set(trials), label };
    this.show();
  },
};

function leaderboardSection() {
  const { shown, filterable } = leaderboardColumns();
  const state = { sort: shown[0], ascending: true, text: "", tiedOnly: false, page: 0, size: PAGE_SIZES[0] };
  // With nothing to leave out there is nothing to ask.
  const hasTies = study.trials.some((trial) => trial.tied) && study.trials.some((trial) => !trial.tied);

  const status = element("p", { class: "status", role: "status", id: "leaderboard-status" });
  const body = element("tbody");
  const headers = shown.map((column) => {
    const button = element("button", { type: "button", title: column.title, onclick: () => sortBy(column) },
      column.label, element("span", { class: "arrow", "aria-hidden": "true" }));
    return element("th", { scope: "col", class: `${column.numeric ? "number" : ""}${column.key === "trial" ? " key" : ""}`, "data-key": column.key }, button);
  });
  const input = element("input", {
    type: "search", id: "filter", autocomplete: "off", spellcheck: "false", placeholder: filterExample(), "aria-describedby": "filter-hint",
    oninput: () => Object.assign(state, { text: input.value, page: 0 }) && show(),
  });
  const brush = element("button", { type: "button", class: "chip", hidden: true, onclick: () => leaderboard.restrict(null) });
  const pages = element("div", { class: "pages" });

  function sortBy(column) {
    // What is better or smaller comes first at the first click.
    const best = column.key === "mean" && study.metricOf(study.metric).higher_is_better || column.key === "tied";
    state.ascending = state.sort === column ? !state.ascending : !best;
    Object.assign(state, { sort: column, page: 0 });
    show();
  }

  function sorted(trials) {
    const { sort: { value }, ascending } = state;
    const sign = ascending ? 1 : -1;
    const known = (trial) => value(trial) !== null && value(trial) !== undefined;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    // Without a value a row comes last either way; equal rows keep the leaderboard's order.
    return trials.toSorted((a, b) => known(b) - known(a) || (known(a) ? sign * compare(value(a), value(b)) : 0));
  }

  function show() {
    const filter = parseFilter(state.text, filterable);
    input.setAttribute("aria-invalid", filter.mistake ? "true" : "false");
    const meets = (trial) => (filter.test?.(trial) ?? true) && (!state.tiedOnly || trial.tied) &&
      (leaderboard.brushed?.trials.has(trial) ?? true);
    const met = sorted(study.trials.filter(meets));
    const last = Math.max(0, Math.ceil(met.length / state.size) - 1);
    state.page = Math.min(state.page, last);
    const from = state.page * state.size;
    const visible = met.slice(from, from + state.size);
    body.replaceChildren(...visible.map(row));
    headers.forEach((header, place) => {
      const is = shown[place] === state.sort;
      if (is) header.setAttribute("aria-sort", state.ascending ? "ascending" : "descending");
      else header.removeAttribute("aria-sort");
      header.querySelector(".arrow").textContent = is ? (state.ascending ? " ▲" : " ▼") : "";
    });
    status.textContent = filter.mistake ?? (met.length === 0 ? "No trial meets this." :
      `${from + 1} to ${from + visible.length} of ${plural(met.length, "trial")}${met.length < study.trials.length ? ` (of ${study.trials.length.toLocaleString("en")})` : ""}`);
    status.classList.toggle("mistake", Boolean(filter.mistake));
    brush.hidden = !leaderboard.brushed;
    brush.textContent = leaderboard.brushed ? `${leaderboard.brushed.label} ×` : "";
    brush.setAttribute("aria-label", leaderboard.brushed ? `Show all again, not only: ${leaderboard.brushed.label}` : "");
    const turn = (label, page, enabled) =>
      element("button", { type: "button", class: "plain", disabled: !enabled, onclick: () => ((state.page = page), show()) }, label);
    pages.replaceChildren(turn("Previous", state.page - 1, state.page > 0),
      element("span", {}, `page ${state.page + 1} of ${last + 1}`), turn("Next", state.page + 1, state.page < last));
  }

  function row(trial) {
    const isSelected = selection.trials.includes(trial);
    const pick = element("button", {
      type: "button", class: "pick", "aria-pressed": String(isSelected), "aria-label": `Trial ${trial.trial}: show curves and folds`,
    }, String(trial.trial));
    const cell = (column) => {
      const attributes = { class: column.numeric ? "number" : null };
      if (column.key === "trial") return element("td", { class: "number key" }, pick);
      if (column.key === "state") {
        return element("td", { class: "state" }, element("span", { class: trial.state === "complete" ? "muted" : `badge ${trial.state}` }, trial.state), " ",
          trial.trial === study.chosen && element("span", { class: "badge chosen" }, "chosen"),
          trial.error && element("span", { class: "reason" }, trial.error));
      }
      if (column.key === "tied") return element("td", {}, trial.rank === 1 ? "best" : trial.tied ? "≈ best" : trial.tied === false ? trial.below ?? "no" : "");
      return element("td", attributes, column.text(trial));
    };
    return element("tr", { class: isSelected ? "selected" : null, "data-trial": trial.trial, onclick: () => selectRow(trial) }, shown.map(cell));
  }

  function selectRow(trial) {
    const hadFocus = body.contains(document.activeElement);
    selection.toggle(trial);
    // The row is made anew, and the keyboard stays where it was.
    if (hadFocus) body.querySelector(`[data-trial="${trial.trial}"] button`)?.focus();
  }

  leaderboard.show = show;
  selection.listeners.push(show);
  show();
  const sizes = [...PAGE_SIZES, study.trials.length].filter((size, place) => place === 0 || size > PAGE_SIZES[place - 1])
    .filter((size) => size <= Math.max(study.trials.length, PAGE_SIZES[0]) && size <= 5000);
  const size = element("select", { id: "page-size", onchange: () => Object.assign(state, { size: Number(size.value), page: 0 }) && show() },
    [...new Set(sizes)].map((count) => element("option", { value: count }, count >= study.trials.length ? "all" : String(count))));
  return section("leaderboard", "Leaderboard",
    `${study.left_out > 0 ? `The first ${study.trials.length.toLocaleString("en")} trials; leaderboard.csv has ${study.left_out.toLocaleString("en")} more.` : "Every trial, the best first."} The ${words(study.metric)} is ${study.folds.length === 1 ? "that on the validation part" : "the mean over folds"} (${better()}). Click a heading to sort, and a row to see its curves and folds.`,
    element("div", { class: "controls" },
      element("div", { class: "field grow" }, element("label", { for: "filter" }, "Filter"), input,
        element("p", { class: "hint", id: "filter-hint" }, "words, or conditions with = != < > on a column; all must hold")),
      hasTies && checkbox("only those tied with the best", false, (checked) => Object.assign(state, { tiedOnly: checked, page: 0 }) && show()), brush),
    scrollBox("Leaderboard", element("table", { class: "leaderboard", id: "leaderboard-table" },
      element("caption", { class: "visually-hidden" }, "Leaderboard of all trials"), element("thead", {}, element("tr", {}, headers)), body)),
    element("div", { class: "table-foot" }, status, pages,
      sizes.length > 1 && element("div", { class: "field row" }, element("label", { for: "page-size" }, "rows a page"), size)),
    detailsPanel());
}

/** A condition that makes sense in this study. */
function filterExample() {
  const numeric = study.hyperparameters.find(({ isNumber, distinct }) => isNumber && distinct.length > 1);
  const word = study.hyperparameters.find(({ isNumber, distinct }) => !isNumber && distinct.length > 1);
  return [numeric && `${numeric.name}>${numeric.distinct[0]}`, word && `${word.name}=${word.distinct[0]}`, !numeric && !word && "rank<=10"]
    .filter((part) => part).join(" ");
}

/** The trial clicked last: all that is known of it. */
function detailsPanel() {
  const panel = element("div", { class: "panel", "aria-live": "polite", id: "trial-panel" });
  let curve = null;
  const show = () => {
    curve?.remove();
    curve = null;
    const trial = selection.current;
    panel.hidden = !trial;
    if (!trial) return panel.replaceChildren();
    const place = study.metrics.findIndex(({ name }) => name === study.metric);
    const figures = study.metrics.map((metric, at) => [words(metric.name), score(at === place ? trial.mean : trial.means[at], metric)]);
    fill(panel,
      element("h3", {}, `Trial ${trial.trial}`),
      element("p", { class: "muted" }, settings(trial)),
      trial.error && element("p", { class: "mistake" }, trial.error),
      trial.rung && element("p", { class: "muted" },
        `Pruned: the search ended it when it had been trained for ${plural(trial.rung.epochs, "epoch")} on ${plural(trial.rung.folds, "fold")}${trial.rung.mean === null ? "" : `, with ${words(study.metric)} ${score(trial.rung.mean)}`}. The scores below are from there.`),
      trial.stands_for && element("p", { class: "muted" }, `It stands for several points of the search: ${trial.stands_for}.`),
      element("div", { class: "columns" },
        table(`Trial ${trial.trial} on each fold`, ["fold", words(study.metric)], study.folds.map((fold, at) => [words(fold), score(trial.scores[at])]),
          { numeric: (column) => column === 1, rowHeader: true }),
        trial.mean !== null && table(`Means of trial ${trial.trial}`, ["mean of", "value"], figures, { numeric: (column) => column === 1, rowHeader: true })));
    if (hasCurve(trial)) {
      // Of the metric that ranks, where curves of it are known.
      curve = curveChart(() => ({ trials: [trial], metric: curveMetrics().find((name) => name === study.metric) ?? curveMetrics()[0], parts: ["training", "validation"], isLog: false }), 240);
      panel.querySelector(".columns").append(curve.figure);
    }
  };
  selection.listeners.push(show);
  show();
  return panel;
}
