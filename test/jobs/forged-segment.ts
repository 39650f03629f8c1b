import { readFileSync } from "node:fs";

import type { CaptureRow, SegmentHead } from "../../src/core/records.ts";
import { signatureSlots } from "../../src/dedup/signature.ts";
import { segmentPath } from "../../src/segment/format.ts";
import { openSegment } from "../../src/segment/read.ts";
import { segmentWriter } from "../../src/segment/write.ts";

/** What a forger changes of a segment. */
export interface Forgery {
  readonly head?: (head: SegmentHead) => SegmentHead;
  readonly row?: (row: CaptureRow) => CaptureRow;
}

/** Every document of it is in the public domain. */
export const freed: Forgery = {
  row: (row) => (row.document === null ? row : { ...row, document: { ...row.document, licence: "CC0-1.0" } }),
};

/** A segment of a folder, written again with changes into another folder: well formed, and another. */
export function forgedSegment(
  folder: string,
  digest: string,
  into: string,
  { head = (same) => same, row = (same) => same }: Forgery,
): { readonly digest: string; readonly bytes: Buffer } {
  using segment = openSegment(folder, digest);
  const writer = segmentWriter(into, "forged");
  let position = 0;
  for (const one of segment.captures()) {
    const signature = new Uint32Array(signatureSlots);
    if (one.document !== null) segment.signature(position, signature, 0);
    const text = one.document === null ? null : Buffer.from(segment.text(position));
    writer.add(row(one), text, text === null ? null : signature);
    position++;
  }
  const forged = writer.finish(head(segment.head));
  return { digest: forged, bytes: readFileSync(segmentPath(into, forged)) };
}
