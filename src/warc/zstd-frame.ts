import { constants, createZstdDecompress, zstdDecompressSync } from "node:zlib";

import { bufferFeed, chunkFeed } from "./feed.ts";
import type { WindowFeed } from "./feed.ts";
import { unpackedChunks } from "./inflate-stream.ts";
import { bomb, heldBytes, isBomb, packedViews, zlibCodeOf } from "./member.ts";
import type { Unpacked } from "./member.ts";

const frameMagic = 0xfd2fb528;
const dictionaryMagic = 0x184d2a5d;
const maxDictionaryBytes = 16 << 20;

/** True when a zstd frame, or one that decoders skip, starts here. Source: RFC 8878, 3.1. */
export function isZstd(bytes: Buffer): boolean {
  if (bytes.length < 4) return false;
  const magic = bytes.readUInt32LE(0);
  return magic === frameMagic || isSkippable(magic);
}

const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

/**
 * Unpacks the zstd frame at `at` and no other: given several frames, Node's decoder silently drops all but the first.
 * @param dictionary the archive's own, from its first frame. Source: the IIPC proposal "Zstandard for WARC", 1.0.
 */
export async function zstdFrameAt(window: WindowFeed, at: number, dictionary: Buffer | null): Promise<Unpacked> {
  const start = window.view(at, 8);
  if (start.length < 8) return torn(Buffer.alloc(0), start.length);
  if (isSkippable(start.readUInt32LE(0))) return skippableAt(window, at, start);
  const length = frameBytes(window, at);
  if (length === null) return { kind: "broken", reason: "inflate-error", detail: "the zstd frame is malformed" };
  const isTorn = at + length > window.size;
  const packed = isTorn ? window.size - at : length;
  const options = {
    ...(dictionary === null ? {} : { dictionary }),
    ...(isTorn ? { finishFlush: constants.ZSTD_e_flush } : {}),
  };
  if (packed <= packedViews[2]) {
    try {
      const bytes = zstdDecompressSync(window.view(at, packed).subarray(0, packed), {
        ...options,
        chunkSize: 512 << 10,
        maxOutputLength: heldBytes,
      });
      return isTorn
        ? torn(bytes, packed)
        : { kind: "member", length, feed: bufferFeed(bytes), torn: false, close: () => {} };
    } catch (error) {
      if (zlibCodeOf(error) !== "ERR_BUFFER_TOO_LARGE") return brokenBy(error);
    }
  }
  return largeFrameAt(window, at, { packed, isTorn }, options);
}

function torn(bytes: Buffer, length: number): Unpacked {
  return { kind: "member", length, feed: bufferFeed(bytes), torn: true, close: () => {} };
}

async function largeFrameAt(
  window: WindowFeed,
  at: number,
  { packed, isTorn }: { readonly packed: number; readonly isTorn: boolean },
  options: object,
): Promise<Unpacked> {
  const open = (): ReturnType<typeof createZstdDecompress> =>
    createZstdDecompress({ ...options, chunkSize: 512 << 10 });
  const engine = open();
  let size = 0;
  try {
    for await (const chunk of unpackedChunks(window, at, at + packed, engine)) {
      size += chunk.length;
      if (isBomb(engine.bytesWritten, size)) return bomb;
    }
  } catch (error) {
    return brokenBy(error);
  }
  const chunks = unpackedChunks(window, at, at + packed, open());
  return {
    kind: "member",
    length: packed,
    feed: chunkFeed(chunks, size),
    torn: isTorn,
    close: () => void chunks.return(),
  };
}

function brokenBy(error: unknown): Unpacked {
  const code = zlibCodeOf(error);
  const reason = code === "ZSTD_error_checksum_wrong" ? "crc-mismatch" : "inflate-error";
  return { kind: "broken", reason, detail: `the zstd frame cannot be unpacked (${code})` };
}

/** The frame's length by its block headers, possibly past the end of the file; `null` when it is malformed. */
function frameBytes(window: WindowFeed, at: number): number | null {
  const descriptor = window.view(at + 4, 1)[0] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let next = at + 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + sizeBytes;
  for (let last = false; !last;) {
    const view = window.view(next, 3);
    if (view.length < 3) return window.size + 1 - at;
    const block = view.readUIntLE(0, 3);
    const [type, size] = [(block >> 1) & 3, block >> 3];
    if (type === 3) return null;
    last = (block & 1) === 1;
    next += 3 + (type === 1 ? 1 : size);
  }
  return next + ((descriptor & 4) === 0 ? 0 : 4) - at;
}

function skippableAt(window: WindowFeed, at: number, start: Buffer): Unpacked {
  const length = 8 + start.readUInt32LE(4);
  if (at + length > window.size) return torn(Buffer.alloc(0), window.size - at);
  if (start.readUInt32LE(0) !== dictionaryMagic)
    return { kind: "skip", length, detail: "a zstd frame that is to be skipped" };
  if (length > maxDictionaryBytes) return { kind: "skip", length, detail: "a zstd dictionary that is too large" };
  const bytes = window.view(at + 8, length - 8).subarray(0, length - 8);
  try {
    const packed = bytes.length >= 4 && bytes.readUInt32LE(0) === frameMagic;
    const dictionary = packed ? zstdDecompressSync(bytes, { maxOutputLength: maxDictionaryBytes }) : Buffer.from(bytes);
    return { kind: "dictionary", length, dictionary };
  } catch (error) {
    return { kind: "skip", length, detail: `a zstd dictionary that cannot be unpacked (${zlibCodeOf(error)})` };
  }
}
