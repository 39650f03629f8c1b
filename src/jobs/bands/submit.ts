import { createHash } from "node:crypto";

import { PipelineError } from "../../core/errors.ts";
import { object } from "../../core/json-shape.ts";
import type { Edges } from "../../dedup/edges.ts";
import type { Queue } from "../../queue/queue.ts";
import { storeSegments } from "../../segment/transfer.ts";
import { edgesName, snapshotName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { bandsAsks, bandsJob, type BandRunner, type BandsAsk } from "./contract.ts";
import { edgesOf } from "./edges-codec.ts";
import { snapshotBytes } from "./snapshot-codec.ts";

export interface BandJobs {
  readonly queue: Queue;
  readonly store: Store;
  /** Folder of the corpus; those of its segments that the store has not are put there. */
  readonly segments: string;
  readonly software: string;
  /** Jobs that the bands are dealt out to; at most 21 of them have work. */
  readonly parts: number;
  readonly signal: AbortSignal;
}

/** Has the pairs of similar texts found by the workers of a queue. */
export function submitBands({ queue, store, segments, software, parts, signal }: BandJobs): BandRunner {
  return async (texts) => {
    const bytes = snapshotBytes({ software, texts });
    const snapshot = createHash("sha256").update(bytes).digest("hex");
    await storeSegments(store, segments, new Set(texts.map(({ segmentSha256 }) => segmentSha256)), signal);
    await store.put(snapshotName(snapshot), bytes, signal);
    const edgesFrom = async (ask: BandsAsk): Promise<Edges> => {
      const name = edgesName(ask.snapshot, ask.part, ask.of);
      return runUntilStored(queue, bandsJob(ask), signal, {
        result: object({}),
        async take() {
          const found = await store.get(name, signal);
          return found === null ? null : edgesOf(found, texts.length);
        },
        forget: async () => store.remove(name, signal),
        lost: () => new PipelineError("segment-broken", `${store.place} keeps losing ${name}`),
      });
    };
    return Promise.all(bandsAsks(snapshot, parts).map(edgesFrom));
  };
}
