import { ownBuild } from "../../core/build/build.ts";
import { PipelineError } from "../../core/errors.ts";
import type { SegmentHead, SliceSpec } from "../../core/records.ts";
import type { MeasureResult } from "../../measure/measure-slice.ts";
import type { Segment } from "../../segment/read.ts";
import { programOf } from "../version-check.ts";

/** What was asked for: a slice, measured by this program. */
export interface AskedSlice {
  readonly slice: SliceSpec;
  readonly software: string;
  /** Of the archive. */
  readonly archiveBytes: number;
}

/**
 * Makes sure that a segment is that of the slice that was asked for, and that the result says of it what it says itself.
 * @throws {PipelineError} `object-broken` with what disagrees first
 */
export function refuseOtherSegment(
  segment: Pick<Segment, "head" | "counts">,
  result: MeasureResult,
  asked: AskedSlice,
): void {
  const { archive, index } = asked.slice;
  const wrong = headFault(segment.head, asked) ?? resultFault(segment, result);
  if (wrong === null) return;
  const words = `segment ${result.segment} is not that of slice ${index} of archive ${archive}: ${wrong}`;
  throw new PipelineError("object-broken", words, { archive, slice: index });
}

function headFault({ slice: head, software, build }: SegmentHead, asked: AskedSlice): string | null {
  const { slice, archiveBytes } = asked;
  if (head.archive !== slice.archive) return `it is of archive ${head.archive}`;
  if (head.index !== slice.index) return `it is of slice ${head.index}`;
  const program = build === undefined ? software : programOf(software, build.id);
  if (![software, program].includes(asked.software)) return `it was measured by ${program}, not by ${asked.software}`;
  if (build?.id !== ownBuild.id) {
    return `it was measured by build ${build?.id ?? "that it does not name"}, not by ${ownBuild.id}`;
  }
  if (head.recordBytes + head.lostBytes !== head.end - head.begin) {
    return `of ${head.end - head.begin} bytes, ${head.recordBytes} in records and ${head.lostBytes} lost are accounted for`;
  }
  if (head.begin === head.end) return null;
  if (slice.exactStart !== null && head.begin !== slice.exactStart) return `it begins at byte ${head.begin}`;
  // The slice owns what begins in its range, to the last byte.
  const isOwn = head.begin < slice.nominalEnd && slice.nominalEnd <= head.end && head.end <= archiveBytes;
  return isOwn ? null : `it covers bytes ${head.begin} to ${head.end}`;
}

function resultFault({ head, counts }: Pick<Segment, "head" | "counts">, result: MeasureResult): string | null {
  const { begin, end, lostBytes } = head.slice;
  const { document, duplicate, skipped, failed } = result.outcomes;
  const stated: Readonly<Record<string, readonly [unknown, unknown]>> = {
    begin: [result.begin, begin],
    end: [result.end, end],
    empty: [result.empty, begin === end],
    documents: [document, counts.documents],
    captures: [document + duplicate + skipped + failed, counts.captures],
    losses: [result.losses, head.losses.length],
    lostBytes: [result.lostBytes, lostBytes],
    problems: [result.problems, head.problems.length],
  };
  for (const [name, [said, held]] of Object.entries(stated)) {
    if (said !== held) return `the result says ${name} ${String(said)}, the segment ${String(held)}`;
  }
  return null;
}
