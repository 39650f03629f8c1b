import { pause } from "../async/abort.ts";
import { backoffMs } from "../async/retry.ts";
import { PipelineError } from "../core/errors.ts";

/** How a server that is not ours is asked again. */
export interface Patience {
  /** Least time between two repeated requests, whatever they are for: one a second is what Common Crawl asks of all. */
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

/** One for each source, shared by all that ask it. */
export interface RequestPacer {
  readonly patience: Patience;
  /** Before the first try of a request: waits while the source has asked for quiet. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /**
   * After a failed try, counted from 1: waits until the request may be tried again.
   * @param askedMs what `Retry-After` says, `null` when nothing; quiet for that long is kept by all who ask the source
   * @returns false when it is given up
   */
  readonly again: (failedTries: number, askedMs: number | null, signal: AbortSignal) => Promise<boolean>;
}

/** Keeps the promises of a `Patience` over all streams at once. */
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
      // Who asks for more quiet than we would ever wait means that we should come another day.
      if (askedMs !== null && askedMs > patience.longestWaitMs) return false;
      const grownMs = backoffMs(failedTries, { firstMs: patience.firstWaitMs, mostMs: patience.longestWaitMs });
      const fromMs = performance.now() + grownMs;
      // A repeated request that took its time on the way reached the server later than it left us, but not after now.
      if (failedTries > 1) nextRetryMs = Math.max(nextRetryMs, performance.now() + patience.retryGapMs);
      if (askedMs !== null) quietUntilMs = Math.max(quietUntilMs, performance.now() + askedMs);
      for (let leftMs = 1; leftMs > 0;) {
        // Others may have moved these while we waited.
        leftMs = Math.max(fromMs, quietUntilMs, nextRetryMs) - performance.now();
        if (leftMs > 0) await wait(leftMs, signal);
      }
      // Nothing was awaited since the moment was looked at: of two who waited for it, the other waits again.
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
