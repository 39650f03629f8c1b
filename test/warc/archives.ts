import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";

import { readArchive } from "../../src/warc/read-archive.ts";
import type { ReadOptions } from "../../src/warc/read-archive.ts";
import type { ArchiveItem, ArchiveRecord, SliceSpan } from "../../src/warc/record.ts";
import { bytesSource } from "../../src/warc/source.ts";
import type { ByteSource } from "../../src/warc/source.ts";
import { gzipMember, recordBytes, recordUrn } from "../../src/warc/write.ts";

/** What a read of a whole archive or slice gave. */
export interface ReadBack {
  readonly items: readonly ArchiveItem[];
  readonly records: readonly ArchiveRecord[];
  readonly losses: readonly { offset: number; length: number; reason: string; detail: string }[];
  readonly span: SliceSpan;
}

export async function readBack(from: Buffer | ByteSource, options: ReadOptions = {}): Promise<ReadBack> {
  const reading = readArchive(Buffer.isBuffer(from) ? bytesSource(from) : from, options);
  const items: ArchiveItem[] = [];
  for (;;) {
    const step = await reading.next();
    if (step.done !== true) {
      items.push(step.value);
      continue;
    }
    const records = items.filter((item) => item.kind === "record");
    return { items, records, losses: items.filter((item) => item.kind === "loss"), span: step.value };
  }
}

/** A response record whose page says `text`. */
export function pageRecord(index: number, text = `page ${index}`): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
  return recordBytes({
    type: "response",
    id: recordUrn(createHash("sha256").update(`${index} ${text}`).digest("hex")),
    dateMs: Date.UTC(2026, 0, 1, 0, 0, index % 60),
    url: `https://example.org/${index}`,
    contentType: "application/http; msgtype=response",
    block: Buffer.from(head + text),
    payloadOffset: Buffer.byteLength(head),
  });
}

const pack: Readonly<Record<string, (records: readonly Buffer[]) => Buffer>> = {
  raw: (records) => Buffer.concat(records),
  gzip: (records) => Buffer.concat(records.map((record) => gzipMember(record))),
  "gzip-pairs": (records) => Buffer.concat(pairsOf(records).map((pair) => gzipMember(pair))),
  "gzip-whole": (records) => gzipMember(Buffer.concat(records)),
  zstd: (records) => Buffer.concat(records.map((record) => zstdCompressSync(record))),
  "zstd-pairs": (records) => Buffer.concat(pairsOf(records).map((pair) => zstdCompressSync(pair))),
};
export const packings: readonly string[] = Object.keys(pack);

/** The records in one file: as they are, one or two a member, or all in a single one. */
export function packed(records: readonly Buffer[], packing: string): Buffer {
  return pack[packing]?.(records) ?? Buffer.alloc(0);
}

function pairsOf(records: readonly Buffer[]): readonly Buffer[] {
  return records.flatMap((_, index) => (index % 2 === 0 ? [Buffer.concat(records.slice(index, index + 2))] : []));
}

/** A WARC/1.0 record written by hand, so that it can be wrong. */
export function handWritten(fields: readonly string[], block = "", version = "WARC/1.0"): string {
  return `${version}\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n${block}\r\n\r\n`;
}

/** First value of a field, whatever the case of its name; `null` when the record has no such field. */
export function fieldOf({ fields }: Pick<ArchiveRecord, "fields">, name: string): string | null {
  return fields.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1] ?? null;
}
