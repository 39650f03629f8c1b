import type { BullmqQueueOptions } from "../../../src/queue/bullmq/queue.ts";

/** A dead worker's jobs run again after about a second, instead of half a minute. */
export const faultSettings: BullmqQueueOptions = {
  lockDurationMs: 1000,
  stalledIntervalMs: 200,
  pollMs: 300,
  roomPollMs: 20,
  retry: { firstDelayMs: 200, longestDelayMs: 400 },
};
