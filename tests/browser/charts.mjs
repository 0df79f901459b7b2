// Checks of the page's charts: what they show, how they print, and what is saved of them. `report.mjs` runs them.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Margins of a printed page, in millimetres, as the page's styles have them. */
const MARGIN = 12;
const DOTS = 50;
/** How long a file may take on a busy machine, in milliseconds, before it counts as missing. */
const PATIENCE = 60_000;

/** Opens the table below a chart and returns its columns and its rows, cells as they are shown. */
const numbersOf = (figure) => figure.evaluate(async (figure) => {
  const details = figure.querySelector(".chart-tools .numbers");
  if (!details) return null;
  if (!details.open) {
    await new Promise((resolve) => {
      details.addEventListener("toggle", resolve, { once: true });
      details.open = true;
    });
  }
  const cells = (row) => [...row.cells].map((cell) => cell.textContent);
  const table = details.querySelector("table");
  return { columns: cells(table.tHead.rows[0]), rows: [...table.tBodies[0].rows].map(cells) };
});

const asNumber = (text) => Number(text.replaceAll(",", ""));

/** The search history has every trial that was trained, and its last best score is the leaderboard's first. */
export async function showsHistory(page, check) {
  const section = page.locator("#history");
  const board = await page.evaluate(() => {
    const column = [...document.querySelectorAll("#leaderboard-table thead th")].findIndex(({ dataset }) => dataset.key === "mean");
    return document.querySelector("#leaderboard-table tbody tr")?.cells[column].textContent;
  });
  if (await section.count() === 0) return;
  const figure = section.locator("figure").first();
  const { columns, rows } = await numbersOf(figure);
  const best = columns.indexOf("best so far");
  const trials = rows.map((row) => Number(row[0].replaceAll(",", "")));
  check(trials.every((trial, at) => at === 0 || trials[at - 1] < trial), "the history isn't in the order of trials");
  const last = asNumber(rows.at(-1)[best]);
  check(Number.isNaN(last) || Math.abs(last - asNumber(board)) <= 1e-3 * Math.abs(last), `the history ends with ${last} as the best, the leaderboard begins with ${board}`);
  const drawn = await figure.locator(".chart").evaluate(async (chart) => {
    chart.scrollIntoView({ block: "center", behavior: "instant" });
    while (!chart.instance) await new Promise((resolve) => requestAnimationFrame(resolve));
    return chart.instance.getModel().getSeries().filter(({ subType }) => subType === "scatter").reduce((sum, series) => sum + series.getData().count(), 0);
  });
  check(drawn === rows.length, `the history draws ${drawn} of ${rows.length} trials`);
  const ended = section.locator("figure").nth(1);
  if (await ended.count() === 0) return;
  const ends = (await numbersOf(ended)).rows.reduce((sum, [, count]) => sum + asNumber(count), 0);
  check(ends === rows.length, `the trials by how far they were trained are ${ends} of ${rows.length}`);
}

/** Axes of scores have one direction everywhere and say which end is better; no point lies outside; no label over another. */
export async function hasReadableAxes(page, check) {
  const charts = page.locator(".chart[data-drawn]");
  for (let place = 0; place < await charts.count(); place++) {
    const chart = charts.nth(place);
    const label = await chart.getAttribute("aria-label");
    const found = await chart.evaluate((chart) => {
      const model = chart.instance.getModel();
      const axes = ["xAxis", "yAxis", "parallelAxis"].flatMap((kind) => model.queryComponents({ mainType: kind }).map(({ option }) => ({ name: option.name ?? "", inverse: option.inverse, type: option.type, min: option.min, max: option.max })));
      const texts = chart.instance.getZr().storage.getDisplayList(true).filter(({ type, style, invisible, ignore }) => type === "tspan" && style.text && !invisible && !ignore).map((one) => {
        const box = one.getBoundingRect().clone();
        const turned = one.transform && Math.abs(one.transform[1]) > 0.01;
        if (one.transform) box.applyTransform(one.transform);
        return { text: one.style.text, turned, x: box.x, y: box.y, width: box.width, height: box.height };
      });
      return { axes, texts, width: chart.clientWidth, height: chart.clientHeight };
    });
    for (const { name, inverse, type } of found.axes) {
      if (/better/.test(name)) check(!inverse, `an axis of scores is upside down: ${label}`);
      else check(!inverse || type === "category", `an axis is upside down: ${label}`);
    }
    const straight = found.texts.filter(({ turned }) => !turned);
    for (const [at, one] of straight.entries()) {
      for (const other of straight.slice(at + 1)) {
        const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
        const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
        check(across <= 2 || down <= 4, `“${one.text}” and “${other.text}” are printed over each other: ${label}`);
      }
      check(one.x >= -2 && one.x + one.width <= found.width + 2 && one.y >= -2 && one.y + one.height <= found.height + 2, `“${one.text}” is cut off: ${label}`);
    }
  }
}

/** The tip of the learning curves leaves their legend free. */
export async function leavesLegendFree(page, check) {
  const chart = page.locator("#curves .chart");
  if (await chart.count() === 0 || await page.locator("#curves .chip").count() === 0) return;
  const bottom = await chart.evaluate(async (chart) => {
    chart.scrollIntoView({ block: "center", behavior: "instant" });
    while (!chart.instance) await new Promise((resolve) => requestAnimationFrame(resolve));
    chart.instance.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: 0 });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const tip = chart.querySelector(".chart-tip");
    return tip ? tip.getBoundingClientRect().top - chart.getBoundingClientRect().top : null;
  });
  check(bottom === null || bottom >= 30, `the tip of learning curves begins ${bottom} pixels below the top, over the legend`);
}

/**
 * Takes what the page gives to be saved, for `saved` to return. A browser refuses a page's later downloads when it believes that
 * nobody asked for them, and on a busy machine it can believe so of keys that a test presses.
 */
const takeDownloads = (page) => page.evaluate(() => {
  globalThis.taken = [];
  const addressOf = URL.createObjectURL;
  let content;
  URL.createObjectURL = (given) => addressOf(content = given);
  HTMLAnchorElement.prototype.click = function () {
    const name = this.download;
    const reader = new FileReader();
    reader.addEventListener("load", () => globalThis.taken.push({ name, data: reader.result.split(",")[1] }));
    reader.readAsDataURL(content);
  };
});

async function taken(page) {
  const first = await page.waitForFunction(() => globalThis.taken.shift(), undefined, { timeout: PATIENCE });
  const { name, data } = await first.jsonValue();
  return { name, bytes: Buffer.from(data, "base64") };
}

async function downloaded(download) {
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** A chart of each section, saved by keyboard. The first is downloaded. */
export async function savesCharts(page, check) {
  let hasDownloaded = false;
  const sections = await page.locator("main > section:has(figure .chart)").all();
  for (const section of sections) {
    const figure = section.locator("figure:visible").first();
    if (await figure.count() === 0) continue;
    const id = await section.getAttribute("id");
    await figure.locator(".saving summary").focus();
    await page.keyboard.press("Enter");
    const save = async (name) => {
      const button = figure.getByRole("button", { name, exact: true });
      if (hasDownloaded) {
        await button.press("Enter");
        return taken(page);
      }
      const [download] = await Promise.all([page.waitForEvent("download", { timeout: PATIENCE }), button.press("Enter")]);
      hasDownloaded = true;
      await takeDownloads(page);
      return downloaded(download);
    };
    const svg = await save("SVG");
    const text = svg.bytes.toString("utf8");
    check(svg.name.includes(`-${id}`) && svg.name.endsWith(".svg"), `a chart of ${id} is saved as ${svg.name}`);
    check(/^<svg [^>]*width="174mm"/.test(text), `the SVG of ${id} doesn't have the width of two columns: ${text.slice(0, 200)}`);
    check(/<title>[^<]{10,}<\/title>/.test(text) && (text.match(/<text /g) ?? []).length > 2, `the SVG of ${id} has no title or no labels`);
    check(!/ style=| class=|<style|<script|NaN|undefined/.test(text), `the SVG of ${id} has ${text.match(/ style=| class=|<style|<script|NaN|undefined/)?.[0]}`);
    const png = await save("PNG");
    // A PNG's width stands in bytes 16 to 19.
    check(png.name.endsWith(".png") && png.bytes.readUInt32BE(16) > 2_000, `the picture of ${id}, ${png.name}, is ${png.bytes.readUInt32BE(16)} pixels wide`);
    await figure.locator(".saving summary").click();
  }
}

/** The pages of a PDF as pictures of grey, and their text. */
async function pagesOf(bytes) {
  const folder = await mkdtemp(join(tmpdir(), "crossfold-pages-"));
  try {
    const file = join(folder, "page.pdf");
    await writeFile(file, bytes);
    await run("pdftoppm", ["-r", String(DOTS), file, join(folder, "page")]);
    const { stdout } = await run("pdftotext", ["-layout", file, "-"], { maxBuffer: 1 << 28 });
    const names = (await readdir(folder)).filter((name) => name.endsWith(".ppm")).sort();
    const pictures = await Promise.all(names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      const [header, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString("latin1"));
      return { width: Number(width), height: Number(height), pixels: bytes.subarray(header.length) };
    }));
    return { pictures, texts: stdout.split("\f").slice(0, pictures.length) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whether two printed pages look the same: up to the edges of strokes, which may fall between pixels in another way. */
function looksLike(one, other) {
  let different = 0;
  for (let at = 0; at < one.pixels.length; at++) different += Math.abs(one.pixels[at] - other.pixels[at]) > 64;
  return one.pixels.length === other.pixels.length && different < one.pixels.length * 5e-4;
}

/** Shares of a printed page's columns of pixels that hold ink, from the left edge to the right. */
function inkByColumn({ width, height, pixels }) {
  const columns = new Array(width).fill(0);
  for (let at = 0; at < width * height; at++) if (Math.min(...pixels.subarray(3 * at, 3 * at + 3)) < 200) columns[at % width]++;
  return columns;
}

/**
 * A page that has just been loaded prints all of its charts, whole, on A4 and Letter, and the same as one that has been read to its
 * end in dark colours.
 */
export async function prints(fresh, read, check) {
  const a4 = await pagesOf(await fresh.pdf({ format: "A4", preferCSSPageSize: false }));
  const again = await pagesOf(await read.pdf({ format: "A4" }));
  const letter = await pagesOf(await fresh.pdf({ format: "Letter" }));
  check(a4.pictures.length === again.pictures.length && a4.pictures.every((picture, at) => looksLike(picture, again.pictures[at])),
    `printed from the start it has ${a4.pictures.length} pages, after reading in dark colours ${again.pictures.length}, or they differ`);
  for (const [format, { pictures }] of [["A4", a4], ["Letter", letter]]) {
    pictures.forEach((picture, at) => {
      const ink = inkByColumn(picture);
      const margin = Math.floor((MARGIN / 25.4) * DOTS) - 2;
      check([...ink.slice(0, margin), ...ink.slice(-margin)].every((count) => count === 0), `page ${at + 1} on ${format} has ink in its margins`);
      check(ink.some((count) => count > 0), `page ${at + 1} on ${format} is empty`);
    });
  }
  // What each chart says, as it is drawn for paper: all of it must be on the page that its heading is on.
  const charts = await fresh.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    const charts = [...document.querySelectorAll("main > section figure .printed")].filter((sheet) => !sheet.closest("details:not([open]), [hidden]")).map((sheet) => ({
      section: sheet.closest("section").querySelector("h2").textContent,
      isFirst: sheet === sheet.closest("section").querySelector("figure .printed"),
      // Turned text comes out of a PDF in pieces.
      words: [...sheet.querySelectorAll("text")].filter((text) => !text.getAttribute("transform")?.startsWith("matrix")).flatMap((text) => text.textContent.split(/\s+/)).filter((word) => word.length > 2),
      marks: sheet.querySelectorAll("path, circle, polygon, polyline, rect").length,
    }));
    dispatchEvent(new Event("afterprint"));
    return { charts, left: document.querySelectorAll(".printed").length, places: document.querySelectorAll("main > section .chart").length };
  });
  check(charts.left === 0, "what is made for paper stays on the screen");
  check(charts.charts.length > 0 || charts.places === 0, "no chart is made for paper");
  for (const { section, isFirst, words, marks } of charts.charts) {
    check(marks > 3, `a chart of “${section}” is printed without marks`);
    const missing = (text) => words.filter((word) => !text.includes(word));
    const best = a4.texts.map((text) => ({ text, missing: missing(text) })).sort((a, b) => a.missing.length - b.missing.length);
    check(best[0].missing.length <= words.length * 0.05, `a chart of “${section}” isn't whole on a page: ${best[0].missing.slice(0, 8)}`);
    if (isFirst) check(best.some(({ text, missing }) => missing.length <= words.length * 0.05 && text.includes(section)), `“${section}” and its chart are on different pages`);
  }
}
