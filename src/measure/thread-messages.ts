import type { FailureCode } from "../core/errors.ts";
import type { MeasureJob, MeasureResult } from "./measure-slice.ts";
import type { ByteRange } from "./sparse-source.ts";

/** What a thread is started with. */
export interface ThreadData {
  readonly software: string;
  /** 64-bit cells, see `cells`. */
  readonly progress: SharedArrayBuffer;
}

/** Cells of the memory that a thread and the main thread share. */
export const cells = {
  /** Place of the record that is being measured. */
  offset: 0,
  innerOffset: 1,
  /** Records looked at so far. */
  records: 2,
  /** Times that bytes were asked for and an answer came; a thread sleeps on it. */
  filled: 3,
} as const;

/** One slice to measure; `held` is what is there of a file with holes, `null` for a file without. */
export interface ThreadTask {
  readonly job: MeasureJob;
  readonly held: readonly ByteRange[] | null;
}

/** An error on its way between threads. */
export interface ThreadFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly context: Readonly<Record<string, string | number>>;
}

/** What a thread answers: bytes that it wants, any number of times, then a result or a failure. */
export type ThreadAnswer =
  | { readonly kind: "wanted"; readonly range: ByteRange }
  | { readonly kind: "result"; readonly result: MeasureResult }
  | { readonly kind: "failure"; readonly failure: ThreadFailure };

/** The answer to bytes that were asked for: all that is there now, or why they cannot be had. */
export type Filled =
  | { readonly kind: "held"; readonly held: readonly ByteRange[] }
  | { readonly kind: "failure"; readonly failure: ThreadFailure };
