import { constants, inflateRawSync, zstdDecompressSync } from "node:zlib";

import { arcLineIn } from "./arc.ts";
import type { Feed, WindowFeed } from "./feed.ts";
import { gzipHeadBytes, gzipMagicIn } from "./gzip-head.ts";
import { isWholeHead, looksLikeRecord } from "./head.ts";
import { isZstd } from "./zstd-frame.ts";

/** One form in which a record can begin: where bytes hint at it, and whether one really begins there. */
export interface Sign {
  readonly hintIn: (view: Buffer, from: number) => number;
  readonly holds: (at: number) => Promise<boolean> | boolean;
}

const stepBytes = 256 << 10;
const headBytes = 16 << 10;
/** Bytes inspected before a hint, and bytes of a hint that the edge of a step may cut off. */
const edgeBytes = 8;

/**
 * First position in `from`..`to` where a record starts, or `null`. Slices and reading after damage share this search,
 * so both find the same positions: compressed members whose first bytes are a record, and whole record headers with
 * type and length. What precedes a header does not matter: damage there must not cost the record.
 */
export async function recordStartIn(
  feed: Feed,
  from: number,
  to: number,
  signs: readonly Sign[],
): Promise<number | null> {
  for (let at = from; at < to;) {
    const base = feed.seekable ? Math.max(0, at - edgeBytes) : at;
    const view = await feed.view(base, stepBytes);
    const atEnd = base + view.length >= feed.size;
    const limit = base + view.length - (atEnd ? 0 : edgeBytes);
    const hints = signs.map((sign) => ({ sign, at: nextHint(sign, view, base, at) }));
    for (;;) {
      const first = hints.reduce((least, hint) => (hint.at < least.at ? hint : least));
      if (first.at >= Math.min(limit, to)) break;
      if (await first.sign.holds(first.at)) return first.at;
      for (const hint of hints) {
        if (hint.at === first.at) hint.at = nextHint(hint.sign, view, base, first.at + 1);
      }
    }
    if (atEnd) return null;
    at = limit;
  }
  return null;
}

function nextHint(sign: Sign, view: Buffer, base: number, from: number): number {
  const index = sign.hintIn(view, from - base);
  return index < 0 ? Infinity : base + index;
}

/**
 * The signs to look for in a file, chosen by how its first record is stored. In a file of compressed members, text that
 * looks like a record is not one; in an uncompressed file, a compressed member may be part of a page. A file that begins
 * with neither is searched for every sign.
 */
export function fileSigns(window: WindowFeed, arc: boolean, dictionary: Buffer | null): readonly Sign[] {
  const packed: readonly Sign[] = [
    { hintIn: gzipMagicIn, holds: (at) => looksLikeRecord(gzipStartAt(window, at)) },
    {
      hintIn: (view, from) => view.indexOf(zstdMagic, from),
      holds: (at) => looksLikeRecord(zstdStartAt(window, at, dictionary)),
    },
  ];
  if (dictionary !== null || packed.some((sign) => sign.hintIn(window.view(0, 8), 0) === 0 && sign.holds(0) === true)) {
    return packed;
  }
  const text = textSigns(window, arc);
  return isWholeHead(window.view(0, headBytes)) ? text : [...packed, ...text];
}

/** True when a compressed member seems to begin with these bytes. */
export function isPacked(bytes: Buffer): boolean {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b) || isZstd(bytes);
}

/** Signs among unpacked bytes. */
export function textSigns(feed: Feed, arc: boolean): readonly Sign[] {
  const warc: Sign = {
    hintIn: (view, from) => view.indexOf(versionStart, from),
    holds: async (at) => isWholeHead(await feed.view(at, headBytes)),
  };
  const arcLine: Sign = {
    hintIn: (view, from) => lineStartIn(view, from),
    holds: async (at) => arcLineIn(await feed.view(at, headBytes)) !== null,
  };
  return arc ? [warc, arcLine] : [warc];
}

const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const versionStart = Buffer.from("WARC/");
const lineFeed = 10;

/** A line that begins with a letter, as a URL does. */
function lineStartIn(view: Buffer, from: number): number {
  for (let at = view.indexOf(lineFeed, Math.max(0, from - 1)); at >= 0; at = view.indexOf(lineFeed, at + 1)) {
    const first = (view[at + 1] ?? 0) | 0x20;
    if (first >= 0x61 && first <= 0x7a) return at + 1;
  }
  return -1;
}

/** The first bytes that a gzip member unpacks to; none when it cannot be one. */
function gzipStartAt(window: WindowFeed, at: number): Buffer {
  const view = window.view(at, 64 << 10).subarray(0, 64 << 10);
  const head = gzipHeadBytes(view);
  if (head === null || head < 0) return nothing;
  try {
    return inflateRawSync(view.subarray(head, head + (2 << 10)), {
      finishFlush: constants.Z_SYNC_FLUSH,
      chunkSize: 16 << 10,
    });
  } catch {
    return nothing;
  }
}

function zstdStartAt(window: WindowFeed, at: number, dictionary: Buffer | null): Buffer {
  // A block of zstd unpacks as a whole, and may have 128 KiB.
  const view = window.view(at, 192 << 10).subarray(0, 192 << 10);
  try {
    return zstdDecompressSync(view, {
      finishFlush: constants.ZSTD_e_flush,
      maxOutputLength: 16 << 20,
      ...(dictionary === null ? {} : { dictionary }),
    });
  } catch {
    return nothing;
  }
}

const nothing = Buffer.alloc(0);
