/** What a page waits for, on its way over a network that may be away for a while. */

import { Problem, Unreachable, passes } from "./api.js";

/**
 * @template Found
 * @typedef {object} Told
 * @property {(found: Found, asked: boolean) => void} fetched `asked`: by a person, not after a pause
 * @property {(error: Problem | Unreachable, seconds: number | null) => void} failed tried again
 *   after so many seconds; null where that would not help
 */

const FIRST_PAUSE = 2;
const LONGEST_PAUSE = 60;
/* Seconds between two tries, where the API asks for no more. */

/** @template Found */
export class Fetching {
  /**
   * @param {() => Promise<Found>} attempt one try; throws `Unreachable` or `Problem`
   * @param {Told<Found>} told
   */
  constructor(attempt, told) {
    this.attempt = attempt;
    this.told = told;
    this.pause = FIRST_PAUSE;
    /** @type {Promise<void> | null} the try that is being made */
    this.going = null;
    this.timer = 0;
    this.stopping = new AbortController();
    addEventListener("online", () => this.timer && this.fetch(false), { signal: this.stopping.signal });
  }

  /**
   * Try now; after a failure that passes, again by itself, until it is there.
   * @param {boolean} asked whether a person asks for it
   */
  fetch(asked) {
    this.going ??= this.#try(asked).finally(() => {
      this.going = null;
    });
    return this.going;
  }

  /** Try no more, and tell nothing of the try that is being made. */
  stop() {
    this.stopping.abort();
    clearTimeout(this.timer);
  }

  /** @param {boolean} asked */
  async #try(asked) {
    clearTimeout(this.timer);
    this.timer = 0;
    try {
      const found = await this.attempt();
      if (this.stopping.signal.aborted) return;
      this.pause = FIRST_PAUSE;
      this.told.fetched(found, asked);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
      if (this.stopping.signal.aborted) return;
      this.told.failed(error, passes(error) ? this.#wait(error) : null);
    }
  }

  /** @param {Problem | Unreachable} error @returns {number} seconds until the next try */
  #wait(error) {
    const seconds = Math.max(this.pause, error instanceof Problem ? error.retryAfter : 0);
    this.pause = Math.min(LONGEST_PAUSE, 2 * this.pause);
    this.timer = setTimeout(() => this.fetch(false), 1000 * seconds);
    return seconds;
  }
}
