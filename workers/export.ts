// Takes "export" jobs: reads the places of texts, puts a shard of them into the store. Two at a time: one is read while
// the other is packed.
import { exportHandler } from "../src/jobs/export/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("export", deps.observed(exportHandler({ ...deps, software: deps.program })), {
    concurrency: Math.min(2, deps.concurrency),
    cores: deps.cores,
  });
