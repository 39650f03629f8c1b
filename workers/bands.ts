// Takes "bands" jobs: some bands of a clustering in, the pairs that they join in the store. One at a time: a second would
// need as much memory again and have no other thread to work on.
import { bandsHandler } from "../src/jobs/bands/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("bands", deps.observed(bandsHandler(deps)), { concurrency: 1, cores: deps.cores });
