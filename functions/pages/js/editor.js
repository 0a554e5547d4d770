/** Seventeen fields under the characters of a photo: the number as a person sets it right. */

import { SURE, sureness, symbolsOfReading } from "./reading.js";
import { weakest } from "./queue.js";
import { LENGTH, symbolsOf } from "./vin.js";

const LABEL = /^\W*V\W*I\W*N\W*/i;
/* What may stand before a number that is pasted. */
const ALTERNATIVES_SHOWN = 2;
const WIDEST = 0.054;
const BESIDE = 0.94;
/* A field's width: in shares of the strip, and of the room between the closest characters. */

/** The least room between two characters, in shares of the strip. @param {import("./strip.js").Geometry | null} geometry */
function closest(geometry) {
  if (!geometry?.isOneRow) return 1 / LENGTH;
  const centres = geometry.characters.map(({ left, width }) => left + width / 2);
  return Math.max(0.02, Math.min(...centres.slice(1).map((centre, at) => centre - centres[at])));
}

/**
 * A field's name: where it stands, how sure its character is, and what else it may be.
 * @param {number} at
 * @param {number} confidence
 * @param {string[]} others
 * @param {import("./words.js").Words} words
 */
function labelOf(at, confidence, others, words) {
  const label = words.say("desk.cell", { n: at + 1, percent: words.percent(confidence) });
  return others.length ? `${label}, ${words.say("desk.cell.alternatives", { symbols: others.join(", ") })}` : label;
}

export class Editor {
  /**
   * @param {HTMLElement} place
   * @param {() => void} onChange
   */
  constructor(place, onChange) {
    this.place = place;
    this.onChange = onChange;
    /** @type {HTMLInputElement[]} */
    this.inputs = [];
    /** @type {import("./api.js").Reading | null} */
    this.reading = null;
    place.addEventListener("input", (event) => this.#typed(/** @type {InputEvent} */ (event)));
    place.addEventListener("keydown", (event) => this.#pressed(event));
    place.addEventListener("paste", (event) => this.#pasted(event));
    place.addEventListener("focusin", (event) => {
      if (event.target instanceof HTMLInputElement) event.target.select();
    });
  }

  /**
   * Show a reading, with the least sure character to begin with.
   * @param {import("./api.js").Reading} reading
   * @param {import("./strip.js").Geometry | null} geometry where the characters stand; null: evenly
   * @param {import("./words.js").Words} words
   */
  show(reading, geometry, words) {
    this.reading = reading;
    const symbols = symbolsOfReading(reading);
    this.inputs = [];
    const cells = Array.from({ length: LENGTH }, (_, at) => {
      const place = geometry?.isOneRow ? geometry.characters[at] : null;
      const centre = place ? place.left + place.width / 2 : (at + 0.5) / LENGTH;
      const { symbol, confidence } = symbols[at] ?? { symbol: "", confidence: 0 };
      const cell = this.#cell(at, symbol, confidence, words);
      cell.style.left = `${100 * centre}%`;
      return cell;
    });
    this.place.style.setProperty("--cell", `${100 * Math.min(WIDEST, closest(geometry) * BESIDE)}%`);
    this.place.replaceChildren(...cells);
    this.inputs[weakest(reading)].focus();
    this.onChange();
  }

  /** What stands in the fields, shorter than seventeen where one is empty. */
  get vin() {
    return this.inputs.map((input) => input.value).join("");
  }

  /** How many characters are other than the reader's. */
  get changed() {
    const vin = this.reading?.vin ?? "";
    return this.inputs.filter((input, at) => input.value !== (vin[at] ?? "")).length;
  }

  /** @param {string} vin a whole number, or an empty text */
  set(vin) {
    this.inputs.forEach((input, at) => this.#put(at, vin[at] ?? ""));
    this.onChange();
  }

  #cell(at, symbol, confidence, words) {
    const cell = document.createElement("div");
    cell.className = "cell";
    const input = document.createElement("input");
    Object.assign(input, { value: symbol, autocomplete: "off", spellcheck: false, enterKeyHint: "done" });
    input.autocapitalize = "characters";
    input.className = `field ${symbol ? sureness(confidence) : "unsure"}`;
    const others = this.#alternatives(at).slice(0, ALTERNATIVES_SHOWN);
    input.setAttribute("aria-label", labelOf(at, confidence, others, words));
    this.inputs.push(input);
    const shown = document.createElement("span");
    shown.className = "others";
    shown.setAttribute("aria-hidden", "true");
    shown.textContent = confidence < SURE ? others.join(" ") : "";
    cell.append(input, shown);
    return cell;
  }

  /** Name the fields in another language; what stands in them stays. @param {import("./words.js").Words} words */
  speak(words) {
    const symbols = this.reading ? symbolsOfReading(this.reading) : [];
    this.inputs.forEach((input, at) => {
      const others = this.#alternatives(at).slice(0, ALTERNATIVES_SHOWN);
      input.setAttribute("aria-label", labelOf(at, symbols[at]?.confidence ?? 0, others, words));
    });
  }

  /** @param {number} at */
  #alternatives(at) {
    return this.reading?.characters[at]?.alternatives.map(({ symbol }) => symbol) ?? [];
  }

  /** @param {InputEvent} event */
  #typed(event) {
    const at = this.inputs.indexOf(/** @type {HTMLInputElement} */ (event.target));
    const typed = symbolsOf(event.data ?? this.inputs[at].value).slice(-1);
    this.#put(at, typed || (event.inputType.startsWith("delete") ? "" : this.inputs[at].dataset.before ?? ""));
    if (typed) this.#go(at + 1);
    this.onChange();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const at = this.inputs.indexOf(/** @type {HTMLInputElement} */ (event.target));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowLeft: () => this.#go(at - 1),
      ArrowRight: () => this.#go(at + 1),
      Home: () => this.#go(0),
      End: () => this.#go(LENGTH - 1),
      ArrowDown: () => this.#turn(at, 1),
      ArrowUp: () => this.#turn(at, -1),
      " ": () => this.#go(this.#nextDoubt(at)),
      Backspace: () => this.#erase(at),
      Escape: () => this.set(this.reading?.vin ?? ""),
    };
    const act = event.shiftKey ? undefined : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    event.preventDefault();
    const text = (event.clipboardData?.getData("text") ?? "").replace(LABEL, "");
    const symbols = symbolsOf(text);
    if (symbols.length === LENGTH) this.set(symbols);
  }

  /** The next symbol that the reader held possible there. */
  #turn(at, step) {
    const seen = this.reading?.characters[at]?.symbol;
    const all = [seen, ...this.#alternatives(at)].filter((one) => one !== undefined);
    if (!all.length) return;
    const now = all.indexOf(this.inputs[at].value);
    this.#put(at, all[(now + step + all.length) % all.length]);
    this.inputs[at].select();
    this.onChange();
  }

  #erase(at) {
    const from = this.inputs[at].value ? at : at - 1;
    if (from < 0) return;
    this.#put(from, "");
    this.#go(from);
    this.onChange();
  }

  #nextDoubt(at) {
    for (let step = 1; step <= LENGTH; step += 1) {
      const next = (at + step) % LENGTH;
      if (!this.inputs[next].classList.contains("sure")) return next;
    }
    return at;
  }

  #put(at, symbol) {
    const input = this.inputs[at];
    input.value = symbol;
    input.dataset.before = symbol;
    input.classList.toggle("changed", symbol !== (this.reading?.vin?.[at] ?? ""));
  }

  #go(at) {
    const to = Math.min(LENGTH - 1, Math.max(0, at));
    this.inputs[to].focus();
    this.inputs[to].select();
  }
}
