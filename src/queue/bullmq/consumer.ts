import { Worker } from "bullmq";

import { withTimeout } from "../../async/abort.ts";
import type { ConsumeOptions, Consumer, JobHandler, JobKind } from "../queue.ts";
import type { ConsumerDeps, ConsumerState, TaskWorker } from "./consumer-state.ts";
import { adjust, startPump, type Pump } from "./pump.ts";
import { runTask } from "./run-task.ts";
import { completionsKept, stallsAllowed } from "./settings.ts";

/** How long `close` may take past its deadline if Redis is away. */
const closeGraceMs = 4000;

/**
 * Takes jobs of one kind. BullMQ can renew the lock of a job only while the event loop is free. So work that keeps the
 * processor busy for more than a second belongs in a thread; otherwise another worker takes the job too.
 */
export function bullmqConsumer(
  kind: JobKind,
  handler: JobHandler,
  options: ConsumeOptions,
  deps: ConsumerDeps,
): Consumer {
  const closing = new AbortController();
  const state: ConsumerState = { kind, handler, deps, stops: new Set(), closing, requeued: 0 };
  const worker = workerOf(state, options.concurrency);
  const share = options.cores === undefined ? options.concurrency : 0;
  const pump: Pump = { state, worker, share, isResting: false, isWaking: false };
  const stopPump = startPump(pump);
  showSelf(pump, options);
  return {
    async close(deadlineMs) {
      stopPump();
      const closed = worker.close();
      const deadline = setTimeout(() => {
        closing.abort();
        for (const stop of state.stops) stop.abort();
      }, deadlineMs);
      await withTimeout(closed, deadlineMs + closeGraceMs);
      clearTimeout(deadline);
      closing.abort();
      return state.requeued;
    },
  };
}

function workerOf(state: ConsumerState, concurrency: number): TaskWorker {
  const { connection, settings } = state.deps;
  const worker: TaskWorker = new Worker(state.kind, (task, token = "") => runTask(state, worker, task, token), {
    connection: connection.client,
    prefix: connection.prefix,
    concurrency,
    autorun: false,
    lockDuration: settings.lockDurationMs,
    stalledInterval: settings.stalledIntervalMs,
    maxStalledCount: stallsAllowed,
    removeOnComplete: { count: completionsKept.done },
    removeOnFail: { count: completionsKept.failed },
    // How soon a fetch is tried again when the connection was refused (15 s by default): a restart takes a second.
    runRetryDelay: 1000,
  });
  return worker;
}

/** Shows the consumer to the other workers, and follows its share of the machine's processors where it has one. */
function showSelf(pump: Pump, { concurrency, cores }: ConsumeOptions): void {
  const { kind, deps } = pump.state;
  if (cores === undefined) return deps.heartbeat.start(kind);
  deps.heartbeat.start(kind, {
    wanted: concurrency,
    cores,
    onShare(jobs) {
      pump.share = jobs;
      adjust(pump);
      cores.onShare?.(kind, jobs);
    },
  });
}
