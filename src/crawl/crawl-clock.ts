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
