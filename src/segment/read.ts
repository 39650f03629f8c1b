import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";

import { LRUCache } from "lru-cache";

import { PipelineError } from "../core/errors.ts";
import { parsed } from "../core/json-shape.ts";
import type { CaptureRow, Hex, SegmentHead } from "../core/records.ts";
import { segmentName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import {
  copySignature,
  footerIn,
  signatureBytes,
  textSpansOf,
  type Broken,
  type TextSpan,
  segmentMagic,
  segmentPath,
} from "./format.ts";
import { captureShape, type SegmentFrame } from "./shapes.ts";

/** An open segment; frames are unpacked when asked for, one at a time. */
export interface Segment extends Disposable {
  readonly head: SegmentHead;
  readonly counts: { readonly captures: number; readonly documents: number };
  readonly captures: () => Generator<CaptureRow>;
  /** Text of the document at this position among the captures, UTF-8. */
  readonly text: (position: number) => Buffer;
  /** Copies the signature of the document at this position into `into`, from `at` on. */
  readonly signature: (position: number, into: Uint32Array, at: number) => void;
}

/** A file that is read, and the error for what is wrong with it. */
interface Source {
  readonly file: number;
  readonly broken: Broken;
}

/** @throws {PipelineError} `segment-broken` when the file is missing, cut or not a segment; from its functions too */
export function openSegment(folder: string, digest: Hex): Segment {
  const path = segmentPath(folder, digest);
  const broken: Broken = (what, cause) =>
    new PipelineError("segment-broken", `segment ${path} ${what}`, { path }, cause);
  const source = { file: opened(path), broken };
  try {
    return segmentIn(source);
  } catch (error) {
    closeSync(source.file);
    throw error;
  }
}

/** True for a segment that is there and has the bytes that its name says. */
export function isWholeSegment(folder: string, digest: Hex): boolean {
  const path = segmentPath(folder, digest);
  // A pipe of that name would be waited for.
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  return isFile && createHash("sha256").update(readFileSync(path)).digest("hex") === digest;
}

function segmentIn(source: Source): Segment {
  const { file, broken } = source;
  const { size } = fstatSync(file);
  const magic = Buffer.from(segmentMagic);
  if (size < magic.length || !bytesAt(source, 0, magic.length).equals(magic)) throw broken("is not a segment");
  const reading = footerIn(size, broken);
  let step = reading.next();
  while (step.done !== true) step = reading.next(bytesAt(source, step.value.begin, step.value.length));
  const footer = step.value;
  const spans = textSpansOf(footer);
  const unpackedFrame: { index: number; bytes: Buffer } = { index: -1, bytes: Buffer.alloc(0) };
  return {
    head: footer.head,
    counts: { captures: spans.length, documents: footer.signatures.length / signatureBytes },
    *captures() {
      for (const frame of footer.captures) yield* rowsIn(unpacked(source, frame), broken);
    },
    text(position) {
      const { frame: index, start, length } = documentAt(spans, position, broken);
      const frame = footer.texts[index];
      if (frame === undefined) throw broken(`has no text at ${position}`);
      if (unpackedFrame.index !== index) {
        unpackedFrame.bytes = unpacked(source, frame);
        unpackedFrame.index = index;
      }
      return unpackedFrame.bytes.subarray(start, start + length);
    },
    signature(position, into, at) {
      const { ordinal } = documentAt(spans, position, broken);
      const begin = footer.signatures.offset + ordinal * signatureBytes;
      copySignature(bytesAt(source, begin, signatureBytes), 0, into, at);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function* rowsIn(lines: Buffer, broken: Broken): Generator<CaptureRow> {
  for (const line of lines.toString("utf8").split("\n")) {
    if (line !== "") yield parsed(captureShape, line, (why) => broken(`has a capture that is none: ${why}`));
  }
}

function documentAt(spans: readonly TextSpan[], position: number, broken: Broken): TextSpan {
  const span = spans[position];
  if (span === undefined || span.length === 0) throw broken(`has no document at ${position}`);
  return span;
}

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new PipelineError(
      "segment-broken",
      `segment ${path} cannot be opened; a corpus without its segments has lost texts: restore the file, or ingest the archives into a new corpus`,
      { path },
      cause,
    );
  }
}

/** A damaged file may state any length: more than this is not believed, and comes in pieces. */
const largestPiece = 4 << 20;
/** The least that zlib takes. */
const leastPiece = 64;

function unpacked(source: Source, { offset, length, rawLength }: SegmentFrame): Buffer {
  const packed = bytesAt(source, offset, length);
  let bytes: Buffer;
  try {
    // Room for all of it in one piece: those of the library's own size would have to be joined.
    const chunkSize = Math.min(largestPiece, rawLength + leastPiece);
    bytes = zstdDecompressSync(packed, { chunkSize, maxOutputLength: Math.max(1, rawLength) });
  } catch (cause) {
    throw source.broken("has a damaged frame", cause);
  }
  if (bytes.length !== rawLength) throw source.broken("has a frame of another length");
  return bytes;
}

function bytesAt({ file, broken }: Source, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const count = readSync(file, bytes, read, length - read, offset + read);
    if (count === 0) throw broken("ends early");
    read += count;
  }
  return bytes;
}

/** At the end of a segment; holds footer and signatures of most. */
const tailBytes = 1 << 20;

/** Copies the signature of the document at a position of the segment into `into`, from `at` on. */
export type SignatureReader = (position: number, into: Uint32Array, at: number) => void;

/**
 * Reads all signatures of a segment that is in a store, and nothing else of it.
 * @throws {PipelineError} `segment-broken`; from the reader too
 */
export async function storedSignatures(store: Store, segment: Hex, signal: AbortSignal): Promise<SignatureReader> {
  const name = segmentName(segment);
  const broken: Broken = (what, cause) =>
    new PipelineError("segment-broken", `${name} of ${store.place} ${what}`, { segment }, cause);
  const size = await store.size(name, signal);
  if (size === null) throw broken("is not there");
  const rangeOf = async (begin: number, length: number): Promise<Buffer> => {
    const bytes = await store.range(name, begin, begin + length, signal);
    if (bytes?.length !== length) throw broken("is cut off");
    return bytes;
  };
  const tailBegin = Math.max(0, size - tailBytes);
  const tail = await rangeOf(tailBegin, size - tailBegin);
  const bytesOf = async (begin: number, length: number): Promise<Buffer> =>
    begin < tailBegin ? rangeOf(begin, length) : tail.subarray(begin - tailBegin, begin - tailBegin + length);
  const reading = footerIn(size, broken);
  let step = reading.next();
  while (step.done !== true) step = reading.next(await bytesOf(step.value.begin, step.value.length));
  const footer = step.value;
  const spans = textSpansOf(footer);
  const signatures = await bytesOf(footer.signatures.offset, footer.signatures.length);
  return (position, into, at) => {
    const { ordinal } = documentAt(spans, position, broken);
    copySignature(signatures, ordinal * signatureBytes, into, at);
  };
}

/** Texts and signatures by place, over many segments of which a few are open at a time. */
export interface TextStore extends Disposable {
  readonly text: (segment: Hex, position: number) => string;
  readonly signature: (segment: Hex, position: number, into: Uint32Array, at: number) => void;
}

/** Open segments; each holds one unpacked frame. */
const openLimit = 64;

export function textStore(folder: string): TextStore {
  const open = new LRUCache<Hex, Segment>({ max: openLimit, dispose: (segment) => segment[Symbol.dispose]() });
  const segmentOf = (digest: Hex): Segment => {
    const known = open.get(digest);
    if (known !== undefined) return known;
    const segment = openSegment(folder, digest);
    open.set(digest, segment);
    return segment;
  };
  return {
    text: (segment, position) => segmentOf(segment).text(position).toString("utf8"),
    signature: (segment, position, into, at) => segmentOf(segment).signature(position, into, at),
    [Symbol.dispose]: () => open.clear(),
  };
}
