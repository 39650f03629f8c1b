import type { JobKind } from "../queue/queue.ts";
import { jobBands } from "./bands/submit.ts";
import type { Machines } from "./machines.ts";
import { jobShards } from "./export/submit.ts";
import type { ShardRunner } from "./export/local.ts";
import type { BandRunner } from "./bands/contract.ts";

/** Of 21 bands: few enough that each job reads the signatures for several, many enough for seven machines. */
const bandParts = 7;
/**
 * A pair that is alike in most bands is compared by each of the parts: for fewer documents than these, one process that compares
 * it once is done sooner (`scripts/bench/machines.ts`: seven parts took six times the processor time).
 */
const fewestDocuments = 1_000_000;
/** Shards of 64 MiB of text, of which a worker has one or two in hand. */
const shardsUnderWay = 16;

/** Who does the heavy parts; what is left out is done in this process. The outcome is the same, byte for byte. */
export interface PublishRunners {
  readonly bands?: BandRunner;
  readonly shards?: ShardRunner;
}

/**
 * Who does the heavy parts of publishing: workers that take such jobs now, else this process. Only this process would wait
 * for ever for a kind that nobody was started for.
 */
export async function jobRunners(
  { queue, store }: Machines,
  segments: string,
  software: string,
  documents: number,
  signal: AbortSignal,
): Promise<PublishRunners> {
  const taken = new Set<JobKind>((await queue.workers()).flatMap(({ kinds }) => kinds));
  const jobs = { queue, store, segments, software, signal };
  return {
    ...(taken.has("bands") && documents >= fewestDocuments ? { bands: jobBands({ ...jobs, parts: bandParts }) } : {}),
    ...(taken.has("export") ? { shards: jobShards({ ...jobs, window: shardsUnderWay }) } : {}),
  };
}
