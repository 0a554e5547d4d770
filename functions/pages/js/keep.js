/** A photo that has no reading yet, kept in the browser: closing the page does not lose it. */

/**
 * @typedef {object} Job a photo on its way
 * @property {Blob} photo
 * @property {string} type its content type
 * @property {import("./api.js").Region | null} region where the number should be
 * @property {import("./api.js").Place | null} place
 * @property {boolean} sent whether the bucket has it
 */

const DATABASE = "vinreader";
const SHELF = "photos";
const SLOT = "current";

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(SHELF);
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(shelf: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>}
 */
async function on(mode, act) {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(SHELF, mode);
      const request = act(transaction.objectStore(SHELF));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

/**
 * Keep a job in place of the one before. Where the browser keeps nothing (a private window, a full
 * disk), the page still has it in memory.
 * @param {Job} job
 */
export async function keep(job) {
  try {
    await on("readwrite", (shelf) => shelf.put(job, SLOT));
  } catch (error) {
    console.warn("The photo is kept in memory alone.", error);
  }
}

/** @returns {Promise<Job | undefined>} the job that was kept */
export async function kept() {
  try {
    return await on("readonly", (shelf) => shelf.get(SLOT));
  } catch (error) {
    console.warn("This browser keeps no photos.", error);
    return undefined;
  }
}

/** Forget the job: its reading is there, or a person does not want it any more. */
export async function forget() {
  try {
    await on("readwrite", (shelf) => shelf.delete(SLOT));
  } catch (error) {
    console.warn("This browser keeps no photos.", error);
  }
}
