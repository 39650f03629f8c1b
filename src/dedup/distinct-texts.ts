/** Which documents have the same text, and who speaks for them. */
export interface Claims {
  /** Every document, the best claim first. */
  readonly byClaim: Int32Array;
  /** By document: its text's place in `distinct`. */
  readonly textOf: Int32Array;
  /** One document for each text, the one with the best claim; the best first. */
  readonly distinct: Int32Array;
}

/**
 * Orders documents by their claims.
 * @param exactKeys by document; equal for equal texts
 * @param compare a total order of claims that does not depend on the indexes themselves
 */
export function claimsOf(exactKeys: readonly string[], compare: (a: number, b: number) => number): Claims {
  const byClaim = Int32Array.from(exactKeys.keys()).sort(compare);
  const textOf = new Int32Array(byClaim.length);
  const distinct = new Int32Array(byClaim.length);
  const known = new Map<string, number>();
  for (const document of byClaim) {
    const key = exactKeys[document] ?? "";
    const text = known.get(key) ?? known.size;
    if (text === known.size) {
      known.set(key, text);
      distinct[text] = document;
    }
    textOf[document] = text;
  }
  return { byClaim, textOf, distinct: distinct.subarray(0, known.size) };
}
