import type { PipelineError } from "../core/errors.ts";
import type { Shape } from "../core/json-shape.ts";
import type { Job, Queue } from "../queue/queue.ts";
import { resultOf } from "./checked-json.ts";
import { runJob } from "./run-job.ts";

/** What a job is to leave in the store. */
export interface Left<Result, T> {
  /** Shape of what the job itself returns. */
  readonly result: Shape<Result>;
  /** Takes what is left out of the store; `null` when it is not there, or not whole. */
  readonly take: (result: Result) => Promise<T | null>;
  /** Removes what says that the job is done. */
  readonly forget: () => Promise<void>;
  /** The error for what is lost again and again. */
  readonly lost: () => PipelineError;
}

const attempts = 3;

/**
 * Runs a job until what it is to leave in the store is there. Another process may have removed or changed that since the
 * job was done: its result is then void, and the job is done again.
 */
export async function runUntilStored<Result, T>(
  queue: Queue,
  job: Job,
  signal: AbortSignal,
  { result, take, forget, lost }: Left<Result, T>,
): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const left = await take(resultOf(result, job, await runJob(queue, job, signal)));
    if (left !== null) return left;
    await forget();
  }
  throw lost();
}
