// Breaks pages in many ways, and fails if `report.mjs` doesn't notice.
//
//   node broken.mjs report.html [NAME]…  a page with ties, curves and a confusion matrix; NAMEs select breakages

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The page with the digests of its own script and styles as they are now, so that its policy lets them run. */
function allowed(page) {
  const digest = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const script = page.match(/<script>([^]*?)<\/script>/)[1];
  const style = page.match(/<style>([^]*?)<\/style>/)[1];
  return page.replace(/script-src 'sha256-[^']*'/, () => `script-src ${digest(script)}`)
    .replace(/style-src 'sha256-[^']*'/, () => `style-src ${digest(style)}`);
}

/** The name of a breakage, the text that is replaced, its replacement, and the finding that it must cause. */
const BREAKAGES = [
  ["sorting", "const sign = ascending ? 1 : -1;", "const sign = 0;", /sorting|sorted/],
  ["what sorting says", 'header.setAttribute("aria-sort"', 'header.setAttribute("data-sort"', /doesn't say so/],
  ["filtering", "const met = sorted(study.trials.filter(meets));", "const met = sorted(study.trials);", /leaves/],
  ["selecting", "selection.toggle(trial);\n    // The row", "// The row", /isn't selected/],
  ["tips", "tipContent(trialTitle(trial), [", "tipContent(undefined, [", /a tip says/],
  ["a request", "selectFirst();", 'selectFirst(); fetch("https://example.invalid/");', /console says|asks for/],
  ["a script", "followReading(sections, links);", "followReading(sections, links); setTimeout(() => missing());", /a script fails/],
  ["the width", "</style>", "section { min-width: 500px; }</style>", /pixels wide/],
  ["contrast", "--muted: #59626b", "--muted: #b9c2cb", /color-contrast/],
  ["labels", '"aria-label": label, tabindex: "0"', 'tabindex: "-1"', /serious|critical/],
  ["dark colours", "@media (prefers-color-scheme: dark) {", "@media (prefers-color-scheme: none) {", /dark page/],
  ["drawing", "drawn.setOption(content);", "", /empty chart|Cannot read|not drawn/],
  ["brushing", '"axisareaselected"', '"axisarea"', /after a brush/],
  ["charts on paper", "chart.figure.prepend(sheet);", "", /no chart is made for paper|isn't whole on a page/],
  ["colours on paper", 'root.dataset.theme = "light";\n    sheets', "sheets", /or they differ/],
  ["what is made for paper", "sheets.forEach((sheet) => sheet.remove());", "", /stays on the screen/],
  ["the width of paper", ".printed svg { display: block; width: 100%;", ".printed svg { display: block; width: 130%;", /ink in its margins|isn't whole/],
  ["waiting to unpack", "makePage();\n  } catch", "setTimeout(makePage, 300);\n  } catch", /has loaded and isn't ready/],
  ["saving", "root.setAttribute(\"width\", `${millimetres}mm`);", "", /width of two columns/],
  ["styles in an SVG", "replace(/ style=\"([^\"]*)\"/g, converted)", "slice(0)", /the SVG of \w+ has|console says/],
  ["the history", "data: scored.map(point), markLine", "data: [], markLine", /the history draws/],
  ["the direction of errors and scores", "return { type: \"value\", min, max, name: scoreName()", "return { type: \"value\", inverse: true, min, max, name: scoreName()", /upside down/],
  ["room for names of axes", "top: axes.length > 5 ? 64 : 44, bottom: 20,", "top: 4, bottom: 20,", /is cut off/],
  ["the legend of curves", "? x + 16 : Math.max(0, x - width - 16), 44]", "? x + 16 : Math.max(0, x - width - 16), 0]", /over the legend/],
  ["navigation", "list.append(element(\"li\", {}, link));", "", /navigation leads/],
  ["a policy for scripts", /script-src [^;]*;/, "script-src 'unsafe-inline' 'unsafe-eval' data: blob:;", /policy doesn't refuse a script element/],
  ["a policy for styles", /style-src [^;]*;/, "style-src 'unsafe-inline';", /policy doesn't refuse a style (element|attribute)/],
  ["a policy for requests", "default-src 'none'", "default-src https:", /policy doesn't refuse a request/],
  ["a policy for bases", "base-uri 'none'; form-action 'none'", "", /policy doesn't refuse a base/],
  ["a hidden character", '<span class="brand">Crossfold</span>', '<span class="brand">Cross\u202efold</span>', /hidden characters: 202e/],
  ["what was studied", "aboutSection, summarySection", "summarySection", /first section says/],
  ["names of trials", 'trial.name.split(" · ")', '`trial ${trial.trial}`.split(" · ")', /trials in the summary are called/],
  ["secondary columns", ".leaderboard:not(.wide) .secondary { display: none; }", "", /secondary column/],
  ["a hint at more", 'frame.classList.toggle("more"', 'frame.classList.toggle("less"', /isn't hinted at/],
  ["failed trials", "leaderboard.restrict(rows, label)", "leaderboard.restrict(rows.slice(1), label)", /failed trials it shows/],
  ["provenance", "factList(study.provenance)", 'element("p", { class: "facts" }, study.record)', /raw JSON/],
  ["speed", 'performance.mark("leaderboard");', 'for (const from = performance.now(); performance.now() - from < 2500;); performance.mark("leaderboard");', /after \d+ ms/],
];

const [file, ...only] = process.argv.slice(2);
const page = await readFile(file, "utf8");
const folder = await mkdtemp(join(tmpdir(), "broken-report-"));
let isFine = true;
for (const [what, text, by, expected] of BREAKAGES.filter(([what]) => only.length === 0 || only.includes(what))) {
  const broken = join(folder, `${what.replaceAll(/\W/g, "-")}.html`);
  const changed = allowed(page.replace(text, () => by));
  if (changed === page) {
    console.log(`FAILED ${what}: the page has no ${JSON.stringify(text)}`);
    isFine = false;
    continue;
  }
  await writeFile(broken, changed);
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, "report.mjs"), broken], { encoding: "utf8" });
  const notices = status === 1 && expected.test(stdout);
  console.log(`${notices ? "ok" : "FAILED"} ${what}${notices ? "" : `: nobody noticed:\n${stdout}`}`);
  isFine &&= notices;
}
await rm(folder, { recursive: true });
process.exit(isFine ? 0 : 1);
