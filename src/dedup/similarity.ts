import { jaccardOf, type ShingleSet, shingleSetOf } from "./shingle-set.ts";

/** What the remembered sets may hold in all: 64 MB. Texts beyond that are read again when they are needed again. */
const keptPlaces = 8_000_000;

/** Exact Jaccard similarity of the word 5-grams of two documents; when it is surely below `atLeast` it may be given as 0. */
export type Similarity = (a: number, b: number, atLeast: number) => number;

/** Compares documents whose texts lie elsewhere; the sets of shingles used last are remembered. */
export function similarityOf(textOf: (document: number) => string): Similarity {
  const kept = new Map<number, ShingleSet>(); // the one used last comes last
  let places = 0;
  const setOf = (document: number): ShingleSet => {
    let set = kept.get(document);
    if (set === undefined) {
      set = shingleSetOf(textOf(document));
      places += set.table.length;
      for (const [oldest, { table }] of kept) {
        if (places <= keptPlaces) break;
        kept.delete(oldest);
        places -= table.length;
      }
    } else kept.delete(document);
    kept.set(document, set);
    return set;
  };
  return (a, b, atLeast) => jaccardOf(setOf(a), setOf(b), atLeast);
}
