// Takes "turn" jobs: a host's turn of a crawl in, what came of its pages in the store.
import { turnWorker } from "../src/pipeline/crawl-turns.ts";
import type { BindWorker } from "../src/pipeline/worker.ts";

export const bind: BindWorker = (deps) => {
  const turns = turnWorker(deps);
  const { close } = deps.queue.consume("turn", deps.observed(turns.handler), { concurrency: deps.waitingConcurrency });
  return {
    async close(deadlineMs) {
      const givenBack = await close(deadlineMs);
      await turns[Symbol.asyncDispose]();
      return givenBack;
    },
  };
};
