/** Signing in: OAuth 2.0, authorization code with PKCE (RFC 7636). No secret is in the page. */

import { Unreachable } from "./api.js";

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

/** Who uses the page. Tokens live in this tab alone (`sessionStorage`). */
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
    if (asked && query.get("state") === asked.state && query.has("code")) {
      sessionStorage.removeItem(ASKED);
      history.replaceState(null, "", location.pathname);
      await this.#exchange({
        grant_type: "authorization_code",
        code: query.get("code") ?? "",
        code_verifier: asked.verifier,
        redirect_uri: here(),
      });
    } else if (!this.#tokens()) {
      await this.#signIn();
    }
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
    if (refresh) {
      await this.#exchange({ grant_type: "refresh_token", refresh_token: refresh });
    } else {
      await this.#signIn();
    }
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
    let answer;
    try {
      answer = await fetch(this.issuer?.token_url ?? "", { method: "POST", body });
    } catch (error) {
      throw new Unreachable(String(error));
    }
    if (!answer.ok) {
      sessionStorage.removeItem(TOKENS);
      await this.#signIn();
    }
    const told = await answer.json();
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
