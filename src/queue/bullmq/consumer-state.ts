import type { Job as BullJob, Worker } from "bullmq";

import { retrying } from "../../async/retry.ts";
import type { SharedLock } from "../../async/shared-lock.ts";
import type { RedisConnection } from "../../redis/connection.ts";
import type { JobHandler, JobKind, JobPayload } from "../queue.ts";
import { asError } from "./completions.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { QueueSettings } from "./settings.ts";

/** What the consumers of a process share. */
export interface ConsumerDeps {
  readonly connection: RedisConnection;
  readonly settings: QueueSettings;
  /** Held by each running job; held exclusively by one that may have killed its worker. */
  readonly lock: SharedLock;
  readonly heartbeat: Heartbeat;
  readonly onError: (error: Error) => void;
}

/** A consumer of one kind, from its start to its close. */
export interface ConsumerState {
  readonly kind: JobKind;
  readonly handler: JobHandler;
  readonly deps: ConsumerDeps;
  /** One for each job in progress. */
  readonly stops: Set<AbortController>;
  /** Aborted when the deadline of `close` has passed. */
  readonly closing: AbortController;
  requeued: number;
}

export type Task = BullJob<JobPayload, unknown, "job">;
export type TaskWorker = Worker<JobPayload, unknown, "job">;

const againMs = 500;

/**
 * Runs a script again until Redis accepts it: Redis may be full, starting or without a master. Gives up once the
 * consumer is closing, or the signal aborts.
 * @param keys of the kind, except `workers`, which all kinds share
 */
export function persist(
  { kind, deps, closing }: ConsumerState,
  lua: string,
  { keys, args }: { readonly keys: readonly string[]; readonly args: readonly (string | number)[] },
  signal?: AbortSignal,
): Promise<unknown> {
  const fullKeys = keys.map((key) => (key === "workers" ? key : `${kind}:${key}`));
  return retrying(() => deps.connection.scripts.run(lua, fullKeys, args), {
    backoff: { firstMs: againMs, mostMs: againMs },
    again(error) {
      deps.onError(asError(error));
      return signal?.aborted !== true && !closing.signal.aborted;
    },
  });
}
