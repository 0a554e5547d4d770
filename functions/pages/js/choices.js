/** Language and look of the page, chosen in its head and remembered in this browser. */

import { LANGUAGES, Words, preferredLanguage, rememberLanguage } from "./words.js";

const LOOKS = ["auto", "light", "dark", "contrast"];
const STORED = "vinreader.look";

/**
 * Put both choices into `place`, fill the page with words, and again when another language is chosen.
 * @param {HTMLElement} place
 * @param {(words: Words) => void} onWords called for the words now, and for every later choice
 */
export async function offerChoices(place, onWords) {
  const language = select("language", Object.entries(LANGUAGES), preferredLanguage());
  const look = select("look", LOOKS.map((one) => [one, one]), localStorage.getItem(STORED) ?? "auto");
  place.append(language.parentElement, look.parentElement);
  const show = async () => {
    const words = await Words.load(language.value);
    words.fill(document);
    for (const option of look.options) option.textContent = words.say(`look.${option.value}`);
    language.setAttribute("aria-label", words.say("choose.language"));
    look.setAttribute("aria-label", words.say("choose.look"));
    onWords(words);
  };
  language.addEventListener("change", () => {
    rememberLanguage(language.value);
    show();
  });
  look.addEventListener("change", () => {
    localStorage.setItem(STORED, look.value);
    document.documentElement.dataset.look = look.value;
  });
  document.documentElement.dataset.look = look.value;
  await show();
}

/**
 * @param {string} id
 * @param {string[][]} options value and text of each
 * @param {string} chosen
 * @returns {HTMLSelectElement}
 */
function select(id, options, chosen) {
  const element = document.createElement("select");
  element.id = id;
  for (const [value, text] of options) element.add(new Option(text, value, false, value === chosen));
  document.createElement("label").append(element);
  return element;
}
