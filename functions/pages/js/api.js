/** The calls that the pages make. docs/openapi.json describes them all. */

/**
 * @typedef {{symbol: string, confidence: number}} Alternative
 * @typedef {[number, number][]} Quad four corners, clockwise from the top left of the text
 * @typedef {{symbol: string, confidence: number, box: Quad, alternatives: Alternative[]}} Character
 * @typedef {{vin: string, confidence: number, check_digit: string, differs_at: number[]}} Candidate
 * @typedef {{corrected_by: string, corrected_at: string}} Correction
 * @typedef {object} Reading
 * @property {string} reading_id
 * @property {"read" | "retake" | "not_found" | "rejected" | "pending"} status
 * @property {string | null} vin
 * @property {number} confidence
 * @property {string | null} check_digit
 * @property {Character[]} characters
 * @property {Candidate[]} candidates
 * @property {{position: number, symbols: string[], text: string} | null} question
 * @property {Quad | null} quad
 * @property {{vin: string, quad: Quad}[]} barcodes
 * @property {{type: string, confidence: number}[]} defects
 * @property {string[]} advice
 * @property {string[]} advice_kinds
 * @property {{manufacturer: string | null, country: string | null, model_years: number[]} | null} vehicle
 * @property {string | null} error
 * @property {number} version
 * @property {string} created_at
 * @property {Correction | null} correction
 * @typedef {{x: number, y: number, width: number, height: number}} Region shares of the photo
 * @typedef {{reading_id: string, upload: {url: string, fields: Record<string, string>}, expires_at: string}} Place
 */

/** The API, the bucket or the issuer of tokens does not answer: worth trying again. */
export class Unreachable extends Error {}

/** The API refuses (RFC 9457). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} type
   * @param {string} detail
   * @param {number} [retryAfter] seconds that the API asks to wait for; 0 where it asks nothing
   */
  constructor(status, type, detail, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.kind = type.split(":").at(-1);
    this.retryAfter = retryAfter;
  }

  /** Whether what was asked for will not be there again. */
  get isGone() {
    return this.status === 404 || this.status === 410;
  }

  /** Whether the same request may be answered a little later. */
  get passes() {
    // RequestTimeout is S3's, for a connection that was too slow.
    return this.status >= 500 || this.status === 429 || this.kind === "RequestTimeout";
  }
}

/** Whether the same call may succeed a little later. @param {unknown} error */
export function passes(error) {
  return error instanceof Unreachable || (error instanceof Problem && error.passes);
}

const PATIENCE_MS = 40_000;
/* The gateway answers within 30 s, whatever its function does: an answer that takes longer got lost. */

/**
 * Fetch; throws `Unreachable` where nobody answers.
 * @param {string} address
 * @param {RequestInit} [options]
 */
export async function reach(address, options = {}) {
  try {
    return await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/**
 * The JSON of an answer. What breaks off, or comes from a network's own page for signing in, is none:
 * throws `Unreachable`.
 * @param {Response} answer
 */
export async function contentOf(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/**
 * @param {Response} answer that refuses
 * @param {string} type
 * @param {string} detail
 */
export function problemOf(answer, type, detail) {
  // From another origin only what CORS exposes can be seen (HttpApi in template.yaml).
  return new Problem(answer.status, type, detail, Number(answer.headers.get("retry-after")) || 0);
}

/**
 * A JSON file of the pages; throws `Unreachable` or `Problem`.
 * @param {string} name
 * @param {RequestInit} [options]
 */
export async function fileNamed(name, options) {
  const answer = await reach(name, options);
  if (!answer.ok) throw problemOf(answer, "", `${name}: ${answer.status}`);
  return contentOf(answer);
}

/** Every method throws `Unreachable` or `Problem`. */
export class Api {
  /**
   * @param {string} base address of the API, without a slash at the end
   * @param {{token: () => Promise<string | null>, renew: () => Promise<void>}} session
   */
  constructor(base, session) {
    this.base = base;
    this.session = session;
  }

  /**
   * @param {string} contentType
   * @param {Region | null} region where the number should be
   * @returns {Promise<Place>}
   */
  askPlace(contentType, region) {
    return this.#ask("POST", "/uploads", { content_type: contentType, roi: region });
  }

  /**
   * @param {string} id
   * @returns {Promise<Reading>}
   */
  reading(id) {
    return this.#ask("GET", `/readings/${id}`);
  }

  /**
   * One page of readings, newest first.
   * @param {string} status
   * @param {string | null} cursor that of the page before
   * @returns {Promise<{readings: Reading[], cursor: string | null}>}
   */
  readings(status, cursor) {
    const query = new URLSearchParams({ status, limit: "100", ...(cursor && { cursor }) });
    return this.#ask("GET", `/readings?${query}`);
  }

  /**
   * Where the photo can be fetched for a while, as a JPEG with nothing drawn on it.
   * @param {string} id
   * @returns {Promise<string>}
   */
  async photo(id) {
    return (await this.#ask("GET", `/readings/${id}/picture?annotated=false`)).url;
  }

  /**
   * @param {Reading} reading as it was seen
   * @param {string | null} vin null where nobody can read it
   * @returns {Promise<Reading>}
   */
  correct(reading, vin) {
    const seen = { "if-match": `"${reading.version}"` };
    return this.#ask("PUT", `/readings/${reading.reading_id}/correction`, { vin }, seen);
  }

  async #ask(method, path, body = undefined, headers = {}) {
    let answer = await this.#send(method, path, body, headers);
    if (answer.status === 401) {
      await this.session.renew();
      answer = await this.#send(method, path, body, headers);
    }
    if (answer.ok) return contentOf(answer);
    const document = await answer.json().catch(() => ({}));
    throw problemOf(answer, document.type ?? "", document.detail ?? document.message ?? "");
  }

  async #send(method, path, body, headers) {
    const token = await this.session.token();
    const sent = { ...headers };
    if (token) sent.authorization = `Bearer ${token}`;
    if (body) sent["content-type"] = "application/json";
    return reach(this.base + path, { method, headers: sent, body: body && JSON.stringify(body) });
  }
}
