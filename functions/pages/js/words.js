/** What the page says, in the language of whoever reads it. */

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
   * @param {Record<string, string>} sentences
   */
  constructor(language, sentences) {
    this.language = language;
    this.sentences = sentences;
  }

  /**
   * @param {string} language one of `LANGUAGES`
   * @returns {Promise<Words>}
   */
  static async load(language) {
    const answer = await fetch(`words/${language}.json`);
    if (!answer.ok) throw new Error(`words/${language}.json: ${answer.status}`);
    return new Words(language, await answer.json());
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
   * Put the sentences into every element that names one (`data-say`, `data-say-label`).
   * @param {ParentNode} root
   */
  fill(root) {
    document.documentElement.lang = this.language;
    for (const element of root.querySelectorAll("[data-say]")) {
      element.textContent = this.say(element.getAttribute("data-say") ?? "");
    }
    for (const element of root.querySelectorAll("[data-say-label]")) {
      element.setAttribute("aria-label", this.say(element.getAttribute("data-say-label") ?? ""));
    }
  }
}

/** @param {string} language */
export function rememberLanguage(language) {
  localStorage.setItem(STORED, language);
}
