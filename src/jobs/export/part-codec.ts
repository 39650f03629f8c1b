import type { Hex } from "../../core/records.ts";
import type { ShardText } from "../../manifest/write-shard.ts";
import { textListBytes, textListOf, type TextList, type TextListFormat } from "../../segment/text-list.ts";

/** The texts of one shard and where they are: all that is needed to make it, given the segments. Its software is `shardSoftware`. */
export type ExportPart = TextList<ShardText>;

/** What makes the same bytes of a shard: program and compressor. */
export function shardSoftware(software: string): string {
  return `${software}, zstd ${process.versions["zstd"]}`;
}

/** 60 bytes a text: its id, SHA-256 and, in 32 bits little-endian, bytes come before its location. */
const format: TextListFormat<ShardText> = {
  name: "colophon-export/1",
  ownBytes: 52,
  write({ id, textSha256, bytes: textBytes }, bytes, at) {
    bytes.write(id, at, "hex");
    bytes.write(textSha256, at + 16, "hex");
    bytes.writeUInt32LE(textBytes, at + 48);
  },
  read(location, bytes, at) {
    const hexAt = (from: number, length: number): Hex => bytes.toString("hex", from, from + length);
    return {
      id: hexAt(at, 16),
      textSha256: hexAt(at + 16, 32),
      bytes: bytes.readUInt32LE(at + 48),
      ...location,
    };
  },
};

/** A part as an object of the store. */
export function partBytes(part: ExportPart): Buffer {
  return textListBytes(part, format);
}

/** The other way; `null` for bytes that are no part. */
export function partOf(bytes: Buffer): ExportPart | null {
  return textListOf(bytes, format);
}
