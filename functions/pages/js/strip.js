/** The line of a number cut out of its photo, level and as wide as the page allows. */

/** @typedef {{left: number, top: number, width: number, height: number}} Share of the strip, 0 to 1 */

const BESIDE = 0.9;
const ABOVE = 0.6;
/* What is shown around the characters, in widths and heights of one. */

/** Where a strip lies in its photo, and where in it each character is. */
export class Geometry {
  /**
   * @param {import("./api.js").Quad[]} boxes of the characters, in pixels of the photo; one or more
   */
  constructor(boxes) {
    const across = median(boxes.map(([a, b, c, d]) => [b[0] - a[0] + c[0] - d[0], b[1] - a[1] + c[1] - d[1]]));
    const length = Math.hypot(...across) || 1;
    [this.cos, this.sin] = [across[0] / length, across[1] / length];
    const level = boxes.map((box) => bounds(box.map((point) => this.#turned(point))));
    const all = union(level);
    const typical = level.reduce((sum, one) => sum + one.width, 0) / level.length;
    const tall = level.reduce((sum, one) => sum + one.height, 0) / level.length;
    /** In the turned photo, pixels. */
    this.frame = {
      left: all.left - BESIDE * typical,
      top: all.top - ABOVE * tall,
      width: all.width + 2 * BESIDE * typical,
      height: all.height + 2 * ABOVE * tall,
    };
    /** Numbers in two rows cannot have their characters below them. */
    this.isOneRow = all.height < 1.8 * tall;
    /** @type {Share[]} */
    this.characters = level.map((one) => ({
      left: (one.left - this.frame.left) / this.frame.width,
      top: (one.top - this.frame.top) / this.frame.height,
      width: one.width / this.frame.width,
      height: one.height / this.frame.height,
    }));
  }

  /**
   * What brings the photo's pixels into a strip that is `width` pixels wide.
   * @param {number} width
   */
  matrix(width) {
    const scale = width / this.frame.width;
    const [cos, sin] = [scale * this.cos, scale * this.sin];
    const [x, y] = [-scale * this.frame.left, -scale * this.frame.top];
    return `matrix(${cos}, ${-sin}, ${sin}, ${cos}, ${x}, ${y})`;
  }

  /** A point of the photo, turned so that the line is level. @param {[number, number]} point */
  #turned([x, y]) {
    return [x * this.cos + y * this.sin, y * this.cos - x * this.sin];
  }
}

/**
 * A strip as an element, which stays right when its width changes.
 * @param {HTMLImageElement} image the photo, an element for this strip alone
 * @param {Geometry} geometry
 * @param {string[]} names classes of the characters, in their order
 * @returns {HTMLElement}
 */
export function stripElement(image, geometry, names) {
  const strip = document.createElement("div");
  strip.className = "strip";
  strip.setAttribute("aria-hidden", "true");
  strip.style.aspectRatio = `${geometry.frame.width} / ${geometry.frame.height}`;
  image.alt = "";
  strip.append(image);
  geometry.characters.forEach((place, at) => {
    const mark = document.createElement("span");
    mark.className = `mark ${names[at]}`;
    for (const side of /** @type {const} */ (["left", "top", "width", "height"])) {
      mark.style[side] = `${100 * place[side]}%`;
    }
    strip.append(mark);
  });
  new ResizeObserver(() => {
    image.style.transform = geometry.matrix(strip.clientWidth);
  }).observe(strip);
  return strip;
}

/** @param {number[][]} points */
function bounds(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/** @param {Share[]} places */
function union(places) {
  return bounds(places.flatMap((one) => [[one.left, one.top], [one.left + one.width, one.top + one.height]]));
}

/** @param {number[][]} vectors @returns {number[]} */
function median(vectors) {
  return [0, 1].map((axis) => {
    const sorted = vectors.map((one) => one[axis]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1];
  });
}
