/** Language and look of the page, chosen in its head and remembered in this browser. */

import { Problem, Unreachable } from "./api.js";
import { LANGUAGES, Words, preferredLanguage, rememberLanguage } from "./words.js";

const LOOKS = ["auto", "light", "dark", "contrast"];
const STORED = "vinreader.look";

export class Choices {
  /**
   * Put both choices into `place`.
   * @param {HTMLElement} place
   * @param {(words: Words) => void} onWords called for every words that the page was filled with
   */
  constructor(place, onWords) {
    this.onWords = onWords;
    /** @type {Words | null} those that the page shows; null until some could be fetched */
    this.words = null;
    this.language = select("language", Object.entries(LANGUAGES), preferredLanguage());
    this.look = select("look", LOOKS.map((one) => [one, one]), localStorage.getItem(STORED) ?? "auto");
    place.append(this.language.parentElement, this.look.parentElement);
    this.language.addEventListener("change", () => this.#choose());
    this.look.addEventListener("change", () => {
      localStorage.setItem(STORED, this.look.value);
      document.documentElement.dataset.look = this.look.value;
    });
    document.documentElement.dataset.look = this.look.value;
  }

  /** Fill the page with words of the chosen language; throws `Unreachable` or `Problem`. */
  async speak() {
    const { language, look } = this;
    const words = await Words.load(language.value);
    if (words.language !== language.value) return; // another one was chosen meanwhile
    this.words = words;
    words.fill(document);
    for (const option of look.options) option.textContent = words.say(`look.${option.value}`);
    language.setAttribute("aria-label", words.say("choose.language"));
    look.setAttribute("aria-label", words.say("choose.look"));
    this.onWords(words);
  }

  /** Where a language cannot be fetched, the page keeps the one that it has. */
  async #choose() {
    const { language } = this;
    const chosen = language.value;
    language.setCustomValidity("");
    rememberLanguage(chosen);
    try {
      await this.speak();
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      if (!this.words || language.value !== chosen) return;
      language.value = this.words.language;
      rememberLanguage(language.value);
      language.setCustomValidity(new Words(chosen).say("begin.language"));
      language.reportValidity();
    }
  }
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
