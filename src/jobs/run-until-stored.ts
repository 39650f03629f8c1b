import { PipelineError } from "../core/errors.ts";
import type { Shape } from "../core/json-shape.ts";
import type { Job, Queue } from "../queue/queue.ts";
import { resultOf } from "./checked-json.ts";
import { runJob } from "./run-job.ts";

/** Called with what a job, its result or an object of the store was instead of what it should be, before it is done again. */
export type OnBroken = (error: PipelineError) => void;

/** What a job is to leave in the store. */
export interface Left<Result, T> {
  /** Shape of what the job itself returns. */
  readonly result: Shape<Result>;
  /**
   * Takes what is left out of the store; `null` when it is not there.
   * @throws {PipelineError} `object-broken` when it is not what it should be
   */
  readonly take: (result: Result) => Promise<T | null>;
  /** Removes what says that the job is done, and makes sure that what it needs is there. */
  readonly forget: () => Promise<void>;
  /** The error for what is lost again and again. */
  readonly lost: () => PipelineError;
}

/** Who has a job done, and hears what was wrong. */
export interface JobRun {
  readonly queue: Queue;
  readonly signal: AbortSignal;
  readonly onBroken?: OnBroken | undefined;
}

const attempts = 3;

/**
 * Runs a job until what it is to leave in the store is there. Another process may have removed or changed that since the
 * job was done: its result is then void, and the job is done again.
 * @throws {PipelineError} what was wrong first, when it is wrong each time
 */
export async function runUntilStored<Result, T>(
  { queue, signal, onBroken }: JobRun,
  job: Job,
  { result, take, forget, lost }: Left<Result, T>,
): Promise<T> {
  let first: PipelineError | null = null;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      const left = await take(resultOf(result, job, await runJob(queue, job, signal)));
      if (left !== null) return left;
    } catch (error) {
      const broken = brokenIn(error);
      if (broken === null) throw error;
      first ??= broken;
      onBroken?.(broken);
    }
    await forget();
  }
  if (first === null) throw lost();
  const { code, message, context } = first;
  const words = `${message}; it was made ${attempts} times and never right: does somebody else write into the store or the queue?`;
  throw new PipelineError(code, words, context, first);
}

/** The error, if it says that somebody else made what a job was given or left, so that it can be done again; else `null`. */
export function brokenIn(error: unknown): PipelineError | null {
  if (!(error instanceof PipelineError)) return null;
  const { code, context } = error;
  const isOfJob = code === "queue-refused" && "job" in context;
  return code === "object-broken" || code === "segment-broken" || isOfJob ? error : null;
}
