// Takes "turn" jobs: visits the URLs of a host's turn, puts the results into the store. The network code is loaded with
// the first job.
import type { TurnHandler } from "../src/jobs/turn/handler.ts";
import type { BindWorker } from "../src/jobs/worker.ts";

export const bind: BindWorker = (deps) => {
  let loading: Promise<TurnHandler> | undefined;
  const load = async (): Promise<TurnHandler> => {
    const { turnHandler } = await import("../src/jobs/turn/handler.ts");
    return turnHandler(deps);
  };
  const turn = deps.observed(async (job, context) => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined; // the next job tries again
      throw error;
    });
    return (await loading)(job, context);
  });
  const { close } = deps.queue.consume("turn", turn, { concurrency: deps.waitingConcurrency });
  return {
    async close(deadlineMs) {
      const requeued = await close(deadlineMs);
      await (await loading)?.[Symbol.asyncDispose]();
      return requeued;
    },
  };
};
