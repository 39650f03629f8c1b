import type { PipelineError } from "../../core/errors.ts";
import {
  count,
  countTo,
  flag,
  nullable,
  object,
  sha256,
  text,
  type Shape,
  type Shaped,
} from "../../core/json-shape.ts";
import type { SliceSpec } from "../../core/records.ts";
import type { MeasureJob, MeasureResult } from "../../measure/measure-slice.ts";
import { jobOf } from "../../queue/job.ts";
import type { Job } from "../../queue/queue.ts";

/** Measures slices: threads of this process (`local.ts`), or workers of a queue (`submit.ts`). */
export interface Measurer extends AsyncDisposable {
  /** How many slices may be in progress at the same time. */
  readonly size: number;
  /** When it returns, the segment is in the job's folder. */
  readonly measure: (job: MeasureJob) => Promise<MeasureResult>;
  /**
   * Removes what a slice came to, so that it is measured again: the rows of its segment contradict themselves. Left out where nobody
   * else measures: it would come to the same again.
   */
  readonly discard?: (job: MeasureJob, result: MeasureResult, error: PipelineError) => Promise<void>;
  /** Records looked at so far, for the progress display. */
  readonly recordsSeen: () => number;
}

const rangeOfArchive = object({
  /** SHA-256 of the file. */
  archive: sha256,
  index: count,
  /** Nominal, as the end. */
  begin: count,
  end: count,
  exactStart: nullable(count),
  /** Only the same program makes the same segment: see `programOf`. */
  software: text,
});
export type SliceAsk = Shaped<typeof rangeOfArchive>;

/** What a `slice` job asks for. With the archive in the store it is all that is needed. */
export const sliceAsk: Shape<SliceAsk> = (value, at) => {
  const ask = rangeOfArchive(value, at);
  countTo(ask.end)(ask.begin, at === null ? null : "begin");
  return ask;
};

export function sliceJob(slice: SliceSpec, software: string): Job {
  const { archive, index, nominalStart: begin, nominalEnd: end, exactStart } = slice;
  return jobOf("slice", { archive, index, begin, end, exactStart, software } satisfies SliceAsk);
}

/** What a `slice` job returns, and leaves in the store after the segment. */
export const sliceResult: Shape<MeasureResult> = object({
  segment: sha256,
  build: text,
  begin: count,
  end: count,
  empty: flag,
  outcomes: object({ document: count, duplicate: count, skipped: count, failed: count }),
  losses: count,
  lostBytes: count,
  problems: count,
  firstFault: nullable(text),
});
