import { Worker } from "node:worker_threads";

import { PipelineError, type FailureCode } from "../core/errors.ts";
import type { MeasureJob, MeasureResult } from "./measure-slice.ts";
import type { ByteRange, SparseFile } from "./sparse-source.ts";

/** A worker thread, and the memory that it shares with the main one. */
export interface Thread {
  readonly worker: Worker;
  readonly cell: BigInt64Array;
}

/** What one page may cost before its thread is ended and the page is set aside. */
export interface PageLimits {
  readonly stuckMs: number;
  /** Old space of a thread's heap, in megabytes. */
  readonly heapMb: number;
}

/**
 * Megabytes of a thread's young generation. Left to itself it grew until two threads held 630 MB; at 32 they held 370 and
 * took no more time (`scripts/bench/whole-path.ts --memory`).
 */
const youngMb = 32;

export function startThread(software: string, { heapMb }: PageLimits): Thread {
  const progress = new SharedArrayBuffer(8 * Object.keys(cells).length);
  const data: ThreadData = { software, progress };
  const worker = new Worker(
    new URL(`./measure-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
    {
      workerData: data,
      // Options meant for the main program (`--eval`, `--input-type`, a debugger) would end or hang the thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
    },
  );
  return { worker, cell: new BigInt64Array(progress) };
}

/** How measuring one slice on one thread went; `crash` when the thread died or was stuck on one record. */
export type ThreadOutcome =
  | { readonly result: MeasureResult }
  | { readonly error: unknown }
  | { readonly crash: string };

/** Has a thread measure one slice, and fetches the bytes that it wants meanwhile. */
export async function measuredBy(
  thread: Thread,
  job: MeasureJob,
  sparse: SparseFile | null,
  stuckMs: number,
): Promise<ThreadOutcome> {
  const { worker, cell } = thread;
  return new Promise((resolve) => {
    let refused: { readonly error: unknown } | null = null;
    let watch = watched(cell, stuckMs, (crash) => finish({ crash }));
    const onMessage = (answer: ThreadAnswer): void => {
      if (answer.kind === "result") finish(refused ?? answer);
      else if (answer.kind === "failure") finish(refused ?? { error: errorOf(answer.failure) });
      else {
        // The time until the bytes are there is not the page's.
        clearInterval(watch);
        void fill(thread, sparse, answer.range, refused).then((failed) => {
          refused ??= failed;
          if (!finished) watch = watched(cell, stuckMs, (crash) => finish({ crash }));
        });
      }
    };
    const onError = (error: Error): void => finish({ crash: error.message });
    const onExit = (code: number): void => finish({ crash: `the worker thread ended with status ${code}` });
    let finished = false;
    const finish = (end: ThreadOutcome): void => {
      finished = true;
      clearInterval(watch);
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
      // A dying thread may report twice; without a listener the second report would end the process.
      if ("crash" in end) worker.on("error", () => undefined);
      resolve(end);
    };
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    worker.postMessage({ job, held: sparse === null ? null : [...sparse.held] } satisfies ThreadTask);
  });
}

/** Calls `onStuck` when no record was begun in that time. */
function watched(cell: BigInt64Array, stuckMs: number, onStuck: (crash: string) => void): NodeJS.Timeout {
  let seen = Atomics.load(cell, cells.records);
  return setInterval(() => {
    const now = Atomics.load(cell, cells.records);
    if (now === seen) onStuck(`no progress on one record in ${stuckMs / 1000} s`);
    seen = now;
  }, stuckMs);
}

/**
 * Fetches what a thread wants and wakes it. A slice that was refused bytes once is refused all others: its end is that error,
 * whatever the reader makes of it.
 * @returns why the bytes cannot be had; `null` when they are there
 */
async function fill(
  { worker, cell }: Thread,
  sparse: SparseFile | null,
  range: ByteRange,
  refused: { readonly error: unknown } | null,
): Promise<{ readonly error: unknown } | null> {
  let failed = refused;
  try {
    if (failed === null) await sparse?.fetch(range);
  } catch (error) {
    failed = { error };
  }
  const failure = { code: "interrupted", message: "the bytes could not be had", context: {} } as const;
  const filled: Filled = failed === null ? { kind: "held", held: sparse?.held ?? [] } : { kind: "failure", failure };
  worker.postMessage(filled);
  Atomics.add(cell, cells.filled, 1n);
  Atomics.notify(cell, cells.filled);
  return failed;
}

function errorOf({ code, message, context }: ThreadFailure): PipelineError {
  return new PipelineError(code, message, context);
}

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
