// ---- main.js: the page, from top to bottom.

const SECTIONS = [
  summarySection, leaderboardSection, foldsSection, curvesSection, parallelSection, slicesSection, importanceSection, variablesSection, confusionSection,
  numbersSection, mistakesSection, calibrationSection, rocSection, priceSection, provenanceSection, specSection,
];

/** A section with its heading, what it says and how to read it; its entry in the navigation follows from it. */
function section(id, title, caption, ...content) {
  return element("section", { id, "aria-labelledby": `${id}-title` }, element("h2", { id: `${id}-title` }, title),
    caption && element("p", { class: "how" }, caption), content);
}

/** Which entry of the navigation is being read. */
function followReading(sections, links) {
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? visible.add(target) : visible.delete(target);
    const current = sections.find((one) => visible.has(one));
    links.forEach((link, place) => {
      if (sections[place] === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }, { rootMargin: "-80px 0px -60% 0px" });
  sections.forEach((one) => observer.observe(one));
}

/** On paper all charts are drawn, on white. */
function listenForPrint() {
  let before = null;
  addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme ?? null;
    setTheme("light");
    placed.forEach((chart) => chart.draw());
  });
  addEventListener("afterprint", () => setTheme(before));
}

/** What can go wrong before there is a page is said in its place. */
function start() {
  makePage().catch((error) => {
    document.getElementById("content").prepend(element("p", { class: "notice", role: "alert" },
      `The page can’t be drawn: ${error.message}. It may have been cut short on its way; the CSV files beside it hold the same figures.`));
    throw error;
  });
}

async function makePage() {
  const main = document.getElementById("content");
  const loading = document.getElementById("loading");
  if (typeof DecompressionStream === "undefined") {
    loading.hidden = false;
    loading.textContent = "This browser is too old to unpack the results; any from 2023 on can. The CSV files beside this page hold the same figures.";
    return;
  }
  loading.hidden = false;
  listenForTheme();
  listenForTips();
  await readStudy();
  selectFirst();
  const sections = [];
  const links = [];
  const nav = document.getElementById("nav");
  const list = element("ul");
  nav.append(list);
  loading.remove();
  for (const make of SECTIONS) {
    const made = make();
    if (!made) continue;
    main.append(made);
    const link = element("a", { href: `#${made.id}` }, made.querySelector("h2").textContent);
    list.append(element("li", {}, link));
    sections.push(made);
    links.push(link);
    if (make === leaderboardSection) {
      // The table is there to be read before the rest is made.
      performance.mark("leaderboard");
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  followReading(sections, links);
  listenForPrint();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  performance.mark("ready");
  document.documentElement.dataset.ready = "";
}
