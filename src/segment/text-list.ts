import { count, object, parsedOrNull, text, type Shaped } from "../core/json-shape.ts";
import type { Hex } from "../core/records.ts";
import type { TextLocation } from "../core/text-order.ts";

/** Texts by where they are, as one worker tells another. */
export interface TextList<Text extends TextLocation> {
  /** Only the same version does the same with them. */
  readonly software: string;
  readonly texts: readonly Text[];
}

/** How such a list is written. */
export interface TextListFormat<Text extends TextLocation> {
  /** Names the format and its revision. */
  readonly name: string;
  /** Bytes that come before the location of a text. */
  readonly ownBytes: number;
  readonly write: (text: Text, bytes: Buffer, at: number) => void;
  readonly read: (location: TextLocation, bytes: Buffer, at: number) => Text;
}

const digestBytes = 32;
/** Number of the segment and position in it, 32 bits each. */
const locationBytes = 8;

/**
 * A line of JSON, the digests of the segments in order, then for each text its own bytes, the number of its segment among them and
 * its position, both 32 bits little-endian.
 */
export function textListBytes<Text extends TextLocation>(
  { software, texts }: TextList<Text>,
  { name, ownBytes, write }: TextListFormat<Text>,
): Buffer {
  const segments = [...new Set(texts.map(({ segmentSha256 }) => segmentSha256))].sort();
  const numbers = new Map(segments.map((digest, number) => [digest, number]));
  const rows = Buffer.alloc(texts.length * (ownBytes + locationBytes));
  let at = 0;
  for (const one of texts) {
    write(one, rows, at);
    at = rows.writeUInt32LE(numbers.get(one.segmentSha256) ?? 0, at + ownBytes);
    at = rows.writeUInt32LE(one.position, at);
  }
  const head = { format: name, software, segments: segments.length, texts: texts.length };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(segments.join(""), "hex"), rows]);
}

/** The other way; `null` for bytes that are no such list. */
export function textListOf<Text extends TextLocation>(
  bytes: Buffer,
  { name, ownBytes, read }: TextListFormat<Text>,
): TextList<Text> | null {
  const end = bytes.indexOf("\n");
  const head = headOf(bytes.subarray(0, Math.max(0, end)), name);
  const rowBytes = ownBytes + locationBytes;
  const start = end + 1 + (head?.segments ?? 0) * digestBytes;
  if (head === null || bytes.length !== start + head.texts * rowBytes) return null;
  const segments = Array.from({ length: head.segments }, (_, number): Hex => {
    const at = end + 1 + number * digestBytes;
    return bytes.toString("hex", at, at + digestBytes);
  });
  const texts: Text[] = [];
  for (let at = start; at < bytes.length; at += rowBytes) {
    const segmentSha256 = segments[bytes.readUInt32LE(at + ownBytes)];
    if (segmentSha256 === undefined) return null;
    texts.push(read({ segmentSha256, position: bytes.readUInt32LE(at + ownBytes + 4) }, bytes, at));
  }
  return { software: head.software, texts };
}

const listHead = object({ format: text, software: text, segments: count, texts: count });

function headOf(line: Buffer, name: string): Shaped<typeof listHead> | null {
  const head = parsedOrNull(listHead, line.toString("utf8"));
  return head?.format === name ? head : null;
}
