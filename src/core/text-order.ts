import type { Hex } from "./records.ts";

/** Where a text is: `position` is the ordinal of its capture in the segment. */
export interface TextLocation {
  readonly segmentSha256: Hex;
  readonly position: number;
}

/** @throws {RangeError} when there is no such text */
export function locationOf(texts: readonly TextLocation[], textIndex: number): TextLocation {
  const location = texts[textIndex];
  if (location === undefined) throw new RangeError(`no text ${textIndex}`);
  return location;
}

/** Indexes of the texts, segment by segment: reading in this order opens each segment, and unpacks each frame, once. */
export function inSegmentOrder(texts: readonly TextLocation[]): Int32Array {
  return Int32Array.from(texts.keys()).sort((first, second) => {
    const [a, b] = [locationOf(texts, first), locationOf(texts, second)];
    if (a.segmentSha256 === b.segmentSha256) return a.position - b.position;
    return a.segmentSha256 < b.segmentSha256 ? -1 : 1;
  });
}

/** For each text, by index, its rank in such an order; 4 bytes each. */
export function ranksOf(order: Int32Array): Int32Array {
  const ranks = new Int32Array(order.length);
  for (const [rank, textIndex] of order.entries()) ranks[textIndex] = rank;
  return ranks;
}
