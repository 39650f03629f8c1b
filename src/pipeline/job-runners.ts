import type { JobKind } from "../queue/queue.ts";
import { jobBands } from "./cluster-bands.ts";
import type { Machines } from "./machines.ts";
import { jobShards } from "./publish-export.ts";
import type { PublishRunners } from "./publish.ts";

/** Of 21 bands: few enough that each job reads the signatures for several, many enough for seven machines. */
const bandParts = 7;
/** Shards of 64 MiB of text, of which a worker has one or two in hand. */
const shardsUnderWay = 16;

/**
 * Who does the heavy parts of publishing: workers that take such jobs now, else this process. Only this process would wait
 * for ever for a kind that nobody was started for.
 */
export async function jobRunners(
  { queue, store }: Machines,
  segments: string,
  software: string,
  signal: AbortSignal,
): Promise<PublishRunners> {
  const taken = new Set<JobKind>((await queue.workers()).flatMap(({ kinds }) => kinds));
  const jobs = { queue, store, segments, software, signal };
  return {
    ...(taken.has("bands") ? { bands: jobBands({ ...jobs, parts: bandParts }) } : {}),
    ...(taken.has("export") ? { shards: jobShards({ ...jobs, window: shardsUnderWay }) } : {}),
  };
}
