/** The page for who checks: doubtful readings, one after the other, by keyboard alone. */

import { Api, Problem, Unreachable, passes } from "./api.js";
import { Editor } from "./editor.js";
import { Fetching } from "./fetching.js";
import { candidateButton, listItem } from "./list.js";
import { fetchNeeds } from "./needs.js";
import { showPanel } from "./panels.js";
import { Photos } from "./photos.js";
import { Queue } from "./queue.js";
import { adviceOf, vehicleOf } from "./reading.js";
import { Saving } from "./saving.js";
import { Geometry } from "./strip.js";
import { View } from "./view.js";
import { checkDigit, isWhole, verdict } from "./vin.js";
import { Words, write } from "./words.js";

/** @typedef {import("./api.js").Reading} Reading */

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

/** @type {Words} */
let words;
/** @type {Queue} */
let queue;
/** @type {Photos} */
let photos;
/** @type {View} */
let view;
/** @type {Saving} */
let saving;
/** @type {Fetching<void>} */
let fetching;
/** @type {import("./panels.js").Failure | null} */
let failure = null;
/** @type {Reading | null} */
let current = null;
/** @type {Reading[]} what was decided, the last one last */
const decided = [];
let confirmedTwice = "";
const editor = new Editor(at("cells"), () => check());

/** @param {string} key @param {Record<string, string | number>} [values] */
function tell(key, values) {
  words.put(at("told"), key, values);
}

/** Show one reading, or that there is none. @param {Reading | null} reading */
async function open(reading) {
  current = reading;
  confirmedTwice = "";
  showPanel(Boolean(reading), failure, words);
  list();
  if (!reading) {
    view.clear();
    if (!failure) at("empty-title").focus();
    return;
  }
  const geometry = reading.characters.length ? new Geometry(reading.characters.map(({ box }) => box)) : null;
  describe(reading);
  editor.show(reading, geometry, words);
  await view.show(reading, geometry);
  if (current === reading) photos.prepare(queue.ahead(reading));
}

/** @param {Reading} reading */
function describe(reading) {
  const facts = [
    words.ago(reading.created_at),
    ...(reading.vin ? [words.say("result.sure", { percent: words.percent(reading.confidence) })] : []),
    vehicleOf(reading),
    ...reading.defects.map(({ type }) => words.say(`defect.${type}`)),
  ];
  words.put(at("work-title"), `desk.${reading.status}`);
  at("work-facts").textContent = facts.filter(Boolean).join(" · ");
  at("advice").textContent = adviceOf(reading, words).join(" ");
  const others = reading.candidates.slice(1);
  at("candidates").hidden = !others.length;
  at("candidate-list").replaceChildren(...others.map((one) => candidateButton(one, () => editor.set(one.vin))));
}

/** The check digit, as the number stands in the fields. */
function check() {
  const { vin, changed } = editor;
  const line = at("check");
  if (!isWhole(vin)) {
    line.dataset.verdict = "incomplete";
    line.textContent = words.say("desk.incomplete", { n: 17 - vin.length });
    return;
  }
  const found = verdict(vin);
  line.dataset.verdict = found;
  if (confirmedTwice === vin) {
    line.textContent = words.say("desk.twice");
    return;
  }
  const parts = [words.say(`desk.check.${found}`, { digit: checkDigit(vin) })];
  if (changed) parts.push(words.say("desk.changed", { n: changed }));
  line.textContent = parts.join(" ");
}

function accept() {
  const { vin } = editor;
  if (!current || !isWhole(vin)) return;
  if (verdict(vin) === "invalid" && confirmedTwice !== vin) {
    confirmedTwice = vin;
    check();
    return;
  }
  decide(vin);
}

/** @param {string | null} vin null where nobody can read it */
function decide(vin) {
  if (!current) return;
  const reading = current;
  const next = queue.after(reading);
  queue.remove(reading);
  decided.push(reading);
  saving.save(reading, vin);
  open(next === reading ? null : next);
}

/** The one before, or the one that was decided last: anybody errs. */
async function back() {
  const before = current && queue.before(current);
  if (before) return open(before);
  const last = decided.pop();
  if (!last) return undefined;
  try {
    const now = await queue.api.reading(last.reading_id);
    queue.restore(now);
    return open(now);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
    if (passes(error)) decided.push(last);
    const isGone = error instanceof Problem && error.isGone;
    const key = passes(error) ? "desk.back.failed" : isGone ? "desk.back.gone" : "desk.failed.refused";
    return tell(key, { vin: last.vin ?? "—", detail: error.message });
  }
}

function list() {
  const items = queue.readings.map((reading) => listItem(reading, reading === current, words, () => open(reading)));
  at("queue").replaceChildren(...items);
  words.put(at("queue-title"), "desk.count", { n: queue.readings.length });
  at("queue").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function refresh() {
  if (failure) write(at("told"), ""); // so that another failure is told anew
  return fetching.fetch(true);
}

/** @type {import("./fetching.js").Told<void>} */
const fetched = {
  fetched: (_, asked) => {
    if (failure) tell("desk.count", { n: queue.readings.length });
    failure = null;
    const same = queue.readings.find((one) => one.reading_id === current?.reading_id);
    if (same && current) queue.readings[queue.readings.indexOf(same)] = current;
    // Nobody loses what he is at to a try that he did not ask for.
    if (current && (same || !asked)) list();
    else open(queue.after(null));
  },
  failed: (problem, seconds) => {
    if (!failure || !at("told").textContent) {
      tell(seconds === null ? "desk.failed.refused" : "desk.failed", { detail: problem.message });
    }
    failure = { problem, seconds };
    showPanel(Boolean(current), failure, words);
  },
};

/** Keys that count wherever the focus is. @param {KeyboardEvent} event */
function pressed(event) {
  const inField = event.target instanceof HTMLInputElement;
  const acts = {
    PageDown: () => current && open(queue.after(current)),
    PageUp: back,
    ...(event.shiftKey ? { Delete: () => decide(null) } : {}),
    ...(inField && !event.isComposing ? { Enter: accept } : {}),
  };
  if (!acts[event.key] || (event.repeat && event.key !== "PageDown")) return;
  event.preventDefault();
  acts[event.key]();
}

/** @type {import("./saving.js").Told} */
const told = {
  saving: (_, vin) => tell(vin ? "desk.saving" : "desk.saving.unreadable", { vin: vin ?? "" }),
  saved: (stored, vin) =>
    tell(vin ? "desk.saved" : "desk.saved.unreadable", { vin: vin ?? "", name: stored.correction?.corrected_by ?? "" }),
  later: (reading) => tell("desk.unsaved", { vin: reading.vin ?? "—" }),
  conflict: (now) => {
    queue.restore(now);
    list();
    tell("desk.conflict", { vin: now.vin ?? "—" });
  },
  refused: (reading, problem) => {
    queue.restore(reading);
    list();
    tell("desk.refused", { vin: reading.vin ?? "—", detail: problem.message });
  },
};

/** Say it all in another language, and leave what was typed as it is. @param {Words} chosen */
function speak(chosen) {
  words = chosen;
  if (queue?.readings.length) list();
  if (!current) return;
  describe(current);
  editor.speak(words);
  check();
}

async function begin() {
  const { config, session } = await fetchNeeds(["readings/read", "readings/correct"], speak);
  const api = new Api(config.api, session);
  queue = new Queue(api);
  photos = new Photos(api);
  view = new View(photos, () => words);
  saving = new Saving(api, told);
  fetching = new Fetching(() => queue.fetch(), fetched);
  if (session.name) words.put(at("who"), "desk.by", { name: session.name });
  at("out").hidden = !session.name;
  at("out").addEventListener("click", () => session.signOut());
  at("order").addEventListener("change", () => {
    queue.sort(at("order").value);
    open(queue.after(null));
  });
  for (const id of ["refresh", "away-now"]) at(id).addEventListener("click", refresh);
  at("save").addEventListener("click", accept);
  at("unreadable").addEventListener("click", () => decide(null));
  at("skip").addEventListener("click", () => current && open(queue.after(current)));
  at("back").addEventListener("click", back);
  addEventListener("keydown", pressed);
  tell("desk.fetching");
  await refresh();
  if (!failure) write(at("told"), "");
  document.documentElement.dataset.ready = "";
}

await begin();
