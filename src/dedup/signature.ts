import { type ShingleHashes, shingleHashesOf } from "./shingles.ts";

/** Slots of a signature. */
export const signatureSlots = 128;

/** What a slot holds when the text has no word; no slot of another text ever does. */
export const emptySlot = 0xffffffff;

/**
 * From this many shingles on, repeats are removed before a second round: a text that repeats one word would need every
 * round.
 */
const manyShingles = 1024;

/**
 * Signature of a text. Two texts agree in a slot with a probability equal to the Jaccard similarity of their sets of
 * word 5-grams. So the share of equal slots is an unbiased estimate of it.
 *
 * Fast Similarity Sketching: a round assigns every shingle to one slot, which keeps the smallest value. Further rounds
 * fill only slots that are still empty, and the last ones are certain to fill them all. A long text needs one round, so
 * this is faster than one hash function per slot. Its error is smaller too, most of all for short texts.
 *
 * @returns 128 unsigned 32-bit values, the same on every machine; all `emptySlot` for a text without a word
 * Source: Dahlgaard, Knudsen, Thorup 2017, "Fast Similarity Sketching", arXiv:1704.04370.
 */
export function signatureOf(text: string): Uint32Array {
  const slots = new Uint32Array(signatureSlots).fill(emptySlot);
  let shingles = shingleHashesOf(text);
  if (shingles.count === 0) return slots;
  throwAll(shingles, slots);
  const open = new Uint8Array(signatureSlots);
  let openSlots = 0;
  for (let slot = 0; slot < signatureSlots; slot++) {
    if (slots[slot] !== emptySlot) continue;
    open[slot] = 1;
    openSlots++;
  }
  if (openSlots > 0 && shingles.count > manyShingles) shingles = distinct(shingles);
  for (let round = 1; openSlots > 0 && round < signatureSlots; round++) {
    openSlots -= throwAtOpen(shingles, slots, open, Math.imul(round, 0x9e3779b1));
  }
  for (let slot = 0; slot < signatureSlots; slot++) if (open[slot] === 1) fill(shingles, slots, slot);
  return slots;
}

/**
 * Slots in which two signatures agree.
 * @param signatures one after the other
 */
export function equalSlots(signatures: Uint32Array, a: number, b: number): number {
  let equal = 0;
  const [atA, atB] = [a * signatureSlots, b * signatureSlots];
  for (let slot = 0; slot < signatureSlots; slot++) if (signatures[atA + slot] === signatures[atB + slot]) equal++;
  return equal;
}

/**
 * Estimate, from two signatures, of the Jaccard similarity of their texts' word 5-grams, 0 to 1; the standard error is
 * at most 0.045. 0 when either text has no word.
 * @throws {TypeError} for a value that `signatureOf` cannot have made
 */
export function estimatedSimilarity(one: Uint32Array, other: Uint32Array): number {
  if (one.length !== signatureSlots || other.length !== signatureSlots) {
    throw new TypeError(`a signature has ${signatureSlots} slots: give two that signatureOf made`);
  }
  let equal = 0;
  for (let slot = 0; slot < signatureSlots; slot++) {
    if (one[slot] === other[slot] && one[slot] !== emptySlot) equal++;
  }
  return equal / signatureSlots;
}

/** The first round needs no further hashing: a shingle has two independent hashes, one for the slot and one for the value. */
function throwAll({ high, low, count }: ShingleHashes, slots: Uint32Array): void {
  for (let index = 0; index < count; index++) {
    const slot = (low[index] ?? 0) >>> 25;
    const value = (high[index] ?? 0) >>> 0;
    if (value < (slots[slot] ?? 0)) slots[slot] = value;
  }
}

/** A further round; returns how many slots it filled. */
function throwAtOpen({ high, low, count }: ShingleHashes, slots: Uint32Array, open: Uint8Array, seed: number): number {
  for (let index = 0; index < count; index++) {
    const hash = rehashed(low[index] ?? 0, seed);
    const slot = hash >>> 25;
    if (open[slot] === 0) continue;
    const value = rehashed(high[index] ?? 0, hash) >>> 0;
    if (value < (slots[slot] ?? 0)) slots[slot] = value;
  }
  let closed = 0;
  for (let slot = 0; slot < signatureSlots; slot++) {
    const value = slots[slot] ?? 0;
    if (open[slot] === 0 || value === emptySlot) continue;
    slots[slot] = tagged(value, seed);
    open[slot] = 0;
    closed++;
  }
  return closed;
}

/** Last resort for very short texts: every shingle competes for this one slot. */
function fill({ high, low, count }: ShingleHashes, slots: Uint32Array, slot: number): void {
  const seed = Math.imul(signatureSlots + slot, 0x9e3779b1);
  let least = emptySlot;
  for (let index = 0; index < count; index++) {
    const value = rehashed(high[index] ?? 0, rehashed(low[index] ?? 0, seed)) >>> 0;
    if (value < least) least = value;
  }
  slots[slot] = tagged(least, seed);
}

/** Equal values from different rounds mean nothing, so the round becomes part of the value. */
function tagged(value: number, seed: number): number {
  return Math.min((value ^ seed) >>> 0, emptySlot - 1);
}

function rehashed(hash: number, seed: number): number {
  let x = Math.imul(hash ^ seed, 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

function distinct({ high, low, count }: ShingleHashes): ShingleHashes {
  const mask = (1 << (33 - Math.clz32(count))) - 1;
  const table = new Int32Array(mask + 1); // index + 1 of a kept shingle, 0 for an empty slot
  let kept = 0;
  for (let index = 0; index < count; index++) {
    const [highHash, lowHash] = [high[index] ?? 0, low[index] ?? 0];
    let slot = lowHash & mask;
    let other = (table[slot] ?? 0) - 1;
    while (other >= 0 && (high[other] !== highHash || low[other] !== lowHash)) {
      slot = (slot + 1) & mask;
      other = (table[slot] ?? 0) - 1;
    }
    if (other >= 0) continue;
    high[kept] = highHash;
    low[kept++] = lowHash;
    table[slot] = kept;
  }
  return { high, low, count: kept };
}
