/** Photos of readings, fetched before they are needed. */

import { Problem, Unreachable } from "./api.js";

/** @typedef {{whole: HTMLImageElement, line: HTMLImageElement}} Photo twice: an element stands in one place */

const KEPT = 6;
/* Photos held at a time: a dozen megapixels each. */

export class Photos {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, Promise<Photo>>} */
    this.loads = new Map();
  }

  /**
   * The photo of a reading, loaded; throws `Unreachable`, or `Problem`: one that `isGone` where no photo
   * is kept.
   * @param {import("./api.js").Reading} reading
   */
  of(reading) {
    const id = reading.reading_id;
    const load = this.loads.get(id) ?? this.#load(id);
    this.loads.delete(id);
    this.loads.set(id, load); // the last one asked for is the last to go
    for (const old of [...this.loads.keys()].slice(0, -KEPT)) this.loads.delete(old);
    return load;
  }

  /** Fetch some ahead; what fails is fetched when it is needed. @param {import("./api.js").Reading[]} readings */
  prepare(readings) {
    for (const reading of readings) {
      this.of(reading).catch((error) => {
        if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      });
    }
  }

  /** @param {string} id @returns {Promise<Photo>} */
  async #load(id) {
    try {
      const whole = new Image();
      whole.src = await this.api.photo(id); // good for a while only: each try asks for one of its own
      await whole.decode();
      const line = /** @type {HTMLImageElement} */ (whole.cloneNode());
      await line.decode(); // now: later on its address may be of no use
      return { whole, line };
    } catch (error) {
      this.loads.delete(id);
      // A browser does not tell what the bucket answered.
      throw error instanceof DOMException ? new Unreachable(error.message) : error;
    }
  }
}
