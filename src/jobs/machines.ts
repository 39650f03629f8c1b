import type { Hex } from "../core/records.ts";
import { bullmqQueue } from "../queue/bullmq/queue.ts";
import type { Queue } from "../queue/queue.ts";
import { connectRedis, type RedisConnection } from "../redis/connection.ts";
import type { Lease } from "../redis/lease.ts";
import { takeLease } from "../redis/process-lease.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import type { OnBroken } from "./run-until-stored.ts";

/** Where machines meet: Redis carries jobs, the store what they are about. */
export interface SharedServers {
  readonly redis: string;
  readonly store: string;
}

/** The queue and the store of many machines, open. */
export interface Machines extends AsyncDisposable {
  readonly queue: Queue;
  readonly store: Store;
  readonly redis: RedisConnection;
  /** Hears what was not what it should be, before it is done again; left out: nobody does. */
  readonly onBroken?: OnBroken;
  /** Archives of the store whose bytes this process has compared with their names. */
  readonly whole: Set<Hex>;
}

/**
 * Opens both; neither stays open when the other cannot be opened.
 * @param onError called with each failure that is tried again
 * @param lockMs how long a dead worker holds its jobs; `null`: 30 s
 * @throws {PipelineError} `queue-unreachable`, `queue-refused`, `store-unreachable`, `store-refused`
 */
export async function openMachines(
  servers: SharedServers,
  onError: (error: Error) => void,
  lockMs: number | null = null,
): Promise<Machines> {
  await using opened = new AsyncDisposableStack();
  const store = opened.use(await openStore(servers.store));
  const redis = opened.use(await connectRedis(servers.redis));
  const queue = opened.use(
    bullmqQueue(redis, {
      onError,
      ...(lockMs === null ? {} : { lockDurationMs: lockMs, stalledIntervalMs: lockMs / 4 }),
    }),
  );
  const kept = opened.move();
  return { queue, store, redis, whole: new Set(), [Symbol.asyncDispose]: async () => kept.disposeAsync() };
}

/**
 * The one process that collects for a corpus, on whatever machine: the ledger's lock keeps others of this machine away,
 * this keeps those of all others.
 * @throws {PipelineError} `corpus-locked`, `interrupted`
 */
export async function collectorLease({ redis }: Machines, corpus: string, signal: AbortSignal): Promise<Lease> {
  return takeLease(redis.scripts, `corpus ${corpus}`, signal);
}
