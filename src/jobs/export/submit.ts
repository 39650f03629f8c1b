import { createHash } from "node:crypto";
import { rmSync } from "node:fs";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { fileSha256 } from "../../files/read-pieces.ts";
import type { Queue } from "../../queue/queue.ts";
import { storeSegments } from "../../segment/transfer.ts";
import { exportPartName, shardName, shardResultName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { exportJob, exportResult, type ShardMaker } from "./contract.ts";
import { partBytes, shardSoftware } from "./part-codec.ts";

export interface ExportJobs {
  readonly queue: Queue;
  readonly store: Store;
  /** Folder of the corpus; those of its segments that the store has not are put there. */
  readonly segments: string;
  readonly software: string;
  /** Shards in progress at the same time. */
  readonly window: number;
  readonly signal: AbortSignal;
}

/** Has the shards of a manifest made by the workers of a queue, and takes them out of the store. */
export function submitShards({ queue, store, segments, software, window, signal }: ExportJobs): ShardMaker {
  const stored = new Set<Hex>();
  return {
    atOnce: window,
    async makeShard(path, texts, onTexts) {
      const needed = new Set(texts.map(({ segmentSha256 }) => segmentSha256)).difference(stored);
      await storeSegments(store, segments, needed, signal);
      for (const segment of needed) stored.add(segment);
      const bytes = partBytes({ software: shardSoftware(software), texts });
      const part = createHash("sha256").update(bytes).digest("hex");
      await store.put(exportPartName(part), bytes, signal);
      const made = await runUntilStored(queue, exportJob(part), signal, {
        result: exportResult,
        async take(written) {
          if (!(await store.copyTo(shardName(part), path, signal))) return null;
          if ((await fileSha256(path, signal)) === written.sha256) return written;
          rmSync(path);
          return null;
        },
        async forget() {
          for (const name of [shardResultName(part), shardName(part)]) await store.remove(name, signal);
        },
        lost: () => new PipelineError("manifest-broken", `${store.place} keeps losing ${shardName(part)}`),
      });
      onTexts(texts.length);
      return made;
    },
  };
}
