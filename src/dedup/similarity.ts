import { LRUCache } from "lru-cache";

import { jaccardOf, type ShingleSet, shingleSetOf } from "./shingle-set.ts";

/** Bytes that the remembered sets may hold together: 64 MB. Texts beyond that are read again when needed. */
const keptSlots = 8_000_000;

/**
 * Exact Jaccard similarity of the word 5-grams of two texts; when it is certainly below `atLeast` it may be returned as
 * 0.
 */
export type Similarity = (a: number, b: number, atLeast: number) => Promise<number>;

/** Compares texts that it reads when needed; the most recently used sets of shingles are remembered. */
export function similarityOf(textOf: (textIndex: number) => string | Promise<string>): Similarity {
  const kept = new LRUCache<number, ShingleSet>({ maxSize: keptSlots });
  const setOf = async (textIndex: number): Promise<ShingleSet> => {
    const known = kept.get(textIndex);
    if (known !== undefined) return known;
    const set = shingleSetOf(await textOf(textIndex));
    kept.set(textIndex, set, { size: Math.min(Math.max(1, set.table.length), keptSlots) });
    return set;
  };
  return async (a, b, atLeast) => jaccardOf(await setOf(a), await setOf(b), atLeast);
}
