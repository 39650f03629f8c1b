import { captureIdOf } from "../core/capture-id.ts";
import { PipelineError } from "../core/errors.ts";
import type { CaptureRow, Hex } from "../core/records.ts";
import type { Segment } from "../segment/read.ts";

/**
 * The captures of a segment. Each must lie in the slice, behind the one before it, and have the id of its place: what
 * a segment says of another archive, or twice, never reaches a ledger.
 * @throws {PipelineError} `segment-broken`
 */
export function* checkedCaptures({ head, counts, captures }: Segment): Generator<CaptureRow> {
  const { archive, begin, end } = head.slice;
  const [last, seen] = [
    { offset: begin, innerOffset: -1 },
    { captures: 0, documents: 0 },
  ];
  for (const row of captures()) {
    const { offset, innerOffset } = row.place;
    const isNext = offset > last.offset || (offset === last.offset && innerOffset > last.innerOffset);
    if (!isNext || offset >= end) throw broken(archive, row, `does not lie where it may, in bytes ${begin} to ${end}`);
    if (row.place.archive !== archive) throw broken(archive, row, `is of archive ${row.place.archive}`);
    if (row.id !== captureIdOf(archive, offset, innerOffset)) throw broken(archive, row, "has not the id of its place");
    last.offset = offset;
    last.innerOffset = innerOffset;
    seen.captures++;
    if (row.document !== null) seen.documents++;
    yield row;
  }
  if (seen.captures === counts.captures && seen.documents === counts.documents) return;
  const words = `a segment of archive ${archive} has ${seen.captures} captures with ${seen.documents} documents, but says ${counts.captures} and ${counts.documents}`;
  throw new PipelineError("segment-broken", words, { archive });
}

function broken(archive: Hex, { id, place }: CaptureRow, what: string): PipelineError {
  const words = `a segment of archive ${archive} is broken: capture ${id} at byte ${place.offset} ${what}`;
  return new PipelineError("segment-broken", words, { archive, capture: id });
}
