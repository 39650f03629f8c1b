import { constants, crc32, deflateRawSync, gzipSync } from "node:zlib";

import { sha1Base32 } from "./digests.ts";
import type { Fields } from "./record.ts";
import { freeWhole } from "./release-memory.ts";

export type WrittenType = "warcinfo" | "request" | "response" | "resource" | "metadata" | "revisit" | "conversion";

/** A record to write. It is all that its bytes depend on: the same values give the same bytes. */
export interface WrittenRecord {
  readonly type: WrittenType;
  /** A URI without brackets, for instance of `recordUrn`. */
  readonly id: string;
  readonly dateMs: number;
  /** Target of the capture; not for `warcinfo`. */
  readonly url?: string;
  readonly contentType: string;
  readonly block: Buffer;
  /** Continues `block`, so that a large body need not be joined to its head first. */
  readonly blockRest?: Buffer;
  /** First byte of the payload in the block: gives the record a payload digest. */
  readonly payloadOffset?: number;
  /** Instead of a payload in this record: the digest a revisit shares with what it refers to. */
  readonly payloadDigest?: string;
  readonly ip?: string;
  readonly truncated?: "length" | "time" | "disconnect" | "unspecified";
  readonly warcinfoId?: string;
  readonly concurrentTo?: readonly string[];
  readonly filename?: string;
  readonly refersTo?: { readonly id?: string; readonly url: string; readonly dateMs: number };
  /** Why a revisit is one: the payload came again, or the server said that it would be the same. The former, if left out. */
  readonly profile?: "identical-payload-digest" | "server-not-modified";
  /** Further fields, after the others. */
  readonly fields?: Fields;
}

const revisitProfiles = "http://netpreserve.org/warc/1.1/revisit/";

/**
 * One WARC/1.1 record, uncompressed, with block and payload digests in sha1.
 * Values that hold control characters lose them: no value can add a field. Source: ISO 28500:2017.
 */
export function recordBytes(record: WrittenRecord): Buffer {
  return Buffer.concat([headOf(record), record.block, record.blockRest ?? nothing, recordEnd]);
}

function headOf(record: WrittenRecord): Buffer {
  const {
    type,
    block,
    blockRest = nothing,
    payloadOffset,
    refersTo,
    ip,
    truncated,
    warcinfoId,
    filename,
    url,
  } = record;
  const payloadDigest =
    payloadOffset === undefined ? record.payloadDigest : sha1Base32(block.subarray(payloadOffset), blockRest);
  let head =
    line("WARC-Type", type) +
    line("WARC-Record-ID", bracketed(record.id)) +
    line("WARC-Date", isoOf(record.dateMs)) +
    line("WARC-Filename", filename) +
    line("WARC-Target-URI", url) +
    line("WARC-IP-Address", ip) +
    line("WARC-Warcinfo-ID", bracketed(warcinfoId));
  for (const id of record.concurrentTo ?? []) head += line("WARC-Concurrent-To", bracketed(id));
  if (type === "revisit")
    head += line("WARC-Profile", revisitProfiles + (record.profile ?? "identical-payload-digest"));
  head +=
    line("WARC-Refers-To", bracketed(refersTo?.id)) +
    line("WARC-Refers-To-Target-URI", refersTo?.url) +
    line("WARC-Refers-To-Date", refersTo === undefined ? undefined : isoOf(refersTo.dateMs)) +
    line("WARC-Truncated", truncated) +
    line("WARC-Block-Digest", sha1Base32(block, blockRest)) +
    line("WARC-Payload-Digest", payloadDigest) +
    line("Content-Type", record.contentType);
  for (const [name, value] of record.fields ?? []) head += line(nameOf(name), value);
  return Buffer.from(`WARC/1.1\r\n${head}${line("Content-Length", String(block.length + blockRest.length))}\r\n`);
}

function line(name: string, value: string | undefined): string {
  return value === undefined ? "" : `${name}: ${plain(value)}\r\n`;
}

const nothing = Buffer.alloc(0);
const recordEnd = Buffer.from("\r\n\r\n");
const largestChunk = 1 << 20;
/** Head, trailer and what deflate adds to bytes that it cannot pack. */
const memberOverhead = 128;

/** A record as a gzip member of its own, so that it can be read from its offset alone. Level 0 only stores it. */
export function gzipMember(bytes: Buffer, level = 6): Buffer {
  if (level === 0) return storedMember(bytes);
  // Room for the whole output in one piece: less would be joined from several pieces, more would hold unused memory.
  const chunkSize = Math.min(largestChunk, bytes.length + memberOverhead);
  // A window that holds it all is enough; the usual one costs more to set up than a short record costs to pack.
  const small = bytes.length <= 1 << 11 ? { windowBits: 11, memLevel: 4 } : {};
  const member = gzipSync(bytes, { level, chunkSize, ...small });
  // zlib writes the operating system it was built for; 255 is "unknown" (RFC 1952, 2.3.1).
  member[9] = 255;
  return member;
}

const chunkBytes = 256 << 10;
/** How far back deflate looks: the start of a chunk may repeat the end of the one before it. */
const windowBytes = 32 << 10;

/**
 * A record as a gzip member of its own, in pieces. A long record is never in memory twice: it is packed a chunk at a
 * time, and the chunks form one stream. An empty stored block ends each chunk at a whole byte (RFC 1951, 3.2.4).
 */
export function memberPieces(record: WrittenRecord, level: number): Buffer[] {
  const { block, blockRest = nothing } = record;
  const chunks = chunksOf([headOf(record), block, blockRest, recordEnd]);
  const pieces = [memberHead];
  let [length, checksum] = [0, 0];
  let dictionary: Buffer = nothing;
  for (const [index, chunk] of chunks.entries()) {
    const { Z_FINISH, Z_SYNC_FLUSH } = constants;
    const packed = deflateRawSync(chunk, {
      level,
      chunkSize: chunk.length + memberOverhead,
      finishFlush: index === chunks.length - 1 ? Z_FINISH : Z_SYNC_FLUSH,
      ...(dictionary.length === 0 ? {} : { dictionary }),
    });
    pieces.push(Buffer.from(packed));
    freeWhole(packed);
    length += chunk.length;
    checksum = crc32(chunk, checksum);
    dictionary = chunk.subarray(-windowBytes);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return [...pieces, trailer];
}

/** The buffers one after the other, cut where a chunk is full; short ends are joined, all else stays where it is. */
function chunksOf(buffers: readonly Buffer[]): Buffer[] {
  const chunks: Buffer[] = [];
  let open: Buffer[] = [];
  let room = chunkBytes;
  const close = (): void => {
    const [only] = open;
    if (only !== undefined) chunks.push(open.length === 1 ? only : Buffer.concat(open));
    open = [];
    room = chunkBytes;
  };
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length;) {
      const taken = buffer.subarray(at, at + room);
      open.push(taken);
      at += taken.length;
      room -= taken.length;
      if (room === 0) close();
    }
  }
  close();
  return chunks;
}

const memberHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const largestStored = 0xffff;

/** Blocks of type 0 (RFC 1951, 3.2.4): the bytes are only copied, so zlib is not needed. */
function storedMember(bytes: Buffer): Buffer {
  const blocks = Math.max(1, Math.ceil(bytes.length / largestStored));
  const member = Buffer.allocUnsafe(memberHead.length + 5 * blocks + bytes.length + 8);
  let to = memberHead.copy(member);
  for (let block = 0; block < blocks; block += 1) {
    const from = block * largestStored;
    const length = Math.min(largestStored, bytes.length - from);
    member[to] = block === blocks - 1 ? 1 : 0;
    member.writeUInt16LE(length, to + 1);
    member.writeUInt16LE(length ^ 0xffff, to + 3);
    to += 5 + bytes.copy(member, to + 5, from, from + length);
  }
  member.writeUInt32LE(crc32(bytes), to);
  member.writeUInt32LE(bytes.length % 2 ** 32, to + 4);
  return member;
}

/** The block of a `warcinfo` or `metadata` record: `application/warc-fields`. */
export function warcFieldsBlock(fields: Fields): Buffer {
  return Buffer.from(fields.map(([name, value]) => `${nameOf(name)}: ${plain(value)}\r\n`).join(""));
}

/**
 * A record id from a digest that the caller chooses: a URN of UUID version 8, made of its first 16 bytes. Source: RFC
 * 9562, 5.8.
 */
export function recordUrn(digestHex: string): string {
  const bytes = Buffer.from(digestHex.slice(0, 32).padEnd(32, "0"), "hex");
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-")}`;
}

function bracketed(id: string | undefined): string | undefined {
  return id === undefined || id.startsWith("<") ? id : `<${id}>`;
}

/** Seconds where they suffice, since older readers know no fractions. */
function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

const control = /[\u0000-\u001f\u007f]/;
const controls = /[\u0000-\u001f\u007f]+/g;

function plain(value: string): string {
  return (control.test(value) ? value.replaceAll(controls, " ") : value).trim();
}

function nameOf(name: string): string {
  return name.replaceAll(/[^\w!#$%&'*+.^`|~-]/g, "-");
}
