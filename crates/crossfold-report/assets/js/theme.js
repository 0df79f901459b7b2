// ---- theme.js: light and dark. The system decides until the button is pressed.

const themeListeners = [];

function isDark() {
  const forced = document.documentElement.dataset.theme;
  return forced ? forced === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The styles' colours, for charts. */
function colours() {
  const styles = getComputedStyle(document.documentElement);
  const of = (name) => styles.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"), muted: of("muted"), line: of("line"), faint: of("faint"), surface: of("surface"), accent: of("accent"), bad: of("bad"),
    series: [1, 2, 3, 4, 5, 6].map((place) => of(`series-${place}`)),
    scale: [1, 2, 3, 4].map((place) => of(`scale-${place}`)),
  };
}

/** Those of the light page, for what leaves the screen. */
function lightColours() {
  const root = document.documentElement;
  const before = root.dataset.theme;
  root.dataset.theme = "light";
  const light = colours();
  if (before === undefined) delete root.dataset.theme;
  else root.dataset.theme = before;
  return light;
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const button = document.getElementById("theme");
  button.textContent = isDark() ? "Light colours" : "Dark colours";
  themeListeners.forEach((listener) => listener());
}

function listenForTheme() {
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(document.documentElement.dataset.theme));
  setTheme(null);
}
