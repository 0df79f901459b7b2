// ---- mistakes.js: the rows that the chosen trial predicted worst.

/** How many are shown at first. */
const FIRST_MISTAKES = 24;

/** What is said of rows of a table. */
function rowsExplained() {
  if (!study.file_rows) return "Rows are numbered as in predictions.csv: from 0, below the header.";
  return `${study.file_rows.columns.length > 0 ? "The columns behind the predictions are those of the file; " : ""}“line” is the row’s line in it.`;
}

/** Columns that identify a row, its line, and the other columns of its file. */
function fileColumns() {
  const rows = new Map(study.file_rows?.rows.map((row) => [row.row, row]));
  if (rows.size === 0) return { before: [["row", (row) => row.toLocaleString("en")]], after: [] };
  const { columns, ids } = study.file_rows;
  const cell = (at) => (row) => rows.get(row)?.cells[at] ?? "";
  const column = (name, at) => [name, cell(at)];
  return {
    before: [["line", (row) => rows.get(row)?.line.toLocaleString("en") ?? NONE], ...columns.slice(0, ids).map(column)],
    after: columns.slice(ids).map((name, at) => column(name, ids + at)),
  };
}

/** A column's name, which may break behind its dots and the like. */
function breakable(name) {
  return name.split(/(?<=[._-])/).flatMap((part) => [part, element("wbr")]);
}

/** A column's heading, wide enough for at most three lines of its words. */
function heading(name) {
  const made = element("span", { class: "heading" }, breakable(name));
  made.style.setProperty("min-width", `${Math.min(16, Math.ceil(name.length / 2) + 1)}ch`);
  return made;
}

/** A table of the worst predictions, the values of their rows behind them. */
function mistakesTable(caption, rows, columns) {
  const { before, after } = fileColumns();
  const all = [
    ...before.map(([name, of]) => [name, rows.map(({ row }) => of(row))]),
    ...columns,
    ...after.map(([name, of]) => [name, rows.map(({ row }) => of(row))]),
  ];
  const isNumeric = (column) => all[column][1].every((cell) => cell === "" || cell === NONE || /^[-\d.,\s%e]+$/.test(cell));
  return table(caption, all.map(([name]) => heading(name)), rows.map((_, at) => all.map(([, cells]) => cells[at])), { numeric: isNumeric, className: "rows" });
}

function mistakesSection() {
  if (study.mistaken_numbers.length > 0) {
    const rows = study.mistaken_numbers.slice(0, FIRST_MISTAKES);
    const values = (of) => alike(rows.map(of));
    return section("mistakes", "Largest errors",
      `Validation rows on which ${ofChosen()} was furthest off. Look at them for values that are wrong in the data, and for what they have in common. ${rowsExplained()}`,
      mistakesTable("Largest errors", rows, [
        ["true", rows.map(({ truth }) => allDigits(truth))], ["predicted", values(({ predicted }) => predicted)], ["true − predicted", values(({ residual }) => residual)],
      ]));
  }
  if (study.mistakes.length === 0) return null;
  const { names } = study.classes;
  const drawn = study.pictures?.pixels.some((pixels) => pixels.length > 0);
  const about = `Validation rows to whose true class ${ofChosen()} gave the lowest probability, the lowest first.`;
  const rows = study.mistakes.slice(0, FIRST_MISTAKES);
  return section("mistakes", "Worst mistakes",
    drawn ? `${about} Below each image: what it was taken for, and how probable that seemed. Images are counted from 0, as in predictions.csv. Some may be labelled wrong in the data.`
      : `${about} Some may be labelled wrong in the data. ${rowsExplained()}`,
    drawn ? pictures() : mistakesTable("Worst mistakes", rows, [
      ["true class", rows.map(({ truth }) => names[truth])], ["predicted class", rows.map(({ predicted }) => names[predicted])],
      ["its probability", rows.map(({ probability }) => percent(probability))], ["of the true class", rows.map(({ truth_probability }) => percent(truth_probability))],
    ]));
}

/** The first two dozen, and the others for those who ask. */
function pictures() {
  const list = (items) => element("ul", { class: "pictures" }, items);
  const items = study.mistakes.map(pictureOf);
  const rest = items.splice(FIRST_MISTAKES);
  return [list(items), rest.length > 0 && element("details", { class: "numbers" }, element("summary", {}, `${rest.length} more`), list(rest))];
}

function pictureOf(mistake, place) {
  const { names } = study.classes;
  const { width, height, pixels } = study.pictures;
  const grey = pixels[place];
  if (grey.length === 0) return null;
  const text = `image ${mistake.row}: ${names[mistake.truth]} taken for ${names[mistake.predicted]}, with probability ${percent(mistake.probability)}`;
  const canvas = element("canvas", { width, height, role: "img", "aria-label": `Image of ${text}` });
  const brush = canvas.getContext("2d");
  const image = brush.createImageData(width, height);
  // Dark on light, as on paper.
  grey.forEach((level, at) => image.data.set([255 - level, 255 - level, 255 - level, 255], at * 4));
  brush.putImageData(image, 0, 0);
  return withTip(element("li", { tabindex: "0" }, canvas,
    element("span", { class: "verdicts" }, element("span", {}, "is ", element("b", {}, names[mistake.truth])), element("span", {}, "taken for ", element("b", {}, names[mistake.predicted]))),
    element("small", {}, element("span", {}, percent(mistake.probability)), " · ", element("span", {}, `image ${mistake.row}`))),
  `${text}; the true class was given ${percent(mistake.truth_probability)}`);
}
