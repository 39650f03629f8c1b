import { LRUCache } from "lru-cache";

import { jaccardOf, type ShingleSet, shingleSetOf } from "./shingle-set.ts";

/** What the remembered sets may hold in all: 64 MB. Texts beyond that are read again when they are needed again. */
const keptSlots = 8_000_000;

/** Exact Jaccard similarity of the word 5-grams of two texts; when it is surely below `atLeast` it may be given as 0. */
export type Similarity = (a: number, b: number, atLeast: number) => Promise<number>;

/** Compares texts that lie elsewhere; the sets of shingles used last are remembered. */
export function similarityOf(textOf: (text: number) => string | Promise<string>): Similarity {
  const kept = new LRUCache<number, ShingleSet>({ maxSize: keptSlots });
  const setOf = async (text: number): Promise<ShingleSet> => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const set = shingleSetOf(await textOf(text));
    kept.set(text, set, { size: Math.min(Math.max(1, set.table.length), keptSlots) });
    return set;
  };
  return async (a, b, atLeast) => jaccardOf(await setOf(a), await setOf(b), atLeast);
}
