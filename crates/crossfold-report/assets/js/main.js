// ---- main.js: the page, from top to bottom.

const SECTIONS = [
  aboutSection, summarySection, modelsSection, leaderboardSection, historySection, foldsSection, curvesSection, parallelSection, slicesSection, importanceSection,
  confusionSection,
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

/**
 * What can go wrong before there is a page is said in its place. All is made at once, before the browser says that the page has
 * loaded, so that it can be printed from then on.
 */
function start() {
  try {
    makePage();
  } catch (error) {
    document.getElementById("content").prepend(element("p", { class: "notice", role: "alert" },
      `The page can’t be drawn: ${error.message}. It may have been cut short on its way; the CSV files beside it hold the same figures.`));
    throw error;
  }
}

function makePage() {
  const main = document.getElementById("content");
  if (!Array.prototype.toSorted) throw new Error("this browser is too old; any from 2023 on can draw it");
  listenForTheme();
  listenForTips();
  readStudy();
  selectFirst();
  const sections = [];
  const links = [];
  const nav = document.getElementById("nav");
  const list = element("ul");
  nav.append(list);
  main.append(...[banner()].filter((made) => made));
  for (const make of SECTIONS) {
    const made = make();
    if (!made) continue;
    main.append(made);
    const link = element("a", { href: `#${made.id}` }, made.querySelector("h2").textContent);
    list.append(element("li", {}, link));
    sections.push(made);
    links.push(link);
    if (make === leaderboardSection) performance.mark("leaderboard");
  }
  followReading(sections, links);
  listenForPrint();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  performance.mark("ready");
  document.documentElement.dataset.ready = "";
}
