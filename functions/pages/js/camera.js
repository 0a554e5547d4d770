/** The phone's camera: what it shows, its light, and the photo with the place of the frame in it. */

const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 3840 }, height: { ideal: 2160 } },
};
const QUALITY = 0.92;

/** Whether a page may ask for a camera here at all: browsers allow it on safe origins alone. */
export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

export class Camera {
  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
    /** @type {MediaStream | null} */
    this.stream = null;
  }

  /** Show the camera; throws a `DOMException` where it is denied or taken. */
  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia(WANTED);
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  /** Whether the camera has a light that the browser can switch. */
  get hasTorch() {
    const track = this.stream?.getVideoTracks()[0];
    return Boolean(track?.getCapabilities?.().torch);
  }

  /** @param {boolean} on */
  async light(on) {
    await this.stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  }

  /**
   * The photo as it is now, and where in it the frame lies.
   * @param {HTMLElement} frame
   * @returns {Promise<{photo: Blob, region: import("./api.js").Region}>}
   */
  async take(frame) {
    const { video } = this;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    const region = covered(video, frame);
    const photo = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!photo) throw new Error("The browser made no picture of the camera's.");
    return { photo, region };
  }
}

/**
 * Where the frame lies in the photo, though the video is cut to the shape of its element.
 * @param {HTMLVideoElement} video
 * @param {HTMLElement} frame
 * @returns {import("./api.js").Region}
 */
function covered(video, frame) {
  const shown = video.getBoundingClientRect();
  const inside = frame.getBoundingClientRect();
  const scale = Math.max(shown.width / video.videoWidth, shown.height / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  const left = (inside.left - shown.left + (width - shown.width) / 2) / width;
  const top = (inside.top - shown.top + (height - shown.height) / 2) / height;
  const [x, y] = [share(left), share(top)];
  return {
    x,
    y,
    width: share(left + inside.width / width) - x,
    height: share(top + inside.height / height) - y,
  };
}

/** Within the photo, to four digits. @param {number} value */
function share(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}
