import { closeSync, openSync, readSync, statSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";

import { PipelineError } from "../core/errors.ts";
import type { CaptureRow, Hex, SegmentHead } from "../core/records.ts";
import { signatureSlots } from "../dedup/signature.ts";
import { segmentMagic, segmentPath, type SegmentFooter, type SegmentFrame } from "./format.ts";

/** An open segment; frames are unpacked when asked for, one at a time. */
export interface Segment extends Disposable {
  readonly head: SegmentHead;
  readonly captures: () => Generator<CaptureRow>;
  /** Text of the document at this position among the captures, UTF-8. */
  readonly text: (position: number) => Buffer;
  /** Copies the signature of the document at this position into `into`, from `at` on. */
  readonly signature: (position: number, into: Uint32Array, at: number) => void;
}

/** @throws {PipelineError} `segment-broken` when the file is missing, cut or not a segment */
export function openSegment(folder: string, digest: Hex): Segment {
  const path = segmentPath(folder, digest);
  const file = opened(path);
  try {
    const footer = footerOf(file, path);
    const starts = textPlaces(footer);
    const unpackedFrame: { index: number; bytes: Buffer } = { index: -1, bytes: Buffer.alloc(0) };
    return {
      head: footer.head,
      *captures() {
        for (const frame of footer.captures) {
          for (const line of unpacked(file, path, frame).toString("utf8").split("\n")) {
            if (line !== "") yield JSON.parse(line) as CaptureRow;
          }
        }
      },
      text(position) {
        const place = starts[position];
        const length = footer.textLengths[position] ?? 0;
        const frame = place === undefined ? undefined : footer.texts[place.frame];
        if (place === undefined || frame === undefined || length === 0)
          throw broken(path, `has no document at ${position}`);
        if (unpackedFrame.index !== place.frame) {
          unpackedFrame.bytes = unpacked(file, path, frame);
          unpackedFrame.index = place.frame;
        }
        return unpackedFrame.bytes.subarray(place.start, place.start + length);
      },
      signature(position, into, at) {
        const place = starts[position];
        if (place === undefined) throw broken(path, `has no document at ${position}`);
        const bytes = bytesAt(
          file,
          path,
          footer.signatures.offset + place.ordinal * signatureSlots * 4,
          signatureSlots * 4,
        );
        for (let slot = 0; slot < signatureSlots; slot++) into[at + slot] = bytes.readUInt32LE(slot * 4);
      },
      [Symbol.dispose]: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    throw new PipelineError(
      "segment-broken",
      `segment ${path} cannot be opened; a corpus without its segments has lost texts: restore the file, or ingest the archives into a new corpus`,
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

/** Where each capture's text starts, and which of the documents it is. */
interface TextPlace {
  readonly frame: number;
  readonly start: number;
  readonly ordinal: number;
}

function textPlaces(footer: SegmentFooter): readonly TextPlace[] {
  let [frame, start, ordinal] = [0, 0, 0];
  return footer.textLengths.map((length) => {
    if (start === footer.texts[frame]?.rawLength && length > 0) {
      frame++;
      start = 0;
    }
    const place = { frame, start, ordinal };
    start += length;
    if (length > 0) ordinal++;
    return place;
  });
}

/** A damaged file may state any length: more than this is not believed, and comes in pieces. */
const largestPiece = 4 << 20;
/** The least that zlib takes. */
const leastPiece = 64;

function unpacked(file: number, path: string, frame: SegmentFrame): Buffer {
  const packed = bytesAt(file, path, frame.offset, frame.length);
  try {
    // Room for all of it in one piece: those of the library's own size would have to be joined.
    const room = frame.rawLength < 0 ? {} : { chunkSize: Math.min(largestPiece, frame.rawLength + leastPiece) };
    const bytes = zstdDecompressSync(packed, room);
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
