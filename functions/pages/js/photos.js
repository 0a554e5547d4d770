/** Photos of readings, fetched before they are needed. */

import { Problem, Unreachable } from "./api.js";

const KEPT = 6;
/* Photos held at a time: a dozen megapixels each. */
const PAUSES_MS = [1000, 2000, 4000, 0];
/* After each try to fetch one. */

export class Photos {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Map<string, Promise<HTMLImageElement | null>>} */
    this.loads = new Map();
  }

  /**
   * The photo of a reading, loaded; null where none is kept or it cannot be fetched now.
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

  /** @param {import("./api.js").Reading[]} readings */
  prepare(readings) {
    for (const reading of readings) this.of(reading);
  }

  /** @param {string} id @returns {Promise<HTMLImageElement | null>} */
  async #load(id) {
    for (const pause of PAUSES_MS) {
      try {
        const image = new Image();
        image.src = await this.api.photo(id);
        await image.decode();
        return image;
      } catch (error) {
        if (error instanceof Problem && !error.passes) break; // it is not kept
        const foreseen = error instanceof Problem || error instanceof Unreachable || error instanceof DOMException;
        if (!foreseen) throw error;
        await new Promise((done) => setTimeout(done, pause));
      }
    }
    this.loads.delete(id); // another look may have more luck
    return null;
  }
}
