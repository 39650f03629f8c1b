/**
 * Which documents have the same text, and which of them represents it. All are indexes of documents, 0 to count - 1.
 */
export interface DistinctTexts {
  /** Every document, in order of precedence. */
  readonly byPrecedence: Int32Array;
  /** By document: index of its text in `distinct`. */
  readonly textOf: Int32Array;
  /** One document for each text, the first of those that have it; in order of precedence. */
  readonly distinct: Int32Array;
}

/**
 * Orders documents, and takes each text once.
 * @param exactKeys by document; equal for equal texts
 * @param compare a total order of precedence that does not depend on the indexes themselves
 */
export function distinctTextsOf(
  exactKeys: readonly string[],
  compare: (a: number, b: number) => number,
): DistinctTexts {
  const byPrecedence = Int32Array.from(exactKeys.keys()).sort(compare);
  const textOf = new Int32Array(byPrecedence.length);
  const distinct = new Int32Array(byPrecedence.length);
  const known = new Map<string, number>();
  for (const document of byPrecedence) {
    const key = exactKeys[document] ?? "";
    const text = known.get(key) ?? known.size;
    if (text === known.size) {
      known.set(key, text);
      distinct[text] = document;
    }
    textOf[document] = text;
  }
  return { byPrecedence, textOf, distinct: distinct.subarray(0, known.size) };
}
