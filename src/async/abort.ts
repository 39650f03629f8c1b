import { PipelineError } from "../core/errors.ts";

/** The longest delay of a timer in Node, in milliseconds; a longer one counts as 1 ms. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * The promise, or a failure as soon as the signal aborts; the work behind the promise continues.
 * @param doing what is stopped, for the message
 * @throws {PipelineError} `interrupted`
 */
export function withAbort<T>(promise: Promise<T>, signal: AbortSignal, doing: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new PipelineError("interrupted", `stopped while ${doing}`));
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  });
}

/** The result of the work, or `null` as soon as the signal aborts: the work continues, and its result is dropped. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const stop = (): void => resolve(null);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}

/**
 * The result of the work, or `null` when it ends as `interrupted`.
 * @param by left out: any interruption counts; else only one by this signal, and any other interruption is thrown
 */
export async function unlessInterrupted<T>(work: Promise<T>, by?: AbortSignal): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    const isOurs = error instanceof PipelineError && error.code === "interrupted" && by?.aborted !== false;
    if (isOurs) return null;
    throw error;
  }
}

/**
 * Waits for the promise, at most for that time, so that a process can end while Redis is away. A failure is ignored.
 */
export async function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(over.resolve, ms);
  try {
    return await Promise.race([promise.catch(() => undefined), over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after that time, or as soon as the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, longestTimerMs));
    signal?.addEventListener("abort", done, { once: true });
  });
}
