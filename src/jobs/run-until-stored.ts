import type { PipelineError } from "../core/errors.ts";
import type { Job, Queue } from "../queue/queue.ts";
import { runJob } from "./run-job.ts";

/** What a job is to leave in the store, and what to do about it. */
export interface Left<Result, T> {
  /** Takes it from there; `null` when it is not there, or not whole. */
  readonly take: (result: Result) => Promise<T | null>;
  /** Takes away what says that the job is done. */
  readonly forget: () => Promise<void>;
  /** For when it is lost again and again. */
  readonly lost: () => PipelineError;
}

const attempts = 3;

/**
 * Runs a job until what it is to leave in the store is there. Somebody may have taken that away, or changed it, since the
 * job was done: its result then stands for nothing, and it is done again.
 */
export async function runUntilStored<Result, T>(
  queue: Queue,
  job: Job,
  signal: AbortSignal,
  { take, forget, lost }: Left<Result, T>,
): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const left = await take(await runJob<Result>(queue, job, signal));
    if (left !== null) return left;
    await forget();
  }
  throw lost();
}
