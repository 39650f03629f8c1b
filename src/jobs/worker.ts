import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { threadPool, type ThreadPool } from "../measure/thread-pool.ts";
import { jobKinds, type Consumer, type Cores, type JobHandler, type JobKind, type Queue } from "../queue/queue.ts";
import type { RedisScripts } from "../redis/scripts.ts";
import { segmentCache, type SegmentCache } from "../segment/cache.ts";
import type { Store } from "../store/store.ts";

export type { Store as WorkerStore } from "../store/store.ts";

/** Wraps each handler, so that the process that runs the worker sees what it does. */
export type ObserveJobs = (handler: JobHandler) => JobHandler;

/** What the handlers of a worker process need; made once a process. */
export interface WorkerDeps {
  readonly queue: Queue;
  readonly store: Store;
  /** For leases of hosts. */
  readonly scripts: RedisScripts;
  readonly pool: ThreadPool;
  /** A folder of this process for what is in progress. */
  readonly folder: string;
  /** Segments of the store that jobs read texts from; one for all of them, because they share a folder. */
  readonly segments: SegmentCache;
  /** Name and version, as segments and requests state it. */
  readonly software: string;
  /** What jobs about documents must name: see `programOf`. */
  readonly program: string;
  /** Jobs in progress at the same time, of a kind that keeps a processor busy. */
  readonly concurrency: number;
  /** What it shares with other worker processes of its machine. */
  readonly cores: Cores;
  /** Jobs in progress at the same time, of a kind that mostly waits for other machines. */
  readonly waitingConcurrency: number;
  readonly observed: ObserveJobs;
}

/** Binds one kind of job to its handler; each file of `workers/` is one. */
export type BindWorker = (deps: WorkerDeps) => Consumer;

export interface WorkerProcess extends AsyncDisposable {
  readonly deps: WorkerDeps;
}

/** The threads and the folder of a worker process. What dead processes of this machine left in `cache` is not touched. */
export function workerProcess(deps: Omit<WorkerDeps, "pool" | "folder" | "segments">, cache: string): WorkerProcess {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "worker-"));
  const pool = threadPool(deps.concurrency, deps.software);
  const segments = segmentCache(deps.store, join(folder, "segments"));
  return {
    deps: { ...deps, pool, folder, segments },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      segments[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Kinds that a worker takes unless it is given others. */
export const workerKinds: readonly JobKind[] = jobKinds;
