/** The photo of the reading that is looked at, its line by itself and the whole; or why it is not there. */

import { Problem } from "./api.js";
import { Fetching } from "./fetching.js";
import { sayWhy } from "./panels.js";
import { weakest } from "./queue.js";
import { photoWithOutlines, sureness } from "./reading.js";
import { stripElement } from "./strip.js";

/** @typedef {import("./api.js").Reading} Reading */

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

export class View {
  /**
   * @param {import("./photos.js").Photos} photos
   * @param {() => import("./words.js").Words} words those of the language that is chosen now
   */
  constructor(photos, words) {
    this.photos = photos;
    this.words = words;
    /** @type {Fetching<import("./photos.js").Photo> | null} */
    this.fetching = null;
    at("photo-now").addEventListener("click", () => this.fetching?.fetch(true));
  }

  /**
   * Show the photo of a reading as soon as it can be had.
   * @param {Reading} reading
   * @param {import("./strip.js").Geometry | null} geometry null where no line was found
   * @returns {Promise<void>} settled after the first try
   */
  show(reading, geometry) {
    this.clear();
    this.fetching = new Fetching(() => this.photos.of(reading), {
      fetched: (photo) => this.#put(photo, reading, geometry),
      failed: (problem, seconds) => this.#lack(problem, seconds),
    });
    return this.fetching.fetch(true);
  }

  /** Show none, and wait for none. */
  clear() {
    this.fetching?.stop();
    this.fetching = null;
    at("strip").replaceChildren();
    at("photo").replaceChildren();
    at("nophoto").hidden = true;
  }

  #put({ whole, line }, reading, geometry) {
    if (document.activeElement === at("photo-now")) at("cells").querySelectorAll("input")[weakest(reading)].focus();
    at("nophoto").hidden = true;
    this.words().describe(whole, "photo.alt");
    at("photo").replaceChildren(...photoWithOutlines(whole, reading));
    if (!geometry) return;
    const names = reading.characters.map(({ confidence }) => sureness(confidence));
    at("strip").replaceChildren(stripElement(line, geometry, names));
  }

  #lack(problem, seconds) {
    const [words, text] = [this.words(), at("nophoto-text")];
    const isGone = problem instanceof Problem && problem.isGone;
    at("nophoto").hidden = false;
    at("photo-now").hidden = isGone;
    if (isGone) words.put(text, "desk.nophoto");
    else if (seconds === null) words.put(text, "desk.photo.refused", { detail: problem.message });
    else sayWhy(text, { problem, seconds }, words, "desk.photo");
  }
}
