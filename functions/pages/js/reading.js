/** A reading for the eye: how sure each character is, where it stands, what it says in words. */

export const SURE = 0.95;
export const DOUBTFUL = 0.7;
/* As the annotated picture colours them (vinreader.annotate). */
const SVG = "http://www.w3.org/2000/svg";

/** @param {number} confidence @returns {"sure" | "doubtful" | "unsure"} */
export function sureness(confidence) {
  if (confidence >= SURE) return "sure";
  return confidence >= DOUBTFUL ? "doubtful" : "unsure";
}

/**
 * The confidence of each of the seventeen: that of its character in the photo, where it is still
 * the one that stands; a person's word, or a bar code's, is as sure as the whole number.
 * @param {import("./api.js").Reading} reading
 * @returns {{symbol: string, confidence: number}[]}
 */
export function symbolsOfReading(reading) {
  return [...(reading.vin ?? "")].map((symbol, at) => {
    const seen = reading.characters[at];
    const same = seen?.symbol === symbol && !reading.correction;
    return { symbol, confidence: same ? seen.confidence : reading.confidence };
  });
}

/**
 * The number in three groups (maker, vehicle, serial), each character by how sure it is.
 * @param {import("./api.js").Reading} reading
 * @param {import("./words.js").Words} words
 * @returns {HTMLElement}
 */
export function numberElement(reading, words) {
  const element = document.createElement("p");
  element.className = "number";
  const symbols = symbolsOfReading(reading);
  for (const [from, to] of [[0, 3], [3, 9], [9, 17]]) {
    const group = document.createElement("span");
    group.className = "group";
    for (const { symbol, confidence } of symbols.slice(from, to)) {
      const one = document.createElement("span");
      one.className = `symbol ${sureness(confidence)}`;
      one.textContent = symbol;
      group.append(one);
    }
    element.append(group);
  }
  element.setAttribute("role", "img");
  const doubts = symbols.flatMap(({ symbol, confidence }, at) =>
    confidence >= SURE ? [] : [words.say("vin.doubt", { n: at + 1, symbol, percent: words.percent(confidence) })],
  );
  const spelt = `VIN ${[...(reading.vin ?? "")].join(" ")}`;
  element.setAttribute("aria-label", [spelt, ...doubts].join(". "));
  return element;
}

/**
 * A photo with the line and its characters outlined. The outlines differ in kind, not in colour alone.
 * @param {HTMLImageElement} image a photo that is loaded
 * @param {import("./api.js").Reading | null} reading
 * @returns {Element[]} to put into one `.photo`
 */
export function photoWithOutlines(image, reading) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
  drawing.setAttribute("aria-hidden", "true");
  for (const code of reading?.barcodes ?? []) drawing.append(outline(code.quad, "code"));
  if (reading?.quad) drawing.append(outline(reading.quad, "line"));
  for (const { box, confidence } of reading?.characters ?? []) {
    drawing.append(outline(box, `box ${sureness(confidence)}`));
  }
  return [image, drawing];
}

/**
 * What to do, in the language of the page; the API's own English where it says something new.
 * @param {import("./api.js").Reading} reading
 * @param {import("./words.js").Words} words
 */
export function adviceOf(reading, words) {
  return reading.advice.map((sentence, at) => {
    const key = `advice.${reading.advice_kinds[at]}`;
    return words.has(key) ? words.say(key) : sentence;
  });
}

/**
 * Maker, country and year, as far as they are known.
 * @param {import("./api.js").Reading} reading
 */
export function vehicleOf(reading) {
  const { manufacturer, country, model_years: years } = reading.vehicle ?? {};
  return [manufacturer, country, years?.join(" / ")].filter(Boolean).join(", ");
}

/**
 * @param {import("./api.js").Quad} quad
 * @param {string} name
 */
function outline(quad, name) {
  const polygon = document.createElementNS(SVG, "polygon");
  polygon.setAttribute("points", quad.map((point) => point.join(",")).join(" "));
  polygon.setAttribute("class", name);
  return polygon;
}
