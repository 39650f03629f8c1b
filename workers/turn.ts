// Takes "turn" jobs: a host's turn of a crawl in, what came of its pages in the store.
// What speaks to other machines is loaded with the first job.
import type { TurnWorker } from "../src/jobs/turn/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) => {
  let loading: Promise<TurnWorker> | undefined;
  const load = async (): Promise<TurnWorker> => {
    const { turnWorker } = await import("../src/jobs/turn/handler.ts");
    return turnWorker(deps);
  };
  const turn = deps.observed(async (job, context) => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined; // the next job tries again
      throw error;
    });
    return (await loading).handler(job, context);
  });
  const { close } = deps.queue.consume("turn", turn, { concurrency: deps.waitingConcurrency });
  return {
    async close(deadlineMs) {
      const givenBack = await close(deadlineMs);
      await (await loading)?.[Symbol.asyncDispose]();
      return givenBack;
    },
  };
};
