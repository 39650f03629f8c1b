import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

import { gzipHeadBytes } from "./gzip-head.ts";
import { zlibCodeOf } from "./member.ts";
import { isZstd } from "./zstd-frame.ts";

/** The result of taking off one coding. */
export interface CodingStep {
  readonly bytes: Buffer;
  readonly complete: boolean;
  readonly note: string | null;
}

/** One stream of a codec: the bytes it gave and how many of the stored ones it took. */
interface Unpacked {
  readonly bytes: Buffer;
  readonly used: number;
}

interface Codec {
  /**
   * False when the bytes cannot be in this coding: they were stored decoded. `null` = the coding has no magic number.
   */
  readonly magic: ((bytes: Buffer) => boolean) | null;
  /** Streams may follow each other. */
  readonly chained: boolean;
  /** Unpacks one stream; throws when it is malformed, unpacks to more than `limit`, or ends early unless `lenient`. */
  readonly unpack: (bytes: Buffer, limit: number, lenient: boolean) => Unpacked;
}

const usualChunk = 64 << 10;
const [smallestChunk, largestChunk] = [1 << 10, 1 << 20];

/** One of zlib's functions, and the flush that makes it return what it could decode of a truncated stream. */
interface Library {
  readonly run: (bytes: Buffer, options: object) => Buffer;
  readonly lenientFlush: number;
}

const inflateRaw: Library = { run: inflateRawSync, lenientFlush: constants.Z_SYNC_FLUSH };
const inflate: Library = { run: inflateSync, lenientFlush: constants.Z_SYNC_FLUSH };
const unbrotli: Library = { run: brotliDecompressSync, lenientFlush: constants.BROTLI_OPERATION_FLUSH };
const unzstd: Library = { run: zstdDecompressSync, lenientFlush: constants.ZSTD_e_flush };

interface UnpackLimits {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

function unpackedBy({ run, lenientFlush }: Library, bytes: Buffer, limits: UnpackLimits, lenient: boolean): Unpacked {
  const options = { info: true, ...limits };
  const result: unknown = run(bytes, lenient ? { ...options, finishFlush: lenientFlush } : options);
  const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
  return { bytes: buffer, used: engine.bytesWritten };
}

const usual = (limit: number): UnpackLimits => ({ maxOutputLength: limit, chunkSize: usualChunk });

const gzip: Codec = {
  magic: (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b,
  chained: true,
  unpack(bytes, limit, lenient) {
    const head = gzipHeadBytes(bytes);
    if (head === null || head < 0) throw new Error("the gzip header is malformed");
    const limits = { maxOutputLength: limit, chunkSize: statedChunk(bytes, head) };
    const plain = unpackedBy(inflateRaw, bytes.subarray(head), limits, lenient);
    return { bytes: plain.bytes, used: head + plain.used + 8 };
  },
};
const deflate: Codec = {
  magic: null,
  chained: false,
  // RFC 9110 means the zlib format, but servers send bare deflate too.
  unpack: (bytes, limit, lenient) =>
    unpackedBy(hasZlibHead(bytes) ? inflate : inflateRaw, bytes, usual(limit), lenient),
};
const brotli: Codec = {
  magic: null,
  chained: false,
  unpack: (bytes, limit, lenient) => unpackedBy(unbrotli, bytes, usual(limit), lenient),
};
const zstd: Codec = {
  magic: isZstd,
  chained: true,
  unpack: (bytes, limit, lenient) => unpackedBy(unzstd, bytes, usual(limit), lenient),
};
const codecs: ReadonlyMap<string, Codec> = new Map([
  ["gzip", gzip],
  ["x-gzip", gzip],
  ["deflate", deflate],
  ["br", brotli],
  ["zstd", zstd],
]);

/** Takes off one coding, giving at most `limit` bytes. */
export function decoded(coding: string, bytes: Buffer, limit: number): CodingStep {
  const codec = codecs.get(coding);
  if (codec === undefined) return { bytes: Buffer.alloc(0), complete: false, note: "coding-unknown" };
  if (bytes.length === 0) return { bytes, complete: true, note: null };
  if (codec.magic?.(bytes) === false) return { bytes, complete: true, note: "stored-decoded" };
  const streams: Buffer[] = [];
  let total = 0;
  const joined = (complete: boolean, note: string | null): CodingStep => ({
    bytes: Buffer.concat(streams),
    complete,
    note,
  });
  for (let at = 0; at < bytes.length;) {
    const rest = bytes.subarray(at);
    if (at > 0 && (!codec.chained || codec.magic?.(rest) !== true)) return joined(true, "trailing-bytes");
    if (total >= limit) return joined(false, "decoded-limit");
    const stream = streamOf(codec, rest, limit - total);
    streams.push(stream.bytes);
    total += stream.bytes.length;
    if (stream.note !== null) {
      // Without a magic number only decoding can show whether the bytes were ever packed: packed bytes are not valid
      // UTF-8.
      const neverPacked = codec.magic === null && stream.note !== "decoded-limit" && (isUtf8(bytes) || total === 0);
      return neverPacked ? { bytes, complete: true, note: "stored-decoded" } : joined(false, stream.note);
    }
    at += stream.used;
  }
  return streams.length === 1 ? { bytes: streams[0] ?? bytes, complete: true, note: null } : joined(true, null);
}

function streamOf(codec: Codec, bytes: Buffer, limit: number): Unpacked & { note: string | null } {
  try {
    return { ...codec.unpack(bytes, limit, false), note: null };
  } catch (error) {
    const code = zlibCodeOf(error);
    if (code === "ERR_BUFFER_TOO_LARGE") return { ...longestPrefix(codec, bytes, limit), note: "decoded-limit" };
    const note = code === "Z_BUF_ERROR" ? "coding-truncated" : "coding-malformed";
    return { ...longestPrefix(codec, bytes, limit), note };
  }
}

/**
 * Decodes the longest readable beginning of the bytes. Node keeps nothing of a stream that fails, so a binary search
 * finds the point of failure; each try is bounded by `limit`.
 */
function longestPrefix(codec: Codec, bytes: Buffer, limit: number): Unpacked {
  const read = (length: number): Unpacked | null => {
    try {
      return codec.unpack(bytes.subarray(0, length), limit, true);
    } catch {
      return null;
    }
  };
  let [good, bad] = [0, bytes.length];
  let best = read(bytes.length);
  if (best !== null) return best;
  for (let tries = 0; tries < 12 && bad - good > 1; tries += 1) {
    const length = (good + bad) >> 1;
    const prefix = read(length);
    if (prefix === null) bad = length;
    else [good, best] = [length, prefix];
  }
  return best ?? { bytes: Buffer.alloc(0), used: 0 };
}

/**
 * The last four bytes of a gzip stream are its unpacked length. A buffer of that size wastes nothing and needs no
 * joining. If they are wrong, only the buffer size is.
 */
function statedChunk(bytes: Buffer, head: number): number {
  const stated = bytes.length < head + 8 ? largestChunk : bytes.readUInt32LE(bytes.length - 4);
  return stated >= largestChunk ? usualChunk : Math.max(smallestChunk, stated + 64);
}

function hasZlibHead(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
