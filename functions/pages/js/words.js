/** What the page says, in the language of whoever reads it. */

import { fileNamed } from "./api.js";
import { SPARE } from "./spare.js";

/** The languages there is a file of, by their own names. */
export const LANGUAGES = {
  en: "English", de: "Deutsch", pl: "Polski", ru: "Русский", zh: "中文",
};

const STORED = "vinreader.language";

/** The chosen language, else the first of the browser's that there is a file of, else English. */
export function preferredLanguage() {
  const asked = [localStorage.getItem(STORED), ...navigator.languages];
  const known = asked.map((one) => (one ?? "").slice(0, 2).toLowerCase());
  return known.find((one) => one in LANGUAGES) ?? "en";
}

/** Sentences of one language, by their keys. */
export class Words {
  /**
   * @param {string} language
   * @param {Record<string, string>} [sentences] beside the spare ones, which are always there
   */
  constructor(language, sentences = {}) {
    this.language = language;
    this.sentences = { ...SPARE[language], ...sentences };
  }

  /**
   * @param {string} language one of `LANGUAGES`
   * @returns {Promise<Words>} throws `Unreachable` or `Problem`
   */
  static async load(language) {
    return new Words(language, await fileNamed(`words/${language}.json`));
  }

  /** @param {string} key */
  has(key) {
    return key in this.sentences;
  }

  /**
   * A sentence, with what stands in braces put in.
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  say(key, values = {}) {
    const sentence = this.sentences[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (braces, name) => String(values[name] ?? braces));
  }

  /**
   * A share of 1 in percent, never rounded up to certainty.
   * @param {number} share
   */
  percent(share) {
    const format = new Intl.NumberFormat(this.language, { style: "percent", maximumFractionDigits: 1 });
    return format.format(Math.floor(share * 1000 + 1e-9) / 1000);
  }

  /**
   * How long ago that was.
   * @param {string} moment ISO 8601
   */
  ago(moment) {
    const minutes = Math.round((Date.parse(moment) - Date.now()) / 60_000);
    const format = new Intl.RelativeTimeFormat(this.language, { numeric: "auto", style: "narrow" });
    if (minutes > -60) return format.format(Math.min(0, minutes), "minute");
    if (minutes > -2880) return format.format(Math.round(minutes / 60), "hour");
    return format.format(Math.round(minutes / 1440), "day");
  }

  /**
   * Say something in an element, which `fill` says again when another language is chosen.
   * @param {HTMLElement} element
   * @param {string} key
   * @param {Record<string, string | number>} [values] the same in every language
   */
  put(element, key, values = {}) {
    element.dataset.say = key;
    element.dataset.values = JSON.stringify(values);
    element.textContent = this.say(key, values);
  }

  /** Say in the same way what an image shows. @param {HTMLImageElement} image @param {string} key */
  describe(image, key) {
    image.dataset.sayAlt = key;
    image.alt = this.say(key);
  }

  /**
   * Put the sentences into every element that names one (`data-say`, `data-say-label`, `data-say-alt`);
   * what there are no words for stays.
   * @param {ParentNode} root
   */
  fill(root) {
    document.documentElement.lang = this.language;
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-say]"))) {
      const { say = "", values = "{}" } = element.dataset;
      if (this.has(say)) element.textContent = this.say(say, JSON.parse(values));
    }
    for (const [name, attribute] of [["data-say-label", "aria-label"], ["data-say-alt", "alt"]]) {
      for (const element of root.querySelectorAll(`[${name}]`)) {
        const key = element.getAttribute(name) ?? "";
        if (this.has(key)) element.setAttribute(attribute, this.say(key));
      }
    }
  }
}

/**
 * Put a text into an element that is the same in every language, in place of what was said there.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  delete element.dataset.say;
  element.textContent = text;
}

/** @param {string} language */
export function rememberLanguage(language) {
  localStorage.setItem(STORED, language);
}
