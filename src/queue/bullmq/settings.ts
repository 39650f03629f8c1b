import { retryRules, type RetryRules } from "../retry-rules.ts";

/** Settings of the queue on Redis; each can be overridden for tests, where a lock of 30 s is a long time. */
export interface QueueSettings {
  /** How long a dead worker holds its jobs. 30 s outlive a pause of the garbage collector and a network that hiccups. */
  readonly lockDurationMs: number;
  /** How often jobs without a lock are looked for: a killed worker's job runs again after 20 to 45 s (61 s by default). */
  readonly stalledIntervalMs: number;
  /** How often all ends that somebody waits for are asked for, should an event have been missed. */
  readonly pollMs: number;
  /** How often Redis is asked for its memory while jobs are enqueued, and while they wait for room. */
  readonly roomPollMs: number;
  /** Jobs of a kind that may wait, some 100 MB: a bound also where Redis has none. */
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

/** Events only hint at ends, and a poll stands behind them: a thousand are plenty (10,000 by default). */
export const eventsKept = 1000;

/**
 * Ended jobs, by count only: by age would go by the clocks of the workers. They answer callers that were not there when the
 * event came; what they say lies in the store as well.
 */
export const completionsKept = { done: 1000, failed: 1000 };

/**
 * BullMQ fails a job for good at its second stall by default, so that two killed workers lose innocent work. Ours are
 * counted by `claim`, which knows deaths of a job's own from those it was near; no job should ever reach this.
 */
export const stallsAllowed = 10_000;

/** Jobs enqueued with one command: some 350 kB, little beside the room that is checked before. */
export const jobsAtOnce = 500;

/** `maxmemory` is shared out so that workers, which need a little memory to take and end jobs, never find it full. */
export const memoryStop = 0.5;
export const memoryGoOn = 0.4;

/** A worker gives a sign of life this often, by the duration of a lock, */
export const beatsPerLock = 10;
/** and counts as dead this much of a lock after its last sign; at least half of the lock is left when it dies. */
export const deadAfterLocks = 1 / 3;

/**
 * Delays are counted by Redis' clock and ended by us. BullMQ would end them by the clock of the worker that looks, an
 * hour early or late where that is wrong; so it is given times it will not see, this much later.
 */
export const hiddenMs = 100 * 24 * 3600 * 1000;
