// Takes "copy" jobs: records of one file of Common Crawl in, an archive in the store. Two at a time: each is one stream.
import { copyHandler } from "../src/pipeline/copy-jobs.ts";
import type { BindWorker } from "../src/pipeline/worker.ts";

export const bind: BindWorker = (deps) =>
  deps.queue.consume("copy", deps.observed(copyHandler(deps)), { concurrency: 2 });
