/** Signing in: OAuth 2.0, authorization code with PKCE (RFC 7636). No secret is in the page. */

import { Problem, contentOf, passes, problemOf, reach } from "./api.js";

/**
 * @typedef {object} Issuer what config.json says of who issues tokens
 * @property {string} authorize_url
 * @property {string} token_url
 * @property {string} client_id
 * @typedef {{access: string, refresh: string | null, name: string, until: number}} Tokens
 */

const TOKENS = "vinreader.tokens";
const ASKED = "vinreader.asked";
const SLACK_MS = 60_000;

/**
 * Who uses the page. Tokens live in this tab alone (`sessionStorage`). Methods that wait for the issuer
 * throw `Unreachable` or `Problem`; where that passes, they can be called again.
 */
export class Session {
  /**
   * @param {Issuer | null} issuer null where the API takes no tokens, as on one's own machine
   * @param {string[]} scopes what the page needs
   */
  constructor(issuer, scopes) {
    this.issuer = issuer;
    this.scopes = scopes;
  }

  /** Take what the issuer sent along, where the browser comes back from it; else ask who it is. */
  async begin() {
    if (!this.issuer) return;
    const query = new URLSearchParams(location.search);
    const asked = JSON.parse(sessionStorage.getItem(ASKED) ?? "null");
    if (asked && query.get("state") === asked.state) await this.#arrive(query, asked.verifier);
    else if (!this.#tokens()) await this.#signIn();
  }

  /**
   * The code stays in the address until the issuer has said something to it. A refusal is thrown: to go
   * there again at once might go on for ever.
   * @param {URLSearchParams} query
   * @param {string} verifier
   */
  async #arrive(query, verifier) {
    try {
      const refusal = query.get("error");
      if (refusal) throw new Problem(400, refusal, query.get("error_description") ?? refusal);
      await this.#exchange({
        grant_type: "authorization_code",
        code: query.get("code") ?? "",
        code_verifier: verifier,
        redirect_uri: here(),
      });
    } catch (error) {
      if (!passes(error)) forgetAsked();
      throw error;
    }
    forgetAsked();
  }

  /** The name of whoever is signed in; empty where nobody has to. */
  get name() {
    return this.#tokens()?.name ?? "";
  }

  /** A token for the API; null where it takes none. */
  async token() {
    if (!this.issuer) return null;
    if ((this.#tokens()?.until ?? 0) < Date.now() + SLACK_MS) await this.renew();
    return this.#tokens()?.access ?? null;
  }

  /** Get a new token, without the person where that is possible. */
  async renew() {
    const refresh = this.#tokens()?.refresh;
    if (!refresh) return this.#signIn();
    try {
      return await this.#exchange({ grant_type: "refresh_token", refresh_token: refresh });
    } catch (error) {
      if (passes(error) || !(error instanceof Problem)) throw error;
    }
    sessionStorage.removeItem(TOKENS);
    return this.#signIn();
  }

  signOut() {
    sessionStorage.removeItem(TOKENS);
    location.reload();
  }

  /** @returns {Tokens | null} */
  #tokens() {
    return JSON.parse(sessionStorage.getItem(TOKENS) ?? "null");
  }

  /** Leave for the issuer; the page is loaded again afterwards. @returns {Promise<never>} */
  async #signIn() {
    // Nobody comes back from the browser's own page for an address where nobody answers. What is
    // answered here does not matter, and the pages may call no other address of the issuer.
    const body = new URLSearchParams({ client_id: this.issuer?.client_id ?? "" });
    await reach(this.issuer?.token_url ?? "", { method: "POST", mode: "no-cors", body });
    const [verifier, state] = [random(), random()];
    sessionStorage.setItem(ASKED, JSON.stringify({ verifier, state }));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const query = new URLSearchParams({
      response_type: "code",
      client_id: this.issuer?.client_id ?? "",
      redirect_uri: here(),
      scope: ["openid", ...this.scopes].join(" "),
      state,
      code_challenge: base64url(new Uint8Array(digest)),
      code_challenge_method: "S256",
    });
    location.assign(`${this.issuer?.authorize_url}?${query}`);
    return new Promise(() => {});
  }

  /** @param {Record<string, string>} grant */
  async #exchange(grant) {
    const body = new URLSearchParams({ ...grant, client_id: this.issuer?.client_id ?? "" });
    const answer = await reach(this.issuer?.token_url ?? "", { method: "POST", body });
    if (!answer.ok) {
      const { error = "", error_description: detail } = await answer.json().catch(() => ({}));
      throw problemOf(answer, error, detail ?? (error || `${answer.status}`));
    }
    const told = await contentOf(answer);
    const claims = told.id_token ? claimsOf(told.id_token) : {};
    /** @type {Tokens} */
    const tokens = {
      access: told.access_token,
      refresh: told.refresh_token ?? this.#tokens()?.refresh ?? null,
      name: claims.name ?? claims.email ?? claims["cognito:username"] ?? this.name,
      until: Date.now() + (told.expires_in ?? 3600) * 1000,
    };
    sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
  }
}

/** What was asked of the issuer is settled: it does not count twice. */
function forgetAsked() {
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, "", location.pathname);
}

/** The page's own address, as it is registered with the issuer. */
function here() {
  return location.origin + location.pathname;
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What a token says, for showing: it is the API that checks it. @param {string} token */
function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0))));
}
