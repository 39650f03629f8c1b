// Takes "export" jobs: the places of texts in, a shard of them in the store.
import { exportHandler } from "../src/pipeline/publish-export-handler.ts";
import type { BindWorker } from "../src/pipeline/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("export", deps.observed(exportHandler(deps)), { concurrency: deps.concurrency });
