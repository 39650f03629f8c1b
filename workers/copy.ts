// Takes "copy" jobs: fetches records of one file of Common Crawl, puts an archive into the store. Two at a time: each
// is one stream. The network code is loaded with the first job.
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) => {
  const copy = deps.observed(async (job, context) => {
    const { copyHandler } = await import("../src/jobs/copy/handler.ts");
    return copyHandler(deps)(job, context);
  });
  return deps.queue.consume("copy", copy, { concurrency: 2 });
};
