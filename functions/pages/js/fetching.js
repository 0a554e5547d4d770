/** What waits for a person, on its way from the API, which may be away for a while. */

import { Problem, Unreachable, passes } from "./api.js";

/**
 * @typedef {object} Told
 * @property {(asked: boolean) => void} fetched `asked`: by a person, not after a pause
 * @property {(error: Problem | Unreachable, seconds: number | null) => void} failed tried again
 *   after so many seconds; null where that would not help
 */

const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 60;
/* Seconds between two tries, where the API asks for no more. */

export class Fetching {
  /**
   * @param {import("./queue.js").Queue} queue
   * @param {Told} told
   */
  constructor(queue, told) {
    this.queue = queue;
    this.told = told;
    this.pause = FIRST_PAUSE;
    /** @type {Promise<void> | null} the try that is being made */
    this.going = null;
    this.timer = 0;
    addEventListener("online", () => this.timer && this.fetch(false));
  }

  /**
   * Try now; after a failure that passes, again by itself, until the readings are there.
   * @param {boolean} asked whether a person asks for it
   */
  fetch(asked) {
    this.going ??= this.#try(asked).finally(() => {
      this.going = null;
    });
    return this.going;
  }

  /** @param {boolean} asked */
  async #try(asked) {
    clearTimeout(this.timer);
    this.timer = 0;
    try {
      await this.queue.fetch();
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      this.told.failed(error, passes(error) ? this.#wait(error) : null);
      return;
    }
    this.pause = FIRST_PAUSE;
    this.told.fetched(asked);
  }

  /** @param {Problem | Unreachable} error @returns {number} seconds until the next try */
  #wait(error) {
    const seconds = Math.max(this.pause, error instanceof Problem ? error.retryAfter : 0);
    this.pause = Math.min(LONGEST_PAUSE, 2 * this.pause);
    this.timer = setTimeout(() => this.fetch(false), 1000 * seconds);
    return seconds;
  }
}
