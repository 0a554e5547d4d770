/** The page for whoever holds the phone: one photo at a time, from the camera to its reading. */

import { Api, Problem } from "./api.js";
import { Camera, hasCamera } from "./camera.js";
import { Delivery } from "./delivery.js";
import { fileOf, onFiles, typeOf } from "./files.js";
import { forget, keep, kept } from "./keep.js";
import { fetchNeeds } from "./needs.js";
import { photoWithOutlines } from "./reading.js";
import { Result } from "./result.js";
import { Words, write } from "./words.js";

const LARGEST = 25 * 2 ** 20;
/* Bytes that the bucket takes (UploadLimits). */

/** @param {string} id @returns {any} */
const at = (id) => document.getElementById(id);

const camera = new Camera(at("video"));
/** @type {Words} */
let words;
/** @type {Api} */
let api;
/** @type {Result} */
let result;
/** @type {Delivery | null} */
let delivery = null;
/** @type {import("./delivery.js").Report | null} */
let lastReport = null;
let announced = "";

/** Show one of the four steps. @param {"start" | "camera" | "sending" | "result"} step */
function show(step) {
  for (const one of ["start", "camera", "sending", "result"]) at(one).hidden = one !== step;
  document.body.dataset.step = step;
  if (step !== "camera") camera.stop();
  if (step !== "start") at("start-problem").hidden = true;
}

/** @param {string} key @param {Record<string, string>} [values] */
function complain(key, values) {
  words.put(at("start-problem"), key, values);
  at("start-problem").hidden = false;
}

/** Where a page may not use the camera, the phone's own camera app makes the photo. */
async function openCamera() {
  if (!hasCamera()) return chooseFile(true);
  show("camera");
  at("shutter").disabled = true;
  try {
    await camera.start();
  } catch (error) {
    show("start");
    const denied = error instanceof DOMException && error.name === "NotAllowedError";
    complain(denied ? "start.denied" : "start.nocamera");
    at("choose-file").focus();
    return;
  }
  at("torch").hidden = !camera.hasTorch;
  at("torch").setAttribute("aria-pressed", "false");
  at("shutter").disabled = false;
  at("shutter").focus();
}

/** @param {boolean} fromCamera whether the camera app is to be opened at once */
function chooseFile(fromCamera) {
  at("file").toggleAttribute("capture", fromCamera);
  at("file").click();
}

/** @param {File} file */
async function takeFile(file) {
  show("start");
  const type = typeOf(file);
  if (!type) return complain("start.type", { name: file.name });
  if (file.size > LARGEST) return complain("start.large");
  if (!file.size) return complain("start.empty");
  await deliver({ photo: file, type, region: null, place: null, sent: false });
}

async function shoot() {
  const { photo, region } = await camera.take(at("frame"));
  await deliver({ photo, type: photo.type, region, place: null, sent: false });
}

/** @param {import("./keep.js").Job} job */
async function deliver(job) {
  delivery?.stop();
  show("sending");
  const picture = await pictureOf(job.photo);
  at("sending-photo").replaceChildren(...(picture ? photoWithOutlines(picture, null) : []));
  at("sending-title").focus();
  await keep(job);
  const mine = new Delivery(api, job, tell);
  delivery = mine;
  try {
    const reading = await mine.deliver();
    await forget();
    if (delivery !== mine) return;
    show("result");
    result.show(reading, picture);
    // The number does not wait for a picture of it.
    if (!picture) result.picture(reading, await keptPicture(reading));
  } catch (error) {
    if (mine.stopping.signal.aborted) return;
    show("start");
    const isForbidden = error instanceof Problem && (error.status === 401 || error.status === 403);
    const detail = error instanceof Problem ? error.message : String(error);
    complain(isForbidden ? "start.refused" : "start.failed", { detail });
    if (!isForbidden) await forget();
  } finally {
    if (delivery === mine) delivery = null;
  }
}

/** How far it is. @param {import("./delivery.js").Report} report */
function tell(report) {
  lastReport = report;
  const bar = at("progress");
  if (report.step === "sending") bar.value = Math.round(100 * (report.share ?? 0));
  else if (report.step !== "waiting") bar.removeAttribute("value");
  at("try-now").hidden = report.step !== "waiting";
  const offline = report.step === "waiting" && !navigator.onLine;
  const key = offline ? "sending.offline" : `sending.${report.step}`;
  at("sending-step").textContent = words.say(key, {
    percent: words.percent(report.share ?? 0),
    seconds: report.seconds ?? 0,
  });
  if (key !== announced) words.put(at("told"), `${key}.told`); // not every percent of it
  announced = key;
}

/** @param {Blob} photo @returns {Promise<HTMLImageElement | null>} null where the browser shows no such files */
async function pictureOf(photo) {
  return loaded(URL.createObjectURL(photo));
}

/** The bucket's copy is a JPEG, whatever the photo was. @param {import("./api.js").Reading} reading */
async function keptPicture(reading) {
  try {
    return await loaded(await api.photo(reading.reading_id));
  } catch (error) {
    console.warn("There is no picture to show.", error);
    return null;
  }
}

/** @param {string} url @returns {Promise<HTMLImageElement | null>} */
async function loaded(url) {
  const image = new Image();
  words.describe(image, "photo.alt");
  image.src = url;
  return image.decode().then(() => image, () => null);
}

async function discard() {
  delivery?.stop();
  await forget();
  show("start");
  at("open-camera").focus();
}

async function toggleTorch() {
  const on = at("torch").getAttribute("aria-pressed") !== "true";
  await camera.light(on);
  at("torch").setAttribute("aria-pressed", String(on));
}

async function begin() {
  const scopes = ["readings/read", "readings/write", "readings/correct"];
  const { config, session } = await fetchNeeds(scopes, (chosen) => {
    words = chosen;
    result?.speak(words);
    if (delivery && lastReport) tell(lastReport);
  });
  at("docs").hidden = !config.docs;
  at("docs").href = config.docs ?? "";
  api = new Api(config.api, session);
  result = new Result(api, () => (hasCamera() ? openCamera() : discard()));
  result.speak(words);
  at("open-camera").addEventListener("click", openCamera);
  at("choose-file").addEventListener("click", () => chooseFile(false));
  at("camera-file").addEventListener("click", () => chooseFile(false));
  at("close-camera").addEventListener("click", discard);
  at("shutter").addEventListener("click", shoot);
  at("torch").addEventListener("click", toggleTorch);
  at("discard").addEventListener("click", discard);
  at("try-now").addEventListener("click", () => delivery?.wake());
  at("file").addEventListener("change", () => {
    const file = fileOf(at("file"));
    if (file) takeFile(file);
  });
  onFiles(takeFile);
  document.body.dataset.step = "start";
  document.documentElement.dataset.ready = "";
  const left = await kept();
  if (left) await deliver(left);
}

await begin();
