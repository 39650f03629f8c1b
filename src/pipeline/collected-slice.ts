import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import type { Measurer } from "../jobs/slice/contract.ts";
import type { MeasureJob, MeasureResult } from "../measure/measure-slice.ts";

/** A slice to be collected: how it is measured, and what is done with its segment. */
interface Collecting {
  readonly job: MeasureJob;
  /** Where the slice before it ended. */
  readonly order: { readonly expected: number };
  readonly measure: (job: MeasureJob) => Promise<MeasureResult>;
  readonly collect: (segment: Hex) => void;
}

/** Collects a slice. Where others measured it and its segment contradicts itself, it is measured once more. */
export async function collected(
  measurer: Pick<Measurer, "discard">,
  { job, order, measure, collect }: Collecting,
  measured: MeasureResult,
): Promise<MeasureResult> {
  const result = await fromTrueStart(measured, job, order.expected, measure);
  try {
    collect(result.segment);
    return result;
  } catch (error) {
    if (measurer.discard === undefined || !(error instanceof PipelineError) || error.code !== "segment-broken")
      throw error;
    await measurer.discard(job, result, error);
  }
  const again = await fromTrueStart(await measure(job), job, order.expected, measure);
  collect(again.segment);
  return again;
}

/**
 * A slice must begin where the one before it ended, and own nothing when that is beyond its range. One that found a false
 * start, or none, is measured again from the true one.
 */
async function fromTrueStart(
  result: MeasureResult,
  job: MeasureJob,
  expected: number,
  measure: (job: MeasureJob) => Promise<MeasureResult>,
): Promise<MeasureResult> {
  const { nominalEnd } = job.slice;
  const agrees = result.empty ? expected >= nominalEnd : result.begin === expected && expected < nominalEnd;
  return agrees ? result : measure({ ...job, slice: { ...job.slice, exactStart: expected } });
}
