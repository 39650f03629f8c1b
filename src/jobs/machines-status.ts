import { bullmqQueue } from "../queue/bullmq/queue.ts";
import { jobKinds, type JobCounts, type JobKind, type WorkerState } from "../queue/queue.ts";
import { connectRedis } from "../redis/connection.ts";

/** What all machines that share a Redis have in progress. */
export interface MachinesStatus {
  /** Kinds of which there is anything. */
  readonly jobs: readonly (JobCounts & { readonly kind: JobKind })[];
  readonly workers: readonly WorkerState[];
}

/** Looks, and takes nothing. @throws {PipelineError} `queue-unreachable`, `queue-refused` */
export async function machinesStatus(redisUrl: string): Promise<MachinesStatus> {
  await using redis = await connectRedis(redisUrl);
  await using queue = bullmqQueue(redis);
  const jobs: MachinesStatus["jobs"][number][] = [];
  for (const kind of jobKinds) {
    const counts = await queue.counts(kind);
    if (Object.values(counts).some((count) => count > 0)) jobs.push({ kind, ...counts });
  }
  return {
    jobs,
    workers: await queue.workers(),
  };
}
