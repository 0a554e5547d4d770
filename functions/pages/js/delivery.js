/** One photo from the phone to its reading, however bad the network is. */

import { Problem, Unreachable } from "./api.js";
import { keep } from "./keep.js";
import { upload } from "./upload.js";

/** @typedef {{step: "asking" | "sending" | "reading" | "late" | "waiting", share?: number, seconds?: number}} Report */

const LONGEST_PAUSE = 30;
const FIRST_LOOK_MS = 700;
const SLOWEST_LOOK_MS = 3000;
const LATE_MS = 30_000;
/* A reading takes a second or two, and a cold start as long again: after that something is wrong. */
const LATE_LOOK_MS = 15_000;
const EXPIRY_SLACK_MS = 20_000;
/* A place that closes within that is not begun with. */

/** Delivers one job; `wake` cuts a pause short. */
export class Delivery {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./keep.js").Job} job
   * @param {(report: Report) => void} report
   */
  constructor(api, job, report) {
    this.api = api;
    this.job = job;
    this.report = report;
    this.stopping = new AbortController();
    this.wake = () => {};
  }

  /**
   * Try until the reading is there. What passes is waited for, longer each time; the network's
   * return ends the wait.
   * @returns {Promise<import("./api.js").Reading>} throws `Problem` where no retry helps
   */
  async deliver() {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#send();
        return await this.#arrival();
      } catch (error) {
        this.stopping.signal.throwIfAborted();
        if (!this.#passes(error)) throw error;
        await this.#pause(Math.min(LONGEST_PAUSE, 2 ** tries));
      }
    }
  }

  /** Give up. */
  stop() {
    this.stopping.abort();
    this.wake();
  }

  async #send() {
    const { job } = this;
    if (job.sent) return;
    if (!job.place || Date.parse(job.place.expires_at) < Date.now() + EXPIRY_SLACK_MS) {
      this.report({ step: "asking" });
      job.place = await this.api.askPlace(job.type, job.region);
      await keep(job);
    }
    this.report({ step: "sending", share: 0 });
    const tell = (/** @type {number} */ share) => this.report({ step: "sending", share });
    await upload(job.place, job.photo, tell, this.stopping.signal);
    job.sent = true;
    await keep(job);
  }

  async #arrival() {
    const lateFrom = Date.now() + LATE_MS;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(SLOWEST_LOOK_MS, pause * 1.3)) {
      const isLate = Date.now() >= lateFrom;
      this.report({ step: isLate ? "late" : "reading" });
      const reading = await this.api.reading(this.job.place?.reading_id ?? "");
      if (reading.status !== "pending") return reading;
      await this.#quiet(isLate ? LATE_LOOK_MS : pause);
    }
  }

  /** @param {unknown} error */
  #passes(error) {
    if (error instanceof Unreachable) return true;
    if (!(error instanceof Problem)) return false;
    // The place is closed, or its reading was deleted or never came: another place will do. What the
    // API forbids of a photo that was sent is no fault of its place.
    const isClosed = error.status === 403 && !this.job.sent;
    if (this.job.place && (isClosed || error.kind === "reading-not-found")) {
      this.job.place = null;
      this.job.sent = false;
      return error.kind !== "AccessDenied" || !this.refused++;
    }
    return error.passes;
  }

  /** How often the bucket denied a place: once may be an expired one. */
  refused = 0;

  /** @param {number} seconds */
  async #pause(seconds) {
    this.report({ step: "waiting", seconds });
    addEventListener("online", this.#online);
    await this.#quiet(seconds * 1000);
    removeEventListener("online", this.#online);
  }

  #online = () => this.wake();

  /** @param {number} milliseconds */
  async #quiet(milliseconds) {
    await new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        done(undefined);
      };
    });
    this.stopping.signal.throwIfAborted();
  }
}
