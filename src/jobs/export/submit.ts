import { rmSync } from "node:fs";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import type { WrittenFile } from "../../manifest/write-shard.ts";
import { jobOf } from "../../queue/job.ts";
import type { Queue } from "../../queue/queue.ts";
import { exportPartName, shardName, shardResultName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { fileSha256 } from "../../files/file-digest.ts";
import { partBytes, partDigest, shardSoftware } from "./part-codec.ts";
import type { ShardRunner } from "./local.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { storeSegments } from "../../segment/transfer.ts";

export interface ExportJobs {
  readonly queue: Queue;
  readonly store: Store;
  /** Folder of the corpus; what of it the store has not is put there. */
  readonly segments: string;
  readonly software: string;
  /** Shards under way at the same time. */
  readonly window: number;
  readonly signal: AbortSignal;
}

/** Has the shards of a manifest made by the workers of a queue, and takes them out of the store. */
export function jobShards({ queue, store, segments, software, window, signal }: ExportJobs): ShardRunner {
  const stored = new Set<Hex>();
  return {
    atOnce: window,
    async makeShard(path, texts, onTexts) {
      const needed = new Set(texts.map(({ segmentSha256 }) => segmentSha256)).difference(stored);
      await storeSegments(store, segments, needed, signal);
      for (const segment of needed) stored.add(segment);
      const bytes = partBytes({ software: shardSoftware(software), texts });
      const part = partDigest(bytes);
      await store.put(exportPartName(part), bytes, signal);
      const made = await runUntilStored(queue, jobOf("export", { part }), signal, {
        async take(written: WrittenFile) {
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
