// ---- tip.js: what hovering or focusing an element of the page says, beside charts, which have tips of their own.

const tips = new WeakMap();

/** `text` is a string of lines. */
function withTip(target, text) {
  tips.set(target, text);
  target.dataset.tip = "";
  return target;
}

function listenForTips() {
  const box = element("div", { class: "tip", id: "tip", role: "tooltip", hidden: true });
  document.body.append(box);
  const show = (event) => {
    const target = event.target.closest?.("[data-tip]");
    if (!target) return void (box.hidden = true);
    box.textContent = tips.get(target);
    box.hidden = false;
    const at = target.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left + at.width / 2 - width / 2, document.documentElement.clientWidth - width - 8));
    const above = at.top - height - 8;
    box.style.left = `${left}px`;
    box.style.top = `${above > 0 ? above : at.bottom + 8}px`;
  };
  document.addEventListener("pointerover", show);
  // What scrolled under a resting pointer speaks once the pointer moves.
  document.addEventListener("pointermove", (event) => box.hidden && show(event));
  document.addEventListener("focusin", show);
  document.addEventListener("scroll", () => (box.hidden = true), { passive: true, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") box.hidden = true;
  });
}
