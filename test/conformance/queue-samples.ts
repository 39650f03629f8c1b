import { setTimeout as pause } from "node:timers/promises";

import { jobOf } from "../../src/queue/job.ts";
import type { Job, JobOutcome, JobHandler, JobPayload, Queue } from "../../src/queue/queue.ts";
import type { RetryRules } from "../../src/queue/retry-rules.ts";

/** What every queue under test is opened with: three tries of each sort, and short waits between them. */
export const contractRetry: RetryRules = {
  tries: 3,
  faultTries: 3,
  crashes: 3,
  firstDelayMs: 250,
  longestDelayMs: 500,
};

export interface ContractOptions {
  readonly waitingLimit?: number;
}

/** No test waits forever. */
export const within = (): AbortSignal => AbortSignal.timeout(15_000);

export const sliceOf = (payload: JobPayload, priority = 0): Job => ({ ...jobOf("slice", payload), priority });

export const done = (result: Record<string, unknown>): JobOutcome => ({ state: "done", result });

/** Waits for a condition that becomes true soon. */
export async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  const signal = within();
  while (!(await fits())) {
    signal.throwIfAborted();
    await pause(5);
  }
}

/** A handler that stays in progress until it is released. */
export function held(): { readonly handler: JobHandler; readonly begun: Job[]; readonly letGo: () => void } {
  const gate = Promise.withResolvers<void>();
  const begun: Job[] = [];
  return {
    begun,
    letGo: () => gate.resolve(),
    async handler(job) {
      begun.push(job);
      await gate.promise;
      return {};
    },
  };
}

/** Gives a new, empty queue with `contractRetry`. */
export type OpenQueue = (options?: ContractOptions) => Promise<Queue>;
