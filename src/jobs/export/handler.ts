import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { writeShard } from "../../manifest/write-shard.ts";
import type { JobHandler, JobPayload } from "../../queue/queue.ts";
import type { Store } from "../../store/store.ts";
import { yieldToEventLoop } from "../../async/yield.ts";
import { partName, partOf, shardName, shardResultName, shardSoftware } from "./job.ts";
import type { SegmentCache } from "../../segment/cache.ts";
import { refuseOtherVersion } from "../version-check.ts";

interface ExportAsk extends JobPayload {
  /** Digest of the part. */
  readonly part: Hex;
}

export interface ExportWork {
  readonly store: Store;
  readonly segments: SegmentCache;
  /** A folder of this machine for what is under way. */
  readonly folder: string;
  readonly software: string;
}

/** The places of texts in, a shard of them in the store. One that is there already is the answer. */
export function exportHandler({ store, segments, folder, software }: ExportWork): JobHandler {
  return async ({ payload }, { signal, progress }) => {
    const { part } = payload as ExportAsk;
    const known = await store.get(shardResultName(part), signal);
    if (known !== null) return JSON.parse(known.toString("utf8")) as { [key: string]: unknown };
    const bytes = await store.get(partName(part), signal);
    const found = bytes === null ? null : partOf(bytes);
    if (found === null) {
      throw new PipelineError("segment-broken", `${store.place} has no ${partName(part)}; publish again`, { part });
    }
    refuseOtherVersion(found.software, shardSoftware(software));
    const work = mkdtempSync(join(folder, "export-"));
    try {
      const path = join(work, "shard");
      let read = 0;
      const written = await writeShard(
        path,
        found.texts,
        async ({ segmentSha256, position }) => {
          await yieldToEventLoop();
          progress(read++ / found.texts.length);
          return segments.text(segmentSha256, position, signal);
        },
        signal,
      );
      await store.put(shardName(part), { path }, signal);
      await store.put(shardResultName(part), Buffer.from(JSON.stringify(written)), signal);
      return { ...written };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
}
