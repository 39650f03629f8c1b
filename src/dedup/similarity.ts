import { jaccardOf, type ShingleSet, shingleSetOf } from "./shingle-set.ts";

/** What the remembered sets may hold in all: 64 MB. Texts beyond that are read again when they are needed again. */
const keptPlaces = 8_000_000;

/** Exact Jaccard similarity of the word 5-grams of two texts; when it is surely below `atLeast` it may be given as 0. */
export type Similarity = (a: number, b: number, atLeast: number) => Promise<number>;

/** Compares texts that lie elsewhere; the sets of shingles used last are remembered. */
export function similarityOf(textOf: (textIndex: number) => string | Promise<string>): Similarity {
  const kept = new Map<number, ShingleSet>(); // the one used last comes last
  let places = 0;
  const setOf = async (textIndex: number): Promise<ShingleSet> => {
    let set = kept.get(textIndex);
    if (set === undefined) {
      set = shingleSetOf(await textOf(textIndex));
      places += set.table.length;
      for (const [oldest, { table }] of kept) {
        if (places <= keptPlaces) break;
        kept.delete(oldest);
        places -= table.length;
      }
    } else kept.delete(textIndex);
    kept.set(textIndex, set);
    return set;
  };
  return async (a, b, atLeast) => jaccardOf(await setOf(a), await setOf(b), atLeast);
}
