// ---- paper.js: charts that leave the screen: printed, and saved for a paper.

/** Widths of a column and of two in a journal, in millimetres; CSS has 96 pixels an inch. */
const COLUMN = 84;
const TWO_COLUMNS = 174;
const PIXELS = 96 / 25.4;

/** Dots an inch of a picture, as journals want them. */
const DOTS = 300;

/** The widths at which charts are drawn for a printed page, which fits them to its own: over all of it, or two in a row. */
const PAGE = 700;
const HALF_PAGE = 340;

/**
 * An SVG with attributes in place of styles: the page's content security policy allows no styles in it, and other programs read
 * attributes best.
 */
function withAttributes(svg) {
  const attribute = (name, value) => ` ${name}="${value.trim()}"`;
  const converted = (_, style) => style.split(";").filter((part) => part.includes(":")).map((part) => {
    const [name, value] = [part.slice(0, part.indexOf(":")).trim(), part.slice(part.indexOf(":") + 1)];
    if (name !== "font") return attribute(name, value);
    const [, before, size, family] = /^(.*?)\s*([\d.]+px)\s+(.*)$/.exec(value.trim());
    return attribute("font-size", size) + attribute("font-family", family) + (/bold|[6-9]00/.test(before) ? attribute("font-weight", "bold") : "");
  }).join("");
  // Rules for hovering, and the classes that they name.
  return svg.replace(/<style[^>]*>[\s\S]*?<\/style>/g, "").replace(/ class="[^"]*"/g, "").replace(/ style="([^"]*)"/g, converted);
}

/** Where a chart stands, for a file's name: `smoke-slices-learning_rate`. */
function fileName({ figure }) {
  const section = figure.closest("section")?.id ?? "chart";
  const above = figure.previousElementSibling;
  const heading = above?.matches("h3") ? above.textContent : null;
  return [study.name, section, heading].filter((part) => part).join("-").toLowerCase().replace(/[^\p{Letter}\p{Number}._-]+/gu, "_");
}

/** A chart as a file of its own, on white: what it shows is its title. */
function svgFile(chart, millimetres) {
  const width = Math.round(millimetres * PIXELS);
  const drawn = new DOMParser().parseFromString(chart.svg(width), "image/svg+xml");
  const root = drawn.documentElement;
  const height = Number(root.getAttribute("height"));
  const made = (name, attributes, text = "") => {
    const one = drawn.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => one.setAttribute(key, value));
    one.textContent = text;
    return one;
  };
  root.prepend(made("title", {}, `${study.name}: ${chart.label()}`), made("rect", { width, height, fill: "#ffffff" }));
  root.setAttribute("width", `${millimetres}mm`);
  root.setAttribute("height", `${(height / PIXELS).toFixed(1)}mm`);
  return { text: new XMLSerializer().serializeToString(root), width, height };
}

function download(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function saveSvg(chart, millimetres) {
  download(`${fileName(chart)}.svg`, new Blob([svgFile(chart, millimetres).text], { type: "image/svg+xml" }));
}

async function savePng(chart) {
  const { text, width, height } = svgFile(chart, TWO_COLUMNS);
  const scale = DOTS / 96;
  const picture = new Image(width * scale, height * scale);
  picture.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = element("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(`${fileName(chart)}.png`, blob));
}

/** The buttons that save a chart. */
function saving(chart) {
  const button = (label, title, save) => element("button", { type: "button", class: "plain", title, onclick: save }, label);
  return element("details", { class: "saving" }, element("summary", {}, "Save"),
    element("div", { class: "buttons" },
      button("SVG", `Vector graphics, ${TWO_COLUMNS} mm wide, for two columns`, () => saveSvg(chart, TWO_COLUMNS)),
      !chart.isWide && button("SVG, one column", `Vector graphics, ${COLUMN} mm wide`, () => saveSvg(chart, COLUMN)),
      button("PNG", `A picture of ${DOTS} dots per inch, ${TWO_COLUMNS} mm wide`, () => savePng(chart))));
}

/** A chart as an image in the page, in place of its canvas. */
function printed(chart) {
  const width = chart.figure.closest(".small") ? HALF_PAGE : PAGE;
  const { documentElement: root } = new DOMParser().parseFromString(chart.svg(width), "image/svg+xml");
  return element("div", { class: "printed", role: "img", "aria-label": chart.label() }, document.importNode(root, true));
}

/** The columns of a printed leaderboard: what fits on a page, the figures first. */
const PRINTED_FIGURES = ["rank", "trial", "mean", "low", "tied"];
const MOST_PRINTED_HYPERPARAMETERS = 6;
const MOST_PRINTED_TRIALS = 40;

/** The leaderboard's first trials with the columns that a page has room for. */
function printedLeaderboard() {
  const { shown } = leaderboardColumns();
  const names = varied().map(({ name }) => name).slice(0, MOST_PRINTED_HYPERPARAMETERS);
  const columns = [...PRINTED_FIGURES, ...names].map((key) => shown.find((column) => column.key === key)).filter((column) => column);
  const trials = study.trials.filter((trial) => trial.rank !== null).slice(0, MOST_PRINTED_TRIALS);
  const left = study.trials.length - trials.length;
  return element("div", { class: "printed" },
    table("Leaderboard", columns.map((column) => column.label), trials.map((trial) => columns.map((column) => column.text(trial))),
      { numeric: (place) => columns[place].numeric }),
    left > 0 && element("p", { class: "muted" }, `${plural(left, "more trial")}, and all columns, are in leaderboard.csv.`));
}

/** On paper all charts are drawn anew, at its width and in light colours. The browser waits for no promise, so all is done at once. */
function listenForPrint() {
  const root = document.documentElement;
  let theme;
  let sheets = [];
  addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    sheets = [...placed].filter(({ figure }) => figure.isConnected && !figure.closest("[hidden]"))
      .map((chart) => {
        const sheet = printed(chart);
        chart.figure.prepend(sheet);
        return sheet;
      });
    const board = document.querySelector("#leaderboard .scroller");
    if (board && study.ranked.length > 0) {
      board.before(sheets[sheets.push(printedLeaderboard()) - 1]);
      board.classList.add("unprinted");
    }
  });
  addEventListener("afterprint", () => {
    sheets.forEach((sheet) => sheet.remove());
    sheets = [];
    document.querySelector("#leaderboard .scroller")?.classList.remove("unprinted");
    if (theme === undefined) delete root.dataset.theme;
    else root.dataset.theme = theme;
  });
}
