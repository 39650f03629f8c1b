// Takes "bands" jobs: reads some bands of a clustering, puts the pairs that they join into the store. One at a time: a
// second would need as much memory again and would run on the same thread.
import { bandsHandler } from "../src/jobs/bands/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("bands", deps.observed(bandsHandler({ ...deps, software: deps.program })), {
    concurrency: 1,
    cores: deps.cores,
  });
