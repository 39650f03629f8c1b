import { count, object, parsedOrNull, text, type Shaped } from "../../core/json-shape.ts";
import type { Hex } from "../../core/records.ts";
import type { ShardText } from "../../manifest/write-shard.ts";

/** The texts of one shard and where they lie: all that is needed to make it, given the segments. */
export interface ExportPart {
  /** Program and compressor: others give other bytes. */
  readonly software: string;
  readonly texts: readonly ShardText[];
}

/** What makes the same bytes of a shard. */
export function shardSoftware(software: string): string {
  return `${software}, zstd ${process.versions["zstd"]}`;
}

/**
 * A part as an object of the store: a line of JSON, the digests of its segments in order, then 60 bytes a text: id, SHA-256,
 * bytes, number of its segment among them and position, the last three 32 bits little-endian.
 */
export function partBytes({ software, texts }: ExportPart): Buffer {
  const segments = [...new Set(texts.map(({ segmentSha256 }) => segmentSha256))].sort();
  const numbers = new Map(segments.map((digest, number) => [digest, number]));
  const places = Buffer.alloc(texts.length * textBytes);
  for (const [index, { id, textSha256, bytes, segmentSha256, position }] of texts.entries()) {
    const at = index * textBytes;
    places.write(id, at, "hex");
    places.write(textSha256, at + 16, "hex");
    places.writeUInt32LE(bytes, at + 48);
    places.writeUInt32LE(numbers.get(segmentSha256) ?? 0, at + 52);
    places.writeUInt32LE(position, at + 56);
  }
  const head = { format: partFormat, software, segments: segments.length, texts: texts.length };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(segments.join(""), "hex"), places]);
}

/** The other way; `null` for bytes that are no part. */
export function partOf(bytes: Buffer): ExportPart | null {
  const end = bytes.indexOf("\n");
  const head = headOf(bytes.subarray(0, Math.max(0, end)));
  if (head === null || bytes.length !== end + 1 + head.segments * 32 + head.texts * textBytes) return null;
  const hexAt = (from: number, length: number): Hex => bytes.toString("hex", from, from + length);
  const segments = Array.from({ length: head.segments }, (_, number) => hexAt(end + 1 + number * 32, 32));
  const start = end + 1 + head.segments * 32;
  const texts = Array.from({ length: head.texts }, (_, index) => {
    const at = start + index * textBytes;
    return {
      id: hexAt(at, 16),
      textSha256: hexAt(at + 16, 32),
      bytes: bytes.readUInt32LE(at + 48),
      segmentSha256: segments[bytes.readUInt32LE(at + 52)] ?? "",
      position: bytes.readUInt32LE(at + 56),
    };
  });
  return { software: head.software, texts };
}

const partFormat = "colophon-export/1";
const textBytes = 60;

const partHead = object({ format: text, software: text, segments: count, texts: count });

function headOf(line: Buffer): Shaped<typeof partHead> | null {
  const head = parsedOrNull(partHead, line.toString("utf8"));
  return head?.format === partFormat ? head : null;
}
