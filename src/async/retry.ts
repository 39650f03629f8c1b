import { pause } from "./abort.ts";

/** Waits that double with each failure. */
export interface Backoff {
  readonly firstMs: number;
  /** If left out, there is no bound. */
  readonly mostMs?: number;
}

/** Doublings after which any wait is too long anyway; the bound keeps the product finite. */
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
 * Repeats work until it succeeds or `again` gives up; then the last failure is thrown. An aborted signal cuts the wait
 * short; the next try, or `again`, has to check it.
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
