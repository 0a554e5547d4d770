/** What a page needs before it can be used: words, config.json and who uses it. Each may be away. */

import { fileNamed } from "./api.js";
import { Session } from "./auth.js";
import { Choices } from "./choices.js";
import { Fetching } from "./fetching.js";
import { sayWhy } from "./panels.js";
import { Words, preferredLanguage, write } from "./words.js";

/**
 * @typedef {object} Config config.json
 * @property {string} api address of the API, without a slash at the end
 * @property {import("./auth.js").Issuer | null} auth
 * @property {string} [docs]
 * @typedef {{config: Config, session: Session}} Needs
 */

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/**
 * Fetch it all, however long that takes; meanwhile the page says what is away.
 * @param {string[]} scopes what the page does with the API
 * @param {(words: Words) => void} onWords called with the first words, and with those of every language
 *   that is chosen
 * @returns {Promise<Needs>}
 */
export function fetchNeeds(scopes, onWords) {
  const choices = new Choices(at("choices"), onWords);
  /** @type {Config | null} */
  let config = null;
  let away = "";
  const attempt = async () => {
    away = "begin.away";
    while (!choices.words) await choices.speak(); // once more where another one was chosen meanwhile
    config ??= /** @type {Config} */ (await fileNamed("config.json", { cache: "no-store" }));
    away = "begin.signin";
    const session = new Session(config.auth, scopes);
    await session.begin();
    return { config, session };
  };
  return new Promise((done, fail) => {
    const settled = new AbortController();
    const fetching = new Fetching(attempt, {
      fetched: (needs) => {
        settled.abort();
        fetching.stop();
        showAway(false);
        done(needs);
      },
      failed: (problem, seconds) => {
        const words = choices.words ?? new Words(preferredLanguage());
        words.put(at("away-title"), away);
        sayWhy(at("away-text"), { problem, seconds }, words, "away");
        words.put(at("told"), away);
        if (!choices.words) words.fill(document);
        showAway(true);
      },
    });
    at("away-now").addEventListener("click", () => fetching.fetch(true), { signal: settled.signal });
    at("choices").addEventListener("change", () => {
      // Those few are at hand in every language.
      if (!choices.words) new Words(preferredLanguage()).fill(document);
    }, { signal: settled.signal });
    fetching.fetch(true).catch(fail);
  });
}

/** @param {boolean} isAway */
function showAway(isAway) {
  at("away").hidden = !isAway;
  if (isAway) {
    document.body.dataset.step = "away";
  } else {
    delete document.body.dataset.step;
    write(at("told"), "");
  }
}
