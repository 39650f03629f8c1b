import { pause, withTimeout } from "../async/abort.ts";

/** Something in Redis that one process of all machines has at a time. It is renewed until it is released, or runs out. */
export interface Lease extends AsyncDisposable {
  /** Aborted when it may be another's: nothing new is to be begun under it, what is under way is to end. */
  readonly lost: AbortSignal;
  /** Is it ours still? A process that stood still for long has not heard of `lost` yet. */
  readonly isHeld: () => boolean;
}

export interface LeaseTerms {
  /** How long it outlives its holder. */
  readonly ttlMs: number;
  /** How long it is good for without renewal; `Infinity`: until Redis says that another has it. */
  readonly validMs: number;
  /** One step on the server. Answers false when another has it. */
  readonly renew: () => Promise<boolean>;
  readonly release: () => Promise<unknown>;
}

/**
 * Asks for a lease until it is granted.
 * @param ask answers what was granted, or how long to wait before asking again
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
 * @param askedMs when it was asked for, on `performance.now`: it runs from before the answer came, so that it is over sooner on
 *   this side than on the server
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
  // While Redis is away the next renewal will tell.
  const renewing = setInterval(() => void renewed().catch(() => undefined), ttlMs / 3);
  extend(askedMs);
  return {
    lost: lost.signal,
    isHeld: () => !lost.signal.aborted && performance.now() < untilMs,
    async [Symbol.asyncDispose]() {
      isReleased = true;
      stop();
      // Nobody need wait for a Redis that is away: the lease ends by itself.
      await withTimeout(release(), ttlMs);
    },
  };
}
