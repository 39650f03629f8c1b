import { Queue } from "bullmq";

import type { RedisConnection } from "../../redis/connection.ts";
import type { Job, JobKind, JobPayload } from "../queue.ts";
import { eventsKept } from "./settings.ts";

export type BullQueue = Queue<JobPayload, unknown, "job">;

/** BullMQ rejects an id that consists of digits only. */
export const bullId = (job: Job): string => `j-${job.id}`;

/** One queue of BullMQ for each kind, made when it is first needed; all use the one connection. */
export function bullQueues(
  { client, prefix }: RedisConnection,
  onError: (error: Error) => void,
): { readonly of: (kind: JobKind) => BullQueue; readonly close: () => Promise<void> } {
  const queues = new Map<JobKind, BullQueue>();
  return {
    of(kind) {
      const known = queues.get(kind);
      if (known !== undefined) return known;
      const queue: BullQueue = new Queue(kind, {
        connection: client,
        prefix,
        streams: { events: { maxLen: eventsKept } },
      });
      queue.on("error", onError);
      queues.set(kind, queue);
      return queue;
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
