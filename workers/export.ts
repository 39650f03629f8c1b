// Takes "export" jobs: the places of texts in, a shard of them in the store. Two at a time: one reads while one is packed.
import { exportHandler } from "../src/jobs/export/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("export", deps.observed(exportHandler(deps)), {
    concurrency: Math.min(2, deps.concurrency),
    cores: deps.cores,
  });
