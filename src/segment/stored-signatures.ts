import { zstdDecompressSync } from "node:zlib";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { signatureSlots } from "../dedup/signature.ts";
import type { Store } from "../store/store.ts";
import { segmentName } from "../store/layout.ts";
import type { SegmentFooter } from "./format.ts";

/** At the end of a segment; holds footer and signatures of most. */
const tailBytes = 1 << 20;

/** Copies the signature of the document at a position of the segment into `into`, from `at` on. */
export type SignatureReader = (position: number, into: Uint32Array, at: number) => void;

/**
 * Reads all signatures of a segment that lies in a store, and nothing else of it.
 * @throws {PipelineError} `segment-broken`
 */
export async function storedSignatures(store: Store, segment: Hex, signal: AbortSignal): Promise<SignatureReader> {
  const name = segmentName(segment);
  const broken = (what: string, cause?: unknown): PipelineError =>
    new PipelineError("segment-broken", `${name} of ${store.place} ${what}`, { segment }, cause);
  const size = await store.size(name, signal);
  if (size === null) throw broken("is not there");
  const tail: { readonly begin: number; bytes: Buffer } = {
    begin: Math.max(0, size - tailBytes),
    bytes: Buffer.alloc(0),
  };
  const bytesAt = async (begin: number, length: number): Promise<Buffer> => {
    if (begin >= tail.begin && tail.bytes.length > 0)
      return tail.bytes.subarray(begin - tail.begin).subarray(0, length);
    const bytes = begin < 0 || length < 0 ? null : await store.range(name, begin, begin + length, signal);
    if (bytes?.length !== length) throw broken("is cut off");
    return bytes;
  };
  tail.bytes = await bytesAt(tail.begin, size - tail.begin);
  if (size < 8) throw broken("is cut off");
  const footerBytes = Number((await bytesAt(size - 8, 8)).readBigUInt64LE());
  const footer = footerOf(await bytesAt(size - 8 - footerBytes, footerBytes), broken);
  const { offset, length } = footer.signatures;
  const signatures = await bytesAt(offset, length);
  let documents = 0;
  const ordinals = footer.textLengths.map((textLength) => (textLength > 0 ? documents++ : -1));
  if (signatures.length !== documents * signatureSlots * 4) throw broken("has not one signature a document");
  return (position, into, at) => {
    const ordinal = ordinals[position] ?? -1;
    if (ordinal < 0) throw broken(`has no document at ${position}`);
    const start = ordinal * signatureSlots * 4;
    for (let slot = 0; slot < signatureSlots; slot++) into[at + slot] = signatures.readUInt32LE(start + slot * 4);
  };
}

function footerOf(bytes: Buffer, broken: (what: string, cause?: unknown) => PipelineError): SegmentFooter {
  try {
    return JSON.parse(zstdDecompressSync(bytes).toString("utf8")) as SegmentFooter;
  } catch (cause) {
    throw broken("has a damaged footer", cause);
  }
}
