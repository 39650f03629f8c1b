import { statSync } from "node:fs";

import { PipelineError } from "../core/errors.ts";
import type { ObserveJobs, workerKinds, WorkerStore } from "../jobs/worker.ts";
import type { Logger } from "../telemetry/log.ts";
import type { JobOutcome, Metrics } from "../telemetry/metrics.ts";

export type WorkerMetrics = Metrics<(typeof workerKinds)[number]>;

/** What can be seen of a worker: its log, and its metrics. */
export interface WorkerSight {
  readonly observed: ObserveJobs;
  readonly counted: (store: WorkerStore) => WorkerStore;
}

/** @param metrics `null` where nobody looks at them */
export function workerSight(log: Logger, metrics: WorkerMetrics | null): WorkerSight {
  return {
    observed: (handler) => async (job, context) => {
      const { kind, id } = job;
      const beganMs = performance.now();
      const ended = (outcome: JobOutcome): number => {
        const seconds = (performance.now() - beganMs) / 1000;
        metrics?.jobEnded(kind, outcome, seconds);
        return Math.round(seconds * 1000) / 1000;
      };
      log.debug("job begun", { kind, job: id, attempt: context.attempt });
      try {
        const result = await handler(job, context);
        if (metrics !== null) countMeasured(result, metrics);
        log.info("job done", { kind, job: id, seconds: ended("done") });
        return result;
      } catch (error) {
        const isGivenBack = error instanceof PipelineError && error.code === "interrupted";
        const seconds = ended(isGivenBack ? "given-back" : "failed");
        const fields = { kind, job: id, seconds, attempt: context.attempt };
        if (isGivenBack) log.info("job given back", fields);
        else log.warn("job failed", { ...fields, error: error instanceof Error ? error : String(error) });
        throw error;
      }
    },
    counted: (store) => (metrics === null ? store : countedStore(store, metrics)),
  };
}

function countedStore(store: WorkerStore, metrics: WorkerMetrics): WorkerStore {
  return {
    ...store,
    async put(name, content, signal) {
      const state = await store.put(name, content, signal);
      if (state === "stored") metrics.toStore(Buffer.isBuffer(content) ? content.length : statSync(content.path).size);
      return state;
    },
    async copyTo(name, path, signal) {
      const isThere = await store.copyTo(name, path, signal);
      if (isThere) metrics.fromStore(statSync(path).size);
      return isThere;
    },
    async get(name, signal) {
      const bytes = await store.get(name, signal);
      metrics.fromStore(bytes?.length ?? 0);
      return bytes;
    },
    async range(name, begin, end, signal) {
      const bytes = await store.range(name, begin, end, signal);
      metrics.fromStore(bytes?.length ?? 0);
      return bytes;
    },
  };
}

/** What a slice brought is in its result. */
function countMeasured(result: Readonly<Record<string, unknown>>, metrics: Pick<Metrics<never>, "measured">): void {
  const { outcomes, begin, end } = result;
  if (typeof outcomes !== "object" || outcomes === null || typeof begin !== "number" || typeof end !== "number") return;
  const counts = outcomes as Readonly<Record<string, number>>;
  const captures = Object.values(counts).reduce((sum, count) => sum + count, 0);
  metrics.measured({ captures, documents: counts["document"] ?? 0, bytes: end - begin });
}
