import { backoffMs } from "../async/retry.ts";

/** How long to wait for what. Milliseconds. */
export interface PaceOptions {
  /** Least time between the end of one exchange with a host and the start of the next. */
  readonly minDelayMs: number;
  /** What the adapted delay is held to; a crawl-delay has its own bound. */
  readonly maxDelayMs: number;
  /** Delay for each millisecond that the host took to answer; 0 for a fixed delay. */
  readonly responseFactor: number;
  readonly maxCrawlDelayMs: number;
  /** Wait after the first 429, 503 or lost connection; doubled with each further one in a row. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
  /** Bound of what `Retry-After` may ask for. */
  readonly maxRetryAfterMs: number;
}

export const paceDefaults: PaceOptions = {
  minDelayMs: 1000,
  maxDelayMs: 30_000,
  responseFactor: 5,
  maxCrawlDelayMs: 300_000,
  backOffMs: 10_000,
  maxBackOffMs: 3_600_000,
  maxRetryAfterMs: 24 * 3_600_000,
};

/** A host's pace. Times are those of the caller's monotonic clock, so that setting the wall clock moves nothing. */
export interface Pace {
  /** Before this nothing is to be asked of the host. */
  readonly dueMs: number;
  /** As adapted to the host's answers, without its crawl-delay. */
  readonly delayMs: number;
  readonly crawlDelayMs: number;
  /** 429, 503 and lost connections in a row. */
  readonly failures: number;
}

/** What must be written down at each acknowledgement, for the next process to be as polite. */
export interface StoredPace {
  /** Wall clock. */
  readonly notBeforeMs: number;
  readonly delayMs: number;
  readonly crawlDelayMs: number;
  readonly failures: number;
}

/** What one exchange says of the host. */
export interface PaceObservation {
  /** Monotonic time of its end. */
  readonly endMs: number;
  readonly tookMs: number;
  /** `null` when no answer came. */
  readonly status: number | null;
  /** What its `Retry-After` asks for, as `retryAfterMs` reads it. */
  readonly retryAfterMs: number | null;
}

/** A host that was never asked: due at once. */
export function newPace(nowMs: number, options: PaceOptions): Pace {
  return { dueMs: nowMs, delayMs: options.minDelayMs, crawlDelayMs: 0, failures: 0 };
}

/** Takes over the crawl-delay of a host's robots.txt; `null` when it states none. */
export function withCrawlDelay(pace: Pace, crawlDelayMs: number | null, options: PaceOptions): Pace {
  const boundMs = Math.min(crawlDelayMs ?? 0, options.maxCrawlDelayMs);
  // Robots.txt itself was the last exchange: the delay it asks for counts from there.
  return { ...pace, crawlDelayMs: boundMs, dueMs: pace.dueMs + Math.max(0, boundMs - gapMs(pace)) };
}

/**
 * The pace after an exchange. A slow answer lengthens the delay at once, a quick one halves the distance to what it would
 * allow, and errors never shorten it. Delays count from the end of an exchange, so that a server sees no shorter gaps.
 */
export function afterExchange(pace: Pace, observation: PaceObservation, options: PaceOptions): Pace {
  const { endMs, tookMs, status } = observation;
  const failed = status === null || status === 429 || status === 503;
  const wantedMs = bounded(tookMs * options.responseFactor, options);
  const easedMs = failed || status >= 400 ? pace.delayMs : (pace.delayMs + wantedMs) / 2;
  const delayMs = bounded(Math.max(wantedMs, easedMs), options);
  const failures = failed ? pace.failures + 1 : 0;
  const next = { ...pace, delayMs, failures };
  const backOffMs = failed ? backOffAfter(failures, options) : 0;
  const askedMs = Math.min(observation.retryAfterMs ?? 0, options.maxRetryAfterMs);
  return { ...next, dueMs: endMs + Math.max(gapMs(next), backOffMs, askedMs) };
}

/** What to write down; wall-clock time outlives the process, monotonic time does not. */
export function storedPace(pace: Pace, nowMs: number, wallNowMs: number): StoredPace {
  const { delayMs, crawlDelayMs, failures } = pace;
  return { notBeforeMs: wallNowMs + Math.max(0, pace.dueMs - nowMs), delayMs, crawlDelayMs, failures };
}

/**
 * The pace of a host that an earlier process asked. Its last exchanges may not have been written down, and the wall clock
 * may have been set since: the host is left alone for a whole delay, and never longer than any delay can be.
 */
export function restoredPace(stored: StoredPace, nowMs: number, wallNowMs: number, options: PaceOptions): Pace {
  const { crawlDelayMs, failures } = stored;
  const delayMs = bounded(stored.delayMs, options);
  const longestMs = Math.max(options.maxRetryAfterMs, options.maxBackOffMs, crawlDelayMs, delayMs);
  const leftMs = Math.min(stored.notBeforeMs - wallNowMs, longestMs);
  return { dueMs: nowMs + Math.max(leftMs, delayMs, crawlDelayMs), delayMs, crawlDelayMs, failures };
}

function gapMs({ delayMs, crawlDelayMs }: Pick<Pace, "delayMs" | "crawlDelayMs">): number {
  return Math.max(delayMs, crawlDelayMs);
}

function bounded(delayMs: number, { minDelayMs, maxDelayMs }: PaceOptions): number {
  return Math.max(minDelayMs, Math.min(delayMs, maxDelayMs));
}

function backOffAfter(failures: number, { backOffMs, maxBackOffMs }: PaceOptions): number {
  return backoffMs(failures, { firstMs: backOffMs, mostMs: maxBackOffMs });
}
