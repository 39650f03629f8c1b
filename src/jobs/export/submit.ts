import { createHash } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { fileSha256 } from "../../files/read-pieces.ts";
import { storeSegments } from "../../segment/transfer.ts";
import { exportPartName, shardName, shardResultName } from "../../store/layout.ts";
import { putExactly } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { runUntilStored, type JobRun } from "../run-until-stored.ts";
import { shardFault } from "./check-shard.ts";
import { exportJob, exportResult, type ShardMaker } from "./contract.ts";
import { partBytes, shardSoftware } from "./part-codec.ts";

export interface ExportJobs extends JobRun {
  readonly store: Store;
  /** Folder of the corpus; those of its segments that the store has not are put there. */
  readonly segments: string;
  readonly software: string;
  /** Shards in progress at the same time. */
  readonly window: number;
}

/** Has the shards of a manifest made by the workers of a queue, and takes them out of the store. */
export function submitShards({ store, segments, software, window, ...run }: ExportJobs): ShardMaker {
  const { signal } = run;
  const stored = new Set<Hex>();
  return {
    atOnce: window,
    async makeShard(path, texts, onTexts) {
      const needed = new Set(texts.map(({ segmentSha256 }) => segmentSha256));
      await storeSegments(store, segments, needed.difference(stored), signal);
      for (const segment of needed) stored.add(segment);
      const bytes = partBytes({ software: shardSoftware(software), texts });
      const part = createHash("sha256").update(bytes).digest("hex");
      await putExactly(store, exportPartName(part), bytes, signal);
      const made = await runUntilStored(run, exportJob(part), {
        result: exportResult,
        async take(written) {
          if (!(await store.copyTo(shardName(part), path, signal))) return null;
          const held = { sha256: await fileSha256(path, signal), bytes: statSync(path).size, lines: texts.length };
          const wrong = isDeepStrictEqual(held, { ...written })
            ? await shardFault(path, texts, signal)
            : `it has ${held.bytes} bytes with the SHA-256 ${held.sha256}, its result says others`;
          if (wrong === null) return held;
          rmSync(path);
          const words = `${shardName(part)} of ${store.place} is not the shard of its texts: ${wrong}`;
          throw new PipelineError("object-broken", words, { part });
        },
        async forget() {
          for (const name of [shardResultName(part), shardName(part)]) await store.remove(name, signal);
          await storeSegments(store, segments, needed, signal);
          await putExactly(store, exportPartName(part), bytes, signal);
        },
        lost: () => new PipelineError("manifest-broken", `${store.place} keeps losing ${shardName(part)}`),
      });
      onTexts(texts.length);
      return made;
    },
  };
}
