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
    ...study.hyperparameters.map(({ name, place, isNumber }) =>
      ({ key: name, label: words(name), numeric: isNumber, value: (trial) => trial.numbers[place], text: (trial) => trial.values[place] ?? "" })),
    column("state", "state", (trial) => trial.state, String, { numeric: false, secondary: study.trials.every(({ state }) => state === "complete"), text: (trial) => stateOf(trial) }),
    column("tied", "tied", (trial) => (trial.tied === null ? null : trial.tied ? "yes" : "no"), String,
      { numeric: false, title: "statistically tied with the best" }),
    column("low", "interval", (trial) => trial.interval?.[0] ?? null, String,
      { text: (trial) => (trial.interval ? interval(trial.interval) : ""), secondary: true, title: "of 95 %, allowing for folds that share training rows; sorted by its lower end" }),
    column("p", "adjusted p", (trial) => trial.p, (value) => (value < 1e-4 ? "< 0.0001" : value.toFixed(4)), { secondary: true, title: "of no difference from the best, adjusted for comparing all trials" }),
    column("rung_mean", "rung score", (trial) => trial.rung?.mean ?? null, (value) => score(value),
      { secondary: true, title: `${words(study.metric)} of a pruned trial where the search ended it` }),
    column("rung_epochs", "rung epochs", (trial) => trial.rung?.epochs ?? null, String, { secondary: true, title: "epochs at which a pruned trial was read" }),
    column("rung_folds", "rung folds", (trial) => trial.rung?.folds ?? null, String, { secondary: true, title: "folds on which a pruned trial was read" }),
    column("parameters", "parameters", (trial) => trial.parameters, digits, { secondary: true, title: "weights and biases" }),
    column("price", "operations", (trial) => trial.price, operations, { secondary: true, aliases: ["operations"], title: "floating-point operations to train all folds" }),
  ];
  const isKnown = ({ key, value }) => (key !== "tied" || study.ranked.length > 1) && !["se", "low", "tied", "rung_mean", "rung_epochs", "rung_folds", "p", "price"].includes(key) || has(value);
  const others = study.metrics.filter(({ name }) => name !== study.metric).map(({ name }) => {
    const place = study.metrics.findIndex((metric) => metric.name === name);
    return column(name, words(name), (trial) => trial.means[place], String);
  });
  return { shown: columns.filter(isKnown), filterable: [...columns.filter(isKnown), ...others, column("name", "name", (trial) => trial.name, String)] };
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
  const hasMore = shown.some(({ secondary }) => secondary);
  const state = { sort: shown[0], ascending: true, text: "", tiedOnly: false, page: 0, size: PAGE_SIZES[0] };
  // With nothing to leave out there is nothing to ask.
  const hasTies = study.trials.some((trial) => trial.tied) && study.trials.some((trial) => !trial.tied);

  const status = element("p", { class: "status", role: "status", id: "leaderboard-status" });
  const body = element("tbody");
  const headers = shown.map((column) => {
    const button = element("button", { type: "button", title: column.title, onclick: () => sortBy(column) },
      column.label, element("span", { class: "arrow", "aria-hidden": "true" }));
    return element("th", { scope: "col", class: classOf(column), "data-key": column.key }, button);
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
    const isChosen = trial.trial === study.chosen;
    const content = (column) => {
      switch (column.key) {
        case "trial": return [pick, isChosen && trial.rank !== 1 && element("span", { class: "badge chosen" }, "chosen")];
        // Of a pruned trial, what the search knew when it ended it.
        case "mean": return trial.mean === null && trial.rung?.mean != null ? element("span", { class: "muted", title: "at its rung" }, score(trial.rung.mean)) : column.text(trial);
        case "state": return [element("span", { class: trial.state === "complete" ? "muted" : `badge ${trial.state}`, title: trial.error }, stateOf(trial)),
          trial.rung && element("small", { class: "muted" }, ` ${atRung(trial.rung)}`)];
        case "tied": return trial.rank === 1 ? "best" : trial.tied ? (trial.below ? `tied, ${trial.below}` : "tied") : trial.tied === false ? trial.below ?? "no" : "";
        default: return column.text(trial);
      }
    };
    const cell = (column) => element("td", { class: classOf(column) }, content(column));
    return element("tr", { class: isSelected ? "selected" : null, "data-trial": trial.trial, onclick: () => selectRow(trial) }, shown.map(cell));
  }

  function selectRow(trial) {
    const hadFocus = body.contains(document.activeElement);
    selection.toggle(trial);
    // The row is made anew, and the keyboard stays where it was.
    if (hadFocus) body.querySelector(`[data-trial="${trial.trial}"] button`)?.focus();
  }

  const board = element("table", { class: "leaderboard", id: "leaderboard-table" },
    element("caption", { class: "visually-hidden" }, "Leaderboard of all trials"), element("thead", {}, element("tr", {}, headers)), body);
  leaderboard.show = show;
  selection.listeners.push(show);
  show();
  const sizes = [...PAGE_SIZES, study.trials.length].filter((size, place) => place === 0 || size > PAGE_SIZES[place - 1])
    .filter((size) => size <= Math.max(study.trials.length, PAGE_SIZES[0]) && size <= 5000);
  const size = element("select", { id: "page-size", onchange: () => Object.assign(state, { size: Number(size.value), page: 0 }) && show() },
    [...new Set(sizes)].map((count) => element("option", { value: count }, count >= study.trials.length ? "all" : String(count))));
  return section("leaderboard", "Leaderboard",
    `${study.left_out > 0 ? `The first ${study.trials.length.toLocaleString("en")} trials; leaderboard.csv has ${study.left_out.toLocaleString("en")} more.` : "All trials, the best first."} The ${words(study.metric)} is ${study.folds.length === 1 ? "that on the validation part" : "the mean over folds"} (${better()}). Click a heading to sort, and a row to see its curves and folds.`,
    failureList(),
    element("div", { class: "controls" },
      element("div", { class: "field grow" }, element("label", { for: "filter" }, "Filter"), input,
        element("p", { class: "hint", id: "filter-hint" }, "words, or conditions on columns with = != < >, such as rank<=10; all must hold")),
      hasTies && checkbox("only those tied with the best", false, (checked) => Object.assign(state, { tiedOnly: checked, page: 0 }) && show()),
      hasMore && checkbox("all columns", false, (checked) => board.classList.toggle("wide", checked)), brush),
    scrollBox("Leaderboard", board),
    baselinesTable(),
    referenceScore(),
    element("div", { class: "table-foot" }, status, pages,
      sizes.length > 1 && element("div", { class: "field row" }, element("label", { for: "page-size" }, "rows per page"), size)),
    detailsPanel());
}

/** A column's class: the first two stay in sight while the rest scrolls, and secondary ones are shown on demand. */
function classOf({ key, numeric, secondary }) {
  return [numeric && "number", key === "rank" && "rank", key === "trial" && "key", key === "se" && "se", secondary && "secondary"].filter((name) => name).join(" ") || null;
}

/** Where the search ended a trial: `after 2 epochs on 1 fold`. */
function atRung({ epochs, folds }) {
  return `after ${plural(epochs, "epoch")} on ${plural(folds, "fold")}`;
}

/** Failed trials by reason, with what they have in common. */
function failureList() {
  if (study.failures.length === 0) return null;
  const shown = new Set(study.trials);
  return element("ul", { class: "failures", id: "failures" }, study.failures.map(({ reason, values, trials }) => {
    const rows = trials.map((number) => study.byNumber.get(number)).filter((trial) => shown.has(trial));
    const label = `${trials.length.toLocaleString("en")} failed`;
    return element("li", {}, element("strong", {}, label), ": ", sentence([reason, ...values].join("; ")), " ",
      rows.length > 0 && element("button", { type: "button", class: "plain", onclick: () => leaderboard.restrict(rows, label) }, "Show"));
  }));
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
      element("h3", {}, nameOf(trial), " ", element("small", { class: "muted" }, `trial ${trial.trial}`)),
      // Where its name leaves some out.
      trial.values.filter((value) => value !== null).length > trial.name.split(" · ").length && element("p", { class: "muted" }, settings(trial)),
      trial.error && element("p", { class: "mistake" }, sentence(trial.error)),
      trial.rung && element("p", { class: "muted" },
        `${trial.state === "pruned" ? "Pruned" : "Not finished"} ${atRung(trial.rung)}${trial.rung.mean === null ? "" : `, with ${words(study.metric)} ${score(trial.rung.mean)}`}. The scores below are from there.`),
      trial.stands_for && element("p", { class: "muted" }, `Several points of the search give this trial: ${trial.stands_for}.`),
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
