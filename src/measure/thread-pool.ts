import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { PipelineError, type FailureCode } from "../core/errors.ts";
import type { MeasureJob, MeasureResult } from "./measure-slice.ts";

export interface ThreadData {
  readonly software: string;
  /** Offset, inner offset and count of the record in progress, three 64-bit cells. */
  readonly progress: SharedArrayBuffer;
}

export interface ThreadAnswer {
  readonly result?: MeasureResult;
  readonly failure?: {
    readonly code: FailureCode;
    readonly message: string;
    readonly context: Readonly<Record<string, string | number>>;
  };
}

/** A pool of worker threads that measure slices, one at a time each. */
export interface ThreadPool extends AsyncDisposable {
  /** How many threads. */
  readonly size: number;
  /** Waits for a free thread. When it returns, the segment lies in the job's folder. */
  readonly measure: (job: MeasureJob) => Promise<MeasureResult>;
  /** Records looked at so far. */
  readonly recordsSeen: () => number;
}

/** What one page may cost before its thread is ended and the page is set aside. */
export interface PageLimits {
  readonly stuckMs: number;
  /** Old space of a thread's heap, in megabytes. */
  readonly heapMb: number;
}

const pageLimits: PageLimits = { stuckMs: 120_000, heapMb: 1536 };

/**
 * Megabytes of a thread's young generation. Left to itself it grew until two threads held 630 MB; at 32 they held 370 and
 * took no more time (`scripts/bench/whole-path.ts --memory`).
 */
const youngMb = 32;

/** Deaths of a thread at one slice; each sets aside the record that it was at. */
const deathsOfSlice = 20;
/** Starts of a slice whose measuring throws what nobody expected. */
const faultTries = 3;
const faultPauseMs = 1000;

interface Thread {
  readonly worker: Worker;
  readonly cell: BigInt64Array;
}

/**
 * Starts no thread before the first job. Jobs wait for a free thread, first come first served. A slice whose thread dies is tried
 * again without the record that it died at.
 * @throws {PipelineError} from `measure`: `worker-crashed` for a slice that is not done however often it is tried
 */
export function threadPool(size: number, software: string, limits: PageLimits = pageLimits): ThreadPool {
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: PromiseWithResolvers<Thread>[] = [];
  let gone = 0n;
  let closed = false;

  const start = (): Thread => {
    const progress = new SharedArrayBuffer(24);
    const data: ThreadData = { software, progress };
    const worker = new Worker(
      new URL(`./measure-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
      {
        workerData: data,
        // Options meant for the main program (`--eval`, `--input-type`, a debugger) would end or hang the thread.
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: youngMb },
      },
    );
    const thread = { worker, cell: new BigInt64Array(progress) };
    all.add(thread);
    return thread;
  };
  const take = async (): Promise<Thread> => {
    if (closed) throw closedError();
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.size < size) return start();
    const next = Promise.withResolvers<Thread>();
    waiting.push(next);
    return next.promise;
  };
  const release = (thread: Thread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next.resolve(thread);
  };
  const discard = async (thread: Thread): Promise<void> => {
    all.delete(thread);
    gone += Atomics.load(thread.cell, 2);
    await thread.worker.terminate();
    const next = waiting.shift();
    if (next !== undefined) next.resolve(start());
  };

  return {
    size,
    recordsSeen: () => Number([...all].reduce((sum, { cell }) => sum + Atomics.load(cell, 2), gone)),
    async measure(job) {
      const poison = [...job.poison];
      let faults = 0;
      for (;;) {
        const thread = await take();
        const answer = await ask(thread, { ...job, poison }, limits.stuckMs);
        // The threads that closing ends must not look like crashes: trying again would start new ones forever.
        if (closed) throw closedError();
        if (answer.crash === undefined) {
          release(thread);
          if (answer.result !== undefined) return answer.result;
          const error = failureError(answer, job);
          if (error.code !== "worker-crashed" || ++faults === faultTries) throw error;
          await pause(faultPauseMs * faults);
          continue;
        }
        const [offset, innerOffset] = [Atomics.load(thread.cell, 0), Atomics.load(thread.cell, 1)].map(Number);
        await discard(thread);
        if (
          poison.length - job.poison.length === deathsOfSlice - 1 ||
          offset === undefined ||
          innerOffset === undefined
        ) {
          throw new PipelineError("worker-crashed", `a worker keeps crashing on ${job.path}: ${answer.crash}`, {
            path: job.path,
          });
        }
        poison.push({ offset, innerOffset, why: answer.crash });
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...all].map(async ({ worker }) => worker.terminate()));
      all.clear();
      for (const { reject } of waiting.splice(0)) reject(closedError());
    },
  };
}

function closedError(): PipelineError {
  return new PipelineError("interrupted", "the pool of threads was closed");
}

/** One job on one thread: an answer, or `crash` when the thread died or was stuck on one record. */
async function ask(
  thread: Thread,
  job: MeasureJob,
  stuckMs: number,
): Promise<ThreadAnswer & { readonly crash?: string }> {
  const { worker, cell } = thread;
  return new Promise((resolve) => {
    let seen = Atomics.load(cell, 2);
    const watch = setInterval(() => {
      const now = Atomics.load(cell, 2);
      if (now === seen) finish({ crash: `no progress on one record in ${stuckMs / 1000} s` });
      seen = now;
    }, stuckMs);
    const onMessage = (answer: ThreadAnswer): void => finish(answer);
    const onError = (error: Error): void => finish({ crash: error.message });
    const onExit = (code: number): void => finish({ crash: `the worker thread ended with status ${code}` });
    const finish = (answer: ThreadAnswer & { readonly crash?: string }): void => {
      clearInterval(watch);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      // A dying thread may report twice; without a listener the second report would end the process.
      if (answer.crash !== undefined) worker.on("error", () => undefined);
      resolve(answer);
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage(job);
  });
}

function failureError({ failure }: ThreadAnswer, job: MeasureJob): PipelineError {
  if (failure === undefined) return new PipelineError("worker-crashed", `a worker gave no answer for ${job.path}`);
  return new PipelineError(failure.code, failure.message, failure.context);
}
