import { PipelineError } from "../core/errors.ts";
import type { MeasureJob, MeasureResult } from "./measure-slice.ts";
import type { Measurer } from "./measurer.ts";
import type { SparseFile } from "./sparse-source.ts";
import { cells } from "./thread-messages.ts";
import { measuredBy, startThread, type PageLimits, type Thread } from "./thread.ts";

/** A pool of worker threads that measure slices, each thread one at a time. */
export interface ThreadPool extends Measurer, AsyncDisposable {
  /** @param sparse left out: the job's file is whole */
  readonly measure: (job: MeasureJob, sparse?: SparseFile) => Promise<MeasureResult>;
}

const pageLimits: PageLimits = { stuckMs: 120_000, heapMb: 1536 };

/** Attempts at one slice; each failed one sets the record aside that was being measured. */
const attempts = 20;

interface Pool {
  readonly size: number;
  readonly start: () => Thread;
  readonly stuckMs: number;
  readonly idle: Thread[];
  readonly all: Set<Thread>;
  /** Slices without a thread, first come first served. */
  readonly waiting: ((thread: Thread) => void)[];
  /** Records that threads looked at which are gone. */
  recordsGone: bigint;
  closed: boolean;
}

/** Starts no thread before the first job. */
export function threadPool(size: number, software: string, limits: PageLimits = pageLimits): ThreadPool {
  const pool: Pool = {
    size,
    start: () => startThread(software, limits),
    stuckMs: limits.stuckMs,
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
    },
  };
}

/** Measures a slice, again without each page that brought a thread down. */
async function measured(pool: Pool, job: MeasureJob, sparse: SparseFile | null): Promise<MeasureResult> {
  const poison = [...job.poison];
  for (let attempt = 1; ; attempt++) {
    const thread = await take(pool);
    const end = await measuredBy(thread, { ...job, poison }, sparse, pool.stuckMs);
    // The threads that closing ends must not look like crashes: trying again would start new ones forever.
    if (pool.closed) throw new PipelineError("interrupted", "the pool of threads was closed");
    if (!("crash" in end)) {
      release(pool, thread);
      if ("error" in end) throw end.error;
      return end.result;
    }
    const { cell } = thread;
    const offset = Number(Atomics.load(cell, cells.offset));
    const innerOffset = Number(Atomics.load(cell, cells.innerOffset));
    await discard(pool, thread);
    if (attempt === attempts) {
      throw new PipelineError("worker-crashed", `a worker keeps crashing on ${job.path}: ${end.crash}`, {
        path: job.path,
      });
    }
    poison.push({ offset, innerOffset, why: end.crash });
  }
}

async function take(pool: Pool): Promise<Thread> {
  const free = pool.idle.pop();
  if (free !== undefined) return free;
  if (pool.all.size < pool.size) return started(pool);
  return new Promise((resolve) => pool.waiting.push(resolve));
}

function started({ all, start }: Pool): Thread {
  const thread = start();
  all.add(thread);
  return thread;
}

function release({ waiting, idle }: Pool, thread: Thread): void {
  const next = waiting.shift();
  if (next === undefined) idle.push(thread);
  else next(thread);
}

async function discard(pool: Pool, thread: Thread): Promise<void> {
  pool.all.delete(thread);
  pool.recordsGone += Atomics.load(thread.cell, cells.records);
  await thread.worker.terminate();
  const next = pool.waiting.shift();
  if (next !== undefined) next(started(pool));
}
