// Takes "slice" jobs: measures a slice of an archive, puts its segment into the store.
import { sliceHandler } from "../src/jobs/slice/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("slice", deps.observed(sliceHandler({ ...deps, software: deps.program })), {
    concurrency: deps.concurrency,
    cores: deps.cores,
  });
