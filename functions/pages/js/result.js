/** What came of a photo: the number, how sure it is, and what to do next. */

import { Problem, Unreachable } from "./api.js";
import {
  SURE, adviceOf, numberElement, photoWithOutlines, sureness, symbolsOfReading, vehicleOf,
} from "./reading.js";
import { Geometry, stripElement } from "./strip.js";
import { write } from "./words.js";

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** The line by itself, where it was found. @returns {HTMLElement[]} */
function stripOf({ characters }, picture) {
  if (!characters.length) return [];
  const geometry = new Geometry(characters.map(({ box }) => box));
  return [stripElement(picture.cloneNode(), geometry, characters.map(({ confidence }) => sureness(confidence)))];
}

export class Result {
  /**
   * @param {import("./api.js").Api} api
   * @param {() => void} takeAgain
   */
  constructor(api, takeAgain) {
    this.api = api;
    /** @type {import("./words.js").Words | null} */
    this.words = null;
    /** @type {import("./api.js").Reading | null} */
    this.reading = null;
    at("again").addEventListener("click", takeAgain);
    at("copy").addEventListener("click", () => this.#copy());
    at("share").addEventListener("click", () => this.#share());
  }

  /** @param {import("./words.js").Words} words */
  speak(words) {
    this.words = words;
    if (this.reading && !at("result").hidden) this.#write(this.reading, words);
  }

  /**
   * @param {import("./api.js").Reading} reading
   * @param {HTMLImageElement | null} picture
   */
  show(reading, picture) {
    this.reading = reading;
    this.picture(reading, picture);
    write(at("result-note"), reading.status === "rejected" ? reading.error ?? "" : "");
    if (this.words) this.#write(reading, this.words);
    at("result-title").focus();
  }

  /**
   * Put the picture there, unless another reading is shown meanwhile.
   * @param {import("./api.js").Reading} reading
   * @param {HTMLImageElement | null} picture
   */
  picture(reading, picture) {
    if (this.reading?.reading_id !== reading.reading_id) return;
    at("result-photo").replaceChildren(...(picture ? photoWithOutlines(picture, reading) : []));
    at("result-photo").hidden = !picture;
    at("result-strip").replaceChildren(...(picture ? stripOf(reading, picture) : []));
  }

  /**
   * @param {import("./api.js").Reading} reading
   * @param {import("./words.js").Words} words
   */
  #write(reading, words) {
    const { status } = reading;
    at("result").dataset.status = status;
    at("result-title").textContent = words.say(`result.${reading.correction ? "confirmed" : status}`);
    const advice = status === "rejected" ? [words.say("advice.rejected")] : adviceOf(reading, words);
    at("advice").textContent = advice.join(" ");
    at("advice").hidden = !advice.length;
    at("vin").replaceChildren(...(reading.vin ? [numberElement(reading, words)] : []));
    const doubts = symbolsOfReading(reading).some(({ confidence }) => confidence < SURE);
    at("vin-legend").hidden = !doubts;
    at("vin-legend").textContent = words.say("vin.legend");
    at("facts").textContent = this.#facts(reading, words).join(" · ");
    this.#ask(reading, words);
    this.#list(reading, words);
    const good = status === "read";
    at("again").textContent = words.say(good ? "result.next" : "result.again");
    at("again").classList.toggle("primary", !good);
    at("copy").classList.toggle("primary", good);
    at("copy").hidden = !reading.vin;
    at("share").hidden = !reading.vin || !navigator.share;
  }

  /** @returns {string[]} */
  #facts(reading, words) {
    if (!reading.vin) return [];
    const facts = [words.say("result.sure", { percent: words.percent(reading.confidence) })];
    if (reading.check_digit) facts.push(words.say(`check.${reading.check_digit}`));
    const vehicle = vehicleOf(reading);
    return vehicle ? [...facts, vehicle] : facts;
  }

  /** Where one character is all that is in doubt, an answer does instead of another photo. */
  #ask(reading, words) {
    const { question } = reading;
    at("question").hidden = !question;
    if (!question) return;
    at("question-text").textContent = words.say("question.text", { n: question.position });
    const answers = question.symbols.map((symbol) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "symbol-answer";
      button.textContent = symbol;
      button.addEventListener("click", () => this.#answer(question.position, symbol));
      return button;
    });
    at("answers").replaceChildren(...answers);
  }

  async #answer(position, symbol) {
    const { reading, words } = this;
    if (!reading?.vin || !words) return;
    const vin = reading.vin.slice(0, position - 1) + symbol + reading.vin.slice(position);
    try {
      this.reading = await this.#correct(reading, vin);
      write(at("result-note"), "");
      this.#write(this.reading, words);
      at("result-title").focus();
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      this.words?.put(at("result-note"), "result.unsaved");
    }
  }

  /** As it stands afterwards: an answer that got lost makes the second try a conflict with the first. */
  async #correct(reading, vin) {
    try {
      return await this.api.correct(reading, vin);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412)) throw error;
    }
    return this.api.reading(reading.reading_id);
  }

  #list(reading, words) {
    const known = reading.defects.filter(({ type }) => words.has(`defect.${type}`));
    at("defects").hidden = !known.length;
    at("defects").replaceChildren(
      ...known.map(({ type }) => {
        const item = document.createElement("li");
        item.textContent = words.say(`defect.${type}`);
        return item;
      }),
    );
  }

  async #copy() {
    const vin = this.reading?.vin ?? "";
    let key = "result.copied";
    try {
      await navigator.clipboard.writeText(vin);
    } catch (error) {
      // Not allowed, or no such thing where the page is not on a safe origin.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      key = "result.uncopied";
    }
    this.words?.put(at("result-note"), key, { vin });
  }

  async #share() {
    try {
      await navigator.share({ title: "VIN", text: this.reading?.vin ?? "" });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }
}
