import { pause, withTimeout } from "../async/abort.ts";

/** A right in Redis that one process on all machines holds at a time. It is renewed until it is released or expires. */
export interface Lease extends AsyncDisposable {
  /** Aborted when another process may hold it: start nothing new under it, and end what is in progress. */
  readonly lost: AbortSignal;
  /** Whether this process still holds it. A process that was suspended for long has not been notified by `lost` yet. */
  readonly isHeld: () => boolean;
}

export interface LeaseTerms {
  /** How long it outlasts the death of its holder. */
  readonly ttlMs: number;
  /** How long it is valid without renewal; `Infinity`: until Redis says that another process holds it. */
  readonly validMs: number;
  /** One step on the server. Answers false when another has it. */
  readonly renew: () => Promise<boolean>;
  readonly release: () => Promise<unknown>;
}

/**
 * Asks for a lease until it is granted.
 * @param ask returns what was granted, or how long to wait before asking again
 * @returns `null` when the signal aborts first
 */
export async function acquired<T>(
  ask: () => Promise<{ readonly granted: T } | { readonly waitMs: number }>,
  signal: AbortSignal,
): Promise<T | null> {
  while (!signal.aborted) {
    const answer = await ask();
    if ("granted" in answer) return answer.granted;
    await pause(answer.waitMs, signal);
  }
  return null;
}

/**
 * Holds a lease that was granted.
 * @param askedMs when it was asked for, on `performance.now`: counted from before the answer came, so that the lease
 *   expires here earlier than on the server
 */
export function heldLease({ ttlMs, validMs, renew, release }: LeaseTerms, askedMs: number): Lease {
  const lost = new AbortController();
  let untilMs = askedMs;
  let isReleased = false;
  let ending: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(renewing);
    clearTimeout(ending);
  };
  const lose = (): void => {
    stop();
    lost.abort();
  };
  const extend = (fromMs: number): void => {
    untilMs = fromMs + validMs;
    clearTimeout(ending);
    if (validMs !== Infinity) ending = setTimeout(lose, untilMs - performance.now());
  };
  const renewed = async (): Promise<void> => {
    const fromMs = performance.now();
    const isOurs = await renew();
    if (lost.signal.aborted || isReleased) return;
    if (isOurs) extend(fromMs);
    else lose();
  };
  // Redis is away; the next renewal will show.
  const renewing = setInterval(() => void renewed().catch(() => undefined), ttlMs / 3);
  extend(askedMs);
  return {
    lost: lost.signal,
    isHeld: () => !lost.signal.aborted && performance.now() < untilMs,
    async [Symbol.asyncDispose]() {
      isReleased = true;
      stop();
      // There is no need to wait for a Redis that is away: the lease expires by itself.
      await withTimeout(release(), ttlMs);
    },
  };
}
