import type { MeasureJob, MeasureResult } from "../../measure/measure-slice.ts";

/** Measures slices: threads of this process, or workers on other machines. */
export interface Measurer {
  /** Slices that it can have in hand at the same time. */
  readonly size: number;
  /** When it returns, the segment lies in the job's folder. */
  readonly measure: (job: MeasureJob) => Promise<MeasureResult>;
  /** Records looked at so far, for the progress display. */
  readonly recordsSeen: () => number;
}
