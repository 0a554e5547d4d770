/** What a person decided, on its way to the API while the next photo is looked at already. */

import { Problem, passes } from "./api.js";

/**
 * @typedef {import("./api.js").Reading} Reading
 * @typedef {object} Told
 * @property {(reading: Reading, vin: string | null) => void} saving
 * @property {(stored: Reading, vin: string | null) => void} saved
 * @property {(reading: Reading) => void} later the network is away, it is tried again
 * @property {(now: Reading) => void} conflict somebody else changed it: as it stands now
 * @property {(reading: Reading, problem: Problem) => void} refused
 */

const LONGEST_PAUSE_MS = 20_000;

export class Saving {
  /**
   * @param {import("./api.js").Api} api
   * @param {Told} told
   */
  constructor(api, told) {
    this.api = api;
    this.told = told;
    /** How many are not stored yet. */
    this.open = 0;
    addEventListener("beforeunload", (event) => {
      if (this.open) event.preventDefault();
    });
  }

  /**
   * Save a decision, however long the network takes.
   * @param {Reading} reading as it was seen
   * @param {string | null} vin null where nobody can read it
   */
  async save(reading, vin) {
    this.open += 1;
    this.told.saving(reading, vin);
    try {
      for (let pause = 1000; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
        try {
          await this.#try(reading, vin);
          return;
        } catch (error) {
          if (!passes(error)) throw error;
          this.told.later(reading);
          await quiet(pause);
        }
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.told.refused(reading, error);
    } finally {
      this.open -= 1;
    }
  }

  /** A lost answer makes the second try a conflict with the first: then it is stored all the same. */
  async #try(reading, vin) {
    try {
      return this.told.saved(await this.api.correct(reading, vin), vin);
    } catch (error) {
      if (!(error instanceof Problem && error.status === 412)) throw error;
    }
    const now = await this.api.reading(reading.reading_id);
    if (now.correction && now.vin === vin) return this.told.saved(now, vin);
    return this.told.conflict(now);
  }
}

/** Until the time is over, or the network is back. @param {number} milliseconds */
function quiet(milliseconds) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      done(undefined);
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
  });
}
