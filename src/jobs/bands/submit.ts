import { createHash } from "node:crypto";

import { PipelineError } from "../../core/errors.ts";
import { object } from "../../core/json-shape.ts";
import type { Edges } from "../../dedup/edges.ts";
import { storeWholeSegments } from "../../segment/transfer.ts";
import { edgesName, snapshotName } from "../../store/layout.ts";
import { putExactly } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored, type JobRun } from "../run-until-stored.ts";
import { bandsAsks, bandsJob, type BandRunner, type BandsAsk } from "./contract.ts";
import { edgesOf } from "./edges-codec.ts";
import { snapshotBytes } from "./snapshot-codec.ts";

export interface BandJobs extends JobRun {
  readonly store: Store;
  /** Folder of the corpus; those of its segments that the store has not are put there. */
  readonly segments: string;
  readonly software: string;
  /** Jobs that the bands are dealt out to; at most 21 of them have work. */
  readonly parts: number;
}

/** Has the pairs of similar texts found by the workers of a queue. */
export function submitBands({ store, segments, software, parts, ...run }: BandJobs): BandRunner {
  const { signal } = run;
  return async (texts) => {
    const bytes = snapshotBytes({ software, texts });
    const snapshot = createHash("sha256").update(bytes).digest("hex");
    const needed = new Set(texts.map(({ segmentSha256 }) => segmentSha256));
    const prepare = async (): Promise<void> => {
      const onOther = (error: PipelineError): void => run.onBroken?.(error);
      await storeWholeSegments(store, segments, needed, { signal, onOther });
      await putExactly(store, snapshotName(snapshot), bytes, signal);
    };
    await prepare();
    const edgesFrom = async (ask: BandsAsk): Promise<Edges> => {
      const name = edgesName(ask.snapshot, ask.part, ask.of);
      return runUntilStored(run, bandsJob(ask), {
        result: object({}),
        async take() {
          const found = await store.get(name, signal);
          const edges = found === null ? null : edgesOf(found, texts.length);
          if (found === null || edges !== null) return edges;
          const words = `${name} of ${store.place} is broken: it holds no pairs of these texts`;
          throw new PipelineError("object-broken", words, { name });
        },
        async forget() {
          await store.remove(name, signal);
          await prepare();
        },
        lost: () => new PipelineError("segment-broken", `${store.place} keeps losing ${name}`),
      });
    };
    return Promise.all(bandsAsks(snapshot, parts).map(edgesFrom));
  };
}
