import { PipelineError } from "../core/errors.ts";

/** A semaphore: a limited number of holders at a time, in the order in which they asked. */
export interface Semaphore {
  /** Resolves once there is room. Call the function that it returns to leave; further calls do nothing. */
  readonly acquire: () => Promise<() => void>;
}

export function semaphore(atOnce: number): Semaphore {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    async acquire() {
      // A holder that leaves passes its room directly to the first in line, so no later caller can overtake.
      if (inside < atOnce) inside += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const next = waiting.shift();
        if (next === undefined) inside -= 1;
        else next();
      };
    },
  };
}

/**
 * Does work for each item, `atOnce` at a time. The first failure aborts the signal of the others and is thrown when
 * they have ended.
 * @throws {PipelineError} `interrupted` when the signal aborts while items are left
 */
export async function eachOf<T>(
  items: Iterable<T>,
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const rest = items[Symbol.iterator]();
  const failures: unknown[] = [];
  let index = 0;
  const lane = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      if (either.aborted) {
        failures.push(new PipelineError("interrupted", "stopped before all was done"));
        return;
      }
      try {
        await work(next.value, index++, either);
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (failures.length > 0) throw failures[0];
}

/** Computes the next value while the last one is used; when the iteration ends, no computation is left running. */
export async function* oneAhead<T>(values: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = values.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = values.next();
      // Handled by the await above, if the loop gets there; this only silences the unhandled-rejection event.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
  }
}

/** Work beside the caller's own, one item after the other. */
interface InBackground<T> {
  readonly add: (item: T) => void;
  /** Aborted with the caller's signal, and when the work fails; then `done` rejects. */
  readonly signal: AbortSignal;
  /** Resolves when everything that was added is done. */
  readonly done: () => Promise<void>;
}

/** Does the work for one item after the other; after a failure the rest is left undone. */
export function inBackground<T>(
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): InBackground<T> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let last: Promise<void> = Promise.resolve();
  return {
    signal: either,
    add(item) {
      last = last.then(() => work(item, either));
      last.catch(() => failed.abort());
    },
    done: () => last,
  };
}
