/** What the desk shows beside its list: a reading, that none is left, or why there may be one. */

/**
 * @typedef {object} Failure of the last try to fetch what waits
 * @property {import("./api.js").Problem | import("./api.js").Unreachable} problem
 * @property {number | null} seconds until the next try; null where there is none
 */

/**
 * @param {boolean} hasReading
 * @param {Failure | null} failure
 * @param {import("./words.js").Words} words
 */
export function showPanel(hasReading, failure, words) {
  const shown = hasReading ? "work" : failure ? "away" : "empty";
  for (const id of ["work", "away", "empty"]) at(id).hidden = id !== shown;
  at("away-text").textContent = failure ? reason(failure, words) : "";
}

/** @param {Failure} failure @param {import("./words.js").Words} words */
function reason({ problem, seconds }, words) {
  if (seconds === null) return problem.message;
  return words.say(navigator.onLine ? "desk.away.waiting" : "desk.away.offline", { seconds });
}

/** @param {string} id @returns {any} */
function at(id) {
  return document.getElementById(id);
}
