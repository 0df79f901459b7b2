// ---- elements.js: making elements. Text goes in as text, whatever it holds.

/** An element with attributes and children; a child is an element, text, or nothing. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  fill(made, children);
  return made;
}

/** Puts children in place of an element's own. */
function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** A table in a box that scrolls by itself. `rows` are lists of cells, text or elements; `numeric` columns stand right. */
function table(caption, columns, rows, { numeric = () => false, rowHeader = false, className = null } = {}) {
  const cell = (content, column) =>
    element(rowHeader && column === 0 ? "th" : "td", {
      scope: rowHeader && column === 0 ? "row" : null,
      class: numeric(column) ? "number" : null,
    }, content);
  return scrollBox(caption,
    element("table", { class: className },
      element("caption", { class: "visually-hidden" }, caption),
      element("thead", {}, element("tr", {},
        columns.map((name, column) => element("th", { scope: "col", class: numeric(column) ? "number" : null }, name)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell))))));
}

/** What is wider than the page scrolls in its box, by keyboard too. A shadow says that more lies to the right. */
function scrollBox(label, ...children) {
  const box = element("div", { class: "scroll", role: "region", "aria-label": label, tabindex: "0" }, children);
  const frame = element("div", { class: "scroller" }, box);
  box.look = () => frame.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
  box.addEventListener("scroll", box.look, { passive: true });
  whenWidthChanges.observe(box);
  for (const child of box.children) whenWidthChanges.observe(child);
  return frame;
}

const whenWidthChanges = new ResizeObserver((entries) => {
  for (const { target } of entries) target.closest(".scroll")?.look();
});

/** A choice of one of a few. `choose` is called with the value. */
function choice(legend, options, chosen, choose) {
  const name = `choice-${choice.made = (choice.made ?? 0) + 1}`;
  return element("fieldset", { class: "choice" }, element("legend", {}, legend),
    options.map(([value, label]) => element("label", {},
      element("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }),
      element("span", {}, label))));
}

function checkbox(label, checked, change) {
  const box = element("input", { type: "checkbox", checked, onchange: () => change(box.checked) });
  return element("label", { class: "check" }, box, element("span", {}, label));
}
