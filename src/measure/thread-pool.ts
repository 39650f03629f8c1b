import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../core/errors.ts";
import type { MeasureJob, MeasureResult } from "./measure-slice.ts";
import type { SparseFile } from "./sparse-source.ts";
import { cells, measuredBy, startThread, type PageLimits, type Thread } from "./thread.ts";

/** A pool of worker threads that measure slices, one at a time each. */
export interface ThreadPool extends AsyncDisposable {
  /** How many threads. */
  readonly size: number;
  /**
   * Waits for a free thread. When it returns, the segment is in the job's folder.
   * @param sparse left out: the job's file is whole
   */
  readonly measure: (job: MeasureJob, sparse?: SparseFile) => Promise<MeasureResult>;
  /** Records looked at so far. */
  readonly recordsSeen: () => number;
}

const pageLimits: PageLimits = { stuckMs: 120_000, heapMb: 1536 };

/** Deaths of a thread at one slice; each sets aside the record that it was at. */
const deathsOfSlice = 20;
const faultPauseMs = 1000;

interface Pool {
  readonly size: number;
  readonly start: () => Thread;
  readonly stuckMs: number;
  readonly faultTries: number;
  readonly idle: Thread[];
  readonly all: Set<Thread>;
  /** Slices without a thread, first come first served. */
  readonly waiting: PromiseWithResolvers<Thread>[];
  /** Records that threads looked at which are gone. */
  recordsGone: bigint;
  closed: boolean;
}

/**
 * Starts no thread before the first job. Jobs wait for a free thread, first come first served. A slice whose thread dies is tried
 * again without the record that it died at.
 * @param faultTries starts of a slice whose measuring ends with an unexpected error; one where a queue tries again
 * @throws {PipelineError} from `measure`: `worker-crashed` for a slice that is not done however often it is tried
 */
export function threadPool(
  size: number,
  software: string,
  limits: PageLimits = pageLimits,
  faultTries = 1,
): ThreadPool {
  const pool: Pool = {
    size,
    start: () => startThread(software, limits),
    stuckMs: limits.stuckMs,
    faultTries,
    idle: [],
    all: new Set(),
    waiting: [],
    recordsGone: 0n,
    closed: false,
  };
  return {
    size,
    recordsSeen: () =>
      Number([...pool.all].reduce((sum, { cell }) => sum + Atomics.load(cell, cells.records), pool.recordsGone)),
    measure: async (job, sparse) => measured(pool, job, sparse ?? null),
    async [Symbol.asyncDispose]() {
      pool.closed = true;
      await Promise.all([...pool.all].map(async ({ worker }) => worker.terminate()));
      pool.all.clear();
      for (const { reject } of pool.waiting.splice(0)) reject(closedError());
    },
  };
}

function closedError(): PipelineError {
  return new PipelineError("interrupted", "the pool of threads was closed");
}

/** Measures a slice, again without each page that brought a thread down. */
async function measured(pool: Pool, job: MeasureJob, sparse: SparseFile | null): Promise<MeasureResult> {
  const poison = [...job.poison];
  for (let faults = 0; ;) {
    const thread = await take(pool);
    const outcome = await measuredBy(thread, { ...job, poison }, sparse, pool.stuckMs);
    // The threads that closing ends must not look like crashes: trying again would start new ones forever.
    if (pool.closed) throw closedError();
    if (!("crash" in outcome)) {
      release(pool, thread);
      if ("result" in outcome) return outcome.result;
      const { error } = outcome;
      if (!(error instanceof PipelineError) || error.code !== "worker-crashed" || ++faults === pool.faultTries)
        throw error;
      await pause(faultPauseMs * faults);
      continue;
    }
    const { cell } = thread;
    const offset = Number(Atomics.load(cell, cells.offset));
    const innerOffset = Number(Atomics.load(cell, cells.innerOffset));
    await discard(pool, thread);
    if (poison.length - job.poison.length === deathsOfSlice - 1) {
      throw new PipelineError("worker-crashed", `a worker keeps crashing on ${job.path}: ${outcome.crash}`, {
        path: job.path,
      });
    }
    poison.push({ offset, innerOffset, why: outcome.crash });
  }
}

async function take(pool: Pool): Promise<Thread> {
  if (pool.closed) throw closedError();
  const free = pool.idle.pop();
  if (free !== undefined) return free;
  if (pool.all.size < pool.size) return started(pool);
  const next = Promise.withResolvers<Thread>();
  pool.waiting.push(next);
  return next.promise;
}

function started({ all, start }: Pool): Thread {
  const thread = start();
  all.add(thread);
  return thread;
}

function release({ waiting, idle }: Pool, thread: Thread): void {
  const next = waiting.shift();
  if (next === undefined) idle.push(thread);
  else next.resolve(thread);
}

async function discard(pool: Pool, thread: Thread): Promise<void> {
  pool.all.delete(thread);
  pool.recordsGone += Atomics.load(thread.cell, cells.records);
  await thread.worker.terminate();
  const next = pool.waiting.shift();
  if (next !== undefined) next.resolve(started(pool));
}
