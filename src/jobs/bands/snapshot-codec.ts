import { count, object, parsedOrNull, text, type Shaped } from "../../core/json-shape.ts";
import type { Hex } from "../../core/records.ts";

/** Where a text lies: `position` is the ordinal of its capture in the segment. */
export interface TextPlace {
  readonly segmentSha256: Hex;
  readonly position: number;
}

export interface ClusterSnapshot {
  /** Only workers of the same version find the same pairs. */
  readonly software: string;
  readonly texts: readonly TextPlace[];
}

/** Indexes of the places, segment by segment: reading in this order opens each segment once. */
export function inSegmentOrder(texts: readonly TextPlace[]): Int32Array {
  const one = (index: number): TextPlace => texts[index] ?? { segmentSha256: "", position: 0 };
  return Int32Array.from(texts.keys()).sort((first, second) => {
    const [a, b] = [one(first), one(second)];
    if (a.segmentSha256 === b.segmentSha256) return a.position - b.position;
    return a.segmentSha256 < b.segmentSha256 ? -1 : 1;
  });
}

/** By text its place in such an order, 4 bytes each. */
export function ranksOf(order: Int32Array): Int32Array {
  const ranks = new Int32Array(order.length);
  for (const [rank, text] of order.entries()) ranks[text] = rank;
  return ranks;
}

/**
 * What a clustering begins with, as an object of the store: a line of JSON, the digests of the segments in order, then for
 * each text the number of its segment among them and its position, both 32 bits little-endian. 8 bytes a text.
 */
export function snapshotBytes({ software, texts }: ClusterSnapshot): Buffer {
  const segments = [...new Set(texts.map(({ segmentSha256 }) => segmentSha256))].sort();
  const numbers = new Map(segments.map((digest, number) => [digest, number]));
  const places = Buffer.alloc(texts.length * 8);
  let at = 0;
  for (const { segmentSha256, position } of texts) {
    at = places.writeUInt32LE(numbers.get(segmentSha256) ?? 0, at);
    at = places.writeUInt32LE(position, at);
  }
  const head = { format: snapshotFormat, software, segments: segments.length, texts: texts.length };
  const digests = Buffer.from(segments.join(""), "hex");
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), digests, places]);
}

/** The other way; `null` for bytes that are no such object. */
export function snapshotOf(bytes: Buffer): ClusterSnapshot | null {
  const end = bytes.indexOf("\n");
  const head = headOf(bytes.subarray(0, Math.max(0, end)));
  if (head === null || bytes.length !== end + 1 + head.segments * 32 + head.texts * 8) return null;
  const digestAt = (number: number): Hex => bytes.toString("hex", end + 1 + number * 32, end + 33 + number * 32);
  const segments = Array.from({ length: head.segments }, (_, number) => digestAt(number));
  const start = end + 1 + head.segments * 32;
  const texts = Array.from({ length: head.texts }, (_, text) => ({
    segmentSha256: segments[bytes.readUInt32LE(start + text * 8)] ?? "",
    position: bytes.readUInt32LE(start + text * 8 + 4),
  }));
  return { software: head.software, texts };
}

const snapshotFormat = "colophon-clustering/1";

const snapshotHead = object({ format: text, software: text, segments: count, texts: count });

function headOf(line: Buffer): Shaped<typeof snapshotHead> | null {
  const head = parsedOrNull(snapshotHead, line.toString("utf8"));
  return head?.format === snapshotFormat ? head : null;
}
