import { backoffMs } from "../async/retry.ts";
import { failures, PipelineError } from "../core/errors.ts";
import type { JobOutcome } from "./queue.ts";

/** How often a job is tried, and how long it waits in between. */
export interface RetryRules {
  /** Starts of a job that fails for a reason that may pass (`failures[code].retry`), the first one included. */
  readonly tries: number;
  /** Starts of a job whose handler throws anything but a `PipelineError`. */
  readonly faultTries: number;
  /** Deaths of the thread or process attributed to a job after which it is quarantined. */
  readonly crashes: number;
  /** Doubles with each failure. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** Eight tries wait 1 + 2 + 4 + 8 + 16 + 32 + 60 s: a store or a site may be gone for two minutes. */
export const retryRules: RetryRules = {
  tries: 8,
  faultTries: 3,
  crashes: 3,
  firstDelayMs: 1000,
  longestDelayMs: 60_000,
};

/** What a job has gone through since it was submitted. */
export interface Tally {
  readonly failures: number;
  readonly faults: number;
  readonly crashes: number;
}

export const cleanTally: Tally = { failures: 0, faults: 0, crashes: 0 };

export type Verdict =
  | { readonly again: true; readonly delayMs: number; readonly tally: Tally }
  | { readonly again: false; readonly outcome: Exclude<JobOutcome, { state: "done" }> };

/** Whether a job whose handler threw is tried again: by the kind of the error, within the bounds of `rules`. */
export function verdictOf(error: unknown, tally: Tally, rules: RetryRules): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof PipelineError)) {
    const counted = { ...tally, faults: tally.faults + 1 };
    if (counted.faults < rules.faultTries) return again(counted, rules);
    return {
      again: false,
      outcome: { state: "failed", code: "worker-crashed", message: `a fault of the worker: ${message}` },
    };
  }
  // A handler throws this to report the death of its thread. The thread ran only this job, so the death is attributed
  // to it.
  if (error.code === "worker-crashed") {
    const counted = { ...tally, crashes: tally.crashes + 1 };
    if (counted.crashes < rules.crashes) return again(counted, rules);
    return {
      again: false,
      outcome: { state: "quarantined", reason: `its thread died with it ${counted.crashes} times: ${message}` },
    };
  }
  const counted = { ...tally, failures: tally.failures + 1 };
  if (failures[error.code].retry && counted.failures < rules.tries) return again(counted, rules);
  return { again: false, outcome: { state: "failed", code: error.code, message } };
}

function again(tally: Tally, rules: RetryRules): Verdict {
  const { firstDelayMs: firstMs, longestDelayMs: mostMs } = rules;
  const failed = tally.failures + tally.faults + tally.crashes;
  return { again: true, delayMs: backoffMs(failed, { firstMs, mostMs }), tally };
}
