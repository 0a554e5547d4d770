/** What waits for a person: readings to retake, and those that are read without being quite sure. */

import { symbolsOfReading } from "./reading.js";

/** @typedef {import("./api.js").Reading} Reading */

const PAGES = 5;
/* So many pages of a hundred retakes are fetched at most: more than a person does in an hour. */
const SURE_ENOUGH = 0.995;
/* A number that is read with less confidence than that is worth a look. */

export class Queue {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** @type {Reading[]} */
    this.readings = [];
    /** @type {"newest" | "doubtful"} */
    this.order = "newest";
    /** Ids that were decided here: the API's lists show a change a moment later. */
    this.done = new Set();
  }

  /** Fetch what waits now. */
  async fetch() {
    const [retakes, read] = await Promise.all([this.#all("retake", PAGES), this.#all("read", 1)]);
    const doubtful = read.filter((one) => one.confidence < SURE_ENOUGH && !one.correction);
    this.readings = [...retakes, ...doubtful].filter((one) => !this.done.has(one.reading_id));
    this.sort(this.order);
  }

  /** @param {"newest" | "doubtful"} order */
  sort(order) {
    this.order = order;
    const newest = (/** @type {Reading} */ a, /** @type {Reading} */ b) =>
      b.created_at.localeCompare(a.created_at);
    const doubtful = (/** @type {Reading} */ a, /** @type {Reading} */ b) =>
      a.confidence - b.confidence || newest(a, b);
    this.readings.sort(order === "newest" ? newest : doubtful);
  }

  /**
   * The one after a reading, in the order of the list; the first where there is none behind it.
   * @param {Reading | null} reading
   * @returns {Reading | null}
   */
  after(reading) {
    const at = this.readings.findIndex((one) => one.reading_id === reading?.reading_id);
    return this.readings[at + 1] ?? this.readings[0] ?? null;
  }

  /** @param {Reading} reading @returns {Reading | null} */
  before(reading) {
    const at = this.readings.findIndex((one) => one.reading_id === reading.reading_id);
    return this.readings[at - 1] ?? null;
  }

  /** The next two: their photos are fetched while this one is looked at. @param {Reading} reading */
  ahead(reading) {
    const next = this.after(reading);
    return [next, next && this.after(next)].filter((one) => one && one !== reading);
  }

  /** @param {Reading} reading */
  remove(reading) {
    this.done.add(reading.reading_id);
    this.readings = this.readings.filter((one) => one.reading_id !== reading.reading_id);
  }

  /** Put a reading back, as it stands now, where the old one was. @param {Reading} reading */
  restore(reading) {
    this.done.delete(reading.reading_id);
    this.readings = this.readings.filter((one) => one.reading_id !== reading.reading_id);
    this.readings.push(reading);
    this.sort(this.order);
  }

  /**
   * @param {string} status
   * @param {number} pages at most
   * @returns {Promise<Reading[]>}
   */
  async #all(status, pages) {
    const found = [];
    let cursor = null;
    for (let page = 0; page < pages; page += 1) {
      const answer = await this.api.readings(status, cursor);
      found.push(...answer.readings);
      cursor = answer.cursor;
      if (!cursor) break;
    }
    return found;
  }
}

/**
 * The place of the character that is least sure, from 0.
 * @param {Reading} reading
 */
export function weakest(reading) {
  const symbols = symbolsOfReading(reading);
  const least = Math.min(...symbols.map(({ confidence }) => confidence));
  return Math.max(0, symbols.findIndex(({ confidence }) => confidence === least));
}
