/** A photo's way to the bucket, straight there, by the form that the API gave. */

import { Problem, Unreachable } from "./api.js";

const SILENCE_MS = 30_000;
/* A connection on which nothing has moved for that long is taken for dead. */

/**
 * Upload a photo. Fetch tells nothing of how far an upload is; XMLHttpRequest does.
 * @param {import("./api.js").Place} place
 * @param {Blob} photo
 * @param {(share: number) => void} onProgress gets 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>} throws `Unreachable`, or `Problem` where the bucket refuses
 */
export function upload(place, photo, onProgress, signal) {
  const form = new FormData();
  for (const [name, value] of Object.entries(place.upload.fields)) form.append(name, value);
  form.append("file", photo); // S3 ignores every field that comes after it
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let silence = 0;
    const moved = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS);
    };
    const end = (/** @type {() => void} */ tell) => {
      clearTimeout(silence);
      signal.removeEventListener("abort", stop);
      tell();
    };
    const stop = () => request.abort();
    signal.addEventListener("abort", stop);
    request.upload.addEventListener("progress", (event) => {
      moved();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () =>
      end(() => (request.status < 300 ? done() : fail(refusal(request)))),
    );
    request.addEventListener("error", () => end(() => fail(new Unreachable("upload"))));
    request.addEventListener("abort", () =>
      end(() => fail(signal.aborted ? signal.reason : new Unreachable("upload stood still"))),
    );
    request.open("POST", place.upload.url);
    request.send(form);
    moved();
  });
}

/** S3 tells in XML what is wrong. @param {XMLHttpRequest} request */
function refusal(request) {
  const code = /<Code>(\w+)<\/Code>/.exec(request.responseText)?.[1] ?? "";
  return new Problem(request.status, code, code);
}
