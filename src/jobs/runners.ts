import type { JobKind } from "../queue/queue.ts";
import type { BandRunner } from "./bands/contract.ts";
import { submitBands } from "./bands/submit.ts";
import type { ShardMaker } from "./export/contract.ts";
import { submitShards } from "./export/submit.ts";
import type { Machines } from "./machines.ts";

/** Of 21 bands: few enough that each job reads the signatures for several, many enough for seven machines. */
const bandParts = 7;
/**
 * A pair that is alike in most bands is compared by each of the parts: for fewer documents than these, one process that compares
 * it once is done sooner (`scripts/bench/machines.ts`: seven parts took six times the processor time).
 */
const fewestDocuments = 1_000_000;
/** Shards of 64 MiB of text, of which a worker makes one or two at a time. */
const shardsInProgress = 16;

/** Who does the heavy parts; what is left out is done in this process. The outcome is the same, byte for byte. */
export interface PublishRunners {
  readonly bands?: BandRunner;
  readonly shards?: ShardMaker;
}

/** What of a corpus is to be published, and by which program. */
export interface PublishJobs {
  /** Folder of its segments. */
  readonly segments: string;
  readonly documents: number;
  readonly software: string;
  readonly signal: AbortSignal;
}

/**
 * Who does the heavy parts of publishing: workers that take such jobs now, else this process. The collector alone would wait
 * forever for a kind that no worker was started for.
 */
export async function jobRunners(
  { queue, store, onBroken }: Machines,
  { documents, ...publish }: PublishJobs,
): Promise<PublishRunners> {
  const taken = new Set<JobKind>((await queue.workers()).flatMap(({ kinds }) => kinds));
  const jobs = { queue, store, onBroken, ...publish };
  return {
    ...(taken.has("bands") && documents >= fewestDocuments
      ? { bands: submitBands({ ...jobs, parts: bandParts }) }
      : {}),
    ...(taken.has("export") ? { shards: submitShards({ ...jobs, window: shardsInProgress }) } : {}),
  };
}
