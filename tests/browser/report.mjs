// Opens pages in a headless browser, uses them as a reader would, and fails if something is broken.
//
//   node report.mjs report.html …        CHROMIUM is the browser's path, by default /usr/bin/chromium

import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { hasReadableAxes, leavesLegendFree, prints, savesCharts, showsHistory } from "./charts.mjs";

const LARGEST = 6_000_000;
const SLOWEST = 2_000;
/** How long an event may take on a busy machine, in milliseconds, before it counts as missing. */
const PATIENCE = 20_000;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SMALL_PHONE = { width: 360, height: 740 };

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The faults of a page, one line each. */
let findings = [];

function check(is, finding) {
  if (!is) findings.push(finding);
  return is;
}

/** Waits until `condition`, a function of `argument` that runs in the page, holds. Returns whether it does. */
const happens = (page, condition, argument) => page.waitForFunction(condition, argument, { timeout: PATIENCE }).then(() => true, () => false);

/** Waits for two frames, before which the page has handled all events so far, such as those of scrolling. */
const nextFrames = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** Opens a page in its own window and waits until it is ready. Errors, dialogs and requests of the page are findings. */
async function open(browser, file, options) {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(file)).href;
  page.on("console", (message) => check(message.type() !== "error", `the console says: ${message.text()}`));
  page.on("pageerror", (error) => check(false, `a script fails: ${error.message}`));
  page.on("dialog", (dialog) => (check(false, `a dialog says: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => check(request.url().split("#")[0] === url || request.url() === "data:,", `it asks for ${request.url()}`));
  await page.goto(url);
  if (options.javaScriptEnabled !== false) {
    // All is there when the browser says that the page has loaded, since that is when programs print it.
    check(await page.evaluate(() => document.documentElement.dataset.ready !== undefined), "it has loaded and isn't ready");
    if (!await happens(page, () => document.documentElement.dataset.ready !== undefined)) throw new Error("the page isn't ready");
  }
  return page;
}

const rows = (page) => page.locator("#leaderboard-table tbody tr");
const column = (page, key) => page.evaluate((key) => {
  const headers = [...document.querySelectorAll("#leaderboard-table thead th")];
  const place = headers.findIndex((header) => header.dataset.key === key);
  return [...document.querySelectorAll("#leaderboard-table tbody tr")].map((row) => row.cells[place].textContent);
}, key);
const header = (page, key) => page.locator(`#leaderboard-table th[data-key="${key}"]`);
const count = async (page) => Number((await page.textContent("#leaderboard-status")).match(/of ([\d,]+) trial/)?.[1].replaceAll(",", "") ?? 0);
const ascends = (numbers) => numbers.every((number, at) => at === 0 || numbers[at - 1] <= number);
const numbersOf = (cells) => cells.filter((cell) => cell !== "").map((cell) => Number(cell.replaceAll(",", "")));

async function looksRight(page) {
  const title = await page.title();
  check(title.includes("Crossfold"), `its title is “${title}”`);
  const links = await page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href").slice(1)));
  const sections = await page.locator("main > section").evaluateAll((sections) => sections.map((section) => section.id));
  check(links.join() === sections.join() && links.length >= 3, `the navigation leads to ${links}, and there are ${sections}`);
  const levels = await page.locator("h1, h2, h3, h4").evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
  check(levels[0] === 1 && levels.every((level, at) => at === 0 || level <= levels[at - 1] + 1), `headings skip a level: ${levels}`);
  // Records and specs may contain any text.
  const text = await page.locator("main > section:not(#provenance, #spec)").evaluateAll((sections) => sections.map((section) => section.innerText).join("\n"));
  check(!/\b(null|undefined|NaN|Infinity)\b/.test(text), `it says: ${text.match(/.*\b(null|undefined|NaN|Infinity)\b.*/)?.[0]}`);
  const made = await page.locator("main img, main script, main iframe").count();
  check(made === 0, "a name has become markup");
  for (const mark of ["leaderboard", "ready"]) {
    const at = await page.evaluate((mark) => performance.getEntriesByName(mark)[0]?.startTime, mark);
    check(at < SLOWEST, `${mark} after ${Math.round(at)} ms`);
  }
}

async function sorts(page) {
  // One or two trials are in order in any case.
  if (await rows(page).count() < 3) return;
  await page.getByLabel("all columns").check();
  const before = await column(page, "trial");
  await header(page, "parameters").locator("button").click();
  const [up, order] = [numbersOf(await column(page, "parameters")), await column(page, "trial")];
  check(ascends(up), `sorted by parameters: ${up}`);
  check(await header(page, "parameters").getAttribute("aria-sort") === "ascending", "a sorted column doesn't say so");
  await header(page, "parameters").locator("button").click();
  const down = numbersOf(await column(page, "parameters"));
  check(ascends(down.toReversed()) && down[0] >= up[0], `sorted the other way round: ${down}`);
  check((await column(page, "trial")).join() !== order.join(), "sorting leaves the order as it was");

  await header(page, "trial").locator("button").focus();
  await page.keyboard.press("Enter");
  check(ascends(numbersOf(await column(page, "trial"))), "the keyboard doesn't sort");
  check(await header(page, "trial").getAttribute("aria-sort") === "ascending", "sorted by keyboard, a column doesn't say so");
  check(await header(page, "parameters").getAttribute("aria-sort") === null, "two columns say that they are sorted");
  await header(page, "rank").locator("button").click();
  check((await column(page, "trial")).join() === before.join(), "sorting by rank doesn't bring the first order back");
  await page.getByLabel("all columns").uncheck();
  check(await header(page, "parameters").isHidden(), "a secondary column stays");
}

async function filters(page) {
  const all = await count(page);
  const input = page.locator("#filter");
  const [first] = await column(page, "trial");
  await input.fill(`trial=${first}`);
  check(await count(page) === 1 && (await column(page, "trial")).join() === first, `trial=${first} leaves ${await count(page)} trials`);
  await input.fill(`trial!=${first}`);
  check(await count(page) === all - 1, `trial!=${first} leaves ${await count(page)} of ${all} trials`);
  const next = Number(first) + 1;
  await input.fill(`trial<${next} trial>=${first}`);
  check((await column(page, "trial")).join() === first, `trial<${next} trial>=${first} leaves ${await column(page, "trial")}`);
  const [state] = await column(page, "state");
  await input.fill(`${state.match(/^(complete|pruned|failed|not finished)/)[0].toUpperCase()} trial=${first}`);
  check(await count(page) === 1, "words and conditions don't go together");
  await input.fill("nothing-is-called-so");
  check(await rows(page).count() === 0, "a word that is nowhere leaves rows");
  await input.fill("colour=red");
  check((await page.textContent("#leaderboard-status")).includes("no column “colour”"), "an unknown column isn't said to be unknown");
  check(await input.getAttribute("aria-invalid") === "true", "a filter with a mistake isn't marked");
  await input.fill("");
  check(await count(page) === all, "an empty filter hides trials");
  const tied = page.getByLabel("only those tied with the best");
  if (await tied.count() > 0) {
    await tied.check();
    check(await count(page) < all && await count(page) > 0 && (await column(page, "tied")).every((cell) => /^(best|tied)$/.test(cell)), "those tied with the best aren't alone");
    await tied.uncheck();
  }
}

async function picks(page) {
  const last = rows(page).last();
  const number = await last.getAttribute("data-trial");
  // If there are only a few trials, all of them are selected at first.
  const wasSelected = await last.locator(".pick").getAttribute("aria-pressed") === "true";
  if (wasSelected) await last.locator("td:visible").last().click();
  await last.locator("td:visible").last().click();
  const pick = page.locator(`#leaderboard-table tr[data-trial="${number}"] .pick`);
  check(await pick.getAttribute("aria-pressed") === "true", "a row that is clicked isn't selected");
  const panel = await page.textContent("#trial-panel");
  check(panel.includes(`trial ${number}`) && /fold 1/.test(panel) && !/null|undefined|NaN/.test(panel), `the panel of trial ${number} says: ${panel}`);
  await pick.focus();
  await page.keyboard.press("Enter");
  check(await pick.getAttribute("aria-pressed") === "false", "the keyboard doesn't take a trial out again");
  check(await pick.evaluate((button) => button === document.activeElement), "the keyboard's place is lost");
  if (wasSelected) await page.keyboard.press("Enter");
}

/** Scrolls to each chart, so that it is drawn, and makes it show a tip. */
async function drawsCharts(page) {
  await page.evaluate(() => document.querySelectorAll("details:has(.chart)").forEach((details) => { details.open = true; }));
  const charts = page.locator(".chart");
  const places = await charts.count();
  for (let place = 0; place < places; place++) {
    const chart = charts.nth(place);
    const label = await chart.getAttribute("aria-label");
    check(label?.length > 10, `chart ${place} has no description`);
    await chart.scrollIntoViewIfNeeded();
    const drawn = await happens(page, (chart) => chart.dataset.drawn !== undefined, await chart.elementHandle());
    if (!check(drawn, `not drawn: ${label}`)) continue;
    const ink = await chart.locator("canvas").first().evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let drawn = 0;
      for (let at = 3; at < data.length; at += 4) drawn += data[at] > 0;
      return drawn / (data.length / 4);
    });
    check(ink > 0.003, `an empty chart: ${label}`);
    const tip = await chart.evaluate(async (chart) => {
      const model = chart.instance.getModel();
      const speaks = model.getSeries().filter((one) => !one.get("silent") && one.getData().count() > 0);
      const series = speaks.find((one) => one.subType !== "custom") ?? speaks[0];
      // Lines of parallel coordinates have no points with tips.
      if (!series || series.subType === "parallel") return null;
      let text = "";
      // Rounding may put a point at the end of an axis outside of it.
      for (const part of [0.5, 0, 0.99]) {
        chart.instance.dispatchAction({ type: "showTip", seriesIndex: series.seriesIndex, dataIndex: Math.floor(series.getData().count() * part) });
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        text ||= chart.querySelector(".chart-tip")?.textContent ?? "";
      }
      chart.instance.dispatchAction({ type: "hideTip" });
      return text;
    });
    check(tip === null || (tip.length > 8 && !/NaN|undefined|null/.test(tip)), `a tip says “${tip}”: ${label}`);
  }
}

/**
 * Moves the mouse to a point of a chart: that after a share `part` of all. Waits until the tip has the text of all `patterns`,
 * and returns its text.
 */
async function hover(page, section, series, patterns, part = 0) {
  const chart = page.locator(`#${section} .chart`).first();
  await chart.evaluate((chart) => chart.scrollIntoView({ block: "center", behavior: "instant" }));
  await happens(page, (chart) => chart.dataset.drawn !== undefined, await chart.elementHandle());
  const at = await chart.evaluate((chart, [series, part]) => {
    const model = chart.instance.getModel().getSeries().find((one) => one.name === series || one.seriesIndex === series);
    const data = model.getData();
    const point = Math.floor(data.count() * part);
    return chart.instance.convertToPixel({ seriesIndex: model.seriesIndex }, ["x", "y"].map((axis) => data.get(data.mapDimensionsAll(axis)[0], point)));
  }, [series, part]);
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + at[0] + 40, box.y + at[1]);
  await page.mouse.move(box.x + at[0], box.y + at[1], { steps: 4 });
  await happens(page, ([chart, patterns]) => {
    const text = chart.querySelector(".chart-tip")?.textContent ?? "";
    return patterns.every((pattern) => new RegExp(pattern).test(text));
  }, [await chart.elementHandle(), patterns]);
  return chart.evaluate((chart) => chart.querySelector(".chart-tip")?.textContent ?? "");
}

async function showsTips(page) {
  // Without scores there is no chart of them.
  if (await page.locator("#folds").count() === 0) return;
  const [trial] = await column(page, "trial");
  const [score] = await column(page, "mean");
  const fold = await hover(page, "folds", "mean", [`trial ${trial}, ranked 1`]);
  check(fold.includes(`trial ${trial}, ranked 1`) && fold.includes(score), `over the first mean, a tip says “${fold}”, and not trial ${trial}, ${score}`);
  if (await page.locator("#curves .chip").count() > 0) {
    // In the middle of it: points at the axes have no tip.
    const curve = await hover(page, "curves", 0, ["epoch \\d", "validation"], 0.5);
    check(/epoch \d/.test(curve) && curve.includes("validation"), `over a curve, a tip says “${curve}”`);
  }
  if (await page.locator("#slices").count() > 0) {
    const slice = await hover(page, "slices", 0, ["trial", "ranked"]);
    check(slice.includes("trial") && slice.includes("ranked"), `over a slice, a tip says “${slice}”`);
  }
  const cell = page.locator("#confusion-matrix td.miss[data-tip]").first();
  if (await cell.count() > 0) {
    await cell.scrollIntoViewIfNeeded();
    // Scrolling hides tips.
    await nextFrames(page);
    await cell.hover();
    await happens(page, () => !document.getElementById("tip").hidden);
    const tip = await page.locator("#tip").textContent();
    check(await page.locator("#tip").isVisible() && tip.includes("taken for"), `over a confusion, a tip says “${tip}”`);
  }
}

async function brushes(page) {
  const chart = page.locator("#parallel .chart");
  if (await chart.count() === 0) return;
  await chart.evaluate((chart) => chart.scrollIntoView({ block: "center", behavior: "instant" }));
  await happens(page, (chart) => chart.dataset.drawn !== undefined, await chart.elementHandle());
  const all = await count(page);
  // The better half of the last axis, which has the scores.
  const axis = await chart.evaluate((chart) => {
    const { coordinateSystem } = chart.instance.getModel().getSeriesByIndex(0);
    const { position } = coordinateSystem.getAxisLayout(coordinateSystem.dimensions.at(-1));
    const name = chart.instance.getModel().queryComponents({ mainType: "parallelAxis" }).at(-1).get("name");
    const { y, height } = coordinateSystem.getRect();
    return [position[0], ...(name.includes("↑") ? [y + 2, y + height / 2] : [y + height - 2, y + height / 2])];
  });
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + axis[0], box.y + axis[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + axis[0], box.y + axis[2], { steps: 8 });
  await page.mouse.up();
  await happens(page, () => /\d+ trials? selected/.test(document.querySelector("#parallel .status").textContent));
  const status = await page.locator("#parallel .status").textContent();
  if (!check(/\d+ trials? selected/.test(status), `after a brush, it says “${status}”`)) return;
  await page.getByRole("button", { name: "Show them in the leaderboard" }).click();
  check(await count(page) < all, "what is brushed isn't alone in the leaderboard");
  await page.getByRole("button", { name: /^Show all again/ }).click();
  check(await count(page) === all, "what was brushed can't be let go");
}

async function isAccessible(page, theme) {
  await page.evaluate(() => Promise.all([...document.querySelectorAll("details:not([open])")].map((details) => new Promise((resolve) => {
    details.addEventListener("toggle", resolve, { once: true });
    details.open = true;
  }))));
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of violations.filter(({ impact }) => impact === "serious" || impact === "critical")) {
    check(false, `${theme}: ${impact}: ${id}, ${help}: ${nodes.slice(0, 3).map(({ target }) => target.join(" ")).join("; ")}`);
  }
}

async function changesTheme(page, expected) {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number).reduce((sum, part) => sum + part) / 3);
  const before = await paper();
  check(expected === "dark" ? before < 80 : before > 200, `the ${expected} page is of a grey of ${before}`);
  await page.locator("#theme").click();
  const after = await paper();
  check(Math.abs(after - before) > 100, "the button doesn't change the colours");
  await page.locator("#theme").click();
  check(await paper() === before, "the button doesn't change the colours back");
}

async function fits(page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check(width <= page.viewportSize().width, `on a screen of ${page.viewportSize().width} pixels the page is ${width} pixels wide`);
  const wrong = await page.locator(".scroller").evaluateAll((frames) => frames.filter((frame) => frame.checkVisibility()).filter(({ classList, firstElementChild: box }) => classList.contains("more") !== (box.scrollLeft + box.clientWidth < box.scrollWidth - 2)).map((frame) => frame.firstElementChild.getAttribute("aria-label")));
  check(wrong.length === 0, `whether more lies to the right of ${wrong} isn't hinted at`);
}

/** The first section says what was studied; no trial is named by its number alone. */
async function introducesStudy(page) {
  const first = page.locator("main > section").first();
  const text = await first.innerText();
  check(await first.getAttribute("id") === "about" && ["data", "target", "validation", "search"].every((name) => text.toLowerCase().includes(name)), `the first section says: ${text}`);
  const names = await page.locator("#summary .trial-name").allInnerTexts();
  check(names.every((name) => /[a-z]/.test(name) && !/^trial \d+$/.test(name)), `trials in the summary are called ${names}`);
  const long = await page.locator("#summary dl, #leaderboard-table").evaluateAll((parts) => parts.map((part) => part.innerText.match(/0\.0*[1-9]\d{4,}|[1-9]\d*\.\d{5,}/)?.[0]).filter((number) => number));
  check(long.length === 0, `people are shown ${long}`);
  const provenance = page.locator("#provenance .facts");
  if (await provenance.count() > 0) check(!/\{"|\["/.test(await provenance.innerText()), `provenance has raw JSON: ${await provenance.innerText()}`);
}

/** At first the leaderboard has what trials differ in; more lies to the right or behind a checkbox, which is said. */
async function showsHyperparametersFirst(page) {
  const keys = await page.locator("#leaderboard-table thead th:visible").evaluateAll((headers) => headers.map((header) => header.dataset.key));
  check(keys.slice(0, 3).join() === "rank,trial,mean" && keys.indexOf("tied") !== 3 && keys.indexOf("state") !== 3, `the leaderboard's columns are ${keys}`);
  check(!keys.includes("low") && !keys.includes("p") && !keys.includes("rung_epochs"), `secondary columns are shown: ${keys}`);
  const groups = page.locator("#failures li");
  if (await groups.count() === 0) return;
  const all = await count(page);
  const failed = Number((await groups.first().innerText()).match(/^([\d,]+) failed/)?.[1].replaceAll(",", ""));
  await groups.first().getByRole("button", { name: "Show" }).click();
  check(await count(page) === failed && (await column(page, "state")).every((state) => state.startsWith("failed")), `of ${failed} failed trials it shows ${await count(page)}`);
  await page.getByRole("button", { name: /^Show all again/ }).click();
  check(await count(page) === all, "after failed trials, not all are shown again");
}

/** What markup in a name would do if the page took it for markup. Each is a function that runs in the page. */
const ATTACKS = {
  "a script element": () => document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" })),
  "a handler in an attribute": () => document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="globalThis.ran = true">'),
  "a handler that is set": () => {
    const button = document.createElement("button");
    button.setAttribute("onclick", "globalThis.ran = true");
    document.body.append(button);
    button.click();
  },
  "a link to a script": () => {
    const link = Object.assign(document.createElement("a"), { href: "javascript:globalThis.ran = true" });
    document.body.append(link);
    link.click();
  },
  "eval": () => (0, eval)("globalThis.ran = true"),
  "a function from text": () => new Function("globalThis.ran = true")(),
  "a timer with text": () => setTimeout("globalThis.ran = true"),
  "a script in a data URL": () => document.body.append(Object.assign(document.createElement("script"), { src: "data:text/javascript,globalThis.ran = true" })),
  "a script in a blob": () => document.body.append(Object.assign(document.createElement("script"), { src: URL.createObjectURL(new Blob(["globalThis.ran = true"])) })),
  "a script from elsewhere": () => document.body.append(Object.assign(document.createElement("script"), { src: "https://example.invalid/a.js" })),
  "a module": () => import("data:text/javascript,globalThis.ran = true"),
  "a worker": () => new Worker(URL.createObjectURL(new Blob(["fetch('https://example.invalid/')"]))),
  "a frame": () => document.body.append(Object.assign(document.createElement("iframe"), { srcdoc: "<script>parent.ran = true</script>" })),
  "a frame from elsewhere": () => document.body.append(Object.assign(document.createElement("iframe"), { src: "https://example.invalid/" })),
  "a frame in a data URL": () => document.body.append(Object.assign(document.createElement("iframe"), { src: "data:text/html,<script>top.postMessage('ran', '*')</script>" })),
  "an object": () => document.body.append(Object.assign(document.createElement("object"), { data: "https://example.invalid/" })),
  "an SVG": () => document.body.insertAdjacentHTML("beforeend", '<svg onload="globalThis.ran = true"><script>globalThis.ran = true</script></svg>'),
  "an image": () => document.body.insertAdjacentHTML("beforeend", '<img src="https://example.invalid/a.png">'),
  "a style from elsewhere": () => document.head.insertAdjacentHTML("beforeend", '<link rel="stylesheet" href="https://example.invalid/a.css">'),
  "a style element": () => document.head.insertAdjacentHTML("beforeend", '<style>@import "https://example.invalid/b.css"; body { display: none }</style>'),
  "a style attribute": () => document.body.insertAdjacentHTML("beforeend", '<p style="background: url(https://example.invalid/c.png); position: fixed; inset: 0">x</p>'),
  "a base": () => document.head.insertAdjacentHTML("afterbegin", '<base href="https://example.invalid/">'),
  "a form": () => {
    document.body.insertAdjacentHTML("beforeend", '<form action="https://example.invalid/" method="post"></form>');
    document.body.lastElementChild.submit();
  },
  "a request": () => fetch("https://example.invalid/"),
  "an old request": () => {
    const request = new XMLHttpRequest();
    request.open("GET", "https://example.invalid/");
    request.send();
  },
  "a socket": () => new WebSocket("wss://example.invalid/"),
  "a stream": () => new EventSource("https://example.invalid/"),
  "a beacon": () => navigator.sendBeacon("https://example.invalid/", "x"),
};

/** A frame reports to itself what its inherited policy refuses, and markup that is inserted runs no script in an SVG. */
const UNREPORTED = new Set(["a frame", "an SVG"]);

/** The content security policy refuses everything that is not the page's own, and says so of each attack. */
async function runsNothing(browser, file) {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce" });
  const page = await context.newPage();
  const url = pathToFileURL(resolve(file)).href;
  const reached = [];
  await context.route((asked) => !asked.href.startsWith("file:"), (route) => (reached.push(route.request().url()), route.abort()));
  page.on("dialog", (dialog) => (check(false, `a dialog says: ${dialog.message()}`), dialog.dismiss()));
  await page.goto(url);
  if (!check(await happens(page, () => document.documentElement.dataset.ready !== undefined), "the page isn't ready")) return;
  await page.evaluate(() => {
    globalThis.refused = 0;
    document.addEventListener("securitypolicyviolation", () => globalThis.refused++);
    addEventListener("message", ({ data }) => { if (data === "ran") globalThis.ran = true; });
  });
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const before = await page.evaluate(() => globalThis.refused);
    // In a timer of the page: what a debugger evaluates itself is not held to the policy.
    await page.evaluate(`void setTimeout(${attack})`);
    if (UNREPORTED.has(name)) await nextFrames(page);
    else check(await happens(page, (before) => globalThis.refused > before, before), `its policy doesn't refuse ${name}`);
    check(await page.evaluate(() => globalThis.ran) === undefined, `${name} runs`);
    await page.evaluate(() => delete globalThis.ran);
  }
  check(await page.evaluate(() => getComputedStyle(document.body).display) !== "none", "a style element changes the page");
  check(page.url() === url, `an attack leads to ${page.url()}`);
  check(reached.length === 0, `attacks ask for ${reached}`);
  await context.close();
}

/** Characters that a browser obeys or doesn't show. */
const HIDDEN = /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}]/u;

/** All text and attributes of the page, charts' tables included. */
async function hidesNothing(page) {
  const found = await page.evaluate((pattern) => {
    const hidden = new RegExp(pattern, "u");
    const texts = [document.title, document.body.textContent];
    for (const one of document.querySelectorAll("*")) texts.push(...[...one.attributes].map((attribute) => attribute.value));
    return texts.map((text) => text.match(hidden)?.[0]).filter((found) => found !== undefined).map((found) => found.codePointAt(0).toString(16));
  }, HIDDEN.source);
  check(found.length === 0, `it has hidden characters: ${found}`);
}

async function checkPage(browser, file) {
  findings = [];
  const { size } = await stat(file);
  check(size <= LARGEST, `it has ${size} bytes`);
  const page = await open(browser, file, { colorScheme: "light" });
  const ready = await page.evaluate(() => Math.round(performance.getEntriesByName("ready")[0].startTime));
  for (const step of [looksRight, hidesNothing, introducesStudy, showsHyperparametersFirst, sorts, filters, picks, drawsCharts, showsTips, brushes, showsHistory, hasReadableAxes, leavesLegendFree, savesCharts]) {
    await step(page, check).catch((error) => check(false, `${step.name}: ${error.message.split("\n")[0]}`));
  }
  await changesTheme(page, "light");
  await isAccessible(page, "light");
  await page.context().close();

  const dark = await open(browser, file, { colorScheme: "dark" });
  await changesTheme(dark, "dark");
  await drawsCharts(dark);
  await isAccessible(dark, "dark");
  await dark.context().close();

  const fresh = await open(browser, file, { colorScheme: "light" });
  const read = await open(browser, file, { colorScheme: "dark" });
  await drawsCharts(read);
  await read.evaluate(() => document.querySelectorAll("details:has(.chart)").forEach((details) => { details.open = false; }));
  await prints(fresh, read, check).catch((error) => check(false, `prints: ${error.message.split("\n")[0]}`));
  await fresh.context().close();
  await read.context().close();

  const phone = await open(browser, file, { viewport: PHONE, colorScheme: "light", hasTouch: true, isMobile: true });
  await fits(phone);
  await drawsCharts(phone);
  await hasReadableAxes(phone, check);
  await fits(phone);
  await phone.setViewportSize(SMALL_PHONE);
  await fits(phone);
  await phone.context().close();

  const scriptless = await open(browser, file, { javaScriptEnabled: false });
  check((await scriptless.textContent("main")).includes("scripts are switched off"), "without scripts it doesn't say what to do");
  await scriptless.context().close();
  await runsNothing(browser, file);
  console.log(`${findings.length === 0 ? "ok" : "FAILED"} ${file}: ${(size / 1e6).toFixed(2)} MB, ready after ${ready} ms`);
  findings.forEach((finding) => console.log(`  ${finding}`));
  return findings.length === 0;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node report.mjs <report.html>…");
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
let isFine = true;
for (const file of files) {
  isFine = await checkPage(browser, file).catch((error) => (console.log(`FAILED ${file}: ${error.message}`), findings.forEach((finding) => console.log(`  ${finding}`)), false)) && isFine;
}
await browser.close();
process.exit(isFine ? 0 : 1);
