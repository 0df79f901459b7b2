// ---- selection.js: the trials that the reader looks at.

/** More lines in one chart can't be distinguished. */
const MOST_SELECTED = 6;

const selection = {
  trials: [],
  /** The one clicked last. */
  current: null,
  listeners: [],

  toggle(trial) {
    const place = this.trials.indexOf(trial);
    if (place >= 0) {
      this.trials.splice(place, 1);
      if (this.current === trial) this.current = null;
    } else {
      // The one that was selected first makes room.
      if (this.trials.length === MOST_SELECTED) this.trials.shift();
      this.trials.push(trial);
      this.current = trial;
    }
    this.changed();
  },

  clear() {
    this.trials = [];
    this.current = null;
    this.changed();
  },

  changed() {
    this.listeners.forEach((listener) => listener());
  },
};

/** The chosen trial and the best. */
function selectFirst() {
  const chosen = study.byNumber.get(study.chosen);
  // Where none has a score, those that failed may have come some way.
  const first = (study.ranked.length > 0 ? study.ranked : study.trials.filter(hasCurve)).slice(0, 3);
  selection.trials = [...new Set([chosen, ...first])].filter((trial) => trial).slice(0, 3);
}
