// ---- mistakes.js: the rows that the chosen trial was furthest off on.

function mistakesSection() {
  if (study.mistaken_numbers.length > 0) {
    return section("mistakes", "Furthest off",
      `The rows that ${ofChosen()} was furthest off on, out of fold. Rows are counted from 0; look at them for values that are wrong in the data, and for what they have in common.`,
      element("div", { class: "half" }, table("Greatest residuals", ["row", "true", "predicted", "true − predicted"],
        study.mistaken_numbers.slice(0, 24).map(({ row, truth, predicted, residual }) => [String(row), digits(truth), digits(predicted), digits(residual)]), { numeric: () => true })));
  }
  if (study.mistakes.length === 0) return null;
  const { names } = study.classes;
  const drawn = study.pictures?.pixels.some((pixels) => pixels.length > 0);
  return section("mistakes", "Worst mistakes",
    `The rows whose true class ${ofChosen()} thought least likely, out of fold, the least likely first; below each, what it was taken for and how probable that seemed. Rows are counted from 0. Some may be labelled wrong in the data.`,
    drawn ? pictures()
      : table("Worst mistakes", ["row", "true class", "taken for", "with probability", "true class given"],
        study.mistakes.slice(0, 24).map(({ row, truth, predicted, probability, truth_probability }) => [String(row), names[truth], names[predicted], percent(probability), percent(truth_probability)]),
        { numeric: (column) => column === 0 || column > 2 }));
}

/** The first two dozen, and the others for those who ask. */
function pictures() {
  const list = (items) => element("ul", { class: "pictures" }, items);
  const items = study.mistakes.map(pictureOf);
  const rest = items.splice(24);
  return [list(items), rest.length > 0 && element("details", { class: "numbers" }, element("summary", {}, `${rest.length} more`), list(rest))];
}

function pictureOf(mistake, place) {
  const { names } = study.classes;
  const { width, height, pixels } = study.pictures;
  const grey = pixels[place];
  if (grey.length === 0) return null;
  const text = `row ${mistake.row}: ${names[mistake.truth]} taken for ${names[mistake.predicted]}, with probability ${percent(mistake.probability)}`;
  const canvas = element("canvas", { width, height, role: "img", "aria-label": `Image of ${text}` });
  const brush = canvas.getContext("2d");
  const image = brush.createImageData(width, height);
  // Dark on light, as on paper.
  grey.forEach((level, at) => image.data.set([255 - level, 255 - level, 255 - level, 255], at * 4));
  brush.putImageData(image, 0, 0);
  return withTip(element("li", { tabindex: "0" }, canvas,
    element("span", { class: "verdicts" }, element("span", {}, "is ", element("b", {}, names[mistake.truth])), element("span", {}, "taken for ", element("b", {}, names[mistake.predicted]))),
    element("small", {}, `${percent(mistake.probability)} · row ${mistake.row}`)),
  `${text}; the true class was given ${percent(mistake.truth_probability)}`);
}
