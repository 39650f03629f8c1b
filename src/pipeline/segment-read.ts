import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";

import { PipelineError } from "../core/errors.ts";
import type { CaptureRow, Hex, SegmentHead } from "../core/records.ts";
import { segmentMagic, segmentPath, type SegmentFooter, type SegmentFrame } from "./segment-format.ts";

/** An open segment; frames are unpacked when asked for, one at a time. */
export interface Segment extends Disposable {
  readonly head: SegmentHead;
  readonly documentCount: number;
  readonly captures: () => Generator<CaptureRow>;
  /** Text of the document with this ordinal in the segment, UTF-8. */
  readonly text: (ordinal: number) => Buffer;
  /** All signatures, `documentCount` x slots. */
  readonly signatures: () => Uint32Array;
}

/** @throws {PipelineError} `segment-broken` when the file is missing, cut or not a segment */
export function openSegment(folder: string, digest: Hex): Segment {
  const path = segmentPath(folder, digest);
  const file = opened(path);
  try {
    const footer = footerOf(file, path);
    const starts = textStarts(footer);
    const unpackedFrame: { index: number; bytes: Buffer } = { index: -1, bytes: Buffer.alloc(0) };
    return {
      head: footer.head,
      documentCount: footer.textLengths.length,
      *captures() {
        for (const frame of footer.captures) {
          for (const line of unpacked(file, path, frame).toString("utf8").split("\n")) {
            if (line !== "") yield JSON.parse(line) as CaptureRow;
          }
        }
      },
      text(ordinal) {
        const place = starts[ordinal];
        const length = footer.textLengths[ordinal];
        const frame = place === undefined ? undefined : footer.texts[place.frame];
        if (place === undefined || length === undefined) throw broken(path, `has no document ${ordinal}`);
        if (frame === undefined) return Buffer.alloc(0);
        if (unpackedFrame.index !== place.frame) {
          unpackedFrame.bytes = unpacked(file, path, frame);
          unpackedFrame.index = place.frame;
        }
        return unpackedFrame.bytes.subarray(place.start, place.start + length);
      },
      signatures() {
        const { offset, length } = footer.signatures;
        const bytes = bytesAt(file, path, offset, length);
        const slots = new Uint32Array(length / 4);
        for (let index = 0; index < slots.length; index++) slots[index] = bytes.readUInt32LE(index * 4);
        return slots;
      },
      [Symbol.dispose]: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** True when the file's bytes are those it is named after. */
export function segmentIsWhole(folder: string, digest: Hex): boolean {
  try {
    return (
      createHash("sha256")
        .update(readFileSync(segmentPath(folder, digest)))
        .digest("hex") === digest
    );
  } catch {
    return false;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new PipelineError(
      "segment-broken",
      `segment ${path} cannot be opened: run the same ingest again with --rebuild to measure its slice anew`,
      { path },
      cause,
    );
  }
}

function footerOf(file: number, path: string): SegmentFooter {
  const { size } = statSync(path);
  const magic = Buffer.from(segmentMagic);
  if (size < magic.length + 8 || !bytesAt(file, path, 0, magic.length).equals(magic)) {
    throw broken(path, "is not a segment");
  }
  const footerBytes = Number(bytesAt(file, path, size - 8, 8).readBigUInt64LE());
  if (footerBytes > size - 8 - magic.length) throw broken(path, "has a footer longer than itself");
  const frame = { offset: size - 8 - footerBytes, length: footerBytes, rawLength: -1 };
  return JSON.parse(unpacked(file, path, frame).toString("utf8")) as SegmentFooter;
}

function textStarts(footer: SegmentFooter): readonly { readonly frame: number; readonly start: number }[] {
  let frame = 0;
  let start = 0;
  return footer.textLengths.map((length) => {
    if (start === footer.texts[frame]?.rawLength && length > 0) {
      frame++;
      start = 0;
    }
    const place = { frame, start };
    start += length;
    return place;
  });
}

function unpacked(file: number, path: string, frame: SegmentFrame): Buffer {
  const packed = bytesAt(file, path, frame.offset, frame.length);
  try {
    const bytes = zstdDecompressSync(packed);
    if (frame.rawLength !== -1 && bytes.length !== frame.rawLength) throw broken(path, "has a frame of another length");
    return bytes;
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw broken(path, "has a damaged frame", cause);
  }
}

function bytesAt(file: number, path: string, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, offset + read);
    if (count === 0) throw broken(path, "ends early");
    read += count;
  }
  return bytes;
}

function broken(path: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError("segment-broken", `segment ${path} ${what}`, { path }, cause);
}
