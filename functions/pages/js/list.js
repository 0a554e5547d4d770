/** What the desk lists: readings that wait, and numbers that one may be. */

import { sureness } from "./reading.js";

/**
 * One reading of the queue.
 * @param {import("./api.js").Reading} reading
 * @param {boolean} isCurrent
 * @param {import("./words.js").Words} words
 * @param {() => void} choose
 * @returns {HTMLLIElement}
 */
export function listItem(reading, isCurrent, words, choose) {
  const facts = `${words.percent(reading.confidence)} · ${words.ago(reading.created_at)}`;
  const button = plainButton(`item ${sureness(reading.confidence)}`, choose);
  button.tabIndex = isCurrent ? 0 : -1; // one stop of the Tab key, from which the list can be scrolled
  button.append(part("span", reading.vin ?? "—", "item-vin"), part("span", facts, "item-facts"));
  const item = document.createElement("li");
  if (isCurrent) item.setAttribute("aria-current", "true");
  item.append(button);
  return item;
}

/**
 * A whole number that the photo may show; what differs from the first one is underlined.
 * @param {import("./api.js").Candidate} candidate
 * @param {() => void} choose
 */
export function candidateButton({ vin, differs_at: places, check_digit: digit }, choose) {
  const button = plainButton("small candidate", choose);
  button.append(...[...vin].map((symbol, at) => part(places.includes(at + 1) ? "b" : "span", symbol)));
  if (digit === "valid") button.append(" ✓");
  return button;
}

/** @param {string} name @param {() => void} act */
function plainButton(name, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.addEventListener("click", act);
  return button;
}

/** @param {string} tag @param {string} text @param {string} [name] */
function part(tag, text, name = "") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}
