import { pause } from "./abort.ts";

/** Waits that double with each failure. */
export interface Backoff {
  readonly firstMs: number;
  /** Left out: no bound. */
  readonly mostMs?: number;
}

/** Doublings after which any wait is longer than anybody's patience; it keeps the product finite. */
const mostDoublings = 52;

/** Milliseconds to wait after so many failures, 1 = the first. */
export function backoffMs(failures: number, { firstMs, mostMs = Infinity }: Backoff): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, mostDoublings));
}

export interface Retrying {
  readonly backoff: Backoff;
  /** Whether another try may help. @param tries so far, 1 = the first has failed */
  readonly again: (error: unknown, tries: number) => boolean;
}

/**
 * Does work again until it succeeds or `again` gives it up; then its last failure is thrown. A signal that aborts cuts the wait
 * short: the next try, or `again`, is to notice.
 * @param work is given the number of the try, from 1
 */
export async function retrying<T>(
  work: (attempt: number) => Promise<T>,
  { backoff, again }: Retrying,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!again(error, attempt)) throw error;
    }
    await pause(backoffMs(attempt, backoff), signal);
  }
}
