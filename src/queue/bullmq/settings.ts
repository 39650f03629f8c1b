import { retryRules, type RetryRules } from "../retry-rules.ts";

/** Settings of the queue on Redis; each can be overridden for tests, where a lock of 30 s is a long time. */
export interface QueueSettings {
  /** How long a dead worker holds its jobs. 30 s outlasts a garbage collector pause or a short network failure. */
  readonly lockDurationMs: number;
  /** How often jobs without a lock are looked for: a killed worker's job runs again after 20 to 45 s (61 s by default). */
  readonly stalledIntervalMs: number;
  /** How often Redis is asked about every job that a caller waits for, in case an event was missed. */
  readonly pollMs: number;
  /** How often Redis is asked about its memory while jobs are enqueued, and while they wait for room. */
  readonly roomPollMs: number;
  /** Jobs of a kind that may wait, some 100 MB: a bound even where Redis has no `maxmemory`. */
  readonly waitingLimit: number;
  readonly retry: RetryRules;
}

export const queueSettings: QueueSettings = {
  lockDurationMs: 30_000,
  stalledIntervalMs: 7500,
  pollMs: 5000,
  roomPollMs: 250,
  waitingLimit: 100_000,
  retry: retryRules,
};

/** Events only hint at ends, and polling finds what they miss: a thousand are plenty (10,000 by default). */
export const eventsKept = 1000;

/**
 * Ended jobs that are kept, limited by count: a limit by age would depend on the workers' clocks. They answer callers
 * that missed the event; their results are in the store as well.
 */
export const completionsKept = { done: 1000, failed: 1000 };

/**
 * By default BullMQ fails a job permanently at its second stall, so two killed workers would lose innocent jobs. Here
 * `claim` counts crashes, and only those of a job that ran alone; no job should ever reach this limit.
 */
export const stallsAllowed = 10_000;

/** Jobs enqueued with one command: some 350 kB, little beside the room that is checked before. */
export const jobsAtOnce = 500;

/** Shares of `maxmemory`: workers need a little memory to take and end jobs, and must never find Redis full. */
export const memoryStop = 0.5;
export const memoryGoOn = 0.4;

/** A worker gives a sign of life this often, by the duration of a lock, */
export const beatsPerLock = 10;
/** and counts as dead this much of a lock after its last sign; at least half of the lock is left when it dies. */
export const deadAfterLocks = 1 / 3;

/**
 * Delays are counted by Redis' clock and ended by us. BullMQ would end them by a worker's clock, which may be an hour
 * wrong. So it is given times this much later, which it never reaches.
 */
export const hiddenMs = 100 * 24 * 3600 * 1000;
