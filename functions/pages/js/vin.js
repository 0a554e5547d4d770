/** The number itself: its alphabet and its check digit (ISO 3779, 49 CFR 565). */

export const LENGTH = 17;
const VALUES = Object.fromEntries(
  ["0", "1AJ", "2BKS", "3CLT", "4DMU", "5ENV", "6FW", "7GPX", "8HY", "9RZ"].flatMap(
    (symbols, value) => [...symbols].map((symbol) => [symbol, value]),
  ),
);
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const MISTAKEN = { I: "1", O: "0", Q: "0" };

/**
 * What someone typed, as symbols of a VIN: I, O and Q are none, and stand for what looks like them.
 * @param {string} text
 */
export function symbolsOf(text) {
  return [...text.toUpperCase()]
    .map((symbol) => MISTAKEN[symbol] ?? symbol)
    .filter((symbol) => symbol in VALUES)
    .join("");
}

/** @param {string} vin */
export function isWhole(vin) {
  return vin.length === LENGTH && symbolsOf(vin) === vin;
}

/**
 * The symbol that belongs into position 9 of a whole number.
 * @param {string} vin
 */
export function checkDigit(vin) {
  const sum = [...vin].reduce((total, symbol, at) => total + WEIGHTS[at] * VALUES[symbol], 0);
  return "0123456789X"[sum % 11];
}

/**
 * Whether the check digit matches; where it does not, whether that speaks against the number: it is
 * law in North America (1 to 5) and China (L) alone.
 * @param {string} vin a whole number
 * @returns {"valid" | "invalid" | "not_applicable"}
 */
export function verdict(vin) {
  if (checkDigit(vin) === vin[8]) return "valid";
  return "12345L".includes(vin[0]) ? "invalid" : "not_applicable";
}
