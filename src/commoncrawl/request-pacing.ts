import { pause } from "../async/abort.ts";
import { backoffMs } from "../async/retry.ts";
import { PipelineError } from "../core/errors.ts";

/** How requests to a server that is not ours are repeated. */
export interface Patience {
  /** Least time between any two repeated requests; Common Crawl asks for at most one a second. */
  readonly retryGapMs: number;
  /** The first wait after a failure; each further one of the same request is twice as long. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Tries of one request before it is given up. */
  readonly tries: number;
}

export const usualPatience: Patience = {
  retryGapMs: 1000,
  firstWaitMs: 1000,
  longestWaitMs: 600_000,
  tries: 12,
};

/** One for each source, shared by all its requests. */
export interface RequestPacer {
  readonly patience: Patience;
  /** Call before the first try of a request: waits while the source has asked us to pause. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /**
   * Call after a failed try, counted from 1: waits until the request may be tried again.
   * @param askedMs what `Retry-After` says, `null` for nothing; all requests to the source pause that long
   * @returns false when it is given up
   */
  readonly again: (failedTries: number, askedMs: number | null, signal: AbortSignal) => Promise<boolean>;
}

/** Applies a `Patience` to all streams together. */
export function requestPacer(patience: Patience): RequestPacer {
  let quietUntilMs = 0;
  let nextRetryMs = 0;
  return {
    patience,
    async pass(signal) {
      for (let leftMs = 1; leftMs > 0;) {
        leftMs = quietUntilMs - performance.now();
        if (leftMs > 0) await wait(leftMs, signal);
      }
    },
    async again(failedTries, askedMs, signal) {
      if (failedTries >= patience.tries) return false;
      // A server that asks for a longer pause than we would ever wait wants us to come another day.
      if (askedMs !== null && askedMs > patience.longestWaitMs) return false;
      const grownMs = backoffMs(failedTries, { firstMs: patience.firstWaitMs, mostMs: patience.longestWaitMs });
      const fromMs = performance.now() + grownMs;
      // A slow request reached the server later than we sent it, but not later than now.
      if (failedTries > 1) nextRetryMs = Math.max(nextRetryMs, performance.now() + patience.retryGapMs);
      if (askedMs !== null) quietUntilMs = Math.max(quietUntilMs, performance.now() + askedMs);
      for (let leftMs = 1; leftMs > 0;) {
        // Other requests may have changed these while we waited.
        leftMs = Math.max(fromMs, quietUntilMs, nextRetryMs) - performance.now();
        if (leftMs > 0) await wait(leftMs, signal);
      }
      // There is no await after the check: of two callers that waited for the same moment, one passes and the other
      // waits again.
      nextRetryMs = performance.now() + patience.retryGapMs;
      return true;
    },
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, signal);
  if (signal.aborted)
    throw new PipelineError("interrupted", "stopped while waiting for a server that asked for patience");
}
