import { constants, crc32, createInflateRaw, inflateRawSync } from "node:zlib";

import type { LossReason } from "../core/archive-faults.ts";
import { bufferFeed, chunkFeed } from "./feed.ts";
import type { WindowFeed } from "./feed.ts";
import { gzipHeadBytes, gzipMagicIn } from "./gzip-head.ts";
import { unpackedChunks } from "./inflate-stream.ts";
import { bomb, heldBytes, isBomb, packedViews, zlibCodeOf } from "./member.ts";
import type { Unpacked } from "./member.ts";

const trailerBytes = 8;
const smallestChunk = 4 << 10;
const usualChunk = 512 << 10;
/** Deflate cannot pack tighter. */
const maxDeflateRatio = 1032;
// With this flush a truncated stream returns what it holds instead of failing; the trailer shows whether it was
// complete.
const finishFlush = constants.Z_SYNC_FLUSH;

/** Unpacks the gzip member at `at` and checks length and CRC-32. Source: RFC 1952. */
export async function gzipMemberAt(window: WindowFeed, at: number): Promise<Unpacked> {
  for (const look of packedViews) {
    const view = window.view(at, look);
    const whole = at + view.length >= window.size;
    const head = gzipHeadBytes(view);
    if (head === -1) return broken("inflate-error", "the gzip header is malformed");
    const next = head === null ? -1 : gzipMagicIn(view, head);
    // Unpacking a part would be wasted work: read more as long as no other member is in sight.
    if (head === null || (next < 0 && !whole && look !== packedViews.at(-1))) {
      if (whole) return torn(Buffer.alloc(0), view.length);
      continue;
    }
    const end = next < 0 ? view.length : next;
    let result: Inflated;
    try {
      result = inflate(view.subarray(head), chunkFor(view, head, next < 0 && !whole ? -1 : end));
    } catch (error) {
      const code = zlibCodeOf(error);
      if (code === "ERR_BUFFER_TOO_LARGE") break;
      return broken("inflate-error", `the gzip member cannot be unpacked (${code})`);
    }
    const used = head + result.engine.bytesWritten;
    if (used + trailerBytes <= view.length) {
      const wrong = mismatch(view, used, crc32(result.buffer), result.buffer.length);
      if (wrong !== null) return broken("crc-mismatch", wrong);
      return {
        kind: "member",
        length: used + trailerBytes,
        feed: bufferFeed(result.buffer),
        torn: false,
        close: () => {},
      };
    }
    if (whole) return torn(result.buffer, view.length);
  }
  return largeMemberAt(window, at);
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(bytes: Buffer, chunkSize: number): Inflated {
  // With `info` the result has another shape, which the types do not say.
  return inflateRawSync(bytes, {
    info: true,
    chunkSize,
    maxOutputLength: heldBytes,
    finishFlush,
  }) as unknown as Inflated;
}

/**
 * The last four bytes before the next member are most often this one's unpacked length: with a buffer of that size
 * nothing is copied. If they are wrong, only the buffer size is.
 */
function chunkFor(view: Buffer, head: number, end: number): number {
  if (end < head + trailerBytes) return usualChunk;
  const stated = view.readUInt32LE(end - 4);
  const likely = stated <= heldBytes && stated <= (end - head) * maxDeflateRatio;
  return likely ? Math.max(smallestChunk, stated + 64) : usualChunk;
}

/** How the trailer at `at` contradicts the unpacked bytes; `null` when it agrees. */
function mismatch(view: Buffer, at: number, crc: number, size: number): string | null {
  if (view.readUInt32LE(at) !== crc) return "the CRC-32 of the gzip member does not match";
  return view.readUInt32LE(at + 4) === size % 2 ** 32 ? null : "the length of the gzip member does not match";
}

function torn(bytes: Buffer, length: number): Unpacked {
  return { kind: "member", length, feed: bufferFeed(bytes), torn: true, close: () => {} };
}

function broken(reason: LossReason, detail: string): Unpacked {
  return { kind: "broken", reason, detail };
}

/** Streams the member once to find its end and to check it, then again for its records. */
async function largeMemberAt(window: WindowFeed, at: number): Promise<Unpacked> {
  const head = gzipHeadBytes(window.view(at, packedViews[2]));
  if (head === null || head < 0) return broken("inflate-error", "the gzip header is malformed");
  const open = (): ReturnType<typeof createInflateRaw> => createInflateRaw({ chunkSize: usualChunk, finishFlush });
  const engine = open();
  let [crc, size] = [0, 0];
  try {
    for await (const chunk of unpackedChunks(window, at + head, window.size, engine)) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      if (isBomb(engine.bytesWritten, size)) return bomb;
    }
  } catch (error) {
    return broken("inflate-error", `the gzip member cannot be unpacked (${zlibCodeOf(error)})`);
  }
  const used = head + engine.bytesWritten;
  const isTorn = at + used + trailerBytes > window.size;
  if (!isTorn) {
    const wrong = mismatch(window.view(at + used, trailerBytes), 0, crc, size);
    if (wrong !== null) return broken("crc-mismatch", wrong);
  }
  const length = isTorn ? window.size - at : used + trailerBytes;
  const chunks = unpackedChunks(window, at + head, at + length, open());
  return {
    kind: "member",
    length,
    feed: chunkFeed(chunks, size),
    torn: isTorn,
    close: () => void chunks.return(),
  };
}
