/** Photos that are chosen, dropped or pasted. */

/* Where a browser knows no type of its own, as many do of HEIC. */
const BY_NAME = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", bmp: "image/bmp",
  heic: "image/heic", heif: "image/heif", avif: "image/avif",
};
const TYPES = new Set(Object.values(BY_NAME));

/**
 * The content type of a file, as the API names it; empty where it is none that it reads.
 * @param {File} file
 */
export function typeOf(file) {
  if (TYPES.has(file.type)) return file.type;
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return BY_NAME[ending] ?? "";
}

/**
 * The file that was chosen, so that the same one can be chosen again.
 * @param {HTMLInputElement} input
 */
export function fileOf(input) {
  const file = input.files?.[0];
  input.value = "";
  return file;
}

/**
 * Call `take` for the first file of every drop and every paste.
 * @param {(file: File) => void} take
 */
export function onFiles(take) {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
  addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) take(file);
  });
}
