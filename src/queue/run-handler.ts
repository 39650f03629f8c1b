import { checkedResult } from "./job.ts";
import type { Job, JobContext, JobHandler, JobResult } from "./queue.ts";

export type Outcome =
  | { readonly state: "done"; readonly result: JobResult }
  | { readonly state: "threw"; readonly error: unknown }
  /** Stopped before it was done; this says nothing about the job. */
  | { readonly state: "requeued" };

/** How long a stopped handler may take to clean up before its job is requeued anyway. */
const clearUpMs = 2000;

/** Runs a handler to its end, or a little past the abort of its signal. Never throws. */
export function runHandler(handler: JobHandler, job: Job, context: JobContext): Promise<Outcome> {
  const { signal } = context;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      timer = setTimeout(() => settle({ state: "requeued" }), clearUpMs);
    };
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(outcome);
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    // Only after the caller has noted the job: a handler may immediately enqueue jobs, or count them.
    queueMicrotask(() => void outcomeOf(handler, job, context).then(settle));
  });
}

async function outcomeOf(handler: JobHandler, job: Job, context: JobContext): Promise<Outcome> {
  try {
    return { state: "done", result: checkedResult(await handler(job, context)) };
  } catch (error) {
    return context.signal.aborted ? { state: "requeued" } : { state: "threw", error };
  }
}
