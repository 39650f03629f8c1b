import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

import type { PipelineError } from "../core/errors.ts";
import { parsed } from "../core/json-shape.ts";
import type { Hex } from "../core/records.ts";
import { signatureSlots } from "../dedup/signature.ts";
import { footerShape, type SegmentFooter } from "./shapes.ts";

export const segmentMagic = "COLOPHON-SEGMENT/1\n";

/**
 * Unpacked bytes after which a frame is closed. Captures are read one after the other. Texts are read here and there when documents
 * are compared, each with its whole frame: frames of an eighth are unpacked in a sixth of the time and take 8 % more room
 * (`docs/benchmarks.md`).
 */
export const frameBytes = { captures: 1 << 20, texts: 1 << 17 };

/** A footer or a frame that unpacks to more is not one of ours: a page's text and a slice's list of faults are far below. */
const mostUnpackedBytes = 512 << 20;

/** `segments/ab/abcd....segment`: named by the SHA-256 of its bytes, so that `sha256sum` alone can verify it. */
export function segmentPath(folder: string, digest: Hex): string {
  return join(folder, digest.slice(0, 2), `${digest}.segment`);
}

/** Makes the error for a segment that is not what it should be. */
export type Broken = (what: string, cause?: unknown) => PipelineError;

/** Bytes of a segment. */
export interface Span {
  readonly begin: number;
  readonly length: number;
}

/** Bytes at the end of a segment that say how long the footer before them is. */
const lengthBytes = 8;

/**
 * Reads the footer of a segment of `size` bytes, wherever it is: yields each span that it needs and is resumed with its bytes,
 * all of them.
 * @throws what `broken` makes of a segment that is cut or damaged
 */
export function* footerIn(size: number, broken: Broken): Generator<Span, SegmentFooter, Buffer> {
  const end = size - lengthBytes;
  if (end < segmentMagic.length) throw broken("is cut off");
  const stated = yield { begin: end, length: lengthBytes };
  const length = Number(stated.readBigUInt64LE());
  if (length > end - segmentMagic.length) throw broken("has a footer longer than itself");
  const footer = footerOf(yield { begin: end - length, length }, broken);
  const frames = [...footer.captures, ...footer.texts, footer.signatures];
  if (frames.some((frame) => frame.offset + frame.length > end)) throw broken("has a frame outside of itself");
  if (frames.some((frame) => frame.rawLength > mostUnpackedBytes)) throw broken("has a frame that is too large");
  const documents = footer.textLengths.reduce((sum, bytes) => sum + Number(bytes > 0), 0);
  if (footer.signatures.length !== documents * signatureSlots * 4) throw broken("has not one signature a document");
  return footer;
}

function footerOf(packed: Buffer, broken: Broken): SegmentFooter {
  let json: string;
  try {
    json = zstdDecompressSync(packed, { maxOutputLength: mostUnpackedBytes }).toString("utf8");
  } catch (cause) {
    throw broken("has a damaged footer", cause);
  }
  return parsed(footerShape, json, (why) => broken(`has a footer that is none: ${why}`));
}

/** Where a capture's text and signature are. */
export interface TextSpan {
  readonly frame: number;
  /** In the unpacked frame. */
  readonly start: number;
  readonly length: number;
  /** Which of the documents it is, from 0 on. */
  readonly ordinal: number;
}

/** By capture; one that is no document has a length of 0. */
export function textSpansOf({ texts, textLengths }: SegmentFooter): readonly TextSpan[] {
  let [frame, start, ordinal] = [0, 0, 0];
  return textLengths.map((length) => {
    if (start === texts[frame]?.rawLength && length > 0) {
      frame++;
      start = 0;
    }
    const span = { frame, start, length, ordinal };
    start += length;
    if (length > 0) ordinal++;
    return span;
  });
}

/** Copies one signature out of little-endian bytes that begin at `from`. */
export function copySignature(bytes: Buffer, from: number, into: Uint32Array, at: number): void {
  for (let slot = 0; slot < signatureSlots; slot++) into[at + slot] = bytes.readUInt32LE(from + slot * 4);
}

/** Bytes of one signature. */
export const signatureBytes = signatureSlots * 4;
