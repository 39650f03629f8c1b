import { PipelineError } from "../../core/errors.ts";
import type { Edges } from "../../dedup/edges.ts";
import type { Job, Queue } from "../../queue/queue.ts";
import { edgesName, snapshotName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import type { BandRunner } from "./contract.ts";
import { edgesOf } from "./edges-codec.ts";
import { bandJobs, snapshotDigest, type BandsAsk } from "./job.ts";
import { snapshotBytes } from "./snapshot-codec.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { storeSegments } from "../../segment/transfer.ts";

export interface BandJobs {
  readonly queue: Queue;
  readonly store: Store;
  /** Folder of the corpus; what of it the store has not is put there. */
  readonly segments: string;
  readonly software: string;
  /** Jobs that the bands are dealt out to; at most 21 of them have work. */
  readonly parts: number;
  readonly signal: AbortSignal;
}

/** Has the pairs of similar texts found by the workers of a queue. */
export function jobBands({ queue, store, segments, software, parts, signal }: BandJobs): BandRunner {
  return async (texts) => {
    const bytes = snapshotBytes({ software, texts });
    const snapshot = snapshotDigest(bytes);
    await storeSegments(store, segments, new Set(texts.map(({ segmentSha256 }) => segmentSha256)), signal);
    await store.put(snapshotName(snapshot), bytes, signal);
    const edgesFrom = async (job: Job): Promise<Edges> => {
      const { part, of } = job.payload as BandsAsk;
      const name = edgesName(snapshot, part, of);
      return runUntilStored(queue, job, signal, {
        async take() {
          const found = await store.get(name, signal);
          return found === null ? null : edgesOf(found, texts.length);
        },
        forget: async () => store.remove(name, signal),
        lost: () => new PipelineError("segment-broken", `${store.place} keeps losing ${name}`),
      });
    };
    return Promise.all(bandJobs(snapshot, parts).map(edgesFrom));
  };
}
