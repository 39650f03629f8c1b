/** The times a crawl goes by. */
export interface CrawlClock {
  /** Monotonic: setting the wall clock moves nothing. */
  readonly steadyMs: () => number;
  /** Whole milliseconds since 1970-01-01 UTC at the start of the process, counted on by the monotonic clock. */
  readonly nowMs: () => number;
}

export const systemClock: CrawlClock = {
  steadyMs: () => performance.now(),
  nowMs: () => Math.round(performance.timeOrigin + performance.now()),
};

/** Resolves after that time, or as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
    signal.addEventListener("abort", done, { once: true });
  });
}

/** What the work gives, or `null` as soon as the signal is aborted: it then goes on unheard. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
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
