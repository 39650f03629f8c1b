import { foldOfAstral, letterFolds, surrogate } from "./letter-folds.ts";

/** Words in one shingle. */
const width = 5;

/** Two independent 32-bit hashes of each shingle, in reading order; the first `count` entries of each are in use. */
export interface ShingleHashes {
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly count: number;
}

/** Kept between calls: for millions of texts, allocating memory for each would cost more than hashing it. */
let high = new Int32Array(1 << 16);
let low = new Int32Array(1 << 16);
let bytes = Buffer.allocUnsafeSlow(1 << 17);
let units = new Uint16Array(bytes.buffer);

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Hashes every run of five words of a text; a text of fewer words makes one shingle of all of them, a text without a word
 * makes none. A word is a run of letters and numbers (Unicode `L` and `N`), whatever their case. Integer arithmetic on
 * UTF-16 code units only, so the same text gives the same hashes on every machine.
 *
 * @returns arrays that the next call overwrites; repeated shingles are repeated
 */
export function shingleHashesOf(text: string): ShingleHashes {
  const words = hashWords(text);
  const size = Math.min(words, width);
  const count = words === 0 ? 0 : words - size + 1;
  hashRuns(high, count, size, 0x2c1b3c6d);
  hashRuns(low, count, size, 0x9e3779b1);
  return { high, low, count };
}

/** Fills `high` and `low` with hashes of the words; returns how many. */
function hashWords(text: string): number {
  const folds = letterFolds();
  const end = text.length;
  makeRoom(end + 1);
  const [highs, lows, codes] = [high, low, units];
  // Reading code units from an array is a third faster than calling `charCodeAt` for each.
  bytes.write(text, "utf16le");
  if (!littleEndian) bytes.subarray(0, 2 * end).swap16();
  codes[end] = 0; // no letter: it ends the last word
  let words = 0;
  let index = 0;
  while (index < end) {
    const start = index;
    let fold = folds[codes[index] ?? 0] ?? 0;
    let highWord = 0;
    let lowWord = 0;
    while (fold !== 0) {
      if (fold === surrogate) {
        fold = foldOfAstral(text, index);
        if (fold === 0) break;
        index++;
      }
      highWord = Math.imul(highWord ^ fold, 0x01000193) + 1;
      lowWord = (Math.imul(lowWord, 0x5bd1e995) + fold) | 0;
      index++;
      fold = folds[codes[index] ?? 0] ?? 0;
    }
    if (index > start) {
      highs[words] = mixed(highWord);
      lows[words++] = mixed(lowWord);
    }
    index++;
  }
  return words;
}

function makeRoom(length: number): void {
  if (units.length >= length) return;
  bytes = Buffer.allocUnsafeSlow(2 * length);
  units = new Uint16Array(bytes.buffer);
  high = new Int32Array(length);
  low = new Int32Array(length);
}

/**
 * Turns the first `count + size - 1` word hashes into hashes of the runs of `size` words, in place. A rolling sum of the
 * words times powers of `base`, modulo 2^32; the word that leaves it is the one that is overwritten next.
 */
function hashRuns(hashes: Int32Array, count: number, size: number, base: number): void {
  let leavingWeight = 1;
  for (let factor = 0; factor < size; factor++) leavingWeight = Math.imul(leavingWeight, base);
  let sum = 0;
  for (let index = 0; index < size - 1; index++) sum = (Math.imul(sum, base) + (hashes[index] ?? 0)) | 0;
  let leaving = 0;
  for (let index = 0; index < count; index++) {
    const entering = hashes[index + size - 1] ?? 0;
    sum = (Math.imul(sum, base) + entering - Math.imul(leaving, leavingWeight)) | 0;
    leaving = hashes[index] ?? 0;
    hashes[index] = mixed(sum);
  }
}

/** Spreads a difference in few bits over all 32; a bijection. */
function mixed(sum: number): number {
  let x = sum ^ (sum >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
