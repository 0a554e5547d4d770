/** What the desk shows beside its list: a reading, that none is left, or why there may be one. */

import { write } from "./words.js";

/**
 * @typedef {object} Failure of the last try to fetch something
 * @property {import("./api.js").Problem | import("./api.js").Unreachable} problem
 * @property {number | null} seconds until the next try; null where there is none
 */

/**
 * @param {boolean} hasReading
 * @param {Failure | null} failure of the last try to fetch what waits
 * @param {import("./words.js").Words} words
 */
export function showPanel(hasReading, failure, words) {
  const shown = hasReading ? "work" : failure ? "away" : "empty";
  for (const id of ["work", "away", "empty"]) at(id).hidden = id !== shown;
  words.put(at("away-title"), "desk.away");
  if (failure) sayWhy(at("away-text"), failure, words, "away");
}

/**
 * Say why something is not there, and when it is tried again.
 * @param {HTMLElement} element
 * @param {Failure} failure
 * @param {import("./words.js").Words} words
 * @param {string} kind beginning of the keys
 */
export function sayWhy(element, { problem, seconds }, words, kind) {
  if (seconds === null) write(element, problem.message);
  else words.put(element, `${kind}.${navigator.onLine ? "waiting" : "offline"}`, { seconds });
}

/** @param {string} id @returns {any} */
function at(id) {
  return document.getElementById(id);
}
