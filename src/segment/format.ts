import { join } from "node:path";

import type { Hex, SegmentHead } from "../core/records.ts";

export const segmentMagic = "COLOPHON-SEGMENT/1\n";

/**
 * Unpacked bytes after which a frame is closed. Captures are read one after the other. Texts are read here and there when documents
 * are compared, each with its whole frame: frames of an eighth are unpacked in a sixth of the time and take 8 % more room
 * (`docs/benchmarks.md`).
 */
export const frameBytes = { captures: 1 << 20, texts: 1 << 17 };

/** One zstd frame of the file. */
export interface SegmentFrame {
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
}

/** The last thing in the file, found through the 8 bytes that end it. */
export interface SegmentFooter {
  readonly head: SegmentHead;
  /** JSON lines, one a capture, in the order of the archive. */
  readonly captures: readonly SegmentFrame[];
  /** Texts of the documents, end to end in UTF-8; none is split over two frames. */
  readonly texts: readonly SegmentFrame[];
  /** Bytes of each capture's text, in the order of the captures; 0 for one that is no document. */
  readonly textLengths: readonly number[];
  /** Signatures of the documents, in order, little-endian 32-bit slots. */
  readonly signatures: SegmentFrame;
}

/** `segments/ab/abcd....segment`: named by the SHA-256 of its bytes, so that `sha256sum` alone can verify it. */
export function segmentPath(folder: string, digest: Hex): string {
  return join(folder, digest.slice(0, 2), `${digest}.segment`);
}
